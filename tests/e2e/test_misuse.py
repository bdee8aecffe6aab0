"""Wrong use of every verb: a message in the reader's language, what to do, exit code 2 (3 where a file is missing).

What right use gives does not belong here.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from made_build import SAMPLE, Mesur, command, environment, run

from pipelines.cli import VERBS
from pipelines.core import messages

WRONG = [
    ("nonsense",),
    ("--nonsense",),
    ("rules", "nonsense"),
    *((verb, "--nonsense") for verb in sorted(VERBS)),
    ("check",),
    ("receive",),
    ("query",),
    ("export", "select 1"),
    ("compare", "0123"),
    ("withdraw",),
    ("verify",),
    ("release", "latest"),
    ("templates", "lac_census"),
    ("sample",),
    ("rules", "show"),
    ("rules", "try"),
    ("status", "extra"),
    ("query", "select", "1"),
    ("serve", "--port", "0"),
    ("serve", "--port", "many"),
    ("dagster", "--port", "99999"),
    ("query", "select 1", "--limit", "0"),
    ("release", "latest", "--status", "secret"),
    ("sample", "--out", "x", "--authorities", "23"),
    ("sample", "--out", "x", "--defects", "2"),
    ("check", "x", "--lang", "fr"),
    ("check", "x", "--return"),
    ("status", "--period", "yesterday"),
    ("check", "x", "--period", "2018-20"),
    ("check", "x", "--authority", "Atlantis"),
    ("check", "x", "--return", "tax_return"),
    ("check", "x", "--out", "y", "--format", "pdf"),
    ("measures", "NO_SUCH_MEASURE"),
    ("rules", "show", "no-such"),
    ("rules", "try", "no-such", "--cases", "x"),
    ("compare", "0123", "4567"),
    ("withdraw", "0123"),
    ("templates", "tax_return", "2023-24", "--out", "x"),
    ("templates", "lac_census", "soon", "--out", "x"),
    ("query", "select 1"),
    ("audit", "latest"),
]
MISSING = [
    ("check", "no-such.csv"),
    ("receive", "no-such.csv"),
    ("verify", "no-such.json"),
    ("check", SAMPLE / "manifest.json", "--previous", "no-such.csv"),
    ("rules", "try", "--cases", "no-such.json"),
]


def shown(arguments: tuple[object, ...]) -> str:
    return " ".join(Path(str(a)).name for a in arguments)


@pytest.mark.parametrize("arguments", WRONG, ids=shown)
def test_wrong_use_is_told_in_both_languages(
    mesur: Mesur, arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").write_text("CHILD,DOB\n1,01/01/2010\n")
    english, welsh = (mesur(*arguments, lang=lang) for lang in ("en", "cy"))
    assert (english.code, welsh.code) == (2, 2)
    assert (english.out, welsh.out) == ("", "")
    assert english.err != welsh.err
    assert "\nWhat to do: " in english.err
    assert "\nBeth i'w wneud: " in welsh.err
    left = [p for p in tmp_path.rglob("*") if p.is_file() and p.parent.name != "locks"]
    assert left == [tmp_path / "x"], "wrong use left something behind"
    held = mesur(*arguments, "--json")
    assert held.record.keys() == {"error", "exit_code", "what", "where", "what_to_do"}
    assert held.record["exit_code"] == held.code == 2


def test_the_values_of_a_choice_that_was_not_made_are_named(mesur: Mesur) -> None:
    for lang in ("en", "cy"):
        assert "provisional, final, revised" in mesur("release", "latest", lang=lang).err


@pytest.mark.parametrize("arguments", MISSING, ids=shown)
def test_a_missing_file_is_named(
    mesur: Mesur, arguments: tuple[object, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    told = mesur(*arguments, lang="cy")
    assert told.code == 3
    assert "no-such" in told.err
    assert "\nBeth i'w wneud: " in told.err
    assert mesur(*arguments, "--json").record["exit_code"] == 3


def test_a_setting_that_cannot_be_understood(tmp_path: Path) -> None:
    for name, value in (("MESUR_LANG", "de"), ("MESUR_THREADS", "none"), ("MESUR_LOCK_SECONDS", "-1")):
        told = run(tmp_path / "data", "status", **{name: value})
        assert told.code == 2
        assert name in told.err
        assert "Traceback" not in told.err


def test_the_help_names_every_verb_in_both_languages(mesur: Mesur) -> None:
    for lang in ("en", "cy"):
        told = mesur("--help", lang=lang)
        assert told.code == 0
        for verb in VERBS:
            assert re.search(
                rf"^  {verb} +{re.escape(messages.say(f'cli.verb.{verb}', lang)[:20])}", told.out, re.MULTILINE
            )


def test_no_verb_at_all_shows_the_help_as_wrong_use(mesur: Mesur) -> None:
    told = mesur()
    assert (told.code, told.out) == (2, "")
    assert "receive" in told.err


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_has_help(mesur: Mesur, verb: str) -> None:
    told = mesur(verb, "--help")
    assert told.code == 0
    assert " / " in told.out, "one of the two languages is missing"


def test_a_reader_that_stops_reading_is_no_error(tmp_path: Path) -> None:
    import subprocess

    whole = environment(tmp_path / "data")
    with subprocess.Popen(command("rules", "list"), env=whole, stdout=-1, stderr=-1, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        said = process.stderr.read()
        code = process.wait(timeout=60)
    assert (code, said) == (0, "")
