"""The macros that every rule's SQL may use: dates, patterns, the period, groups of codes.

Rules themselves do not belong here. All of it runs unchanged in DuckDB 1.4 (WebAssembly) and 2.0.
"""

from __future__ import annotations

from pipelines.conform.rules.records import ROWS_PER_JOB, RunSetting
from schemas.rule_terms import RuleTerms

DATE_MACROS = (
    "create or replace macro add_years(d, n) as cast(d + n * interval 1 year as date)",
    "create or replace macro add_months(d, n) as cast(d + n * interval 1 month as date)",
    "create or replace macro add_days(d, n) as cast(d + n * interval 1 day as date)",
    "create or replace macro days_between(a, b) as date_diff('day', a, b)",
    # A whole birthday year is complete on the birthday itself; 29 February counts from 28 February.
    "create or replace macro age_on(b, d) as date_diff('year', b, d) "
    "- case when add_years(b, date_diff('year', b, d)) > d then 1 else 0 end",
    "create or replace macro is_like(x, pattern) as coalesce(regexp_full_match(x, pattern), false)",
    "create or replace macro is_blank(x) as x is null or trim(x) = ''",
    "create or replace macro is_held(x) as coalesce(trim(x) <> '', false)",
    # A child without the mark of the job, as relations made of stored submissions name it.
    "create or replace macro unmarked(child) as substr(child, strpos(child, ':') + 1)",
    # The row of a fault that no row of the return shows: it belongs to the whole of it.
    f"create or replace macro whole_return(job) as cast(job as bigint) * {ROWS_PER_JOB}",
)


def literal(value: str) -> str:
    """SQL string literal."""
    return "'" + value.replace("'", "''") + "'"


def code_test(column: str, codes: tuple[str, ...]) -> str:
    """SQL that is true where the column holds one of the codes, false otherwise (also for null)."""
    if not codes:
        return "false"
    return f"coalesce({column} in ({', '.join(literal(c) for c in codes)}), false)"


def listed(code_list: str, codes: tuple[str, ...]) -> str:
    """The macro `listed_<code list>(x)`: x is a code of the list in force in the period."""
    return f"create or replace macro listed_{code_list}(c) as {code_test('c', codes)}"


def prelude(setting: RunSetting, terms: RuleTerms) -> tuple[str, ...]:
    """Statements to run once per connection, before any rule. The authority is no macro: see `OWN_AUTHORITY`."""
    place = (
        f"create or replace macro period_start() as date '{setting.period_start.isoformat()}'",
        f"create or replace macro period_end() as date '{setting.period_end.isoformat()}'",
        f"create or replace macro in_wales() as {str(setting.jurisdiction == 'wales').lower()}",
        f"create or replace macro has_uasc_flag() as {str(setting.has_uasc_flag).lower()}",
    )
    groups = tuple(
        f"create or replace macro {n}(c) as {code_test('c', codes)}" for n, codes in terms.code_groups.items()
    )
    limits = tuple(f"create or replace macro {n}() as {value}" for n, value in terms.limits.items())
    return DATE_MACROS + place + groups + limits
