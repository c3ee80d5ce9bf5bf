with

run_context as (
    select publish_id from {{ ref('stg_run_context') }}
),

indicators as (
    select * from {{ ref('item_indicators') }}
),

disputed_items as (
    select * from {{ ref('item_disputed_items') }}
),

visibility as (
    select * from {{ ref('item_visibility') }}
),

shown as (
    select
        indicators.person_key,
        indicators.household_key,
        {{ undisputed('indicators.school_key', 'current_school') }},
        {{ undisputed('indicators.is_in_temporary_accommodation', 'is_in_temporary_accommodation') }},
        {{ undisputed('indicators.is_in_rent_arrears', 'is_in_rent_arrears') }},
        {{ undisputed('indicators.has_arrears_payment_plan', 'has_arrears_payment_plan') }},
        {{ undisputed('indicators.is_at_risk_of_eviction', 'is_at_risk_of_eviction') }},
        {{ undisputed('indicators.has_ehcp', 'has_ehcp') }},
        {{ undisputed('indicators.send_type', 'send_type') }},
        {{ undisputed('indicators.is_disabled', 'is_disabled') }},
        {{ undisputed('indicators.disabilities', 'disabilities') }},
        {{ undisputed('indicators.has_child_protection_plan', 'has_child_protection_plan') }},
        {{ undisputed('indicators.is_child_in_care', 'is_child_in_care') }},
        {{ undisputed('indicators.is_child_in_need', 'is_child_in_need') }},
        {{ undisputed('indicators.is_at_risk_of_exploitation', 'is_at_risk_of_exploitation') }},
        {{ undisputed('indicators.is_known_to_services', 'is_known_to_services') }},
        {{ undisputed('indicators.service_team_details', 'service_team_details') }},
        {{ undisputed('indicators.assigned_caseworkers', 'assigned_caseworkers') }},
        {{ undisputed('indicators.current_school', 'current_school', "'Withheld'") }},
        {{ undisputed('indicators.current_school_postcode', 'current_school_postcode') }},
        {{ undisputed('indicators.total_absence_percent', 'total_absence_percent') }},
        {{ undisputed('indicators.lateness_percent', 'lateness_percent') }},
        {{ undisputed('indicators.exclusions_current_year', 'exclusions_current_year') }},
        visibility.visible_to,
        run_context.publish_id
    from indicators
    inner join visibility on indicators.person_key = visibility.person_key
    cross join run_context
    left outer join disputed_items on indicators.person_key = disputed_items.person_key
)

select * from shown
