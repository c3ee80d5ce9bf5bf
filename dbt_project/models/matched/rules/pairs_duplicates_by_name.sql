with

pool_keys as {{ inlined() }} (
    select * from {{ ref('pool_keys') }}
    where not is_restricted
),

pool_identities as {{ inlined() }} (
    select * from {{ ref('pool_identities') }}
),

postcodes as {{ inlined() }} (
    select * from {{ ref('identity_postcodes') }}
),

match_rules as (
    select * from {{ ref('stg_match_rules') }}
),

-- one system holds one whole name and one birth date twice, none of them missing
registered_twice as (
    select
        partner,
        last_name,
        first_name,
        birth_date,
        count(*) as records
    from pool_identities
    where last_name is not null and first_name is not null and birth_date is not null
    group by partner, last_name, first_name, birth_date
    having count(*) > 1
),

-- a name and date of so many records is what a system writes where it knows none: it is no person's
names as {{ written_out() }} (
    select
        last_name,
        first_name,
        birth_date,
        last_name || '|' || first_name || '|' || birth_date as bearer
    from registered_twice
    group by last_name, first_name, birth_date
    having max(records) <= {{ linkage_registrations() }}
),

-- whoever bears such a name and date, in any system
bearers as (
    select
        pool_identities.record_key,
        pool_identities.partner,
        pool_identities.nino,
        names.bearer
    from pool_identities
    inner join names
        on pool_identities.last_name = names.last_name
            and pool_identities.first_name = names.first_name
            and pool_identities.birth_date = names.birth_date
),

-- Harrison's record may call him Harry, which is his twin's name: one home does not tell the two apart
beginnings as (
    select distinct
        last_name,
        birth_date,
        substr(first_name, 1, 3) as beginning
    from names
),

beginnings_of_two as (
    select
        beginnings.last_name,
        beginnings.birth_date,
        beginnings.beginning
    from beginnings
    inner join pool_identities
        on beginnings.last_name = pool_identities.last_name
            and beginnings.birth_date = pool_identities.birth_date
            and beginnings.beginning = substr(pool_identities.first_name, 1, 3)
    group by beginnings.last_name, beginnings.birth_date, beginnings.beginning
    having min(pool_identities.first_name) < max(pool_identities.first_name)
),

borne_by_twins as (
    select names.bearer
    from names
    inner join beginnings_of_two
        on names.last_name = beginnings_of_two.last_name
            and names.birth_date = beginnings_of_two.birth_date
            and substr(names.first_name, 1, 3) = beginnings_of_two.beginning
),

-- a restricted record holds no key of a name, and meets nobody by one
met_by_name as (
    select bearers.*
    from bearers
    where exists (select 1 from pool_keys where pool_keys.tier > 2 and pool_keys.record_key = bearers.record_key)
),

-- a crowded postcode is no key of a name alone; beside a whole name and a date it is a home like others
bearer_keys as (
    select
        bearers.record_key,
        bearers.partner,
        bearers.bearer,
        pool_keys.tier,
        pool_keys.rule || '|' || pool_keys.key as key
    from bearers
    inner join pool_keys
        on bearers.record_key = pool_keys.record_key and pool_keys.tier in (1, 2)
    union all
    select
        record_key,
        partner,
        bearer,
        3 as tier,
        'nino|' || nino as key
    from met_by_name
    where nino is not null
    union all
    select
        met_by_name.record_key,
        met_by_name.partner,
        met_by_name.bearer,
        4 as tier,
        'postcode|' || postcodes.postcode as key
    from met_by_name
    inner join postcodes
        on met_by_name.record_key = postcodes.record_key
    inner join match_rules
        on match_rules.tier = 4 and match_rules.enabled
    left join borne_by_twins
        on met_by_name.bearer = borne_by_twins.bearer
    where borne_by_twins.bearer is null
),

-- the two share an identifier or a home; what contradicts one bearer's key says nothing of a neighbour's
same_key as (
    select
        min(record_key) over (partition by bearer, partner, key) as left_record_key,
        record_key as right_record_key,
        tier,
        key || '|' || bearer as key
    from bearer_keys
),

-- or each shares one with a third record, in another system, of that name and date: somebody who moved. Two keys are
-- one person's where any record holds both, so thousands of records of one name are no more work than their keys
keys_of_witness as (
    select distinct
        one.bearer,
        one.partner,
        one.key as left_key,
        other.key as right_key,
        greatest(one.tier, other.tier) as tier
    from bearer_keys as one
    inner join bearer_keys as other
        on one.record_key = other.record_key
            and one.key < other.key
),

first_holders as (
    select
        bearer,
        partner,
        key,
        min(record_key) as record_key
    from bearer_keys
    group by bearer, partner, key
),

same_witness as (
    select distinct
        least(first_holders.record_key, others.record_key) as left_record_key,
        greatest(first_holders.record_key, others.record_key) as right_record_key,
        keys_of_witness.tier
    from keys_of_witness
    inner join first_holders
        on keys_of_witness.bearer = first_holders.bearer
            and keys_of_witness.left_key = first_holders.key
            and keys_of_witness.partner <> first_holders.partner
    inner join bearer_keys as others
        on keys_of_witness.bearer = others.bearer
            and keys_of_witness.right_key = others.key
            and first_holders.partner = others.partner
            and first_holders.record_key <> others.record_key
),

proposed as (
    select * from same_key
    where left_record_key <> right_record_key
    union all
    select
        left_record_key,
        right_record_key,
        tier,
        left_record_key || '#' || right_record_key as key
    from same_witness
)

select
    key,
    left_record_key,
    right_record_key,
    tier
from proposed
