-- The code of the provider says own or other authority, and the register says the other.
select distinct 'episode' as table_id, e.row_id from episode e join provider_register r on r.urn = e.placement_urn
where coalesce(e.placement_code, '') <> 'K3'
    and ((e.provider_code = 'PR1' and r.authority_code is distinct from own_authority())
        or (e.provider_code = 'PR2' and r.authority_code = own_authority()))
