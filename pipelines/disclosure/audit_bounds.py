"""Audit of sums: no hidden cell that the lines, followed one by one, tell too closely.

Rows and places on their own are looked at elsewhere (`audit_figures.py`, `audit_places.py`).
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from pipelines.disclosure.config import DisclosureConfig

Found = list[tuple[str, str, int]]
FAR = 1_000_000_000_000
"""Stands for "no limit"; far above any count of people."""
MAX_PASSES = 500


@dataclass(frozen=True)
class Bounds:
    """Findings, and how much was looked at."""

    found: Found
    n_lines: int
    n_protected: int
    n_passes: int


# `who` numbers sets of children in an area and period: places of one set share a number, complements get their own.
WHO = """
create table known as
with one as (select coalesce('s' || s.same || '/' || s.nth,
                             'p' || p.set_name || '/' || p.breakdown || '/' || p.code) as label, p.*
             from place p left join slice s
             on s.set_name = p.set_name and s.breakdown = p.breakdown and s.code = p.code)
select dense_rank() over (order by label, period_id, area_code) as who, * exclude (label) from one;
create table gap as
with pair as (
    select distinct part.who as part, whole.who as whole, whole.truth - part.truth as truth, part.table_id,
           part.shown is null or whole.shown is null as is_covered
    from measure m join known part on part.set_name = m.part_set
         join known whole on whole.set_name = m.whole_set and whole.breakdown = part.breakdown
              and whole.code = part.code and whole.area_code = part.area_code and whole.period_id = part.period_id
    where m.unit = 'percent' and m.part_set <> m.whole_set)
select (select max(who) from known) + row_number() over (order by part, whole) as who, * from pair
"""
MEMBERS = """
create table term as
with category as (select * from known where breakdown <> 'total'),
     total as (select * from known where breakdown = 'total'),
     located as (select k.*, a.region from known k left join area a using (area_code)),
     upward as (
        select part.who as part, whole.who as whole, 'r' || part.breakdown as kind, part.set_name, part.period_id,
               part.area_code as place_of_line
        from category part join total whole using (set_name, period_id, area_code)
        union all
        select part.who, whole.who, 'g', part.set_name || '/' || part.breakdown || '/' || part.code, part.period_id,
               part.region
        from located part join known whole on whole.area_type = 'region' and whole.area_code = part.region
             and whole.set_name = part.set_name and whole.breakdown = part.breakdown and whole.code = part.code
             and whole.period_id = part.period_id
        where part.area_type = 'authority'
        union all
        select part.who, whole.who, 'w' || part.area_type, part.set_name || '/' || part.breakdown || '/' || part.code,
               part.period_id, 'wales'
        from known part join known whole on whole.area_type = 'wales' and part.area_type in ('authority', 'region')
             and whole.set_name = part.set_name and whole.breakdown = part.breakdown and whole.code = part.code
             and whole.period_id = part.period_id),
     named_line as (
        select dense_rank() over (order by kind, set_name, period_id, place_of_line) as line, part, whole from upward),
     signed as (
        select line, part as who, 1 as sign from named_line
        union all select distinct line, whole, -1 from named_line
        union all select -who, part, 1 from gap union all select -who, who, 1 from gap
        union all select -who, whole, -1 from gap)
select line, who, sum(sign)::bigint as sign from signed group by line, who having sum(sign) <> 0;
create table limit_of as
select who, case when bool_or(shown is null) then 0 when max(truth) = 0 then 0
                 else greatest(max(shown) - $half, $small + 1) end::bigint as low,
       case when bool_or(shown is null) then $far when max(truth) = 0 then 0
            else max(shown) + $half end::bigint as high,
       max(truth) as truth, bool_or(shown is null) as is_hidden, min(table_id) as table_id
from known group by who
union all select who, 0, $far, truth, true, table_id from gap;
create table line as
select line, case when sum(sign * truth) < 0 then -$far else 0 end::bigint as low,
       case when sum(sign * truth) > 0 then $far else 0 end::bigint as high,
       min(table_id) as table_id
from term join limit_of using (who) group by line
"""
STEP = """
with narrowed as (
    select t.who, t.line, t.sign, case when t.sign > 0 then l.low else -l.high end as least,
           case when t.sign > 0 then l.high else -l.low end as most
    from term t join limit_of l using (who) where t.line in (select line from active)),
total as (select line, sum(least) as least, sum(most) as most from narrowed group by line),
says as (
    select n.who,
           case when n.sign > 0 then line.low - (t.most - n.most) else -(line.high - (t.least - n.least)) end as low,
           case when n.sign > 0 then line.high - (t.least - n.least) else -(line.low - (t.most - n.most)) end as high
    from narrowed n join total t using (line) join line using (line)),
best as (select who, max(low) as low, min(high) as high from says group by who)
select l.who, greatest(l.low, b.low)::bigint as low,
       case when b.high >= $far // 2 then l.high else least(l.high, b.high) end::bigint as high
from limit_of l join best b using (who)
where b.low > l.low or (b.high < l.high and b.high < $far // 2)
"""
NARROWED = """
    select 'narrowed', table_id, count(*) from limit_of
    where truth between 1 and $small and (low > 1 or high < $open) group by all
"""
WHOLE_GROUP_KNOWN = """
    select 'whole_group_known', g.table_id, count(*)
    from whole_group g join known k using (place) join limit_of l on l.who = k.who
    where g.is_hidden and l.low >= g.total - $rest group by all
"""
NEARLY_KNOWN = """
    select 'nearly_known', table_id, count(*) from limit_of
    where is_hidden and who in (select who from known) and high - low < $span group by all
"""
BARE_GAP = """
    select 'complement_open', table_id, count(*) from gap
    where truth between 1 and $small and not is_covered group by all
"""


CONTRADICTION = "select 'contradiction', table_id, count(*) from limit_of where low > high group by all"


def _propagate(connection: duckdb.DuckDBPyConnection) -> int:
    """Narrows `limit_of` until no line narrows anything, or figures contradict each other; the number of passes."""
    connection.execute("create table active as select line from line")
    for number in range(1, MAX_PASSES + 1):
        # from a contradiction on, bounds would chase each other without end
        if connection.execute(CONTRADICTION).fetchall():
            return number
        connection.execute(f"create or replace table step as {STEP}", {"far": FAR})
        n_changed = connection.execute("select count(*) from step").fetchone()
        if not n_changed or not n_changed[0]:
            return number
        connection.execute(
            "create or replace table limit_of as select l.who, coalesce(s.low, l.low) as low,"
            " coalesce(s.high, l.high) as high, l.truth, l.is_hidden, l.table_id"
            " from limit_of l left join step s using (who);"
            "create or replace table active as select distinct line from term where who in (select who from step)"
        )
    return MAX_PASSES


def _asked(connection: duckdb.DuckDBPyConnection, statement: str, config: DisclosureConfig) -> Found:
    """What a statement finds, given those of the settings that it names."""
    settings = {
        "small": config.small_count_max,
        "open": config.open_up_to,
        "span": config.hidden_min_span,
        "rest": config.group_rest_max,
        "half": config.rounding_base // 2,
        "far": FAR,
    }
    return connection.execute(statement, {k: v for k, v in settings.items() if f"${k}" in statement}).fetchall()


def check(connection: duckdb.DuckDBPyConnection, config: DisclosureConfig) -> Bounds:
    """Complements that two shown counts give away, cells narrowed by sums."""
    connection.execute(WHO)
    for statement in MEMBERS.split(";"):
        _asked(connection, statement, config)
    found = _asked(connection, BARE_GAP, config)
    n_passes = _propagate(connection)
    for statement in (CONTRADICTION, NARROWED, WHOLE_GROUP_KNOWN, NEARLY_KNOWN):
        found += _asked(connection, statement, config)
    counts = connection.execute(
        "select (select count(*) from line), (select count(*) from limit_of where truth between 1 and $small)",
        {"small": config.small_count_max},
    ).fetchone()
    n_lines, n_protected = counts or (0, 0)
    return Bounds(found, n_lines, n_protected, n_passes)
