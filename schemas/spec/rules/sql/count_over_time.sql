-- A number far from what the same authority reported in up to five periods before: limits at three standard errors (99.8%) of
-- a Poisson count, widened where its own years differ by more than chance. Spiegelhalter 2005 (see among_peers).
with held as (
    select authority_code, cast(age as integer) as age, cast(numerator as double) as n from held_quantity where quantity = $quantity
),
before as (
    select authority_code, count(*) as n_held, avg(n) as mean, greatest(1, coalesce(var_samp(n), 0) / greatest(avg(n), 0.5)) as phi
    from held where age > 0 group by authority_code
)
select 'child' as table_id, whole_return(j.job) as row_id
from (select distinct job, own_authority_code from child) j
join held h on h.authority_code = j.own_authority_code and h.age = 0
join before b on b.authority_code = h.authority_code
where b.n_held >= 3 and abs(h.n - b.mean) > 3.09 * sqrt(b.phi * greatest(b.mean, 0.5) * (1.0 + 1.0 / b.n_held))
