"""What a report says of causes, effects and coverage, in both languages, from the messages of the specification.

Layout (`workbook`, `page`) does not belong here; neither do values of a submission, but for the hints that say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from pipelines.conform import explain
from pipelines.conform.report.impact import STRANGE_NAMES
from pipelines.core.messages import say
from schemas.model import LANGUAGES, Code, Rule, Text

if TYPE_CHECKING:
    from pipelines.conform.records import SourceNote
    from pipelines.conform.report.book import Book
    from pipelines.conform.report.records import Cause, Effect, Report, WaivedLine

SHOWN_EFFECTS = 3
MAX_CODES = 40
"""Codes that are listed beside what is allowed; a longer list is in the template."""
MAX_NAMES, MAX_NAME = 12, 60
"""Columns of a file that are named, and letters of each: a file without a header has content in their place."""
NOTHING = Text("", "")

Row = Mapping[str, object]
"""A row of `causes.counted`."""


def both(key: str, /, **params: str | int | Text) -> Text:
    """A message in both languages; a bilingual parameter is filled in the language of each."""
    said = {
        lang: say(key, lang, **{k: v[lang] if isinstance(v, Text) else v for k, v in params.items()})
        for lang in LANGUAGES
    }
    return Text(said["en"], said["cy"])


def amount(kind: str, n: int) -> Text:
    """`1 child`, `12 children`: `kind` is `children`, `faults` or `causes`."""
    if n == 1:
        return both(f"report.{kind}.one")
    return both("report.children.none") if n == 0 and kind == "children" else both(f"report.{kind}.many", n=f"{n:,}")


def place(row: Row, book: Book) -> Text:
    """Table, column and rows of a cause."""
    table, item = row["table"], row["item"]
    if table is None:
        return both("report.place.whole")
    said = book.table_name(str(table))
    if item is not None and not row["is_knot"]:
        said = both("report.place.column", table=said, column=book.column(str(table), str(item)))
    return said if row["first_line"] is None or row["is_whole"] else _rows(said, row)


def _rows(said: Text, row: Row) -> Text:
    first, last, n = (int(str(row[k])) for k in ("first_line", "last_line", "n_lines"))
    if n == 1:
        return both("report.place.row", place=said, row=first)
    if n == row["n_rows"]:
        return both("report.place.every", place=said, n=n)
    if n == 2:
        return both("report.place.two", place=said, first=first, last=last)
    if n == last - first + 1:
        return both("report.place.block", place=said, first=first, last=last)
    return both("report.place.rows", place=said, n=n, first=first, last=last)


def message(row: Row, book: Book) -> Text:
    """What one fault of a kind says, in words that repeat nothing from the file."""
    code, cause_group = str(row["rule_id"]), str(row["cause_group"])
    rule = speaking(code, cause_group, book)
    if rule is None:
        return Text(code, code)
    if not cause_group:
        return rule.message
    said = {lang: explain.sentence(book.catalogue, rule.code, cause_group, lang) for lang in LANGUAGES}
    return Text(said["en"], said["cy"])


def sentence(row: Row, book: Book) -> Text:
    """What was found, for a cause."""
    codes = row["rule_ids"]
    n_rules = len(codes) if isinstance(codes, list) else 1
    first = message(row, book)
    return both("report.knot", n=n_rules, message=first) if row["is_knot"] and n_rules > 1 else first


def speaking(code: str, cause_group: str, book: Book) -> Rule | None:
    """The rule whose words fit a fault best: that of the reader who found the cause, else the one that told it."""
    own = book.rules.get(code)
    reader = explain.cause_rule(book.catalogue, cause_group) if cause_group else None
    return reader or own


def allowed(row: Row, book: Book) -> Text:
    """What may stand there, with the codes of the period where there are not too many to read."""
    said = plain_allowed(row, book)
    codes = book.codes_of(str(row["item"])) if row["item"] and not row["is_knot"] and not row["is_whole"] else ()
    return both("report.allowed_codes", allowed=said, codes=", ".join(codes)) if 0 < len(codes) <= MAX_CODES else said


def plain_allowed(row: Row, book: Book) -> Text:
    """What the rule allows, in its own words."""
    rule = speaking(str(row["rule_id"]), str(row["cause_group"]), book)
    return rule.allowed if rule else NOTHING


def hint(row: Row, book: Book, notes: Sequence[SourceNote]) -> Text:
    """What more can be said when the text as received may be repeated: columns by their names in the file, a code's
    last day, the column to which a code belongs."""
    table, item = row["table"], row["item"]
    own = [n for n in notes if n.table == table]
    if row["is_whole"]:
        return _columns(row, own, book.column(str(table), str(item)) if item else "")
    held = book.catalogue.items.get(str(item))
    if held is None or not held.code_list or not row["found"]:
        return NOTHING
    found = str(row["found"]).upper()
    said = _validity(book, book.catalogue.code_lists[held.code_list].codes, found)
    return said if said.en else _elsewhere(book, (str(table), str(item)), found)


def _columns(row: Row, notes: Sequence[SourceNote], column: str) -> Text:
    """The column of a near name beside one that is missing; the names of columns that were not read."""
    near = {official: name for n in notes for official, name in n.near.items()}
    told = str(row["cause_group"]).partition(":")[2]
    if given := near.get(column) or near.get(told if str(row["rule_id"]) == "LY06" else ""):
        return both("report.hint.column", column=given[:MAX_NAME])
    if str(row["rule_id"]) != "LY05":
        return NOTHING
    names = [name[:MAX_NAME] for n in notes for name in n.unknown if name not in near.values()]
    more = " …" if len(names) > MAX_NAMES else ""
    return both("report.hint.not_read", columns=", ".join(names[:MAX_NAMES]) + more) if names else NOTHING


def _elsewhere(book: Book, place: tuple[str, str], found: str) -> Text:
    """The one other column of the row in which a code would be right, where there is just one."""
    table, item = place
    own = book.catalogue.items[item].code_list
    fitting = [
        column
        for (t, other), column in book.columns.items()
        if t == table
        and other in book.catalogue.items
        and (code_list := book.catalogue.items[other].code_list) not in (None, "", own)
        and any(c.code.upper() == found for c in book.catalogue.code_lists[str(code_list)].codes)
    ]
    return both("report.hint.elsewhere", code=found, column=fitting[0]) if len(fitting) == 1 else NOTHING


def _validity(book: Book, codes: Sequence[Code], found: str) -> Text:
    """Since when, or until when, a code is in its list, where it is there at all."""
    dated = [c for c in codes if c.code.upper() == found and c.code not in book.codes_of_list(codes)]
    last = max((c.valid_to for c in dated if c.valid_to), default=None)
    first = min((c.valid_from for c in dated if c.valid_from), default=None)
    if last and book.is_before_period(last):
        return both("report.hint.until", code=found, day=_day(last))
    return both("report.hint.from", code=found, day=_day(first)) if first else NOTHING


def _day(day: date) -> str:
    return f"{day:%d/%m/%Y}"


def fix(row: Row, book: Book) -> Text:
    """What to do about it."""
    rule = speaking(str(row["rule_id"]), str(row["cause_group"]), book)
    return rule.guidance if rule else NOTHING


def moves(cause: Cause, lang: str) -> str:
    """What a cause may move, headline figures first, in one line."""
    if cause.severity in ("reject", "note"):
        return both(f"report.moves.{cause.severity}")[lang]
    if not cause.is_reach_known:
        return say("report.moves.unknown", lang)
    is_strange = cause.rule_ids[0] in STRANGE_NAMES
    if not cause.effects:
        return say("report.moves.strange" if is_strange else "report.moves.none", lang)
    shown = "; ".join(effect(e)[lang] for e in cause.effects[:SHOWN_EFFECTS])
    rest = len(cause.effects) - SHOWN_EFFECTS
    said = f"{shown}; {say('report.moves.more', lang, n=rest)}" if rest > 0 else shown
    return say("report.moves.if_missing", lang, moves=said) if is_strange else said


@lru_cache(maxsize=4096)
def effect(held: Effect) -> Text:
    """`CH/039 Children looked after: by up to 3 children`."""
    key = "report.moves.split" if held.is_split_only else "report.moves.total"
    return both(key, figure=held.name, children=amount("children", held.n_children))


def extent(cause: Cause, lang: str) -> str:
    """`34 faults, 12 children`, and what follows."""
    parts = [amount("faults", cause.n_faults)[lang]]
    parts += [amount("children", cause.n_children)[lang]] if cause.n_children else []
    parts += [say("report.following", lang, n=f"{cause.n_following:,}")] if cause.n_following else []
    return ", ".join(parts)


def first(report: Report, lang: str) -> str:
    """The advice at the top: what to put right first, and what moves nothing."""
    if not any(c.severity != "note" for c in report.causes):
        return say("report.first.clean", lang)
    if report.about.verdict == "rejected":
        return say("report.first.rejected", lang)
    rest = sum(c.n_faults for c in report.causes if c.severity != "note") - report.n_moving
    if not report.n_moving:
        return say("report.first.still", lang, rest=amount("faults", rest)[lang])
    said = _moving(report, lang)
    return f"{said} {say('report.first.rest', lang, rest=amount('faults', rest)[lang])}" if rest else said


def _moving(report: Report, lang: str) -> str:
    moving = amount("faults", report.n_moving)[lang]
    causes = amount("causes", sum(c.is_moving for c in report.causes))[lang]
    headline = next((e for e in report.effects if e.is_headline and not e.is_split_only), None)
    if headline is None:
        return say("report.first.moving_little", lang, moving=moving, causes=causes)
    children = amount("children", headline.n_children)[lang]
    return say("report.first.moving", lang, moving=moving, causes=causes, figure=headline.name[lang], children=children)


def waiver_state(line: WaivedLine) -> str:
    """`explained`, `carried` (from an earlier period) or `offered` (not in force: it may be given again)."""
    return "offered" if line.is_offered else "carried" if line.is_carried else "explained"


def waived(report: Report, lang: str) -> str:
    """How many faults are explained and how many waivers are offered again, in one line; empty where none is."""
    counts = ", ".join(f"{say(f'receipt.severity.{s}', lang)}: {n:,}" for s, n in report.n_waived.items())
    n_carried = sum(line.is_carried and not line.is_offered for line in report.waived)
    n_offered = sum(line.is_offered for line in report.waived)
    said = [say("report.waived", lang, counts=counts)] if counts else []
    said += [say("report.waived.carried", lang, n=n_carried)] if n_carried else []
    said += [say("report.waived.offered", lang, n=n_offered)] if n_offered else []
    return " ".join(said)


def status(text: str, lang: str) -> str:
    """What became of a rule, from the word of the coverage."""
    word, _, why = text.partition(": ")
    key = f"report.status.{word}_{why.replace(' ', '_')}" if why else f"report.status.{word}"
    said = say(key, lang)
    return say("report.status.skipped", lang) if said == key and word == "skipped" else said


def coverage(report: Report, lang: str) -> str:
    """How many rules ran, in one line."""
    words = [line.status.partition(":")[0] for line in report.coverage]
    ran, crashed = words.count("ran"), words.count("crashed")
    return say("report.coverage", lang, ran=ran, n=len(words), other=len(words) - ran - crashed, crashed=crashed)
