"""The application object: its errors, its exit codes, its streams."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated, Any, TextIO

import typer
from typer.core import TyperGroup

from kg import __version__
from kg.cli.terminal import note
from kg.errors import KgError

NO = 1
FAILED = 3
INTERRUPTED = 130
# What a shell calls the exit of a program that a signal ended: 128 and the signal.
SIGNALLED = 128


@contextmanager
def _exit_codes() -> Iterator[None]:
    """Turn what goes wrong into one line on stderr and the exit code for it."""
    try:
        yield
        sys.stdout.flush()
    except KgError as error:
        _fail(str(error))
    except BrokenPipeError:
        # The reader (head, less) has what it wanted.
        _discard_stdout()
        raise typer.Exit(0) from None
    except OSError as error:
        # What has no name was written to stdout: everything else is wrapped where it happens.
        if error.filename is None:
            _discard_stdout()
        _fail(f"{error.filename or 'stdout'}: {error.strerror or error}")
    except KeyboardInterrupt:
        note("interrupted")
        raise typer.Exit(INTERRUPTED) from None


def _discard_stdout() -> None:
    """Let what is still buffered go nowhere: Python flushes once more at exit, and would exit with 120."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str) -> None:
    note(message)
    raise typer.Exit(FAILED) from None


class _Group(TyperGroup):
    def make_context(self, *args: Any, **kwargs: Any) -> Any:
        with _exit_codes():
            return super().make_context(*args, **kwargs)

    def invoke(self, ctx: Any) -> Any:
        with _exit_codes():
            return super().invoke(ctx)


# Help is plain text: rich would make `kg --help` half as slow again, for frames around it.
app = typer.Typer(
    name="kg", cls=_Group, no_args_is_help=True, rich_markup_mode=None, pretty_exceptions_enable=False
)


def _print_version(*, wanted: bool) -> None:
    if wanted:
        typer.echo(f"kg {__version__}")
        raise typer.Exit


@app.callback()
def kg(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Chinese news about protecting children as a knowledge graph: extracted, checked, queried, drawn."""


def main() -> None:
    """Run the command line; the streams speak UTF-8 in every locale, and SIGTERM leaves no half-made files."""
    signal.signal(signal.SIGTERM, _terminate)
    for stream in (sys.stdout, sys.stderr):
        _speak_utf8(stream)
    app()


def _terminate(number: int, _: FrameType | None) -> None:
    # An exception, unlike the signal's own way, lets every folder in the making be removed.
    raise SystemExit(SIGNALLED + number)


def _speak_utf8(stream: TextIO) -> None:
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")
