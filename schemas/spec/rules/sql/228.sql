-- Placements that go on after the provider's registration ended.
select distinct 'episode' as table_id, e.row_id from episode e join provider_register r on r.urn = e.placement_urn
where coalesce(e.episode_end_date, period_end()) > r.closed_date
