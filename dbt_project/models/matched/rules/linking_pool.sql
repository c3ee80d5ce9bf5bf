{#
    `--vars 'link_everybody: true'` leaves the walk out and takes everybody who shares a key with anybody, to compare.
#}
{% set everybody = var('link_everybody', false) %}
{% set rounds = 0 if everybody else 6 %}
with

reached_0 as (
    select partner || '|' || record_id as record_key
    from {{ ref('scope_housing_records') }}
),

-- each round walks from the records found last to the keys they hold, and from those to whoever holds them too
{% for round in range(1, rounds + 1) -%}
keys_{{ round }} as (
    select distinct
        held.rule,
        held.key
    from {{ 'frontier_' ~ (round - 1) if round > 1 else 'reached_0' }} as frontier
    inner join {{ ref('shared_keys') }} as held
        on frontier.record_key = held.record_key
),

holders_{{ round }} as (
    select distinct holders.record_key
    from keys_{{ round }} as keys
    inner join {{ ref('shared_keys') }} as holders
        on keys.rule = holders.rule
            and keys.key = holders.key
),

frontier_{{ round }} as (
    select holders.record_key
    from holders_{{ round }} as holders
    left join reached_{{ round - 1 }} as reached
        on holders.record_key = reached.record_key
    where reached.record_key is null
),

reached_{{ round }} as (
    select * from reached_{{ round - 1 }}
    union all
    select * from frontier_{{ round }}
),

{% endfor -%}
-- the last round found nobody new, or else everybody is linked who shares a key at all: slower, never different
is_closed as (
    select count(*) = 0 and not {{ everybody }} as answer
    from {{ 'reached_0' if everybody else 'frontier_' ~ rounds }}
),

-- nobody else can be linked to anybody
key_holders as (
    select record_key
    from {{ ref('shared_keys') }}
    group by record_key
),

pool as (
    select
        key_holders.record_key,
        scope.record_key is not null as is_in_scope
    from key_holders
    cross join is_closed
    left join reached_0 as scope
        on key_holders.record_key = scope.record_key
    {% if not everybody -%}
    left join reached_{{ rounds }} as reached
        on key_holders.record_key = reached.record_key
    where reached.record_key is not null or not is_closed.answer
    {%- endif %}
)

select * from pool
