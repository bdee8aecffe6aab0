"""The fixed vocabulary of checks: each word turns the arguments of a rule into a SQL expression, true for a fault.

Gathering rules into passes and running them do not belong here. `docs` of each word stand in its function.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from pipelines.conform.rules.prelude import code_test, literal
from schemas.model import Code, CodeList, Rule


class RuleError(ValueError):
    """A rule cannot be compiled; says which word or argument is at fault."""


@dataclass(frozen=True)
class Scope:
    """What a word may ask of the specification while it compiles."""

    jurisdiction: str
    period_start: date
    period_end: date
    code_lists: dict[str, CodeList]
    item_lists: dict[str, str]
    """item id -> code list id."""


@dataclass(frozen=True)
class Arguments:
    """Typed access to the arguments of one rule."""

    rule: Rule

    def text(self, name: str, default: str | None = None) -> str:
        """An argument as text; RuleError where it is absent and has no default."""
        value = self.rule.arguments.get(name, default)
        if value is None:
            raise RuleError(f"{self.rule.code}: {self.rule.check} needs the argument {name}")
        return str(value)

    def texts(self, name: str) -> tuple[str, ...]:
        """A list argument as texts (a single value counts as a list of one)."""
        value = self.rule.arguments.get(name, ())
        return tuple(str(v) for v in value) if isinstance(value, list | tuple) else (str(value),)

    def flag(self, name: str, default: bool = False) -> bool:
        """A yes or no argument."""
        return bool(self.rule.arguments.get(name, default))

    @property
    def item(self) -> str:
        """The item judged: the argument `item`, else the first item of the rule."""
        return self.text("item", self.rule.items[0] if self.rule.items else None).split(".")[-1]


Word = Callable[[Arguments, Scope], str]


def in_code_list(given: Arguments, scope: Scope) -> str:
    """The code is in its list (`list` or `codes`), in force on the date item `on` or in the period. `blank: fault`."""
    item = given.item
    codes = given.texts("codes")
    if codes:
        known = code_test(item, codes)
    else:
        known = _dated_test(item, _listed(given, scope), given.rule.arguments.get("on"), scope)
    blank = f"{item} is null or " if given.text("blank", "pass") == "fault" else ""
    return f"{blank}({item} is not null and not {known})"


def _listed(given: Arguments, scope: Scope) -> tuple[Code, ...]:
    name = given.rule.arguments.get("list") or scope.item_lists.get(given.item)
    if not isinstance(name, str) or name not in scope.code_lists:
        raise RuleError(f"{given.rule.code}: no code list for {given.item}")
    return tuple(c for c in scope.code_lists[name].codes if c.jurisdiction in ("both", scope.jurisdiction))


def _dated_test(item: str, codes: tuple[Code, ...], on: object, scope: Scope) -> str:
    if on is None:
        held = [c.code for c in codes if _overlaps(c, scope.period_start, scope.period_end)]
        return code_test(item, tuple(dict.fromkeys(held)))
    always = tuple(c.code for c in codes if c.valid_from is None and c.valid_to is None)
    dated = [f"({item} = {literal(c.code)}{_window(c, str(on))})" for c in codes if c.code not in always]
    return "(" + " or ".join([code_test(item, always), *dated]) + ")"


def _overlaps(code: Code, first: date, last: date) -> bool:
    return (code.valid_from is None or code.valid_from <= last) and (code.valid_to is None or first <= code.valid_to)


def _window(code: Code, on: str) -> str:
    # A row without the date cannot be dated: the code is then accepted, the blank date is another rule's fault.
    after = f" and ({on} is null or {on} >= date '{code.valid_from}')" if code.valid_from else ""
    before = f" and ({on} is null or {on} <= date '{code.valid_to}')" if code.valid_to else ""
    return after + before


def matches(given: Arguments, scope: Scope) -> str:
    """The text has the form `pattern` (whole text). `blank: fault` also refuses a blank."""
    item = given.item
    blank = f"{item} is null or " if given.text("blank", "pass") == "fault" else ""
    return f"{blank}({item} is not null and not is_like({item}, {literal(given.text('pattern'))}))"


def not_blank(given: Arguments, scope: Scope) -> str:
    """The cell holds something (for dates: readable or not)."""
    return f"{given.item} is null"


def readable_date(given: Arguments, scope: Scope) -> str:
    """The cell holds a date of the calendar, where it holds anything. `blank: fault` also refuses a blank."""
    item = given.item
    blank = f"{item}_raw is null or " if given.text("blank", "pass") == "fault" else ""
    return f"{blank}({item} is null and {item}_raw is not null)"


def required_if(given: Arguments, scope: Scope) -> str:
    """The item is filled where `when` holds."""
    return f"{given.item} is null and ({given.text('when')})"


def blank_if(given: Arguments, scope: Scope) -> str:
    """The item is blank where `when` holds."""
    return f"{given.item} is not null and ({given.text('when')})"


def all_or_none(given: Arguments, scope: Scope) -> str:
    """Of `items` either all are filled or none."""
    items = given.texts("items")
    held = " + ".join(f"(case when {i} is null then 0 else 1 end)" for i in items)
    return f"({held}) not in (0, {len(items)})"


def date_order(given: Arguments, scope: Scope) -> str:
    """`later` is not before `earlier`; with `strict: true` not on the same day either. Blank dates pass."""
    sign = "<=" if given.flag("strict") else "<"
    return f"{given.text('later')} {sign} {given.text('earlier')}"


def not_before(given: Arguments, scope: Scope) -> str:
    """The date is not before `limit` (a SQL date)."""
    return f"{given.item} < {given.text('limit')}"


def not_after(given: Arguments, scope: Scope) -> str:
    """The date is not after `limit` (a SQL date)."""
    return f"{given.item} > {given.text('limit')}"


def age_between(given: Arguments, scope: Scope) -> str:
    """The child born on `birth` has, on `at`, reached the age `minimum` and not yet reached `maximum`."""
    at, birth = given.text("at"), given.text("birth", "birth_date")
    parts = []
    if "minimum" in given.rule.arguments:
        parts.append(f"{at} < add_years({birth}, {int(given.text('minimum'))})")
    if "maximum" in given.rule.arguments:
        parts.append(f"{at} >= add_years({birth}, {int(given.text('maximum'))})")
    if not parts:
        raise RuleError(f"{given.rule.code}: age_between needs minimum or maximum")
    return " or ".join(parts)


def unique_in_table(given: Arguments, scope: Scope) -> str:
    """No other row of the table has the same `items`; rows with a blank among them pass."""
    keys = given.texts("items")
    held = " and ".join(f"{k} is not null" for k in keys)
    return f"{held} and same_{'_and_'.join(keys)} > 1"


def exists_in_table(given: Arguments, scope: Scope) -> str:
    """The child has a row in `other`."""
    return f"has_{given.text('other')} is null"


def row(given: Arguments, scope: Scope) -> str:
    """`fault`: a SQL condition over the items of the row (and its `h_`, `prev_`, `next_`, `l_` columns)."""
    return given.text("fault")


WORDS: dict[str, Word] = {
    "in_code_list": in_code_list,
    "matches": matches,
    "not_blank": not_blank,
    "readable_date": readable_date,
    "required_if": required_if,
    "blank_if": blank_if,
    "both_or_neither": all_or_none,
    "all_or_none": all_or_none,
    "date_order": date_order,
    "not_before": not_before,
    "not_after": not_after,
    "age_between": age_between,
    "unique_in_table": unique_in_table,
    "exists_in_table": exists_in_table,
    "row": row,
    "neighbour": row,
    "previous_year": row,
    "aggregate": row,
}


def fault_of(rule: Rule, scope: Scope) -> str:
    """SQL condition that is true for the rows of the rule's table that fail.

    Raises RuleError for an unknown word or a missing argument.
    """
    word = WORDS.get(rule.check)
    if word is None:
        raise RuleError(f"{rule.code}: unknown check {rule.check}")
    return word(Arguments(rule), scope)
