-- The date of the adoption decision differs between the two tables of adoption.
select t.table_id, case when t.table_id = 'adoption' then a.row_id else p.row_id end as row_id
from adoption a join placed_adoption p on p.child_id = a.child_id
cross join (values ('adoption'), ('placed_adoption')) t(table_id)
where a.adoption_decision_date <> p.placed_date
