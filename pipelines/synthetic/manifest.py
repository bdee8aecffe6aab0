"""The manifest of a sample as JSON: what was asked, what was written, what was aimed at and reached.

Making the sample does not belong here.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from pipelines.synthetic.records import GENERATOR_VERSION, Calibration, SampleManifest
from schemas.catalogue import WALES

__all__ = ["GENERATOR_VERSION", "NOTES", "PROVENANCE", "as_json"]

NOTES = (
    "Synthetic data: no row describes a real child. Child identifiers begin with SYN; pupil numbers carry the authority"
    " part 000, which was never issued; postcodes lie in the area ZZ, which does not exist.",
    "Stock at 31 March uses the figure first published for each year (7,208 for 2023, not the revised 7,188).",
    "Authority stocks are inside the published rounding for 13 authorities in 2024; the others are apportioned.",
    "Published starts and ends of 2018-19 do not add up to the change of the stock by 8 children: 8 children leave"
    " twice in that year, so that periods of care that end number 1,686 and children ceasing 1,678.",
    "The older return of 2015-16 is sent by a few authorities only: coverage of that year is partial.",
    "School moves (CH/044), PM24, PM25 and the children receiving care and support census are not part of the sample.",
)
PROVENANCE = """\
title: Synthetic returns and quarterly exports about children looked after in Wales
publisher: Mesur (made up; not a statistic)
licence: Open Government Licence v3.0 for the published figures that the margins are fitted to
source: reference/ and, where nothing is published, the assumptions of pipelines/synthetic
made: mesur sample; what was aimed at and reached stands in manifest.json, true counts in truth.csv
certainty: provisional
"""
"""The card that lies beside the sample."""


def as_json(made: SampleManifest) -> str:
    """The manifest, ordered and indented so that a change shows as a small difference."""
    spec = {k: (list(v) if isinstance(v, tuple) else v) for k, v in asdict(made.spec).items() if k != "reference"}
    held = {
        "generator_version": made.version,
        "is_synthetic": True,
        "spec": spec,
        "notes": list(made.notes),
        "n_files": len(made.files),
        "n_bytes": sum(f.bytes for f in made.files),
        "calibration": {
            "n_targets": len(made.calibration),
            "n_met": sum(c.is_met for c in made.calibration),
            "unmet": [_target(c) for c in made.unmet],
            "wales": [_target(c) for c in made.calibration if c.area_code == WALES],
            "authorities_published": [
                _target(c) for c in made.calibration if c.area_code != WALES and c.basis == "published"
            ],
        },
        "defects": [asdict(d) for d in made.defects],
        "files": [asdict(f) for f in made.files],
    }
    return json.dumps(held, indent=1, ensure_ascii=False) + "\n"


def _target(held: Calibration) -> dict[str, object]:
    return asdict(held) | {"is_met": held.is_met}
