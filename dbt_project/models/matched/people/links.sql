with
rule_pairs as (
    select * from {{ ref('rule_pairs') }}
    where verdict = 'accepted' and is_one_person
),

salt as (
    select * from {{ source('control', 'person_key_salt') }}
),

links as (
    select
        {{ linkage_salted_key('l', 'salt.salt', ['rule', 'left_record_key', 'right_record_key']) }} as link_id,
        left_source,
        left_partner,
        left_record_id,
        right_source,
        right_partner,
        right_record_id,
        rule,
        tier,
        evidence
    from rule_pairs
    cross join salt
)

select * from links
