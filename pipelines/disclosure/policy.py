"""The confidentiality policy, in words, generated from the settings that are really in force.

The wording lies in the specification (keys `disclosure.policy.*`); applying the settings does not belong here.
"""

from __future__ import annotations

from dataclasses import asdict

from pipelines.disclosure.config import DisclosureConfig
from schemas.catalogue import Catalogue

SECTIONS = {
    "guaranteed": ("same", "rounding", "open", "ratios", "earlier", "guess"),
    "counts": ("rounding", "small", "zeros"),
    "others": ("companions", "bounds", "values", "levels", "same", "groups"),
    "ratios": ("published_only", "decimals", "few", "weak", "complement", "averages", "limits"),
    "shown": ("codes", "missing", "reasons"),
    "check": ("audit", "read", "refusal"),
    "not": ("guess", "elsewhere", "releases", "strength"),
}
"""Sections in order, each with its points; every one has a wording in both languages."""


def _facts(catalogue: Catalogue, config: DisclosureConfig, lang: str) -> dict[str, str]:
    """What the wording may name: every setting, and the breakdowns that are treated as sensitive."""
    numbers = {k: f"{v:,}" for k, v in asdict(config).items() if type(v) in (int, float)}
    sensitive = [b.title[lang] for b in catalogue.breakdowns.values() if b.is_sensitive]
    return numbers | {"half_base": str(config.half_base), "sensitive": "; ".join(sorted(sensitive))}


def policy(catalogue: Catalogue, config: DisclosureConfig, lang: str) -> str:
    """The policy as Markdown in one language (`en` or `cy`).

    Raises:
        KeyError: a wording is missing from the specification.
    """
    facts = _facts(catalogue, config, lang)

    def say(key: str) -> str:
        return catalogue.message(f"disclosure.policy.{key}", lang, **facts)

    parts = [f"# {say('title')}", say("intro")]
    for section, points in SECTIONS.items():
        parts.append(f"## {say(section)}")
        parts.append("\n".join(f"- {say(f'{section}.{point}')}" for point in points))
    return "\n\n".join(parts) + "\n"
