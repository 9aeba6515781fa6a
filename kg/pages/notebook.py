"""The page inside a notebook: an object that Jupyter shows as a frame, cut off from the notebook itself."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from pathlib import Path

from pyoxigraph import Store

from kg.network import to_networkx
from kg.output import write_file
from kg.pages.page import render_page
from kg.report import read_title
from kg.store import open_store

# The page's script runs, its downloads and links work; it sees nothing of the notebook.
SANDBOX = "allow-scripts allow-downloads allow-popups allow-popups-to-escape-sandbox"
HEIGHT = 640
TITLE = "child-protection-kg"


@dataclass(frozen=True, slots=True)
class View:
    """A page that shows itself in Jupyter, ``height`` pixels high; ``page`` is its HTML."""

    page: str = field(repr=False)
    title: str
    height: int = HEIGHT

    def _repr_html_(self) -> str:
        return (
            f'<iframe sandbox="{SANDBOX}" srcdoc="{html.escape(self.page)}" title="{html.escape(self.title)}"'
            f' style="width:100%;height:{self.height:d}px;border:0" referrerpolicy="no-referrer"></iframe>'
        )

    def save(self, path: Path | str) -> None:
        """Write the page as a file.

        Raises:
            OutputError: the place cannot be written.
        """
        write_file(Path(path), self.page.encode("utf-8"))


def view(
    store: Store | Path | str,
    entity: str | None = None,
    *,
    hops: int = 1,
    language: str = "zh",
    height: int = HEIGHT,
) -> View:
    """Return what is around an entity, or everything, as a page that shows itself.

    ``store`` is an opened store, or the folder of a build.

    Raises:
        StoreError: there is no build in the folder.
        QueryError: nothing is called ``entity``.
        ConfigError: the page does not speak that language.
    """
    folder = None if isinstance(store, Store) else Path(store)
    opened = store if isinstance(store, Store) else open_store(Path(store))
    title = entity or (read_title(folder) if folder else TITLE)
    page = render_page(to_networkx(opened, entity=entity, hops=hops), title=title, language=language)
    return View(page, title, height)
