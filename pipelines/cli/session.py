"""One run of the command: its settings, language, and whether a person or a machine reads.

What a verb says does not belong here.
"""

from __future__ import annotations

import dataclasses
import functools
import itertools
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import click

from pipelines.core import errors, messages
from pipelines.core.errors import MesurError
from pipelines.core.settings import Settings

HELP = {"help_option_names": ["-h", "--help"]}


@dataclass(frozen=True)
class Session:
    """What every verb is given first."""

    settings: Settings
    language: str
    is_json: bool
    started: float = field(default_factory=time.monotonic)

    @classmethod
    def open(cls, lang: str | None, is_json: bool) -> Session:
        """A session from the environment and the two options every verb has.

        Raises:
            UsageError: if a setting cannot be understood.
        """
        settings = Settings.load()
        language = lang or settings.language
        return cls(dataclasses.replace(settings, language=language), language, is_json)

    @classmethod
    def of(cls, arguments: list[str]) -> Session:
        """A session for telling an error, whatever was typed."""
        lang = next((b for a, b in itertools.pairwise(arguments) if a == "--lang"), None)
        lang = next((a.removeprefix("--lang=") for a in arguments if a.startswith("--lang=")), lang)
        try:
            return cls.open(lang if lang in ("en", "cy") else None, "--json" in arguments)
        except MesurError:
            return cls(Settings.load({}), lang if lang in ("en", "cy") else "en", "--json" in arguments)

    def say(self, key: str, /, **params: str | int) -> str:
        """A message in the session's language."""
        return messages.say(key, self.language, **params)

    def tell(self, key: str, /, **params: str | int) -> None:
        """A message for a person; a machine that asked for JSON is not told."""
        self.line(self.say(key, **params))

    def line(self, text: str = "") -> None:
        """One line for a person."""
        if not self.is_json:
            click.echo(text)

    def progress(self, key: str, /, **params: str | int) -> None:
        """What is being done, with the seconds since the start; to stderr, so that output can be piped."""
        if not self.is_json:
            click.echo(f"[{time.monotonic() - self.started:5.1f} s] {self.say(key, **params)}", err=True)

    def give(self, record: Mapping[str, object]) -> None:
        """The one JSON object of `--json`: an object and never a list, so that it can gain a part without a break."""
        if self.is_json:
            click.echo(json.dumps(record, ensure_ascii=False, default=str))


def report(error: MesurError, session: Session) -> int:
    """Tell an error in the session's way; gives its exit code."""
    held = messages.load()
    if session.is_json:
        click.echo(json.dumps(errors.as_record(error, held, session.language), ensure_ascii=False))
    else:
        sys.stderr.write(errors.render(error, held, session.language) + "\n")
    return error.exit_code


def verb(*options: Callable[..., Any]) -> Callable[[Callable[..., int | None]], click.Command]:
    """Make a click command of a function `(session, **options) -> exit code`, with `--lang` and `--json` added."""

    def dress(run: Callable[..., int | None]) -> click.Command:
        @functools.wraps(run)
        def with_session(*, lang: str | None, is_json: bool, **given: Any) -> int:  # noqa: ANN401 (options of any verb)
            return run(Session.open(lang, is_json), **given) or 0

        made: Any = with_session
        language = click.option("--lang", type=click.Choice(["en", "cy"]), default=None, help="en | cy")
        machine = click.option("--json", "is_json", is_flag=True, help="one JSON object / un gwrthrych JSON")
        dressing: list[Callable[[Any], Any]] = [*options, language, machine]
        for option in reversed(dressing):
            made = option(made)
        command: click.Command = click.command(run.__name__, context_settings=HELP)(made)
        return command

    return dress
