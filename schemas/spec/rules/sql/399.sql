-- Children who only have short breaks, but for whom mother status or a review is recorded: every row of theirs.
with breaks as (
    select child_id from episode group by child_id
    having count(*) = count(case when is_short_break(legal_status_code) then 1 end)
),
named as (
    select child_id from child where mother_code is not null
    union select child_id from review where review_date_raw is not null or review_code is not null
),
wrong as (select b.child_id from breaks b join named n on n.child_id = b.child_id)
select 'episode' as table_id, row_id from episode where child_id in (select child_id from wrong)
union all select 'child', row_id from child where child_id in (select child_id from wrong)
union all select 'review', row_id from review where child_id in (select child_id from wrong)
