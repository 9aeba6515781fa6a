"""Chinese news about protecting children as a knowledge graph.

``view`` shows a build in a notebook, ``to_networkx`` gives it to networkx; what they need is loaded at the
first call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import networkx as nx
    from pyoxigraph import Store

    from kg.pages.notebook import View

__version__ = "0.1.0"


def view(
    store: Store | Path | str, entity: str | None = None, *, hops: int = 1, language: str = "zh"
) -> View:
    """Return what is around an entity, or everything, as a page that shows itself in Jupyter.

    ``store`` is an opened store, or the folder of a build. Errors as ``kg.pages.notebook.view``.
    """
    from kg.pages.notebook import view

    return view(store, entity, hops=hops, language=language)


def to_networkx(
    store: Store | Path | str, *, entity: str | None = None, hops: int = 1
) -> nx.MultiDiGraph[str]:
    """Return a build, or what is around one entity, as a graph; see ``kg.network.to_networkx``."""
    from pathlib import Path

    from pyoxigraph import Store

    from kg.network import to_networkx
    from kg.store import open_store

    opened = store if isinstance(store, Store) else open_store(Path(store))
    return to_networkx(opened, entity=entity, hops=hops)
