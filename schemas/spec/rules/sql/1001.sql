-- Care leavers who do not qualify: fewer than 13 weeks of care after the 14th birthday, none after the 16th, adopted at the
-- end, or no episodes at all. Episodes of both periods count; one that both hold counts once, with its end where known.
with held as (
    select child_id, episode_start_date, episode_end_date, legal_status_code, end_reason_code from episode
    union all
    select child_id, episode_start_date, episode_end_date, legal_status_code, end_reason_code from last_episode
),
merged as (
    select child_id, episode_start_date, min(episode_end_date) as end_date,
        max(case when is_adopted(end_reason_code) then 1 else 0 end) as is_adoption
    from held where episode_start_date is not null and not is_short_break(legal_status_code)
    group by child_id, episode_start_date
),
counted as (
    select c.row_id,
        sum(greatest(0, days_between(greatest(m.episode_start_date, add_years(h.birth_date, 14)),
            coalesce(m.end_date, period_end())))) as n_days,
        max(case when coalesce(m.end_date, period_end()) >= add_years(h.birth_date, 16) then 1 else 0 end) as has_late,
        max(m.is_adoption) as was_adopted
    from care_leaver c
    left join (select child_id, min(birth_date) as birth_date from child group by child_id) h on h.child_id = c.child_id
    left join merged m on m.child_id = c.child_id
    group by c.row_id
)
select 'care_leaver' as table_id, row_id from counted
where coalesce(n_days, 0) < 91 or coalesce(has_late, 0) = 0 or coalesce(was_adopted, 0) = 1
