"""Writes the card of provenance of one bundled extract: what it is, whose, under which licence, rendered from what.

Cards of the reference files themselves are written by hand and lie beside them.
"""

from __future__ import annotations

import hashlib

import yaml

from pipelines.synthetic.statswales.extract import Extract
from schemas.catalogue import Catalogue


def card_text(extract: Extract, catalogue: Catalogue) -> str:
    """The card as YAML. `dataset` and `vintage` are what the adapter takes as the claim."""
    card = catalogue.extract_cards[extract.dataset_id]
    said = {
        "dataset": extract.dataset_id,
        "title": {"en": card.title.en, "cy": card.title.cy},
        "publisher": card.publisher,
        "licence": card.licence,
        "source": extract.source,
        "vintage": extract.vintage,
        "shape": extract.shape,
        "made": "figures as published, rendered by python -m pipelines.synthetic.statswales",
        "rendered_from": [f"../reference/{name}.csv" for name in extract.rendered_from],
        "certainty": card.certainty,
        "sha256": {name: hashlib.sha256(content).hexdigest() for name, content in sorted(extract.files.items())},
    }
    return yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=120)
