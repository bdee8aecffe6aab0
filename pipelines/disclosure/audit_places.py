"""Audit, place by place: each published count is the right rounding, small ones are hidden, and one set of children
looks the same wherever it is shown.

What sums of places give away is looked at in `audit_bounds.py`.
"""

from __future__ import annotations

import duckdb

from pipelines.disclosure.config import DisclosureConfig

Found = list[tuple[str, str, int]]

SHOWN_COUNTS = """
create table shown_count as
with joined as (
    select p.table_id, m.part_set, m.whole_set, c.area_type, c.area_code, c.period_id,
           case when c.breakdown_code = 'T' then 'total' else c.breakdown_id end as breakdown, c.breakdown_code as code,
           c.numerator as true_n, case when m.unit = 'percent' then c.denominator
                                       else coalesce(c.denominator, c.contributors) end as true_d,
           p.numerator as n, p.denominator as d
    from pub p join cell c using (measure_id, area_code, period_id, breakdown_id, breakdown_code)
         join measure m using (measure_id)
    where c.coverage_status <> 'missing')
select table_id, part_set as set_name, breakdown, code, area_type, area_code, period_id, true_n as truth, n as shown
from joined where part_set is not null and true_n is not null
union all
select table_id, whole_set, breakdown, code, area_type, area_code, period_id, true_d, d
from joined where whole_set is not null and true_d is not null
"""
PLACES = """
create table place as
select row_number() over (order by set_name, breakdown, code, period_id, area_code) as place,
       string_split(set_name, ':')[1] as fact, *
from (
    select set_name, breakdown, code, any_value(area_type) as area_type, area_code, period_id,
           max(truth) as truth, min(truth) <> max(truth) as is_torn, max(shown) as shown,
           count(shown) not in (0, count(*)) or min(shown) <> max(shown) as differs,
           min(table_id) as table_id
    from shown_count group by set_name, breakdown, code, area_code, period_id)
"""
# Slices (category of a breakdown of a set) with equal counts everywhere are one set of children under two names. Two
# categories of one breakdown never are, so the first of equals goes with the first elsewhere, the second with the
# second.
SLICES = """
create table slice as
with signature as (
    select fact, set_name, breakdown, code, max(truth) as largest,
           string_agg(period_id || area_code || '=' || truth, ' ' order by period_id, area_code) as truths,
           string_agg(period_id || area_code || '=' || coalesce(shown::text, 'c'), ' ' order by period_id, area_code)
               as shown_as
    from place group by all),
numbered as (select *, dense_rank() over (order by fact, truths) as same from signature where largest >= 5)
select *, row_number() over (partition by same, set_name, breakdown order by code) as nth from numbered
"""
CHECKS = {
    "set_torn": "is_torn",
    "looks_different": "differs",
    "not_rounded": "shown is not null and shown <> $base * ((2 * truth + $base) // (2 * $base))",
    "small_count_shown": "shown is not null and truth between 1 and $small",
}
SAME_SET = """
    with torn as (select distinct a.set_name, a.breakdown, a.code
                  from slice a join slice b using (same, nth) where a.shown_as <> b.shown_as)
    select 'same_set_differs', p.table_id, count(*)
    from place p join torn using (set_name, breakdown, code) group by all
"""
WHOLE_GROUPS = """
create table whole_group as
with same as (select set_name, breakdown, code, same from slice),
     row_total as (select set_name, period_id, area_code, truth as total, s.same as total_same
                   from place left join same s using (set_name, breakdown, code) where breakdown = 'total')
select p.place, p.table_id, p.shown is null as is_hidden, t.total
from place p join row_total t using (set_name, period_id, area_code)
     left join same s using (set_name, breakdown, code)
where p.breakdown in (select breakdown from sensitive) and p.truth >= t.total - $rest and t.total >= $group_min
      and (s.same is null or s.same is distinct from t.total_same)
"""
WHOLE_GROUP_SHOWN = "select 'whole_group_shown', table_id, count(*) from whole_group where not is_hidden group by all"


def prepare(connection: duckdb.DuckDBPyConnection, config: DisclosureConfig) -> None:
    """Builds `place` (each set of children in each area and period, true and shown), `slice` and `whole_group`."""
    for statement in (SHOWN_COUNTS, PLACES, SLICES):
        connection.execute(statement)
    connection.execute(WHOLE_GROUPS, {"group_min": config.group_total_min, "rest": config.group_rest_max})


def check(connection: duckdb.DuckDBPyConnection, config: DisclosureConfig) -> Found:
    """Rounding, small counts, one look per set, group disclosure."""
    parameters = {"base": config.rounding_base, "small": config.small_count_max}
    flags = ", ".join(f"count(*) filter (where {condition})" for condition in CHECKS.values())
    rows = connection.execute(f"select table_id, {flags} from place group by table_id", parameters).fetchall()
    found = [(name, row[0], n) for row in rows for name, n in zip(CHECKS, row[1:], strict=True) if n]
    groups = connection.execute(WHOLE_GROUP_SHOWN).fetchall()
    return found + connection.execute(SAME_SET).fetchall() + groups
