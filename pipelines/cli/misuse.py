"""What the command line says of a command it does not understand, in the reader's language.

Errors of the rooms do not belong here: they carry their own wording.
"""

from __future__ import annotations

import click
from click.exceptions import BadOptionUsage, NoSuchCommand, NoSuchOption

from pipelines.core.errors import UsageError

SHOWN = 40
"""Characters of what was typed that a message repeats."""


def in_our_words(error: click.ClickException) -> UsageError:
    """The same refusal under a key of ours; what the library says in English stays only where nothing else is known."""
    match error:
        case NoSuchCommand():
            return UsageError("cli.no_verb", given=error.command_name[:SHOWN], allowed=_verbs(error))
        case NoSuchOption():
            return UsageError("cli.no_option", given=error.option_name[:SHOWN])
        case BadOptionUsage():
            return UsageError("cli.option_needs_value", option=error.option_name[:SHOWN])
        case click.BadParameter(param=click.Parameter() as param):
            return _of_parameter(error, param)
    is_too_much = isinstance(error, click.UsageError) and "extra argument" in error.message
    return UsageError("cli.too_many") if is_too_much else UsageError("cli.usage", detail=error.format_message())


def _of_parameter(error: click.BadParameter, param: click.Parameter) -> UsageError:
    if isinstance(error, click.MissingParameter):
        if isinstance(param.type, click.Choice):
            return UsageError("cli.missing_choice", name=_name(param), allowed=_allowed(param.type))
        return UsageError("cli.missing", name=_name(param))
    return UsageError("cli.bad_value", name=_name(param), allowed=_allowed(param.type))


def _verbs(error: NoSuchCommand) -> str:
    group = error.ctx.command if error.ctx else None
    return ", ".join(group.list_commands(error.ctx)) if isinstance(group, click.Group) and error.ctx else ""


def _name(param: click.Parameter) -> str:
    """As one types it: `--port`, or the argument in capitals."""
    return max(param.opts, key=len) if isinstance(param, click.Option) else param.human_readable_name


def _allowed(kind: click.ParamType[object]) -> str:
    if isinstance(kind, click.Choice):
        return ", ".join(str(c) for c in kind.choices)
    if isinstance(kind, click.IntRange | click.FloatRange):
        low, high = ("…" if end is None else f"{end:g}" for end in (kind.min, kind.max))
        return f"{low}–{high}"
    return "…, -1, 0, 1, …" if kind.name == "integer" else kind.name
