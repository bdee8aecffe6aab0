"""The words that rules share: named groups of codes, limits by jurisdiction, and the SQL files of `sql` rules.

Compiling or running a rule does not belong here (see `pipelines/conform/rules/`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from schemas import keeping
from schemas.sources import yaml_file

SPEC = Path(__file__).resolve().parent / "spec"


@dataclass(frozen=True)
class RuleTerms:
    """Terms of one jurisdiction, ready to become SQL macros."""

    jurisdiction: str
    code_groups: dict[str, tuple[str, ...]]
    """macro name (`is_short_break`) -> the codes for which it is true."""
    limits: dict[str, int]
    """macro name (`continuity_days`) -> number."""


@dataclass(frozen=True)
class InterchangeColumn:
    """One column of the public interchange tables and the canonical item it feeds."""

    item: str
    kind: str
    """`text` or `date`."""


@dataclass(frozen=True)
class InterchangeTable:
    """One public interchange table (`Header`, `Episodes`) and the canonical table it feeds."""

    name: str
    table: str
    columns: dict[str, InterchangeColumn]


def _for(values: dict[str, object], jurisdiction: str) -> object:
    return values[jurisdiction] if jurisdiction in values else values["both"]


@lru_cache(maxsize=8)
def load_terms(jurisdiction: str) -> RuleTerms:
    """Terms of `wales` or `england` from `spec/rule_terms.yml`."""
    held = keeping.kept("rule_terms", SPEC, lambda: yaml_file(SPEC / "rule_terms.yml"))
    groups = {
        name: tuple(str(code) for code in _for(by, jurisdiction))  # type: ignore[attr-defined]
        for name, by in held["code_groups"].items()
    }
    limits = {name: int(str(_for(by, jurisdiction))) for name, by in held["limits"].items()}
    return RuleTerms(jurisdiction, groups, limits)


@lru_cache(maxsize=2)
def load_interchange() -> tuple[InterchangeTable, ...]:
    """The public interchange tables (domain.md, section 3) from `spec/interchange.yml`."""
    return keeping.kept("interchange", SPEC, _interchange)


def _interchange() -> tuple[InterchangeTable, ...]:
    held = yaml_file(SPEC / "interchange.yml")
    dates = set(held["dates"])
    return tuple(
        InterchangeTable(
            name,
            entry["table"],
            {c: InterchangeColumn(i, "date" if i in dates else "text") for c, i in entry["columns"].items()},
        )
        for name, entry in held["tables"].items()
    )


@lru_cache(maxsize=512)
def sql_of(code: str) -> str:
    """Text of the SQL file of a rule whose check is `sql`.

    Raises FileNotFoundError where the rule has no file; the engine reports such a rule as crashed.
    """
    return (SPEC / "rules" / "sql" / f"{code}.sql").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def quantities_sql() -> str:
    """The SQL of what plausibility is judged by: job, quantity, numerator, denominator."""
    return (SPEC / "rules" / "quantities.sql").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def load_views() -> dict[str, str]:
    """Shared relations that SQL rules may read (`care_period`), by name; in an order in which each can be made."""
    held = {p.stem: p.read_text(encoding="utf-8") for p in sorted((SPEC / "rules" / "views").glob("*.sql"))}
    return dict(sorted(held.items(), key=lambda v: (any(o in v[1] for o in held if o != v[0]), v[0])))
