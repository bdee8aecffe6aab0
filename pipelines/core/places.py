"""Where the files of one submission lie under a root: by return, table, period and authority.

The roots themselves do not belong here (see `settings.py`); nor does what the files hold.
"""

from __future__ import annotations

from pathlib import Path

Where = tuple[str, str, str, str]
"""Return, period, authority and id of a submission."""


def place_of(root: Path, where: Where, table: str | None = None) -> Path:
    """The Parquet file of a submission; `table` only under a root that has one folder for each."""
    return_id, period_id, authority_code, submission_id = where
    base = root / return_id / table if table else root / return_id
    return base / f"period={period_id}" / f"authority={authority_code}" / f"{submission_id}.parquet"
