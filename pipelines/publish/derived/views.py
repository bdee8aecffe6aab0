"""The view that answers the figures of the source documents, in one language.

The tables it reads do not belong here.
"""

from __future__ import annotations

from collections.abc import Iterator

COMMENT = "Answers to the figures of the source documents: every published value of the measures and comparisons named"


def views(lang: str) -> Iterator[tuple[str, str]]:
    """(name of the view, its SQL)."""
    yield (
        f"figure_answers_{lang}",
        f"""
        CREATE VIEW figure_answers_{lang} AS
        WITH answers AS (
            SELECT b.figure_id, b.answer_kind, b.answer_id, m.measure_title_{lang} AS title, m.unit, v.area_code,
                   v.period_id, v.breakdown_id, v.breakdown_code, 'value' AS statistic, v.value, v.status
            FROM bridge_figure AS b
            JOIN dim_measure AS m ON b.answer_id = m.measure_id
            JOIN fct_measure_value AS v ON b.answer_id = v.measure_id
            WHERE b.answer_kind = 'measure'
            UNION ALL
            SELECT b.figure_id, b.answer_kind, b.answer_id, d.derived_title_{lang}, d.unit, v.area_code, v.period_id,
                   v.breakdown_id, v.breakdown_code, v.statistic, v.value, v.status
            FROM bridge_figure AS b
            JOIN dim_derived AS d ON b.answer_id = d.derived_id
            JOIN fct_derived_value AS v ON b.answer_id = v.derived_id
            WHERE b.answer_kind = 'derived'
        )
        SELECT f.figure_id, f.concept_{lang} AS concept, f.printed_value, r.answer_kind, r.answer_id, r.title, r.unit,
               r.area_code, a.area_name_{lang} AS area_name, a.area_type, r.period_id, r.breakdown_id,
               r.breakdown_code AS category_code, r.statistic, r.value, r.status
        FROM dim_figure AS f
        JOIN answers AS r USING (figure_id)
        JOIN dim_authority AS a USING (area_code)
    """,
    )
