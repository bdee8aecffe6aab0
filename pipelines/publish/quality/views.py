"""Flat views over the tables of comparison, in one language each: names and words in place of codes.

The tables themselves do not belong here.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.publish.layout import MartTable

COMMENT = "With names and words in one language"
_VIEWS = {
    "change": ("fct_change", ("change", "not_tested_because")),
    "funnel": ("fct_funnel", ("position", "adjusted_position")),
}
_SETS = {"adjusted_position": "position"}


def views(layout: tuple[MartTable, ...], lang: str) -> Iterator[tuple[str, str]]:
    """(name of the view, its SQL)."""
    for name, (table, words) in _VIEWS.items():
        held = next(t for t in layout if t.name == table)
        keys = ("edition_id", "measure_id", "area_code", "period_id")
        rest = ", ".join(f"f.{c.name}" for c in held.columns if c.name not in keys)
        labels = ", ".join(f"{word}_term.term_label_{lang} AS {word}_label" for word in words)
        joins = "\n".join(
            f"LEFT JOIN dim_term AS {word}_term ON {word}_term.term_set = '{_SETS.get(word, word)}' "
            f"AND {word}_term.term_code = f.{word}"
            for word in words
        )
        yield (
            f"{name}_{lang}",
            f"""
            CREATE VIEW {name}_{lang} AS
            SELECT f.edition_id, f.measure_id, m.measure_title_{lang} AS measure_title, m.unit, f.area_code,
                   a.area_name_{lang} AS area_name, a.area_type, f.period_id, p.period_label_{lang} AS period_label,
                   {rest}, {labels}
            FROM {table} AS f
            JOIN dim_measure AS m USING (measure_id)
            JOIN dim_authority AS a USING (area_code)
            JOIN dim_period AS p USING (period_id)
            {joins}
        """,
        )
