"""The machine-made files of the dbt project: sources, seeds and the measure registry.

Hand-written models and their tests do not belong here; nothing under `_generated/` is edited by hand.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import date, timedelta

import yaml

from schemas.catalogue import WALES, Catalogue
from schemas.model import Measure
from schemas.rule_terms import load_terms

HEADER = "generated from schemas/spec by `python -m schemas build`; do not edit"


def render(catalogue: Catalogue) -> dict[str, str]:
    """Path below the project's root -> text of every generated dbt file."""
    seeds: dict[str, list[dict[str, object]]] = {
        "code_list_values": code_list_values(catalogue),
        "authorities": authorities(catalogue),
        "neighbours": [
            {"authority_code": a, "neighbour_code": n} for a, ns in catalogue.neighbours.items() for n in ns
        ],
        "areas": areas(catalogue),
        "periods": periods(catalogue),
    }
    files = {f"dbt_project/seeds/_generated/{name}.csv": _csv(rows) for name, rows in seeds.items()}
    files["dbt_project/models/staging/_generated/sources.yml"] = sources(catalogue)
    files["dbt_project/macros/_generated/measure_registry.sql"] = registry_macro(catalogue)
    files["dbt_project/macros/_generated/return_tables.sql"] = tables_macro(catalogue)
    files["dbt_project/macros/_generated/code_groups.sql"] = groups_macro()
    return files


def _csv(rows: list[dict[str, object]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def code_list_values(catalogue: Catalogue) -> list[dict[str, object]]:
    """Every code in one long seed; a code's newest row decides its group where dates overlap years."""
    return [
        {
            "code_list": held.id,
            "code": c.code,
            "group_code": c.group or "",
            "label_en": c.label.en,
            "label_cy": c.label.cy,
            "valid_from": c.valid_from or "",
            "valid_to": c.valid_to or "",
            "jurisdiction": c.jurisdiction,
            "sort": n,
        }
        for held in catalogue.code_lists.values()
        for n, c in enumerate(held.codes, 1)
    ]


def authorities(catalogue: Catalogue) -> list[dict[str, object]]:
    """The 22 authorities with region and official order."""
    return [
        {
            "authority_code": a.gss,
            "la3": a.la3,
            "name_en": a.name.en,
            "name_cy": a.name.cy,
            "region_code": a.region,
            "sort": n,
        }
        for n, a in enumerate(catalogue.authorities.values(), 1)
    ]


def areas(catalogue: Catalogue) -> list[dict[str, object]]:
    """Wales, regions and authorities in the order of publication, each with its parent."""
    parent = {a.gss: a.region for a in catalogue.authorities.values()} | {
        r: WALES for r in catalogue.regions if r != WALES
    }
    return [
        {
            "area_type": kind,
            "area_code": code,
            "name_en": catalogue.area_name(code).en,
            "name_cy": catalogue.area_name(code).cy,
            "parent_code": parent.get(code, ""),
            "sort": n,
        }
        for n, (kind, code) in enumerate(catalogue.areas(), 1)
    ]


def periods(catalogue: Catalogue) -> list[dict[str, object]]:
    """Financial years and their quarters with first and last day (1 April to 31 March)."""
    rows: list[dict[str, object]] = []
    for year_id in catalogue.years:
        year = int(year_id[:4])
        starts = [date(year, 4, 1), date(year, 7, 1), date(year, 10, 1), date(year + 1, 1, 1), date(year + 1, 4, 1)]
        spans = [("year", year_id, starts[0], starts[4])]
        spans += [("quarter", f"{year_id}Q{q}", starts[q - 1], starts[q]) for q in (1, 2, 3, 4)]
        rows += [
            {
                "period_id": period_id,
                "period_type": kind,
                "period_start": first,
                "period_end": after - timedelta(days=1),
                "year_id": year_id,
                "mid_year": year,
            }
            for kind, period_id, first, after in spans
        ]
    return rows


def _registry_entry(catalogue: Catalogue, m: Measure) -> dict[str, object]:
    split = [catalogue.breakdowns[b] for b in m.breakdowns]
    return {
        "id": m.id,
        "fact": m.fact,
        "unit": m.unit,
        "numerator": list(m.numerator),
        "denominator": list(m.denominator),
        "value_column": m.value_column,
        "population": m.population,
        "breakdowns": [{"id": b.id, "column": b.column, "code_list": b.code_list} for b in split],
        "periods": list(m.periods),
    }


def registry_macro(catalogue: Catalogue) -> str:
    """The measure registry as a Jinja list (JSON is valid Jinja but for null)."""
    body = ",\n    ".join(
        json.dumps(_registry_entry(catalogue, m)).replace(": null", ": none") for m in catalogue.measures.values()
    )
    return f"{{# {HEADER} #}}\n{{% macro measure_registry() %}}\n{{{{ return([\n    {body}\n]) }}}}\n{{% endmacro %}}\n"


def tables_macro(catalogue: Catalogue) -> str:
    """The tables each return carries, so that a model reads a table from every return that has it."""
    body = json.dumps({r.id: list(r.tables) for r in catalogue.returns.values()}, indent=4)
    return f"{{# {HEADER} #}}\n{{% macro return_tables() %}}\n{{{{ return({body}) }}}}\n{{% endmacro %}}\n"


def groups_macro() -> str:
    """The Welsh code groups that rules share and models need too, as lists of SQL."""
    codes = ", ".join(f"'{code}'" for code in load_terms("wales").code_groups["is_temporary"])
    return f"{{# {HEADER} #}}\n{{% macro temporary_placement_codes() -%}}\n    ({codes})\n{{%- endmacro %}}\n"


def sources(catalogue: Catalogue) -> str:
    """dbt sources, by paths relative to the data folder: typed tables, the ledger, extracts and reference tables."""
    typed = [
        {
            "name": r.id,
            "description": r.title.en,
            "config": _location(f"read_parquet('typed/{r.id}/{{name}}/*/*/*.parquet', {_AS_WRITTEN})"),
            "tables": [_source_table(catalogue, t) for t in r.tables],
        }
        for r in catalogue.returns.values()
    ]
    return f"# {HEADER}\n" + yaml.safe_dump(
        {"version": 2, "sources": [*typed, *_OTHER_SOURCES]}, sort_keys=False, allow_unicode=True, width=118
    )


_AS_WRITTEN = "union_by_name = true, hive_partitioning = false"


def _location(text: str) -> dict[str, object]:
    return {"meta": {"external_location": text}}


_OTHER_SOURCES = [
    {
        "name": "ledger",
        "description": "The current view of the ledger of submissions",
        "config": _location("read_parquet('ledger.parquet')"),
        "tables": [
            {
                "name": "ledger",
                "description": "one row per file received, with what its submission is now: superseded ones say so",
            }
        ],
    },
    {
        "name": "statswales",
        "description": "Extracts of StatsWales",
        "config": _location(f"read_parquet('typed/statswales/{{name}}/*/*.parquet', {_AS_WRITTEN})"),
        "tables": [{"name": "observation", "description": "one row per published observation"}],
    },
]


def _source_table(catalogue: Catalogue, table_id: str) -> dict[str, object]:
    table = catalogue.tables[table_id]
    return {
        "name": table_id,
        "description": f"{table.title.en}: {table.grain.en}",
        "columns": [
            {"name": i.item.id, "description": i.item.definition.en} for i in table.items if i.item.kind != "postcode"
        ],
    }
