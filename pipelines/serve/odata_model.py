"""The entity sets of the OData feed and their description ($metadata), from the columns of an open edition.

What a client asks of them belongs to `odata_query.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from xml.sax.saxutils import quoteattr

from pipelines.serve.store import HIDDEN, ORDER, OpenEdition

NAMESPACE = "Mesur"
_EDM = {
    "VARCHAR": "Edm.String",
    "BIGINT": "Edm.Int64",
    "INTEGER": "Edm.Int32",
    "DOUBLE": "Edm.Double",
    "BOOLEAN": "Edm.Boolean",
    "DATE": "Edm.Date",
}


@dataclass(frozen=True)
class EntitySet:
    """One set: its name, the name of one of its members, the table it is read from, key, order and columns."""

    name: str
    entity: str
    table: str
    key: tuple[str, ...]
    order: str
    columns: tuple[tuple[str, str], ...] = ()
    """(property, EDM type)."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.columns)


_OBSERVATION_KEY = ("measure_id", "area_code", "period_id", "breakdown_id", "category_code")
_SETS = (
    EntitySet("Observations", "Observation", "observations_{lang}", _OBSERVATION_KEY, ORDER),
    EntitySet("Measures", "Measure", "dim_measure", ("measure_id",), "ORDER BY sort_order"),
    EntitySet("Areas", "Area", "dim_authority", ("area_code",), "ORDER BY sort_order"),
    EntitySet("Periods", "Period", "dim_period", ("period_id",), "ORDER BY sort_order"),
    EntitySet("Categories", "Category", "dim_breakdown", ("breakdown_id", "breakdown_code"), "ORDER BY sort_order"),
    EntitySet("Statuses", "Status", "dim_status", ("status_code",), "ORDER BY sort_order"),
    EntitySet("Editions", "Edition", "dim_edition", ("edition_id",), "ORDER BY edition_sequence"),
)


def entity_sets(held: OpenEdition, lang: str) -> dict[str, EntitySet]:
    """The sets of an edition by name; observations carry the labels of one language, the others those of both."""
    return held.once(("odata", lang), lambda: {s.name: _described(held, s, lang) for s in _SETS})


def _described(held: OpenEdition, plain: EntitySet, lang: str) -> EntitySet:
    table = plain.table.format(lang=lang)
    rows = held.rows(f"SELECT column_name AS n, data_type AS t FROM duckdb_columns() WHERE table_name = '{table}' "
                     "ORDER BY column_index").to_pylist()  # fmt: skip
    columns = tuple((row["n"], _EDM[row["t"]]) for row in rows if row["n"] not in HIDDEN)
    return EntitySet(plain.name, plain.entity, table, plain.key, plain.order, columns)


def service_document(sets: dict[str, EntitySet], root: str) -> dict[str, object]:
    """What the service root answers."""
    value = [{"name": name, "kind": "EntitySet", "url": name} for name in sets]
    return {"@odata.context": f"{root}/$metadata", "value": value}


def metadata(sets: dict[str, EntitySet]) -> bytes:
    """The CSDL document (XML, version 4.0)."""
    types = "".join(_type(one) for one in sets.values())
    held = "".join(
        f"<EntitySet Name={quoteattr(one.name)} EntityType={quoteattr(f'{NAMESPACE}.{one.entity}')}/>"
        for one in sets.values()
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>'
        f'<Schema Namespace="{NAMESPACE}" xmlns="http://docs.oasis-open.org/odata/ns/edm">{types}'
        f'<EntityContainer Name="Container">{held}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>'
    ).encode()


def _type(one: EntitySet) -> str:
    keys = "".join(f"<PropertyRef Name={quoteattr(name)}/>" for name in one.key)
    properties = "".join(_property(name, kind, name in one.key) for name, kind in one.columns)
    return f"<EntityType Name={quoteattr(one.entity)}><Key>{keys}</Key>{properties}</EntityType>"


def _property(name: str, kind: str, is_key: bool) -> str:
    may_be_null = "false" if is_key else "true"
    return f'<Property Name={quoteattr(name)} Type={quoteattr(kind)} Nullable="{may_be_null}"/>'
