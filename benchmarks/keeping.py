"""Where results of measurements are kept: the figures as JSON by day, and a page for a reader.

Measuring and wording do not belong here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).parent


def keep(name: str, found: Mapping[str, object], page: str) -> None:
    """Write `results/<name>-<day>.json` and `<name>.md`, and print the page."""
    path = HERE / "results" / f"{name}-{datetime.now(UTC):%Y-%m-%d}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    (HERE / f"{name}.md").write_text(page, encoding="utf-8")
    print(page)
