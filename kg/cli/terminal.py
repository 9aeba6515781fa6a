"""What people see: tables, rich on a terminal and plain in a pipe."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

import typer

# C0, C1, and the marks that turn the direction of what follows.
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def note(message: str) -> None:
    """Print one line on stderr, whatever the message holds."""
    typer.echo(f"kg: {visible(message)}", err=True)


def put(data: bytes) -> None:
    """Write data on stdout as it is; text written before comes before it."""
    with putting() as stdout:
        stdout.write(data)


@contextmanager
def putting() -> Iterator[IO[bytes]]:
    """Give stdout to write data to as it is; text written before comes before it."""
    sys.stdout.flush()
    yield sys.stdout.buffer
    sys.stdout.buffer.flush()


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table on stdout; columns of numbers stand to the right. The title is for terminals only."""
    rows = [[visible(cell) for cell in row] for row in rows]
    right = [_are_numbers([row[i] for row in rows]) for i in range(len(columns))]
    if sys.stdout.isatty():
        _rich_table(title, columns, rows, right)
    else:
        _plain_table(columns, rows, right)


def visible(text: str) -> str:
    r"""Return text on one line that cannot steer a terminal: what articles say is nobody's command.

    >>> visible("a\x1b[2Jb\nc")
    'a�[2Jb c'
    """
    return _CONTROL.sub("\ufffd", " ".join(text.split()))


def _are_numbers(cells: Sequence[str]) -> bool:
    """Return whether a column holds numbers and shares (3/5), and nothing else where it holds anything."""
    filled = [cell.replace(".", "", 1).replace("/", "", 1) for cell in cells if cell]
    return bool(filled) and all(cell.isdigit() for cell in filled)


def _rich_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]
) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(visible(title)) if title else None, title_justify="left", show_header=any(columns)
    )
    for column, to_right in zip(columns, right, strict=True):
        table.add_column(Text(visible(column)), justify="right" if to_right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def _plain_table(columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]) -> None:
    lines = [list(columns), *(list(row) for row in rows)] if any(columns) else [list(row) for row in rows]
    widths = [max(map(_width, cells)) for cells in zip(*lines, strict=True)]
    for line in lines:
        cells = (
            " " * (width - _width(cell)) + cell if to_right else cell + " " * (width - _width(cell))
            for cell, width, to_right in zip(line, widths, right, strict=True)
        )
        typer.echo("  ".join(cells).rstrip())


def _width(text: str) -> int:
    """Return how many terminal columns a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
