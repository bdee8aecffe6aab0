"""Audit, row by row: shape, statuses, rounding, and that each ratio follows from published figures alone.

What rows give away together is looked at elsewhere (`audit_places.py`, `audit_bounds.py`).
"""

from __future__ import annotations

import duckdb

from pipelines.disclosure.config import DisclosureConfig

Found = list[tuple[str, str, int]]
"""(check, table, number of findings)."""

COLUMNS = {
    *("publication_id", "table_id", "measure_id", "fact_id", "unit", "area_type", "area_code", "period_id"),
    *("period_type", "breakdown_id", "breakdown_code", "numerator", "denominator", "value", "lower", "upper"),
    *("status", "reason", "rounding_base", "coverage_status", "population_vintage"),
}
KEY = "measure_id, area_code, period_id, breakdown_id, breakdown_code"


def shape(connection: duckdb.DuckDBPyConnection) -> Found:
    """Columns that have no business in the file, and rows that are missing, strange or doubled."""
    held = {str(row[0]) for row in connection.execute("select column_name from (describe pub)").fetchall()}
    if held != COLUMNS:
        return [("columns", "", len(held ^ COLUMNS))]
    return connection.execute(f"""
        with expected as (select n.table_id, {KEY} from cell join named n using (measure_id, breakdown_id)),
             stray as (
                (select table_id, {KEY} from pub except all select table_id, {KEY} from expected)
                union all
                (select table_id, {KEY} from expected except all select table_id, {KEY} from pub))
        select 'rows', coalesce(table_id, ''), count(*) from stray group by all
    """).fetchall()


FIGURE = f"""
create table figure as
select p.table_id, p.unit, m.method, p.numerator as n, p.denominator as d, p.value, p.lower, p.upper,
       coalesce(p.status, '') as status, p.reason, p.rounding_base,
       c.numerator as true_n, c.denominator as true_d, c.value as true_value, c.contributors, c.coverage_status,
       list_contains(string_split(coalesce(p.status, ''), ','), 'c') as is_c,
       list_contains(string_split(coalesce(p.status, ''), ','), 'x') as is_x,
       list_contains(string_split(coalesce(p.status, ''), ','), 'z') as is_z,
       list_contains(string_split(coalesce(p.status, ''), ','), 'k') as is_k,
       list_contains(string_split(coalesce(p.status, ''), ','), 'u') as is_u,
       p.unit in ('mean', 'median', 'days') as is_average,
       case when p.unit = 'percent' and p.denominator >= $accurate then 1 else 0 end as places
from pub p join cell c using ({KEY}) join measure m using (measure_id)
"""

STATUS_CHECKS = {
    "null_without_status": "value is null and not (is_c or is_x or is_z)",
    "value_beside_code": "(is_c or is_x or is_z) and (value is not null or lower is not null or upper is not null)",
    "missing_not_x": "coverage_status = 'missing' and not (is_x and n is null and (unit <> 'percent' or d is null))",
    "partial_unmarked": "coverage_status = 'partial' and value is not null and not is_u",
    "limits_without_value": "value is null and (lower is not null or upper is not null)",
    "reason_missing": "value is null and coalesce(reason, '') = ''",
    "base_differs": "rounding_base is distinct from $base",
}
COUNT_CHECKS = {
    "count_not_numerator": "unit = 'count' and value is distinct from n",
    "count_with_denominator": "unit = 'count' and d is not null",
    "average_with_numerator": "is_average and n is not null",
    "hidden_count_shown": "unit = 'count' and is_c and n is not null",
}
RATIO_CHECKS = {
    "ratio_from_hidden": "unit = 'percent' and value is not null and (n is null or d is null)",
    "rate_from_hidden": "unit = 'rate_per_10000' and value is not null and (n is null or d is null)",
    "population_differs": "unit = 'rate_per_10000' and d is not null and d <> true_d",
    "ratio_of_few": "unit = 'percent' and value is not null and d < $few",
    "small_complement": "unit = 'percent' and value is not null and true_d - true_n between 1 and $small",
    # whole-number arithmetic: floor(x + 1/2) of 100 n / d, scaled by the decimals
    "percent_differs": """unit = 'percent' and value is not null and abs(value - floor(
        (2 * 100 * n * (10 ** places)::bigint + w) // (2 * w)) / (10 ** places)) > 1e-9""",
    "rate_differs": """unit = 'rate_per_10000' and value is not null
        and abs(value - (2 * $per * n + w) // (2 * w)) > 1e-9""",
    "unreliable_unmarked": """value is not null and not is_u and (
        (unit = 'percent' and (d < $weak_d or n < $weak_n)) or (unit = 'rate_per_10000' and n < $weak_n))""",
    "low_unmarked": "unit in ('percent', 'rate_per_10000') and value is not null and (value = 0 and n > 0) <> is_k",
    "average_of_few": "is_average and value is not null and (contributors < $contributors or d is null or d < $few)",
    "average_too_fine": """is_average and value is not null and (
        abs(value * (case unit when 'mean' then 10 else 1 end)
            - round(value * (case unit when 'mean' then 10 else 1 end))) > 1e-6
        or abs(value - true_value) > 0.5 / (case unit when 'mean' then 10 else 1 end) + 1e-6)""",
    "limits_without_method": "method is null and (lower is not null or upper is not null)",
    "part_over_whole": "unit = 'percent' and n > d",
    "ratio_of_nothing": "unit in ('percent', 'rate_per_10000') and value is not null and d = 0",
    "wilson_differs": """unit = 'percent' and method = 'wilson' and value is not null and (
        abs(lower - 100 * greatest(0, (share + z * z / (2 * w) - half) / (1 + z * z / w)))
            > 0.5 / (10 ** places) + 1e-6
        or abs(upper - 100 * least(1, (share + z * z / (2 * w) + half) / (1 + z * z / w)))
            > 0.5 / (10 ** places) + 1e-6)""",
    "byar_differs": """unit = 'rate_per_10000' and method = 'byar' and value is not null and n >= 10 and (
        abs(lower - $per * n * (1 - 1 / (9 * n) - z / (3 * sqrt(n))) ** 3 / w) > 0.5 + 1e-6
        or abs(upper - $per * (n + 1) * (1 - 1 / (9 * (n + 1)) + z / (3 * sqrt(n + 1))) ** 3 / w) > 0.5 + 1e-6)""",
}
UNKNOWN_CODES = """
    with code as (select rowid as row_id, table_id, unnest(string_split(status, ',')) as code,
                         generate_subscripts(string_split(status, ','), 1) as position
                  from figure where status <> ''),
         ranked as (select code.*, s.place, lag(s.place) over (partition by row_id order by position) as before
                    from code left join shorthand s using (code))
    select 'status_codes', table_id, count(distinct row_id) from ranked
    where place is null or place <= before group by all
"""
SAME_INPUTS = """
    with differing as (
        select unit, method, n, d from figure
        where value is not null and unit in ('percent', 'rate_per_10000')
        group by all having count(distinct (value, lower, upper)) > 1)
    select 'ratio_not_a_function', f.table_id, count(*) from figure f join differing using (unit, method, n, d)
    where f.value is not null group by all
"""


def check(connection: duckdb.DuckDBPyConnection, config: DisclosureConfig) -> Found:
    """Every row against the rules for statuses, counts and ratios."""
    connection.execute(FIGURE, {"accurate": config.percent_decimal_min_denominator})
    parameters = {
        "base": config.rounding_base,
        "few": config.withheld_below_denominator,
        "small": config.small_count_max,
        "per": config.rate_per,
        "weak_d": config.unreliable_below_denominator,
        "weak_n": config.unreliable_below_numerator,
        "contributors": config.min_contributors,
    }
    conditions = STATUS_CHECKS | COUNT_CHECKS | RATIO_CHECKS
    names = list(conditions)
    flags = ", ".join(f"count(*) filter (where {conditions[n]}) as {n}" for n in names)
    used = {k: v for k, v in parameters.items() if f"${k}" in flags}
    rows = connection.execute(
        f"with z as (select *, 1.959963984540054 as z, nullif(d, 0) as w, n / nullif(d, 0) as share from figure),"
        f" f as (select *, z * sqrt(greatest(0, share * (1 - share) / w + z * z / (4 * w * w))) as half from z)"
        f" select table_id, {flags} from f group by table_id",
        used,
    ).fetchall()
    found = [(name, row[0], n) for row in rows for name, n in zip(names, row[1:], strict=True) if n]
    return found + connection.execute(UNKNOWN_CODES).fetchall() + connection.execute(SAME_INPUTS).fetchall()
