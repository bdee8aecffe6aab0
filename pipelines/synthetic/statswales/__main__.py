"""`python -m pipelines.synthetic.statswales`: writes the bundled StatsWales extracts and their cards of provenance.

What the extracts hold is for `bundle.py` to say.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.synthetic.statswales.bundle import extracts
from pipelines.synthetic.statswales.provenance import card_text
from schemas import load

SAMPLE = Path(__file__).parents[3] / "data" / "sample"


def main() -> None:
    """Render every extract from the reference files; what has not changed is written the same, byte for byte."""
    catalogue = load()
    target = SAMPLE / "statswales"
    for extract in extracts(catalogue, SAMPLE / "reference"):
        for name, content in extract.files.items():
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        card = target / f"{extract.dataset_id}.provenance.yml"
        card.write_text(card_text(extract, catalogue), encoding="utf-8")
        print(f"{extract.dataset_id}: {len(extract.files)} file(s), {extract.shape}")


if __name__ == "__main__":
    main()
