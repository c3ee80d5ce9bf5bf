{# CTE `verdicts`: the pairs with verdict, reason and evidence. Needs the CTEs judged (compared pairs with
   veto_reason and review_reason) and match_rules. A pair that several keys propose keeps its harshest verdict. A
   key on which one pair contradicts itself could as well belong to either side, so it links nobody; so does a key of
   two records that a person keeps apart. #}
{% macro linkage_verdicts() -%}
vetoed_keys as (
    select
        rule,
        key
    from judged
    where is_kept_apart or veto_reason is not null
    group by rule, key
),

reasoned as (
    select
        judged.*,
        case
            when judged.is_kept_apart then 'kept_apart'
            when judged.is_ambiguous then 'ambiguous_key'
            when judged.veto_reason is not null then judged.veto_reason
            when judged.review_reason is not null then judged.review_reason
            when vetoed_keys.key is not null then 'key_contradicted'
            when match_rules.action = 'review' then 'tier_asks_for_review'
        end as reason
    from judged
    left join match_rules
        on judged.tier = match_rules.tier
    left join vetoed_keys
        on judged.rule = vetoed_keys.rule
        and judged.key = vetoed_keys.key
),

ranked as (
    select
        tier,
        rule,
        left_cluster,
        right_cluster,
        left_record_key,
        right_record_key,
        reason,
        {{ linkage_evidence() }} as evidence,
        case
            when reason is null then 'accepted'
            when reason in ('kept_apart', veto_reason) then 'vetoed'
            else 'review'
        end as verdict,
        row_number() over (
            partition by rule, left_cluster, right_cluster
            order by
                case when reason is null then 2 when reason in ('kept_apart', veto_reason) then 0 else 1 end,
                tier,
                left_record_key,
                right_record_key
        ) as place
    from reasoned
),

verdicts as (
    select
        rule,
        left_cluster,
        right_cluster,
        left_record_key,
        right_record_key,
        verdict,
        reason,
        tier,
        evidence
    from ranked
    where place = 1
)
{%- endmacro %}

{# The contradiction of an identifier forbids a link in every tier. #}
{% macro linkage_veto() -%}
    case
        when nhs_number = 'conflict' then 'conflicting_nhs_number'
        when upn = 'conflict' then 'conflicting_upn'
        when nino = 'conflict' then 'conflicting_nino'
    end
{%- endmacro %}

{% macro linkage_identifier_agrees() -%}
    'agree' in (nhs_number, upn, nino)
{%- endmacro %}

{# Why an equal identifier is not enough (clause MA-01, tiers 1 and 2), or null: it needs a compatible birth date
   and a part of the name. A date that is missing or only close needs the first name, in whatever spelling: relatives who
   hold each other's number differ in it. A slip of the pen in the first name does, and so does a name in the other
   field, where the date agrees to the day. #}
{% macro linkage_uncorroborated() -%}
    case
        when birth_date = 'conflict' then 'birth_dates_differ'
        when is_crossed_name and birth_date = 'agree' then null
        when birth_date = 'missing' and (is_other_generation or not {{ linkage_first_name_is_same() }})
            then 'birth_date_missing'
        when birth_date = 'close'
            and not ({{ linkage_first_name_is_same() }} or (last_name = 'agree' and (first_name = 'close' or is_short_form)))
            then 'birth_dates_differ'
        when {{ linkage_first_name_is_same() }} or is_short_form or is_misspelt_first_name then null
        when last_name <> 'agree' and first_name <> 'close' then 'names_differ'
        when first_name = 'conflict' and sex = 'conflict' then 'names_differ'
        -- twins whose numbers were mixed up look like one person whose first name was
        when is_twin_birthday then 'first_names_differ'
    end
{%- endmacro %}

{# Condition that two first names are one name in whatever spelling. #}
{% macro linkage_first_name_is_same() -%}
    (first_name = 'agree' or is_given_name_shared)
{%- endmacro %}

{# Condition that two first names whose first three letters agree are one name. Twins share date, surname and home, and
   often three letters too: Mia and Mia-Rose. Without a number that agrees, a difference must be one that a second child
   does not explain. #}
{% macro linkage_first_names_are_one() -%}
    (
        {{ linkage_first_name_is_same() }}
        or (is_short_form and sex <> 'conflict' and not is_twin_birthday)
        or (is_misspelt_first_name and postcode = 'agree' and sex <> 'conflict' and not is_twin_birthday)
    )
{%- endmacro %}
