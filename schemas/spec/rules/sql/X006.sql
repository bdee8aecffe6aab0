-- The same child (by pupil number) in two authorities with another date of birth or another sex.
select 'child' as table_id, c.row_id
from child c join (select distinct authority_code, upn_id, birth_date, sex_code from peer_child) p on p.upn_id = c.upn_id
where p.authority_code <> c.own_authority_code
    and (c.birth_date <> p.birth_date
        or (is_male(c.sex_code) and is_female(p.sex_code)) or (is_female(c.sex_code) and is_male(p.sex_code)))
