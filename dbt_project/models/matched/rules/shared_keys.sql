with

keys as {{ inlined() }} (
    select * from {{ ref('match_keys') }}
    where not is_over_held
),

decided_pairs as {{ inlined() }} (
    select * from {{ ref('decided_pairs') }}
    where decision = 'confirm' and right_record_key is not null
),

sheltered as (
    select distinct left_record_key as record_key
    from {{ ref('kept_apart') }}
    where right_record_key is null
),

-- where a link was undone: the record that was not the person's, and one of the person's
undone as (
    select
        wrong_record_key,
        case when wrong_record_key = left_record_key then right_record_key else left_record_key end as record_key
    from {{ ref('kept_apart') }}
    where wrong_record_key is not null
),

identities as {{ inlined() }} (
    select * from {{ ref('identity_records') }}
),

near_keys as {{ inlined() }} (
    select * from {{ ref('near_keys') }}
),

held_twice as (
    select * from {{ ref('keys_held_twice') }}
),

-- what the two share is the person's: the wrong record is no holder of it, and the person's others go on by it
disowned as (
    select distinct
        undone.wrong_record_key as record_key,
        keys.rule,
        keys.key
    from undone
    inner join keys
        on undone.record_key = keys.record_key
),

-- a record kept apart from everybody counts as a holder of its keys, but no tier proposes it
shared as (
    select
        keys.record_key,
        keys.partner,
        keys.tier,
        keys.rule,
        keys.key,
        keys.is_restricted or sheltered.record_key is not null as is_restricted
    from keys
    inner join held_twice
        on keys.rule = held_twice.rule
            and keys.key = held_twice.key
    left join sheltered
        on keys.record_key = sheltered.record_key
    left join disowned
        on keys.record_key = disowned.record_key
            and keys.rule = disowned.rule
            and keys.key = disowned.key
    where disowned.record_key is null
),

-- two records that a reviewer has confirmed reach each other, whatever has become of what they shared
confirmed as (
    {% for side in ['left', 'right'] -%}
    select
        identities.record_key,
        identities.partner,
        0 as tier,
        'confirmed_by_review' as rule,
        decided_pairs.left_record_key || '|' || decided_pairs.right_record_key as key,
        false as is_restricted
    from decided_pairs
    inner join identities
        on decided_pairs.{{ side }}_record_key = identities.record_key
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- so do two records that an approved method of tier 5 finds near
near as (
    {% for side in ['left', 'right'] -%}
    select
        identities.record_key,
        identities.partner,
        5 as tier,
        near_keys.rule,
        near_keys.key,
        false as is_restricted
    from near_keys
    inner join identities
        on near_keys.{{ side }}_record_key = identities.record_key
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

reaching as (
    select * from shared
    union all
    select * from near
    union all
    select * from confirmed
)

select * from reaching
