-- The decision to place the child has ended, but the adoption items are filled.
select t.table_id, case when t.table_id = 'adoption' then a.row_id else p.row_id end as row_id
from adoption a join placed_adoption p on p.child_id = a.child_id
cross join (values ('adoption'), ('placed_adoption')) t(table_id)
where p.placed_ceased_date_raw is not null
    and coalesce(a.adoption_decision_date_raw, a.adoption_match_date_raw, a.foster_carer_adopter_code, a.n_adopters_code,
        a.adopters_sex_code, a.adopters_legal_status_code) is not null
