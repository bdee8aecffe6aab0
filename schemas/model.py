"""Frozen records of the specification: items, code lists, returns, rules, measures, publications.

Reading files, cross-checking references and rendering anything from these records do not belong here
(see `catalogue.py` and `derive/`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

LANGUAGES = ("en", "cy")

KINDS = ("identifier", "text", "code", "date", "integer", "number", "postcode")
"""What a source cell may hold. `identifier` and `postcode` never reach `typed` as received."""

SENSITIVITIES = ("identifier", "personal", "special", "open")
SEVERITIES = ("reject", "error", "query", "note")
CERTAINTIES = ("sourced", "derived", "unverified", "provisional")
PERIOD_KINDS = ("financial_year", "at_31_march", "mid_year")
UNITS = ("count", "percent", "rate_per_10000", "mean", "median", "days")


@dataclass(frozen=True)
class Text:
    """One public string in English and Welsh.

    `cy_source` names what confirms the Welsh; without it the string stands in the translator's list.
    """

    en: str
    cy: str
    cy_source: str | None = None

    def __getitem__(self, lang: str) -> str:
        return self.cy if lang == "cy" else self.en


@dataclass(frozen=True)
class Item:
    """A data item, described once; tables list item ids."""

    id: str
    label: Text
    definition: Text
    kind: str
    sensitivity: str
    code_list: str | None = None
    unit: str | None = None
    pattern: str | None = None
    since: str | None = None
    until: str | None = None
    source: str = ""
    certainty: str = "provisional"


@dataclass(frozen=True)
class Code:
    """One dated row of a code list; `group` is a code of the list named by `CodeList.grouping`."""

    code: str
    label: Text
    valid_from: date | None
    valid_to: date | None
    group: str | None
    jurisdiction: str
    source: str
    certainty: str


@dataclass(frozen=True)
class CodeList:
    """A dated list of codes in both languages."""

    id: str
    title: Text
    grouping: str | None
    codes: tuple[Code, ...]

    def valid_codes(self, first: date, last: date, jurisdiction: str = "wales") -> tuple[str, ...]:
        """Codes usable on any day of first..last, in file order, without repeats."""
        held = (
            c.code
            for c in self.codes
            if c.jurisdiction in ("both", jurisdiction)
            and (c.valid_from is None or c.valid_from <= last)
            and (c.valid_to is None or first <= c.valid_to)
        )
        return tuple(dict.fromkeys(held))


@dataclass(frozen=True)
class Authority:
    """One of the 22 principal areas of Wales."""

    gss: str
    la3: str
    name: Text
    region: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Region:
    """A grouping of authorities that is published beside them (statistical region, health board)."""

    id: str
    name: Text
    kind: str
    source: str


@dataclass(frozen=True)
class ReturnItem:
    """An item as one table of a return carries it."""

    item: Item
    presence: str
    """`mandatory`, `conditional` or `optional`: whether a cell must be filled."""


@dataclass(frozen=True)
class Table:
    """A canonical table: the same columns whichever return carries it."""

    id: str
    title: Text
    grain: Text
    keys: tuple[str, ...]
    items: tuple[ReturnItem, ...]

    def item(self, item_id: str) -> ReturnItem | None:
        return next((i for i in self.items if i.item.id == item_id), None)


@dataclass(frozen=True)
class LayoutRow:
    """Where a return keeps an item from a given period on; `column` is None where it is not collected."""

    table: str
    item: str
    columns: tuple[tuple[str, str | None], ...]
    """(first period, source column) in order of period."""

    def column_in(self, period: str) -> str | None:
        """Source column for a period such as `2018-19`; the newest entry not after it."""
        named = [c for start, c in self.columns if start <= period[:7]]
        return named[-1] if named else None


@dataclass(frozen=True)
class Return:
    """A collection: who sends what, how often, in which containers."""

    id: str
    title: Text
    jurisdiction: str
    frequency: str
    """`annual` or `quarterly`."""
    since: str
    until: str | None
    tables: tuple[str, ...]
    required_tables: tuple[str, ...]
    source_names: dict[str, tuple[str, ...]]
    """table id -> names of the sheet, CSV file or XML element that carries it (first is the official one)."""
    layout: tuple[LayoutRow, ...]
    collection_codes: tuple[str, ...]
    """What the cover of a submission may call this return."""
    due_days: int
    """Days after the period's end by which it is due."""
    is_provisional: bool
    source: str
    certainty: str

    def columns(self, table: str, period: str) -> dict[str, str]:
        """item id -> source column for one table in one period; items not collected are left out."""
        held = {r.item: r.column_in(period) for r in self.layout if r.table == table}
        return {item: column for item, column in held.items() if column}


@dataclass(frozen=True)
class ProfileColumn:
    """One column of a case-management export and the item it feeds."""

    table: str
    item: str
    column: str
    values: dict[str, str] = field(default_factory=dict)
    """Source text (casefolded) -> canonical code, where the system exports labels."""


@dataclass(frozen=True)
class ExportProfile:
    """How one system's quarterly export maps to the canonical tables."""

    id: str
    system: str
    title: Text
    shape: str
    """`status_change`: one row per change; `snapshot`: one row per child at the quarter's end."""
    date_formats: tuple[str, ...]
    authority_column: str | None
    snapshot_date_column: str | None
    columns: tuple[ProfileColumn, ...]
    source: str
    certainty: str


@dataclass(frozen=True)
class ExtractCard:
    """A StatsWales dataset: how its dimensions are called and what they mean here."""

    id: str
    title: Text
    area_dimensions: tuple[str, ...]
    period_dimensions: tuple[str, ...]
    period_kind: str
    """`financial_year`, `at_31_march` or `mid_year`."""
    category_dimension: str | None
    """What observations call the category; the breakdown id where there is one (`legal_status`)."""
    category_names: tuple[str, ...]
    """What tables call it, in either language (`Needforcare`)."""
    category_code_list: str | None
    category_labels: dict[str, str]
    """What tables call a category where the code list says otherwise -> its code (`Care orders`: `CARE_ORDER`)."""
    measure_dimensions: tuple[str, ...]
    unit: str
    missing_values: dict[str, str]
    """Number that stands for a missing figure -> the note code it means (`-999`: `x`)."""
    publisher: str
    licence: str
    source: str
    certainty: str


@dataclass(frozen=True)
class Rule:
    """A check on a return. `check` is a word of the fixed vocabulary, or `sql` for a file of its own."""

    code: str
    title: Text
    message: Text
    allowed: Text
    guidance: Text
    severity: str
    stage: int
    table: str
    items: tuple[str, ...]
    tables: tuple[str, ...]
    returns: tuple[str, ...]
    jurisdictions: tuple[str, ...]
    check: str
    arguments: dict[str, object]
    where: str | None
    since: str | None
    until: str | None
    origin: str
    certainty: str
    examples: tuple[dict[str, object], ...] = ()
    family: str = ""
    """The file of `spec/rules` that holds it (`RuleFamily.id`)."""


@dataclass(frozen=True)
class RuleFamily:
    """Rules that are written down and explained together."""

    id: str
    title: Text
    about: Text


@dataclass(frozen=True)
class Framework:
    """A performance framework with the periods it was in force."""

    id: str
    title: Text
    since: str
    until: str | None
    source: str


@dataclass(frozen=True)
class FrameworkId:
    """The id a framework gave a measure, for a span of periods (ids moved between years)."""

    framework: str
    id: str
    since: str
    until: str | None


@dataclass(frozen=True)
class Comparability:
    """Whether figures of two frameworks may be compared for one measure, and why."""

    framework_from: str
    framework_to: str
    verdict: str
    """`same`, `approximate` or `break`."""
    reason: Text


@dataclass(frozen=True)
class Measure:
    """A statistic as data: names of boolean columns of a fact, never SQL."""

    id: str
    title: Text
    definition: Text
    fact: str
    unit: str
    numerator: tuple[str, ...]
    """Boolean columns of the fact that must all be true (empty: every row of the denominator)."""
    denominator: tuple[str, ...]
    """Boolean columns that must all be true; for a rate, ignored in favour of `population`."""
    value_column: str | None
    """Numeric column of the fact for `mean`, `median` and `days`."""
    population: str | None
    """Population band for a rate, e.g. `under_18`."""
    breakdowns: tuple[str, ...]
    polarity: str
    """`higher_is_better`, `lower_is_better` or `neutral`."""
    framework_ids: tuple[FrameworkId, ...]
    comparability: tuple[Comparability, ...]
    periods: tuple[str, ...]
    """`year`, `quarter` or both."""
    returns: tuple[str, ...]
    interval: str | None
    """`wilson` or `byar`."""
    caveats: Text | None
    seed_figures: tuple[str, ...]
    source: str
    certainty: str
    is_headline: bool = False


@dataclass(frozen=True)
class Breakdown:
    """A way to split a measure: the column of a fact and the code list of its categories."""

    id: str
    title: Text
    column: str
    code_list: str
    is_sensitive: bool


@dataclass(frozen=True)
class Fact:
    """A fact table of the warehouse: its grain and the boolean and numeric columns measures may name."""

    id: str
    title: Text
    grain: Text
    booleans: dict[str, Text]
    numbers: dict[str, Text]
    breakdowns: tuple[str, ...]


@dataclass(frozen=True)
class PublicationTable:
    """One table of a publication: measures by one breakdown."""

    id: str
    title: Text
    measures: tuple[str, ...]
    breakdown: str


FORMATS = ("duckdb", "parquet", "csv", "xlsx", "ods", "html", "pdf", "statswales")
"""Formats a publication can have; the first three are those that other readers and the next edition build on."""
ALWAYS = FORMATS[:3]


@dataclass(frozen=True)
class Publication:
    """What goes out: tables, formats, areas and the columns that are opened (all others stay closed)."""

    id: str
    title: Text
    summary: Text
    tables: tuple[PublicationTable, ...]
    formats: tuple[str, ...]
    opened_columns: tuple[str, ...]
    headlines: tuple[str, ...]
    contact: Text
    licence: str
    next_update: str | None
    mart_version: int = 1
    """Major version of the tables; a person raises it in the change that takes something away from readers."""
