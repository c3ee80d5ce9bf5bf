{% set key_parts = ['rule_pairs.rule', 'rule_pairs.left_record_key', 'rule_pairs.right_record_key'] %}
with

rule_pairs as (
    select * from {{ ref('rule_pairs') }}
    where verdict = 'accepted' and reason is null
),

salt as (
    select * from {{ source('control', 'person_key_salt') }}
),

links as (
    select
        {{ surrogate_key('l', 'salt.salt', key_parts) }} as link_id,
        rule_pairs.left_source,
        rule_pairs.left_partner,
        rule_pairs.left_record_id,
        rule_pairs.right_source,
        rule_pairs.right_partner,
        rule_pairs.right_record_id,
        rule_pairs.rule,
        rule_pairs.tier,
        rule_pairs.evidence
    from rule_pairs
    cross join salt
)

select * from links
