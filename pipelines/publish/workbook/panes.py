"""The panes of an OpenDocument spreadsheet that stay while the rest moves, as its readers keep such settings.

Which rows and columns stay is decided in `drawing.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

SETTINGS = "settings.xml"
_FROZEN = 2
_BELOW, _RIGHT_BELOW = 2, 3
"""The pane that moves: below what stays, or below and to the right of it."""
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<office:document-settings xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:config="urn:oasis:names:tc:opendocument:xmlns:config:1.0"'
    ' xmlns:ooo="http://openoffice.org/2004/office" office:version="1.2"><office:settings>'
    '<config:config-item-set config:name="ooo:view-settings"><config:config-item-map-indexed config:name="Views">'
    '<config:config-item-map-entry><config:config-item config:name="ViewId" config:type="string">view1'
    '</config:config-item><config:config-item-map-named config:name="Tables">'
)
_TAIL = (
    "</config:config-item-map-named></config:config-item-map-entry></config:config-item-map-indexed>"
    "</config:config-item-set></office:settings></office:document-settings>"
)


def settings(panes: Mapping[str, tuple[int, int]]) -> bytes:
    """`settings.xml`, from the rows and columns that stay of each sheet by name."""
    return f"{_HEAD}{''.join(_sheet(name, *kept) for name, kept in panes.items())}{_TAIL}".encode()


def _sheet(name: str, rows: int, columns: int) -> str:
    held = {
        "HorizontalSplitMode": ("short", _FROZEN if columns else 0),
        "VerticalSplitMode": ("short", _FROZEN),
        "HorizontalSplitPosition": ("int", columns),
        "VerticalSplitPosition": ("int", rows),
        "ActiveSplitRange": ("short", _RIGHT_BELOW if columns else _BELOW),
        "PositionLeft": ("int", 0),
        "PositionRight": ("int", columns),
        "PositionTop": ("int", 0),
        "PositionBottom": ("int", rows),
    }
    items = "".join(
        f'<config:config-item config:name="{item}" config:type="{kind}">{value}</config:config-item>'
        for item, (kind, value) in held.items()
    )
    return f"<config:config-item-map-entry config:name={quoteattr(name)}>{items}</config:config-item-map-entry>"
