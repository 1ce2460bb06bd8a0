"""What all commands share: errors as one sentence and an exit code, and help in groups."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import click

from dedup.errors import DedupError

__all__ = ["Command", "GroupedOption", "Program", "debug_option", "progress_option", "quiet_option"]

F = TypeVar("F", bound=Callable[..., Any])

INTERRUPTED = 130  # 128 and the number of the signal, as a shell has it
BROKEN_PIPE = 141
FAILED = 3

_DEBUG = "dedup.debug"


class GroupedOption(click.Option):
    """An option that stands under a heading of its own in the help."""

    def __init__(self, *args: Any, group: str = "Options", **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.group = group


class Command(click.Command):
    """A command whose help lists its options by group, in the order in which groups begin."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the groups."""
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                groups.setdefault(getattr(parameter, "group", "Options"), []).append(record)
        if "Options" in groups:
            groups["Options"] = groups.pop("Options")  # last, as they are the same everywhere
        for name, records in groups.items():
            with formatter.section(name):
                formatter.write_dl(records)


class Program(click.Group):
    """The group of all commands; whatever goes wrong in one ends here."""

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run a command and leave with its exit code."""
        extra["standalone_mode"] = False
        extra.setdefault("prog_name", "dedup")
        try:
            code = super().main(*args, **extra)
        except click.UsageError as error:
            about = error.ctx.command_path if error.ctx else "dedup"
            _say(f"{error.format_message().rstrip('.')}: see `{about} --help`")
            code = error.exit_code
        except click.ClickException as error:
            _say(error.format_message())
            code = error.exit_code
        except click.Abort:
            _say("interrupted")
            code = INTERRUPTED
        sys.exit(code if isinstance(code, int) else 0)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; turn what it raises into a sentence and an exit code."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  the last place to say it
            if ctx.meta.get(_DEBUG):
                traceback.print_exc()
            message, code = _told(error)
            if code == BROKEN_PIPE:
                _close_stdout()
            else:
                _say(message)
            ctx.exit(code)
        return result


def _told(error: BaseException) -> tuple[str, int]:
    """Return the sentence and the exit code for an error."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", INTERRUPTED
    if isinstance(error, DedupError):
        return str(error), error.exit_code
    if isinstance(error, OSError) and error.errno == errno.EPIPE:
        return "", BROKEN_PIPE
    if isinstance(error, MemoryError):
        return "there is not enough memory: give fewer files, or fewer --workers", FAILED
    if isinstance(error, OSError):
        where = error.filename or "standard output"
        return f"{where} cannot be used: {error.strerror or error}", FAILED
    told = f"{type(error).__name__}: {error}".splitlines()[0]
    return f"{told} (a fault in dedup: run again with --debug and report what it says)", FAILED


def _say(message: str) -> None:
    click.echo(f"dedup: {message}", err=True)


def _close_stdout() -> None:
    """Let what is still buffered for a reader that has gone vanish without another error."""
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError:
        return  # a stream without a file has nothing to flush to


def _remember_debug(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.meta[_DEBUG] = value


def debug_option(function: F) -> F:
    """Add ``--debug``."""
    return click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        callback=_remember_debug,
        help="Show the traceback of an error.",
    )(function)


def quiet_option(function: F) -> F:
    """Add ``--quiet``, passed on as ``quiet``."""
    return click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")(function)


def progress_option(function: F) -> F:
    """Add ``--progress``, passed on as ``how``."""
    return click.option(
        "--progress",
        "how",
        type=click.Choice(("auto", "json", "none")),
        default="auto",
        show_default=True,
        help="auto: a line on a terminal. json: a JSON object a line on standard error, about two "
        "a second, with --quiet, too (dedup schema progress).",
    )(function)
