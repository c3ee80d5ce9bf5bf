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

reached as (
    select
        record_key,
        1 as in_scope
    from reached_0
    {% for round in range(1, rounds + 1) -%}
    union all
    select
        record_key,
        0 as in_scope
    from frontier_{{ round }}
    {% endfor -%}
    union all
    select
        held.record_key,
        0 as in_scope
    from is_closed
    cross join {{ ref('shared_keys') }} as held
    where not is_closed.answer
),

pool as (
    select
        record_key,
        max(in_scope) = 1 as is_in_scope
    from reached
    group by record_key
)

select * from pool
