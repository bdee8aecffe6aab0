"""Charts as Vega-Lite specifications, drawn to SVG: bars from zero with their figures on them, a named gap for what is
not shown, and a line where a series breaks.

Words about a chart do not belong here (see `figures.py`).
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

INK, FILL, PALE = "#1f1f1f", "#23527c", "#ffffff"
"""Text on white 16.5:1, bars on white 8.2:1; what is less reliable is hollow and marked: no meaning is by colour."""
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_AXIS = {"labelFontSize": 12, "titleFontSize": 12, "labelColor": INK, "titleColor": INK, "gridColor": "#d0d0d0"}
_CONFIG = {
    "font": "Arial, Helvetica, sans-serif",
    "background": "#ffffff",
    "axis": _AXIS,
    "view": {"stroke": None},
}
Encoding = dict[str, dict[str, object]]


@dataclass(frozen=True)
class Bar:
    """One bar: its label, its value or none, what is written on it, and how it stands."""

    label: str
    value: float | None
    shown: str
    is_uncertain: bool = False
    begins_anew: bool = False
    """The series breaks before it."""


@dataclass(frozen=True)
class Axes:
    """What the axes say, and whether the bars lie (many names) or stand (years)."""

    of_labels: str
    of_values: str
    is_lying: bool = False


def bars(held: tuple[Bar, ...], axes: Axes) -> str:
    """The chart as SVG; the same bytes for the same figures."""
    import vl_convert

    spec = _lying(held, axes) if axes.is_lying else _standing(held, axes)
    return str(vl_convert.vegalite_to_svg(json.dumps(spec)))


def _standing(held: tuple[Bar, ...], axes: Axes) -> dict[str, object]:
    place: dict[str, object] = {
        "field": "label",
        "type": "ordinal",
        "sort": [b.label for b in held],
        "title": axes.of_labels,
    }
    place["axis"] = {"labelAngle": 0, "ticks": False}
    size: dict[str, object] = {
        "field": "value",
        "type": "quantitative",
        "title": axes.of_values,
        "scale": {"zero": True},
    }
    size["axis"] = {"grid": True, "tickCount": 5}
    text = {"align": "center", "baseline": "bottom", "dy": -4}
    return _spec(held, {"x": place, "y": size}, text, ("y", "x"), {"width": 640, "height": 300})


def _lying(held: tuple[Bar, ...], axes: Axes) -> dict[str, object]:
    place: dict[str, object] = {
        "field": "label",
        "type": "ordinal",
        "sort": [b.label for b in held],
        "title": axes.of_labels,
    }
    place["axis"] = {"ticks": False, "labelLimit": 260}
    size: dict[str, object] = {
        "field": "value",
        "type": "quantitative",
        "title": axes.of_values,
        "scale": {"zero": True},
    }
    size["axis"] = {"grid": True, "tickCount": 5}
    text = {"align": "left", "baseline": "middle", "dx": 4}
    return _spec(held, {"y": place, "x": size}, text, ("x", "y"), {"width": 480, "height": {"step": 20}})


def _spec(
    held: tuple[Bar, ...], encoding: Encoding, text: dict[str, object], ends: tuple[str, str], size: dict[str, object]
) -> dict[str, object]:
    value, place = ends
    across = "width" if place == "x" else "height"
    fill = {"condition": {"test": "datum.is_uncertain", "value": PALE}, "value": FILL}
    label_at = {**encoding, value: {**encoding[value], "field": "at"}, "text": {"field": "shown", "type": "nominal"}}
    layers: list[dict[str, object]] = [
        {
            "mark": {"type": "bar", "stroke": FILL, "strokeWidth": 1.5, across: {"band": 0.7}},
            "transform": [{"filter": "datum.value !== null"}],
            "encoding": {**encoding, "fill": fill},
        },
        {"mark": {"type": "text", "fontSize": 12, "color": INK, **text}, "encoding": label_at},
        {
            "mark": {"type": "rule", "strokeDash": [4, 4], "color": INK, f"{place}Offset": -30},
            "transform": [{"filter": "datum.begins_anew"}],
            "encoding": {place: encoding[place]},
        },
    ]
    rows = [{**asdict(b), "at": b.value or 0} for b in held]
    return {"$schema": _SCHEMA, "data": {"values": rows}, "layer": layers, "config": _CONFIG, **size}
