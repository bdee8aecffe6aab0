{#- The named policies for episodes that contradict each other. Three published teams treat the same overlap in three
    ways (end the earlier, merge, drop: LIIA, witan.cic, csc-cleaning), so the choice is declared, tagged on each row
    and switchable. What is never a matter of policy (a row without a start, an end before its start, care at 18)
    does not belong here: see int_episodes__judged.

    strict     no date is changed: a row that contradicts a later one is set aside
    end_early  the earlier row ends where the later one begins (the default)
    merge      overlapping rows become one, with what the first of them says
    ask        every row of a child with a contradiction is set aside until the authority has answered -#}

{% macro repair_policies() -%}
    {{ return(['strict', 'end_early', 'merge', 'ask']) }}
{%- endmacro %}

{% macro repair_policy() -%}
    {%- set policy = var('repair_policy') -%}
    {%- if policy not in repair_policies() -%}
        {{ exceptions.raise_compiler_error('repair_policy is one of ' ~ repair_policies() | join(', ')) }}
    {%- endif -%}
    {{ return(policy) }}
{%- endmacro %}

{#- The common table expressions of one policy, from `judged` (int_episodes__judged) to `int_episodes__decided`. -#}
{% macro decided_under(policy) -%}
{% if policy == 'merge' -%}
reaching as (
    select
        *,
        case when conflict_kind = 'missing_end' then next_start_date else own_end_date end as reach_date
    from judged
),

headed as (
    select
        *,
        -- care and short breaks are never merged into one another
        coalesce(
            episode_start_date >= max(reach_date) over (
                partition by authority_code, child_id, is_short_break, rejected_tag is null
                order by episode_start_date, row_number
                rows between unbounded preceding and 1 preceding
            ),
            true
        ) as is_head
    from reaching
),

grouped as (
    select
        *,
        sum(case when is_head then 1 else 0 end) over (
            partition by authority_code, child_id, is_short_break, rejected_tag is null
            order by episode_start_date, row_number
            rows between unbounded preceding and current row
        ) as group_number
    from headed
),

merged as (
    select
        *,
        max(reach_date) over (
            partition by authority_code, child_id, is_short_break, rejected_tag is null, group_number
        ) as merged_end_date,
        coalesce(rejected_tag, case when not is_head then 'merged_into_earlier_row' end) as set_aside_tag
    from grouped
),

ended as (
    select
        *,
        least(
            merged_end_date,
            coalesce(
                lead(episode_start_date) over (
                    partition by authority_code, child_id, set_aside_tag is null order by episode_start_date, row_number
                ),
                {{ far_future() }}
            )
        ) as end_date,
        merged_end_date > reach_date as is_merged
    from merged
),
{%- elif policy == 'end_early' -%}
ended as (
    select
        *,
        least(own_end_date, coalesce(next_start_date, {{ far_future() }})) as end_date,
        rejected_tag as set_aside_tag,
        false as is_merged
    from judged
),
{%- else -%}
ended as (
    select
        *,
        own_end_date as end_date,
        false as is_merged,
        case
            when rejected_tag is not null then rejected_tag
            {%- if policy == 'strict' %}
            when conflict_kind is not null then 'set_aside_' || conflict_kind
            when is_no_longer_reported then 'set_aside_no_longer_reported'
            {%- else %}
            when
                bool_or(conflict_kind is not null or is_no_longer_reported) over (
                    partition by authority_code, child_id
                )
                then 'awaiting_answer'
            {%- endif %}
        end as set_aside_tag
    from judged
),
{%- endif %}

int_episodes__decided as (
    select
        * except (end_date),
        case when end_date < {{ far_future() }} then end_date end as repaired_end_date,
        case
            when set_aside_tag is not null then set_aside_tag
            when is_merged then 'merged_with_later_rows'
            when end_date = coalesce(episode_end_date, {{ far_future() }}) then 'none'
            when end_date < own_end_date and episode_end_date is null then 'ended_at_next_start'
            when end_date < own_end_date then 'ended_before_overlap'
            when end_date = adult_end_date then 'ended_day_before_18'
            else 'ended_when_no_longer_reported'
        end as repair_tag
    from ended
)
{%- endmacro %}
