{% set least = 5 %}
with

counts as (
    select * from {{ ref('linkage_counts') }}
),

-- small is a count below {{ least }}, and one that says of fewer than {{ least }} people that they are the others
judged as (
    select
        counts.*,
        counted between 1 and {{ least - 1 }}
        or coalesce(out_of between 1 and {{ least - 1 }}, false)
        or coalesce(out_of - counted between 1 and {{ least - 1 }}, false) as is_small
    from counts
),

totals as (
    select
        measure,
        breakdown,
        sum(case when is_small then 1 else 0 end) as small_cells,
        sum(case when is_small then counted else 0 end) as small_sum
    from judged
    group by measure, breakdown
),

ranked as (
    select
        judged.*,
        row_number() over (
            partition by judged.measure, judged.breakdown, judged.is_small
            order by case when judged.counted = 0 then 1 else 0 end, judged.counted, judged.category
        ) as place
    from judged
),

-- one suppressed cell, or several that are few together, could be had back from the total: the next smallest goes too
suppressed as (
    select
        ranked.measure,
        ranked.breakdown,
        ranked.category,
        ranked.is_small or (
            ranked.place = 1
            and totals.small_cells > 0
            and (totals.small_cells = 1 or totals.small_sum < {{ least }})
        ) as is_suppressed,
        ranked.counted
    from ranked
    inner join totals
        on ranked.measure = totals.measure
            and ranked.breakdown = totals.breakdown
),

reported as (
    select
        measure,
        breakdown,
        category,
        is_suppressed,
        case when not is_suppressed then counted end as counted
    from suppressed
)

select * from reported
