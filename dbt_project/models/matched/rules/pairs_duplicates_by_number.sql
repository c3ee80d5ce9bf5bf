with

pool_keys as {{ inlined() }} (
    select * from {{ ref('pool_keys') }}
    where not is_restricted
),

pool_identities as {{ inlined() }} (
    select * from {{ ref('pool_identities') }}
),

-- a National Insurance number that two records of one system hold counts beside a key of a name that they share
ninos_held_twice as (
    select
        partner,
        nino
    from pool_identities
    where nino is not null
    group by partner, nino
    having count(*) > 1
),

nino_keys as {{ written_out() }} (
    select
        pool_keys.record_key,
        pool_keys.partner,
        pool_keys.tier,
        pool_keys.rule,
        pool_keys.key || '|' || ninos_held_twice.nino as key
    from ninos_held_twice
    inner join pool_identities
        on ninos_held_twice.partner = pool_identities.partner
            and ninos_held_twice.nino = pool_identities.nino
    inner join pool_keys
        on pool_identities.record_key = pool_keys.record_key
    where pool_keys.tier in (3, 4)
),

number_keys as {{ inlined() }} (
    select
        record_key,
        partner,
        tier,
        rule,
        key
    from pool_keys
    where tier in (1, 2)
    union all
    select * from nino_keys
),

-- a number of so many records of one system is a default of that system
held_twice as (
    select
        rule,
        key,
        partner,
        min(record_key) as first_record_key
    from number_keys
    group by rule, key, partner
    having count(*) between 2 and {{ linkage_registrations() }}
),

same_number as (
    select
        held_twice.first_record_key as left_record_key,
        number_keys.record_key as right_record_key,
        number_keys.tier,
        number_keys.rule || '|' || number_keys.key as key
    from held_twice
    inner join number_keys
        on held_twice.rule = number_keys.rule
            and held_twice.key = number_keys.key
            and held_twice.partner = number_keys.partner
            and held_twice.first_record_key <> number_keys.record_key
)

select
    key,
    left_record_key,
    right_record_key,
    tier
from same_number
