"""The `mesur` command: verbs, their options, and how errors leave it.

What a verb does belongs to the rooms and to `pipelines.flow`; here words go in and words come out.
"""

from __future__ import annotations

import importlib
import sys

import click

from pipelines.cli import misuse
from pipelines.cli.session import HELP, Session, report
from pipelines.core import messages
from pipelines.core.errors import FINE, USAGE
from pipelines.core.redaction import from_unexpected
from pipelines.core.settings import Settings

VERBS = {
    "build": "making",
    "sample": "making",
    "release": "making",
    "dagster": "making",
    "check": "intake",
    "receive": "intake",
    "status": "intake",
    "compare": "intake",
    "withdraw": "intake",
    "verify": "intake",
    "waive": "explaining",
    "query": "reading",
    "export": "reading",
    "figures": "reading",
    "measures": "reading",
    "audit": "attacking",
    "round": "rounding",
    "golden": "reading",
    "serve": "reading",
    "statswales": "publishing",
    "rules": "ruling",
    "templates": "ruling",
}
"""verb -> module of this package, loaded only when the verb is asked for (Dagster alone takes two seconds)."""


INTERRUPTED = 130
"""What a shell expects of a command that was interrupted."""


class Verbs(click.Group):
    """Loads the module of a verb when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        home = VERBS.get(cmd_name)
        return getattr(importlib.import_module(f"pipelines.cli.{home}"), cmd_name) if home else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        language = Settings.load().language
        rows = [(verb, messages.say(f"cli.verb.{verb}", language)) for verb in self.list_commands(ctx)]
        with formatter.section(messages.say("cli.verbs", language)):
            formatter.write_dl(rows)


@click.command(cls=Verbs, name="mesur", context_settings=HELP)
def cli() -> None:
    """Mesur: statutory returns in, a national performance mart out / ffurflenni statudol i mewn, mart perfformiad
    cenedlaethol allan."""


def main(argv: list[str] | None = None) -> int:
    """Run the command; every way out is a message and an exit code (docs: exit codes), never a traceback."""
    arguments = sys.argv[1:] if argv is None else argv
    try:
        return int(cli.main(arguments, prog_name="mesur", standalone_mode=False) or 0)
    except (click.exceptions.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except SystemExit:
        return FINE  # click's way out when the reader of a pipe has seen enough
    except Exception as error:  # noqa: BLE001 (the last door: nothing unexpected may carry a value out)
        return _told(error, arguments)


def _told(error: Exception, arguments: list[str]) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), err=True)
        return USAGE
    said = misuse.in_our_words(error) if isinstance(error, click.ClickException) else from_unexpected(error)
    return report(said, Session.of(arguments))
