"""The rule catalogue as Markdown: one page for each family of rules in each language, with an index.

The dictionary of items and the wording of rules do not belong here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from schemas.catalogue import Catalogue
from schemas.derive.markdown import grid
from schemas.model import Rule, RuleFamily

FOLDER = "docs/rules"
READER = "reader"
Example = Mapping[str, object]

WORDS = {
    "en": {
        "catalogue": "Rule catalogue",
        "intro": "What a submission is checked for. Each page holds one family of rules; each rule says what was "
        "found, what is allowed, what to do, out of how many it counts, where it comes from, and shows a row that "
        "fails beside one that passes. Generated from `schemas/spec/rules`.",
        "family": "Family",
        "about": "About",
        "rules": "Rules",
        "code": "Code",
        "severity": "Severity",
        "title": "Rule",
        "back": "All rules",
        "message": "Found",
        "allowed": "Allowed",
        "guidance": "What to do",
        "denominator": "Out of",
        "reads": "Reads",
        "applies": "Applies to",
        "origin": "Origin",
        "certainty": "Certainty",
        "fail": "Fails",
        "pass": "Passes",
        "row": "row",
        "fails_here": "fails",
        "all_rows": "every row of `{table}`",
        "some_rows": "rows of `{table}` with {where}",
        "any_return": "every return and export",
        "from": "from {since}",
        "until": "until {until}",
        "only_england": "England only",
        "only_wales": "Wales only",
        "whole_file": "the file",
        "period_of": "Period {period}",
        "authority_of": "Authority {authority}",
        "before": "in the period before",
        "register": "register",
        "empty": "no rows",
        "no_example": "Judged while the file is read; the worked examples are the tests of the reader.",
    },
    "cy": {
        "catalogue": "Catalog rheolau",
        "intro": "Yr hyn y gwirir cyflwyniad amdano. Mae pob tudalen yn dal un teulu o reolau; mae pob rheol yn dweud "
        "beth a ganfuwyd, beth a ganiateir, beth i’w wneud, o blith faint y mae’n cyfrif, o ble y daw, ac yn dangos "
        "rhes sy’n methu ochr yn ochr ag un sy’n pasio. Cynhyrchwyd o `schemas/spec/rules`.",
        "family": "Teulu",
        "about": "Disgrifiad",
        "rules": "Rheolau",
        "code": "Cod",
        "severity": "Difrifoldeb",
        "title": "Rheol",
        "back": "Pob rheol",
        "message": "Canfuwyd",
        "allowed": "Caniateir",
        "guidance": "Beth i’w wneud",
        "denominator": "O blith",
        "reads": "Yn darllen",
        "applies": "Yn berthnasol i",
        "origin": "Tarddiad",
        "certainty": "Sicrwydd",
        "fail": "Yn methu",
        "pass": "Yn pasio",
        "row": "rhes",
        "fails_here": "yn methu",
        "all_rows": "pob rhes o `{table}`",
        "some_rows": "rhesi o `{table}` gyda {where}",
        "any_return": "pob ffurflen ac allforiad",
        "from": "o {since}",
        "until": "hyd {until}",
        "only_england": "Lloegr yn unig",
        "only_wales": "Cymru yn unig",
        "whole_file": "y ffeil",
        "period_of": "Cyfnod {period}",
        "authority_of": "Awdurdod {authority}",
        "before": "yn y cyfnod blaenorol",
        "register": "cofrestr",
        "empty": "dim rhesi",
        "no_example": "Fe’i bernir wrth ddarllen y ffeil; profion y darllenydd yw’r enghreifftiau.",
    },
}
JUDGED = {
    "en": {
        "cells": "cells read",
        "files": "files received",
        "rows": "rows read",
        "submission": "submissions",
        "tables": "tables found",
        "columns": "columns found",
        "table": "tables",
        "sheets": "sheets found",
        "children": "children named",
    },
    "cy": {
        "cells": "celloedd a ddarllenwyd",
        "files": "ffeiliau a dderbyniwyd",
        "rows": "rhesi a ddarllenwyd",
        "submission": "cyflwyniadau",
        "tables": "tablau a ganfuwyd",
        "columns": "colofnau a ganfuwyd",
        "table": "tablau",
        "sheets": "dalennau a ganfuwyd",
        "children": "plant a enwir",
    },
}
"""What `arguments.judged` of a rule of the reader counts."""
CERTAINTY = {
    "en": {
        "sourced": "a public source says so",
        "derived": "follows from a public source",
        "unverified": "not verified",
        "provisional": "provisional",
    },
    "cy": {
        "sourced": "mae ffynhonnell gyhoeddus yn dweud hynny",
        "derived": "yn dilyn o ffynhonnell gyhoeddus",
        "unverified": "heb ei ddilysu",
        "provisional": "amodol",
    },
}


def rule_pages(c: Catalogue) -> dict[str, str]:
    """Path below the root -> text, for every page and the index in both languages."""
    pages = {f"{FOLDER}/index.{lang}.md": _index(c, lang) for lang in WORDS}
    for family in c.rule_families.values():
        held = [r for r in c.rules if r.family == family.id]
        for lang in WORDS:
            pages[f"{FOLDER}/{family.id}.{lang}.md"] = _page(c, family, held, lang)
    return pages


def denominator(rule: Rule, lang: str) -> str:
    """Out of what a rule counts its faults, in words."""
    w = WORDS[lang]
    if rule.check == READER:
        return JUDGED[lang][str(rule.arguments["judged"])]
    if rule.where:
        return w["some_rows"].format(table=rule.table, where=f"`{' '.join(rule.where.split())}`")
    return w["all_rows"].format(table=rule.table)


def _index(c: Catalogue, lang: str) -> str:
    w = WORDS[lang]
    counted = {f: sum(r.family == f for r in c.rules) for f in c.rule_families}
    rows = ((f"[{f.title[lang]}]({f.id}.{lang}.md)", f.about[lang], counted[f.id]) for f in c.rule_families.values())
    head = [w["family"], w["about"], w["rules"]]
    return _text([f"# {w['catalogue']}", "", w["intro"], "", *grid(head, rows)])


def _page(c: Catalogue, family: RuleFamily, rules: Sequence[Rule], lang: str) -> str:
    w = WORDS[lang]
    lines = [f"# {w['catalogue']}: {family.title[lang]}", "", family.about[lang], ""]
    lines += [f"[{w['back']}](index.{lang}.md)", ""]
    head = [w["code"], w["severity"], w["title"]]
    lines += grid(head, ((f"[{r.code}](#{anchor(r)})", _severity(c, r, lang), r.title[lang]) for r in rules))
    for r in rules:
        lines += _rule(c, r, lang)
    return _text(lines)


def anchor(rule: Rule) -> str:
    """Where a rule stands on its page; a code may stand there once for each span of years and country."""
    parts = (rule.code, rule.since or "", "-".join(rule.jurisdictions) if len(rule.jurisdictions) == 1 else "")
    return "-".join(p for p in ("rule", *parts) if p).lower()


def page_of(rule: Rule, lang: str) -> str:
    """Where the page of a rule lies in this folder, with its place on it."""
    return f"{FOLDER}/{rule.family}.{lang}.md#{anchor(rule)}"


def _rule(c: Catalogue, r: Rule, lang: str) -> Iterator[str]:
    w = WORDS[lang]
    yield f'<a id="{anchor(r)}"></a>'
    yield f"## {r.code}: {r.title[lang]}"
    yield ""
    told = (
        ("severity", _severity(c, r, lang)),
        ("message", r.message[lang]),
        ("allowed", r.allowed[lang]),
        ("guidance", r.guidance[lang]),
        ("denominator", denominator(r, lang)),
        ("reads", _reads(r, lang)),
        ("applies", _applies(c, r, lang)),
        ("origin", r.origin),
        ("certainty", CERTAINTY[lang][r.certainty]),
    )
    yield from (f"- **{w[word]}**: {_line(said)}" for word, said in told)
    yield ""
    if r.check == READER:
        yield from (w["no_example"], "")
    for example in r.examples:
        yield from _example(example, lang)


def _line(text: str) -> str:
    """A wording that was folded in its file, on one line."""
    return " ".join(text.split())


def _severity(c: Catalogue, r: Rule, lang: str) -> str:
    return f"`{r.severity}`, {c.message(f'severity.{r.severity}', lang)}"


def _reads(r: Rule, lang: str) -> str:
    tables = ", ".join(f"`{t}`" for t in r.tables) or WORDS[lang]["whole_file"]
    items = ", ".join(f"`{i}`" for i in r.items)
    return f"{tables}: {items}" if items else tables


def _applies(c: Catalogue, r: Rule, lang: str) -> str:
    w = WORDS[lang]
    told = [c.returns[i].title[lang] if i in c.returns else i for i in r.returns] or [w["any_return"]]
    if len(r.jurisdictions) == 1:
        told.append(w[f"only_{r.jurisdictions[0]}"])
    told += [w["from"].format(since=r.since)] if r.since else []
    told += [w["until"].format(until=r.until)] if r.until else []
    return "; ".join(told)


def _example(example: Example, lang: str) -> Iterator[str]:
    """The rows of an example by table; the rows that fail carry a mark."""
    w = WORDS[lang]
    about = [w[str(example["verdict"])]]
    about += [w["period_of"].format(period=example["period"])] if "period" in example else []
    about += [w["authority_of"].format(authority=example["authority"])] if "authority" in example else []
    yield f"**{'. '.join(about)}**"
    yield ""
    failing = _mapping(example.get("rows"))
    for table, rows in _mapping(example.get("tables")).items():
        yield from _rows(f"`{table}`", _records(rows), _numbers(failing.get(table)), lang)
    for table, rows in _mapping(example.get("previous")).items():
        yield from _rows(f"`{table}`, {w['before']}", _records(rows), (), lang)
    for table, rows in _mapping(example.get("reference")).items():
        yield from _rows(f"{w['register']} `{table}`", _records(rows), (), lang)


def _rows(name: str, rows: Sequence[Mapping[str, object]], failing: Iterable[int], lang: str) -> Iterator[str]:
    w, marks = WORDS[lang], set(failing)
    yield name + ("" if rows else f": {w['empty']}")
    yield ""
    if not rows:
        return
    columns = list(dict.fromkeys(c for row in rows for c in row))
    head = [w["row"], *(f"`{c}`" for c in columns), *([w["fails_here"]] if marks else [])]
    cells = ((n, *(_cell(row, c) for c in columns)) for n, row in enumerate(rows, 1))
    yield from grid(head, ((*line, "✗" if line[0] in marks else "") if marks else line for line in cells))


def _cell(row: Mapping[str, object], column: str) -> object:
    value = row.get(column)
    return "" if value is None else value


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _records(value: object) -> list[Mapping[str, object]]:
    return [_mapping(row) for row in value] if isinstance(value, list) else []


def _numbers(value: object) -> list[int]:
    return [int(n) for n in value] if isinstance(value, list) else []


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines).rstrip() + "\n"
