"""Reads the files under `spec/` into frozen records.

Cross-checking references between records does not belong here (see `checking.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from schemas.model import (
    Authority,
    Breakdown,
    Code,
    CodeList,
    Comparability,
    ExportProfile,
    ExtractCard,
    Fact,
    Framework,
    FrameworkId,
    Item,
    LayoutRow,
    Measure,
    ProfileColumn,
    Publication,
    PublicationTable,
    Region,
    Return,
    ReturnItem,
    Rule,
    RuleFamily,
    Table,
    Text,
)
from schemas.sources import SpecError, csv_rows, named_by_file, naming, record, yaml_file

__all__ = ["csv_rows", "yaml_file"]

Record = Mapping[str, Any]


def text(value: Record | None) -> Text:
    """A bilingual string; a missing language is an empty string, which the check reports."""
    value = value or {}
    return Text(str(value.get("en") or ""), str(value.get("cy") or ""), value.get("cy_source"))


def _day(value: str) -> date | None:
    return date.fromisoformat(value) if value else None


def _merged(folder: Path, key: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path in sorted(folder.glob("*.yml")):
        held = (yaml_file(path) or {}).get(key) or {}
        if twice := sorted(set(held) & set(found)):
            raise SpecError(f"{folder.name}/{path.name}: {', '.join(twice)} stands in another file of the folder too")
        found |= held
    return found


def items(spec: Path) -> dict[str, Item]:
    """Every item of `spec/items`, by id."""
    said = ("label", "definition")
    return {
        item_id: record(Item, f"item {item_id}", {**raw, "id": item_id, **{k: text(raw.get(k)) for k in said}})
        for item_id, raw in _merged(spec / "items", "items").items()
    }


def _code(row: dict[str, str]) -> Code:
    return Code(
        code=row["code"],
        label=Text(row["label_en"], row["label_cy"], row["cy_source"] or None),
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        group=row["group"] or None,
        jurisdiction=row["jurisdiction"],
        source=row["source"],
        certainty=row["certainty"],
    )


def _codes(path: Path) -> Iterator[Code]:
    for row in csv_rows(path):
        with naming(f"code_lists/{path.name}, code {row.get('code')}"):
            yield _code(row)


def code_lists(spec: Path) -> dict[str, CodeList]:
    """Every code list, by id; the list of places is derived from the authorities so that it has one home."""
    index = yaml_file(spec / "code_lists" / "index.yml")["code_lists"]
    found = {
        list_id: CodeList(
            id=list_id,
            title=text(raw["title"]),
            grouping=raw.get("grouping"),
            codes=tuple(_codes(spec / "code_lists" / f"{list_id}.csv")),
        )
        for list_id, raw in index.items()
    }
    found["placement_authority"] = _places(authorities(spec), found["placed_abroad"])
    return found


def _places(held: dict[str, Authority], abroad: CodeList) -> CodeList:
    welsh = tuple(
        Code(a.la3, a.name, None, None, None, "wales", "GH-REF geog_ref_v1", "sourced") for a in held.values()
    )
    title = Text("Authority where the placement is", "Yr awdurdod lle mae’r lleoliad")
    return CodeList("placement_authority", title, None, welsh + abroad.codes)


def authorities(spec: Path) -> dict[str, Authority]:
    """The 22 authorities in their official order, by GSS code."""
    return {
        row["gss"]: Authority(
            gss=row["gss"],
            la3=row["la3"],
            name=Text(row["name_en"], row["name_cy"], "GH-REF"),
            region=row["region"],
            aliases=tuple(a for a in row["aliases"].split("|") if a),
        )
        for row in csv_rows(spec / "authorities.csv")
    }


def regions(spec: Path) -> dict[str, Region]:
    """Regions and, first of all, Wales itself, by area code."""
    raw = yaml_file(spec / "regions.yml")
    wales = Region(raw["wales"]["id"], text(raw["wales"]["name"]), "country", "GH-REF")
    rest = {k: Region(k, text(v["name"]), v["kind"], v["source"]) for k, v in raw["regions"].items()}
    return {wales.id: wales, **rest}


def country_aliases(spec: Path) -> tuple[str, ...]:
    """What official files call the row of all Wales."""
    return tuple(yaml_file(spec / "regions.yml")["wales"]["aliases"])


def neighbours(spec: Path) -> dict[str, tuple[str, ...]]:
    """Authority -> the authorities that share a boundary (Anglesey and Gwynedd by the bridges)."""
    held: dict[str, list[str]] = {}
    for row in csv_rows(spec / "neighbours.csv"):
        held.setdefault(row["authority_code"], []).append(row["neighbour_code"])
    return {k: tuple(sorted(v)) for k, v in held.items()}


def tables(spec: Path, held: dict[str, Item]) -> dict[str, Table]:
    """Canonical tables, by id; items unknown to the catalogue are left for the check to report."""
    return {
        table_id: Table(
            id=table_id,
            title=text(raw["title"]),
            grain=text(raw["grain"]),
            keys=tuple(raw["keys"]),
            items=tuple(ReturnItem(held[i], presence) for i, presence in raw["items"].items() if i in held),
        )
        for table_id, raw in yaml_file(spec / "tables.yml")["tables"].items()
    }


def returns(spec: Path) -> dict[str, Return]:
    """Every return with its layout, by id."""
    found = {}
    for path in sorted(spec.glob("returns/*/return.yml")):
        raw = yaml_file(path)
        names = {t: tuple(n) for t, n in raw["source_names"].items()}
        lists: dict[str, Any] = {k: tuple(raw[k]) for k in ("tables", "required_tables", "collection_codes")}
        plain = {k: v for k, v in raw.items() if k not in (*lists, "title", "source_names")}
        found[raw["id"]] = Return(
            title=text(raw["title"]), source_names=names, layout=_layout(path.parent / "layout.csv"), **plain, **lists
        )
    return found


def _layout(path: Path) -> tuple[LayoutRow, ...]:
    return tuple(
        LayoutRow(
            row["table"],
            row["item"],
            tuple(sorted((k, v or None) for k, v in row.items() if k not in ("table", "item"))),
        )
        for row in csv_rows(path)
    )


def export_profiles(spec: Path) -> dict[str, ExportProfile]:
    """Profiles of case-management exports: `<profile>.yml`, `<profile>.csv` (columns), `<profile>_values.csv`."""
    found = {}
    for path in sorted(spec.glob("exports/*/*.yml")):
        raw = yaml_file(path)
        values: dict[tuple[str, str], dict[str, str]] = {}
        values_path = path.with_name(f"{path.stem}_values.csv")
        for row in csv_rows(values_path) if values_path.exists() else []:
            values.setdefault((row["table"], row["item"]), {})[row["source_value"].casefold()] = row["code"]
        columns = tuple(
            ProfileColumn(r["table"], r["item"], r["column"], values.pop((r["table"], r["item"]), {}))
            for r in csv_rows(path.with_suffix(".csv"))
        )
        if values:
            places = ", ".join(".".join(place) for place in sorted(values))
            raise SpecError(f"{values_path.name}: maps labels of {places}, but no column of {path.stem}.csv feeds it")
        where = f"exports/{path.parent.name}/{path.name}"
        lists = {"title": text(raw.get("title")), "date_formats": tuple(raw.get("date_formats") or ())}
        found[named_by_file(raw, path)] = record(ExportProfile, where, {**raw, **lists, "columns": columns})
    return found


def extract_cards(spec: Path) -> dict[str, ExtractCard]:
    """Cards of StatsWales datasets, by id."""
    tuples = ("area_dimensions", "period_dimensions", "category_names", "measure_dimensions")
    found = {}
    for path in sorted(spec.glob("extracts/*.yml")):
        raw = yaml_file(path)
        lists: dict[str, Any] = {k: tuple(str(v) for v in raw.get(k) or ()) for k in tuples}
        given = {**raw, **lists, "title": text(raw.get("title"))}
        found[named_by_file(raw, path)] = record(ExtractCard, f"extracts/{path.name}", given)
    return found


def rules(spec: Path) -> tuple[Rule, ...]:
    """Every rule of `spec/rules`, in file order (a code may stand more than once, for different years)."""
    words = ("title", "message", "allowed", "guidance")
    defaults: dict[str, Any] = {"where": None, "since": None, "until": None, "stage": 1, "arguments": {}}
    tuples = ("items", "tables", "returns", "jurisdictions", "examples")
    found = []
    for path in sorted(spec.glob("rules/*.yml")):
        for raw in (yaml_file(path) or {}).get("rules") or []:
            full = defaults | dict.fromkeys(tuples, ()) | {"jurisdictions": ("wales", "england")} | raw
            full |= {k: tuple(full[k] or ()) for k in tuples} | {k: text(raw.get(k)) for k in words}
            full["family"] = path.stem
            found.append(record(Rule, f"rules/{path.name}, rule {raw.get('code')}", full))
    return tuple(found)


def rule_families(spec: Path) -> dict[str, RuleFamily]:
    """Families of rules in the order in which a reader meets them, by id."""
    raw = yaml_file(spec / "rule_families.yml")["families"]
    return {k: RuleFamily(k, text(v["title"]), text(v["about"])) for k, v in raw.items()}


def frameworks(spec: Path) -> dict[str, Framework]:
    """Performance frameworks, by id."""
    raw = yaml_file(spec / "frameworks.yml")["frameworks"]
    return {k: Framework(k, text(v["title"]), v["since"], v["until"], v["source"]) for k, v in raw.items()}


def years(spec: Path) -> tuple[str, ...]:
    """Every financial year the specification speaks of, oldest first."""
    raw = yaml_file(spec / "frameworks.yml")["years"]
    return tuple(f"{y}-{(y + 1) % 100:02d}" for y in range(int(raw["first"][:4]), int(raw["last"][:4]) + 1))


def breakdowns(spec: Path) -> dict[str, Breakdown]:
    """Breakdowns, by id."""
    raw = yaml_file(spec / "facts.yml")["breakdowns"]
    return {
        k: Breakdown(k, text(v["title"]), v["column"], v["code_list"], bool(v["is_sensitive"])) for k, v in raw.items()
    }


def facts(spec: Path) -> dict[str, Fact]:
    """Fact tables with the columns measures may name, by id."""
    return {
        k: Fact(
            id=k,
            title=text(v["title"]),
            grain=text(v["grain"]),
            booleans={c: text(t) for c, t in v["booleans"].items()},
            numbers={c: text(t) for c, t in (v["numbers"] or {}).items()},
            breakdowns=tuple(v["breakdowns"]),
        )
        for k, v in yaml_file(spec / "facts.yml")["facts"].items()
    }


_MEASURE_TUPLES = ("numerator", "denominator", "breakdowns", "periods", "returns", "seed_figures")


def measures(spec: Path) -> dict[str, Measure]:
    """Measures, by id, in file order."""
    return {measure_id: _measure(measure_id, raw) for measure_id, raw in _merged(spec / "measures", "measures").items()}


def _measure(measure_id: str, raw: Record) -> Measure:
    ids = tuple(
        FrameworkId(f["framework"], f["id"], f["since"], f.get("until")) for f in raw.get("framework_ids") or ()
    )
    compared = tuple(
        Comparability(c["from"], c["to"], c["verdict"], text(c["reason"])) for c in raw.get("comparability") or ()
    )
    special = ("title", "definition", "caveats", "framework_ids", "comparability", *_MEASURE_TUPLES)
    plain: dict[str, Any] = {"value_column": None, "population": None, "interval": None, "polarity": "neutral"}
    plain |= {k: v for k, v in raw.items() if k not in special}
    plain |= {k: tuple(raw.get(k) or ()) for k in _MEASURE_TUPLES}
    own = {"id": measure_id, "framework_ids": ids, "comparability": compared}
    said = {"title": text(raw.get("title")), "definition": text(raw.get("definition"))}
    caveats = text(raw["caveats"]) if raw.get("caveats") else None
    return record(Measure, f"measure {measure_id}", {**plain, **own, **said, "caveats": caveats})


def publications(spec: Path) -> dict[str, Publication]:
    """Publications, by id."""
    found = {}
    for path in sorted(spec.glob("publications/*.yml")):
        raw = yaml_file(path)
        with naming(f"publications/{path.name}"):
            held = tuple(
                PublicationTable(t["id"], text(t["title"]), tuple(t["measures"]), t["breakdown"]) for t in raw["tables"]
            )
            lists: dict[str, Any] = {k: tuple(raw[k]) for k in ("formats", "opened_columns", "headlines")}
        said = {k: text(raw.get(k)) for k in ("title", "summary", "contact")}
        given = {**raw, **lists, **said, "tables": held}
        found[named_by_file(raw, path)] = record(Publication, f"publications/{path.name}", given)
    return found


def messages(spec: Path) -> dict[str, Text]:
    """Messages by key; those listed under `confirmed` in cy.yml need no translator."""
    english, welsh = (yaml_file(spec / "messages" / f"{lang}.yml") or {} for lang in ("en", "cy"))
    confirmed = set(welsh.get("confirmed") or ())
    said_en, said_cy = english.get("messages") or {}, welsh.get("messages") or {}
    return {
        key: Text(said_en.get(key) or "", said_cy.get(key) or "", "confirmed" if key in confirmed else None)
        for key in {**said_en, **said_cy}
    }
