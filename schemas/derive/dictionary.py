"""The bilingual data dictionary, as Markdown, and the translator's list.

Rule pages and templates do not belong here.
"""

from __future__ import annotations

from collections.abc import Iterator

from schemas.catalogue import Catalogue
from schemas.checking import texts
from schemas.derive.markdown import grid
from schemas.model import Measure, Table

WORDS = {
    "en": {
        "dictionary": "Data dictionary",
        "tables": "Tables",
        "codes": "Code lists",
        "measures": "Measures",
        "item": "Item",
        "label": "Label",
        "definition": "Definition",
        "kind": "Kind",
        "list": "Code list",
        "presence": "Presence",
        "sensitivity": "Sensitivity",
        "source": "Source",
        "certainty": "Certainty",
        "code": "Code",
        "group": "Group",
        "from": "From",
        "to": "To",
        "country": "Country",
        "unit": "Unit",
        "ids": "Framework ids",
        "provisional": "Provisional: the official Welsh layouts are not public. What is marked provisional or "
        "unverified must be checked before it is relied on.",
        "columns": "Column in the return",
    },
    "cy": {
        "dictionary": "Geiriadur data",
        "tables": "Tablau",
        "codes": "Rhestrau codau",
        "measures": "Mesurau",
        "item": "Eitem",
        "label": "Label",
        "definition": "Diffiniad",
        "kind": "Math",
        "list": "Rhestr godau",
        "presence": "Presenoldeb",
        "sensitivity": "Sensitifrwydd",
        "source": "Ffynhonnell",
        "certainty": "Sicrwydd",
        "code": "Cod",
        "group": "Grŵp",
        "from": "O",
        "to": "Hyd",
        "country": "Gwlad",
        "unit": "Uned",
        "ids": "Dynodwyr fframwaith",
        "provisional": "Amodol: nid yw cynlluniau swyddogol Cymru yn gyhoeddus. Rhaid gwirio popeth sydd wedi’i nodi’n "
        "amodol neu heb ei ddilysu cyn dibynnu arno.",
        "columns": "Colofn yn y ffurflen",
    },
}


def _table(c: Catalogue, table: Table, lang: str) -> Iterator[str]:
    w = WORDS[lang]
    yield f"### {table.title[lang]} (`{table.id}`)"
    yield f"\n{table.grain[lang]}.\n"
    newest = {r.id: r.columns(table.id, "9999-99") for r in c.returns.values()}
    columns = {i: sorted({n[i] for n in newest.values() if i in n}) for i in (x.item.id for x in table.items)}
    head = [w[k] for k in ("item", "label", "definition", "columns", "list", "presence", "sensitivity", "certainty")]
    yield from grid(
        head,
        (
            (
                f"`{i.item.id}`",
                i.item.label[lang],
                i.item.definition[lang],
                ", ".join(columns[i.item.id]),
                i.item.code_list or i.item.kind,
                i.presence,
                i.item.sensitivity,
                i.item.certainty,
            )
            for i in table.items
        ),
    )


def _codes(c: Catalogue, lang: str) -> Iterator[str]:
    w = WORDS[lang]
    head = [w[k] for k in ("code", "label", "group", "from", "to", "country", "source", "certainty")]
    for held in c.code_lists.values():
        yield f"### {held.title[lang]} (`{held.id}`)\n"
        yield from grid(
            head,
            (
                (
                    f"`{k.code}`",
                    k.label[lang],
                    k.group or "",
                    k.valid_from or "",
                    k.valid_to or "",
                    k.jurisdiction,
                    k.source,
                    k.certainty,
                )
                for k in held.codes
            ),
        )


def framework_ids(m: Measure) -> str:
    """`CH/039 (2020-21 on); PM33 (2016-17 to 2019-20)`."""
    return "; ".join(
        f"{f.id} ({f.since} to {f.until})" if f.until else f"{f.id} ({f.since} on)" for f in m.framework_ids
    )


def dictionary(c: Catalogue, lang: str) -> str:
    """The whole dictionary in one language."""
    w = WORDS[lang]
    lines = [f"# {w['dictionary']}", "", w["provisional"], "", f"## {w['tables']}", ""]
    for table in c.tables.values():
        lines += _table(c, table, lang)
    lines += [f"## {w['codes']}", "", *_codes(c, lang), f"## {w['measures']}", ""]
    head = ["id", w["label"], w["definition"], w["unit"], w["ids"], w["source"], w["certainty"]]
    lines += grid(
        head,
        (
            (f"`{m.id}`", m.title[lang], m.definition[lang], m.unit, framework_ids(m), m.source, m.certainty)
            for m in c.measures.values()
        ),
    )
    return "\n".join(lines).rstrip() + "\n"


def unconfirmed_welsh(c: Catalogue) -> list[tuple[str, str, str]]:
    """(where, English, Welsh) of every public string whose Welsh no source confirms: the translator's list."""
    return [(where, said.en, said.cy) for where, said in texts(c) if not said.cy_source]
