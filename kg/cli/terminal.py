"""What people see: tables, rich on a terminal and plain in a pipe."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence

import typer


def put(data: bytes) -> None:
    """Write data on stdout as it is; text written before comes before it."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def show_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table on stdout; columns of numbers stand to the right."""
    right = [all(_is_number(row[i]) for row in rows) for i in range(len(columns))]
    if sys.stdout.isatty():
        _rich_table(title, columns, rows, right)
    else:
        _plain_table(title, columns, rows, right)


def _is_number(cell: str) -> bool:
    return cell.replace(".", "", 1).replace("/", "", 1).isdigit() or not cell


def _rich_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]
) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title or None, title_justify="left")
    for column, to_right in zip(columns, right, strict=True):
        table.add_column(Text(column), justify="right" if to_right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def _plain_table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool]
) -> None:
    lines = [list(columns), *(list(row) for row in rows)]
    widths = [max(map(_width, cells)) for cells in zip(*lines, strict=True)]
    if title:
        typer.echo(title)
    for line in lines:
        cells = (
            " " * (width - _width(cell)) + cell if to_right else cell + " " * (width - _width(cell))
            for cell, width, to_right in zip(line, widths, right, strict=True)
        )
        typer.echo("  ".join(cells).rstrip())


def _width(text: str) -> int:
    """Return how many terminal columns a text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
