"""How an error is told. Which errors a room raises does not belong here."""

from __future__ import annotations

import json

import pytest

from pipelines.core import messages
from pipelines.core.errors import (
    BusyError,
    InternalError,
    MesurError,
    Place,
    RefusedError,
    UnreadableError,
    UsageError,
    as_record,
    render,
)


def test_what_where_and_what_to_do_in_both_languages() -> None:
    error = RefusedError("file.too_large", Place(file="a.csv", row=12), bytes=900, limit=500)
    assert render(error, messages.load(), "en").splitlines() == [
        "The file holds 900 bytes. Allowed: at most 500 bytes.",
        "Where: file a.csv, row 12",
        "What to do: Send the tables as separate files, or raise MESUR_MAX_FILE_MB if a file of this size is expected.",
    ]
    welsh = render(error, messages.load(), "cy")
    assert welsh.startswith("Mae'r ffeil yn dal 900 beit.")
    assert "Ble: ffeil a.csv, rhes 12" in welsh


@pytest.mark.parametrize(
    ("kind", "code"),
    [(UsageError, 2), (UnreadableError, 3), (RefusedError, 4), (BusyError, 4), (InternalError, 5), (MesurError, 5)],
)
def test_each_kind_has_its_exit_code(kind: type[MesurError], code: int) -> None:
    assert kind("file.not_found").exit_code == code


def test_the_error_itself_names_key_and_place_and_no_parameter() -> None:
    error = UnreadableError("file.not_found", Place(table="episode", item="birth_date"), given="secret")
    assert str(error) == "file.not_found (table episode, item birth_date)"
    assert "secret" not in repr(error)


def test_a_key_without_wording_or_a_forgotten_parameter_still_tells_something() -> None:
    assert "no.such.key" in render(InternalError("no.such.key"), messages.load(), "en")
    assert "{bytes}" in render(RefusedError("file.too_large"), messages.load(), "en")


def test_machines_get_the_same_as_one_object() -> None:
    held = as_record(UnreadableError("file.not_found", Place(file="a.csv")), messages.load(), "en")
    assert json.loads(json.dumps(held)) == {
        "error": "file.not_found",
        "exit_code": 3,
        "what": "There is no such file or folder.",
        "where": {"file": "a.csv"},
        "what_to_do": "Check the name and the folder, then run the command again.",
    }
