"""Runs the public English validator over two folders, as its web page does: rules, issue table, two summaries as CSV.

It runs in an environment of its own (see `validator.py`) and imports nothing of this project.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path


def main(this: Path, last: Path, out: Path) -> None:
    """Check both years and write what its users download."""
    validator = import_module("lac_validator.lac_validator")
    report = import_module("lac_validator.report")
    utils = import_module("lac_validator.utils")
    registry = import_module("lac_validator.rules.ruleset_utils").get_year_ruleset("2024")
    named = {"This year": this, "Prev year": last}
    files = utils.process_uploaded_files({k: sorted(map(str, f.glob("*.csv"))) for k, f in named.items()})
    about = {"collectionYear": "2024", "localAuthority": "E09000027"}
    held = validator.LacValidator(metadata=about, files=files, registry=registry)
    found = report.Report(held.ds_results, registry)
    issues = validator.create_issue_df(found.report, found.error_report)
    out.mkdir(parents=True, exist_ok=True)
    found.error_summary.to_csv(out / "error_counts.csv", index=False)
    found.child_summary.to_csv(out / "child_summary.csv", index=False)
    issues.to_csv(out / "issues.csv", index=False)
    print(f"{len(held.dones)} rules done, {len(held.skips)} skipped, {len(held.fails)} crashed, {len(issues)} issues")


if __name__ == "__main__":
    main(*(Path(name) for name in sys.argv[1:4]))
