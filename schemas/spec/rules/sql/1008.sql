-- Register numbers that the register of providers does not hold.
select 'episode' as table_id, row_id from episode
where placement_urn is not null and placement_urn <> 'XXXXXXX' and placement_urn not in (select urn from provider_register where urn is not null)
