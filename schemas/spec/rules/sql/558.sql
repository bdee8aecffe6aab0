-- Adopted, but the decision to place the child is marked as ended. In Wales one ended decision without a standing one is
-- enough; the English check, as its public cases show, looks at children with several decisions, all of them ended.
with decided as (
    select child_id, count(*) as n_all, count(placed_ceased_date_raw) as n_ended from placed_adoption group by child_id
)
select 'episode' as table_id, e.row_id from episode e join decided d on d.child_id = e.child_id
where is_adopted(e.end_reason_code) and d.n_ended = d.n_all and (in_wales() or d.n_all > 1)
