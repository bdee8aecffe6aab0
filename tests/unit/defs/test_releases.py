"""The job of a release: its gates block, and what it made is linked to. What a gate counts is tested with its room."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import made_edition
import pytest

from pipelines.defs import releases
from pipelines.flow import releasing
from pipelines.publish import EditionResult
from schemas import Catalogue


@dataclass(frozen=True)
class Latest:
    folder: Path
    id: str = "2024-25-1"


def run(
    found: dict[str, int], made: EditionResult, monkeypatch: pytest.MonkeyPatch
) -> tuple[dg.ExecuteInProcessResult, list[str]]:
    asked: list[str] = []

    def release(desk: object, publication: str, edition: str, status: str) -> EditionResult:
        asked.append(f"{publication} {edition} {status}")
        return made

    monkeypatch.setattr(releasing, "latest", lambda *_: Latest(made.folder))
    monkeypatch.setattr(releasing, "release", release)
    counts = {name: (lambda _, __, n=n: n) for name, n in (dict.fromkeys(releases.GATES, 0) | found).items()}
    monkeypatch.setattr(releases, "GATES", {name: (count, "says") for name, count in counts.items()})
    definitions = releases.definitions_of(made_edition.publication())
    config = {"ops": {f"released__{made_edition.PUBLICATION.replace('-', '_')}": {"config": {"status": "final"}}}}
    ended = dg.materialize(
        definitions,  # type: ignore[arg-type]
        resources={"desk": dg.ResourceDefinition.hardcoded_resource(object())},
        run_config=config,
        raise_on_error=False,
    )
    return ended, asked


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> EditionResult:
    desk = made_edition.desk(tmp_path_factory.mktemp("release"), catalogue)
    desk.lay(made_edition.disclosed_rows(desk.catalogue, made_edition.publication()))
    return desk.publish()


def test_a_release_is_made_and_linked_to(made: EditionResult, monkeypatch: pytest.MonkeyPatch) -> None:
    ended, asked = run({}, made, monkeypatch)
    assert ended.success
    assert asked == [f"{made_edition.PUBLICATION} latest final"]
    (event,) = [
        e for e in ended.get_asset_materialization_events() if e.asset_key and e.asset_key.path[0] == "released"
    ]
    metadata = event.materialization.metadata
    assert metadata["folder"].value == str(made.folder)
    linked = {name for name, held in metadata.items() if isinstance(held, dg.UrlMetadataValue)}
    assert {"changelog-en.md", f"bulletin-{made_edition.PUBLICATION}-2024-25-1-cy.html"} <= linked


@pytest.mark.parametrize("gate", releases.GATES)
def test_each_gate_blocks(gate: str, made: EditionResult, monkeypatch: pytest.MonkeyPatch) -> None:
    ended, asked = run({gate: 1}, made, monkeypatch)
    assert not ended.success
    assert asked == []


def test_files_that_are_gone_changed_or_too_many_are_counted(desk_of: made_edition.Desk) -> None:
    from pipelines.flow.desk import Desk

    made = desk_of.publish()
    asked = Desk(desk_of.settings, made.folder)
    assert releasing.n_broken_files(asked, desk_of.publication_id) == 0
    assert releasing.n_statswales_failures(asked, desk_of.publication_id) == 0
    (made.folder / "extra.txt").write_text("x", encoding="utf-8")
    path = made.folder / "changelog.json"
    path.chmod(0o644)
    path.write_text("{}", encoding="utf-8")
    (made.folder / "policy-en.md").unlink()
    assert releasing.n_broken_files(asked, desk_of.publication_id) == 3


@pytest.fixture
def desk_of(tmp_path: Path, catalogue: Catalogue) -> made_edition.Desk:
    held = made_edition.desk(tmp_path, catalogue)
    held.lay(made_edition.disclosed_rows(held.catalogue, made_edition.publication()))
    return held
