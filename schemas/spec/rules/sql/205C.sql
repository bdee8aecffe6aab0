-- The period before expected the status to last to the 18th birthday; now the child is not recorded as unaccompanied.
-- Where the format carries a flag of its own (XML), the flag decides; otherwise a row in the table does.
with expected as (
    select l.child_id from last_uasc l where l.uasc_ceased_date = add_years(l.birth_date, 18)
),
wrong as (
    select c.child_id from child c join expected e on e.child_id = c.child_id
    where case when has_uasc_flag() then c.uasc_code = '0'
        else add_years(c.birth_date, 18) > period_start()
        and c.child_id not in (select child_id from uasc where child_id is not null) end
)
select 'child' as table_id, row_id from child where child_id in (select child_id from wrong)
union all select 'uasc', row_id from uasc where child_id in (select child_id from wrong)
