"""A small made-up world and a small written sample, each made once.

Tests do not belong here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipelines.synthetic import SampleSpec, make
from pipelines.synthetic.make import Plan, fit_targets, live, new_world, prepare
from pipelines.synthetic.records import SampleManifest, Target
from pipelines.synthetic.simulate import World
from schemas import Catalogue, load

SMALL = SampleSpec(authorities=3, children=600, first="2021-22", quarters=("2024-25Q1", "2024-25Q2"))


@dataclass
class Lived:
    """A plan, its targets, and everybody who lived."""

    plan: Plan
    targets: dict[tuple[str, str], Target]
    world: World

    @property
    def children(self):
        return [c for held in self.world.children.values() for c in held]


@dataclass
class Written:
    """A sample on disk."""

    folder: Path
    made: SampleManifest
    stated: dict = field(default_factory=dict)


@pytest.fixture(scope="session")
def spec_catalogue() -> Catalogue:
    return load()


@pytest.fixture(scope="session")
def lived(spec_catalogue) -> Lived:
    plan = prepare(spec_catalogue, SMALL)
    targets, world = fit_targets(plan), new_world(spec_catalogue, plan)
    live(plan, world, targets)
    return Lived(plan, targets, world)


@pytest.fixture(scope="session")
def written(spec_catalogue, tmp_path_factory) -> Written:
    folder = tmp_path_factory.mktemp("sample")
    made = make(spec_catalogue, SMALL, folder)
    return Written(folder, made, json.loads((folder / "manifest.json").read_text("utf-8")))
