"""No value of a cell in a log or a chain of exceptions. Which values there are does not belong here."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import traceback

import pytest

from pipelines.core import files, redaction
from pipelines.core.errors import InternalError, UsageError
from pipelines.core.settings import PROJECT

MARKER = "PLANTED-7f3a"


def logged(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> logging.Logger:
    held = logging.getLogger("test.redaction")
    held.addFilter(redaction.ValueFilter())
    return held


def test_exceptions_in_logs_lose_their_text(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    logger = logged(caplog, monkeypatch)
    try:
        raise ValueError(MARKER)
    except ValueError as error:
        logger.exception("reading failed after %d rows", 12)
        logger.error("failed: %s", error)
        logger.error(error)
        logger.error("with stack", stack_info=True)
    assert MARKER not in caplog.text
    assert "reading failed after 12 rows [ValueError in ?]" in caplog.messages
    assert "failed: ValueError in ?" in caplog.messages
    assert all(record.exc_info is None and record.stack_info is None for record in caplog.records)


def test_an_unexpected_error_leaves_a_room_as_type_and_place() -> None:
    with pytest.raises(InternalError) as caught, redaction.room():
        files.sha256_of(f"/no/such/{MARKER}")  # type: ignore[arg-type]
    error = caught.value
    assert error.params["kind"] == "AttributeError"
    assert re.fullmatch(r"pipelines/core/files\.py:\d+", str(error.params["location"]))
    assert MARKER not in "".join(traceback.format_exception(error))


def test_our_own_errors_pass_unchanged() -> None:
    ours = UsageError("period.unreadable", given="x")
    with pytest.raises(UsageError) as caught, redaction.room():
        raise ours
    assert caught.value is ours


@pytest.mark.parametrize("where", ["main", "thread", "log"])
def test_the_batch_command_prints_no_traceback(where: str) -> None:
    lines = {
        "main": f"raise ValueError('{MARKER}')",
        "thread": f"import threading\ndef f(): raise ValueError('{MARKER}')\nt = threading.Thread(target=f)\nt.start()",
        "log": f"import logging\nlogging.error('%d', '{MARKER}')\nlogging.error('x', exc_info=ValueError('{MARKER}'))",
    }
    code = f"from pipelines.core import redaction\nredaction.set_up_logging()\n{lines[where]}"
    done = subprocess.run([sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=False)
    assert MARKER not in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert where == "log" or "ValueError" in done.stderr


def test_every_verb_logs_behind_the_filter() -> None:
    verb = "try: int('PLANTED')\n    except ValueError: logging.getLogger('verb').exception('not read')\n    return 0"
    code = f"import logging\nimport pipelines.cli.__main__ as entrance\ndef verb():\n    {verb}\nentrance.main = verb\n"
    command = [sys.executable, "-c", f"{code}raise SystemExit(entrance.run())"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT)
    assert done.returncode == 0
    assert "not read [ValueError" in done.stderr
    assert "PLANTED" not in done.stderr
