-- A freeing order is in force, but no decision to place the child stands: either there is none, or it is marked as ended.
select 'episode' as table_id, e.row_id from episode e
where e.legal_status_code = 'D1' and e.episode_end_date_raw is null
    and not exists (select 1 from placed_adoption p where p.child_id = e.child_id and p.placed_date_raw is not null)
union all
select 'placed_adoption', p.row_id from placed_adoption p
join episode e on e.child_id = p.child_id
where e.legal_status_code = 'D1' and e.episode_end_date_raw is null
    and (p.placed_ceased_date_raw is not null or p.placed_ceased_reason_code is not null)
