-- A share far from what the same authority reported in up to five periods before, for this number of children: limits at three
-- standard errors (99.8%), widened where its own years differ by more than chance. Spiegelhalter 2005 (see among_peers).
with held as (
    select authority_code, cast(age as integer) as age, cast(numerator as double) as n, cast(denominator as double) as d
    from held_quantity where quantity = $quantity and cast(denominator as double) > 0
),
before as (
    select authority_code, count(*) as n_held, sum(d) as d, (sum(n) + 0.5) / (sum(d) + 1) as p
    from held where age > 0 group by authority_code
),
spread as (
    select b.authority_code,
        greatest(1, sum(power(h.n / h.d - b.p, 2) * h.d / (b.p * (1 - b.p))) / nullif(b.n_held - 1, 0)) as phi
    from before b join held h on h.authority_code = b.authority_code and h.age > 0
    group by b.authority_code, b.n_held
)
select 'child' as table_id, whole_return(j.job) as row_id
from (select distinct job, own_authority_code from child) j
join held h on h.authority_code = j.own_authority_code and h.age = 0
join before b on b.authority_code = h.authority_code
join spread s on s.authority_code = h.authority_code
where b.n_held >= 3 and abs(h.n / h.d - b.p) > 3.09 * sqrt(s.phi * b.p * (1 - b.p) * (1 / h.d + 1 / b.d))
