-- A share far from that of Wales as a whole, for an authority of this size: funnel limits at three standard errors (99.8%),
-- widened where the authorities differ by more than chance (multiplicative over-dispersion, one tenth winsorised at each
-- end). Spiegelhalter 2005, Statistics in Medicine 24: 1185-1202.
with held as (
    select authority_code, cast(numerator as double) as n, cast(denominator as double) as d
    from held_quantity where quantity = $quantity and cast(age as integer) = 0 and cast(denominator as double) > 0
),
centre as (select (sum(n) + 0.5) / (sum(d) + 1) as p, count(*) as n_held from held),
scored as (
    select h.authority_code, (h.n / h.d - c.p) / sqrt(c.p * (1 - c.p) / h.d) as z, c.n_held,
        row_number() over (order by (h.n / h.d - c.p) / sqrt(c.p * (1 - c.p) / h.d), h.authority_code) as place
    from held h cross join centre c
),
ends as (
    select min(case when place > n_held * 0.1 then z end) as lowest, max(case when place <= n_held * 0.9 then z end) as highest
    from scored
),
spread as (
    select greatest(1, avg(power(least(greatest(s.z, e.lowest), e.highest), 2))) as phi from scored s cross join ends e
)
select 'child' as table_id, whole_return(j.job) as row_id
from (select distinct job, own_authority_code from child) j
join scored s on s.authority_code = j.own_authority_code cross join spread
where abs(s.z) > 3.09 * sqrt(spread.phi) and s.n_held >= 10
