"""Editions held open for readers who come back: each edition's flat tables once in memory, answered by SQL.

What is asked, and in which form it is answered, do not belong here.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from pipelines.core import duck
from pipelines.core.settings import Settings
from pipelines.serve.editions import PublishedEdition
from pipelines.serve.querying import Limits, answered

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

T = TypeVar("T")

LANGUAGES = ("en", "cy")
_GENEROUS = Limits()
KEPT = 4
"""Editions held at once; the one not asked for longest is let go."""

_DIMENSIONS = (
    "dim_measure",
    "dim_authority",
    "dim_period",
    "dim_breakdown",
    "dim_status",
    "dim_edition",
    "bridge_measure_framework",
    "fct_revision",
    "fct_headline",
)
_FLAT = """
    CREATE TABLE observations_{lang} AS
    SELECT v.*, m.sort_order AS measure_order, b.sort_order AS category_order,
           a.sort_order AS area_order, p.sort_order AS period_order
    FROM mart.measure_values_{lang} AS v
    JOIN mart.dim_measure AS m USING (measure_id)
    JOIN mart.dim_breakdown AS b ON b.breakdown_id = v.breakdown_id AND b.breakdown_code = v.category_code
    JOIN mart.dim_authority AS a USING (area_code)
    JOIN mart.dim_period AS p USING (period_id)
    ORDER BY m.sort_order, b.sort_order, a.sort_order, p.sort_order
"""
ORDER = "ORDER BY measure_order, category_order, area_order, period_order"
HIDDEN = ("measure_order", "category_order", "area_order", "period_order")
"""Columns that only say the order; they are never shown."""


class OpenEdition:
    """One edition in memory. It never changes, so every answer about it may be kept."""

    def __init__(self, settings: Settings, edition: PublishedEdition) -> None:
        self.edition = edition
        self._connection = _filled(settings, edition.mart)
        described = self._connection.execute("DESCRIBE observations_en").fetchall()
        self.columns = tuple((str(n), str(kind)) for n, kind, *_ in described if n not in HIDDEN)
        """(column, type) of the observations, in order."""
        self._once: dict[object, object] = {}

    def once(self, name: object, make: Callable[[], T]) -> T:
        """What is worked out once for an edition and kept with it."""
        if name not in self._once:
            self._once[name] = make()
        return cast("T", self._once[name])

    def rows(self, sql: str, bound: Sequence[object] = (), limits: Limits = _GENEROUS) -> pa.Table:
        """The answer to SQL with bound values; safe from several threads.

        Raises:
            RefusedError: more rows or more time than the limits allow.
            UsageError: the engine does not understand it.
        """
        cursor = self._connection.cursor()
        try:
            return answered(cursor, sql, bound, limits)
        finally:
            cursor.close()

    def close(self) -> None:
        """Free the memory."""
        self._connection.close()


class Store:
    """Opens editions when they are first asked for and keeps the last few."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._held: OrderedDict[Path, OpenEdition] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, edition: PublishedEdition) -> OpenEdition:
        """The edition, opened once however many ask at the same time."""
        with self._lock:
            if edition.folder not in self._held:
                self._held[edition.folder] = OpenEdition(self._settings, edition)
            self._held.move_to_end(edition.folder)
            while len(self._held) > KEPT:
                self._held.popitem(last=False)  # a reader in the middle of an answer keeps it until it is done
            return self._held[edition.folder]

    def close(self) -> None:
        """Close every edition."""
        with self._lock:
            for held in self._held.values():
                held.close()
            self._held.clear()


def _filled(settings: Settings, mart: Path) -> duckdb.DuckDBPyConnection:
    """A connection in memory that holds the observations of an edition, sorted, and can reach nothing else."""
    connection = duck.opened_in_memory(settings)
    try:
        connection.execute(f"ATTACH {duck.quoted(mart)} AS mart (READ_ONLY)")
        for lang in LANGUAGES:
            connection.execute(_FLAT.format(lang=lang))
        for name in _DIMENSIONS:
            connection.execute(f"CREATE TABLE {name} AS SELECT * FROM mart.{name}")
        connection.execute("DETACH mart")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except BaseException:
        connection.close()
        raise
    return connection
