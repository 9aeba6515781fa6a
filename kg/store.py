"""The build on disk: an embedded Oxigraph store, filled once, then opened read-only.

Every article is one named graph; the ontology and its concept lists are one more, so that a query
can show labels. The default graph holds the union of them, each triple once: Oxigraph's own switch
for that (``use_default_graph_as_union``) gives a triple as often as articles say it, so a plain COUNT
would differ from every other tool. An article is taken back by removing its graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse

from kg.config import NAMESPACE, data_dir
from kg.errors import DataError, OutputError, StoreError

ONTOLOGY_GRAPH = NamedNode(NAMESPACE.removesuffix("#"))
ONTOLOGY_FILES = ("cpkg.ttl", "groups.ttl", "roles.ttl")
# Quads handed to the store at once: fastest of 100,000 to 400,000, and 190 MB instead of 550.
BATCH = 100_000
_HINT = "make one with kg build"


def load_extractions(store: Store, quads: Iterable[Quad]) -> None:
    """Add the articles' quads and the ontology to a store: each in its graph and in the default graph.

    Raises:
        DataError: an ontology file is missing or is no Turtle.
        OutputError: the store cannot be written to.
    """
    remaining = chain(_ontology_quads(), quads)
    while batch := list(islice(remaining, BATCH)):
        union = {quad.triple for quad in batch}
        with _writing("store"):
            store.bulk_extend(batch)
            store.bulk_extend(Quad(triple.subject, triple.predicate, triple.object) for triple in union)


class NewStore:
    """A store on disk while it is being filled; nobody should open it before it is finished.

    Raises:
        OutputError: the place cannot be written, also from every method.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        with _writing(str(directory)):
            directory.mkdir(parents=True, exist_ok=True)
            self._store: Store | None = Store(str(directory))

    def add_file(self, path: Path) -> None:
        """Add the lines of an N-Quads file, or of an N-Triples file to the default graph; none may be there."""
        with path.open("rb") as file, _writing(str(self.directory)):
            # A line of ours is some 220 bytes long.
            while lines := file.readlines(220 * BATCH):
                self._opened.bulk_load(b"".join(lines), format=RdfFormat.N_QUADS)

    def finish(self, read: Callable[[Store], None] | None = None, *, beside: bool = False) -> None:
        """Add the ontology, make one sorted file a table, which opens and reads fastest, and close the store.

        ``read`` is given the whole store before it is closed: afterwards, or ``beside`` the sorting.
        """
        with _writing(str(self.directory)):
            # Read once: each reading gives the blank nodes other names.
            ontology = list(_ontology_quads())
            known = {quad.triple for quad in ontology}
            self._opened.bulk_extend(ontology)
            self._opened.bulk_extend(Quad(t.subject, t.predicate, t.object) for t in known)
        with ThreadPoolExecutor(1) as pool:
            sorting = pool.submit(self._sort)
            if not beside:
                sorting.result()
            if read:
                read(self._opened)
            sorting.result()
        self._store = None

    def _sort(self) -> None:
        with _writing(str(self.directory)):
            self._opened.optimize()
            self._opened.flush()

    @property
    def _opened(self) -> Store:
        if self._store is None:
            raise StoreError(str(self.directory), "is finished")
        return self._store


@contextmanager
def _writing(where: str) -> Iterator[None]:
    """Name what Oxigraph and the system say about a place that cannot be written."""
    try:
        yield
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or _line(error)
        raise OutputError(where, f"cannot be written: {reason}") from error


def open_store(directory: Path, *, read_only: bool = True) -> Store:
    """Return the store in ``directory``, or in its folder ``store`` as ``kg build`` leaves it.

    Any number of processes may read at once. Only one may write, and nobody should open the store to
    read meanwhile: Oxigraph promises nothing then, and under load such an opening was seen to fail.
    A build is no such writer, it makes a new folder.

    Raises:
        StoreError: there is none, it is broken, or another process is writing to it.
    """
    place = directory / "store" if is_store(directory / "store") else directory
    if not is_store(place):
        raise StoreError(str(directory), "no store here" if directory.exists() else "no such folder", _HINT)
    try:
        # Where the link of a build points to: the store may open its files later, when the link points elsewhere.
        target = str(place.resolve())
        store = Store.read_only(target) if read_only else Store(target)
        whole = store.contains_named_graph(ONTOLOGY_GRAPH)
    except (OSError, RuntimeError) as error:
        if "lock" in str(error).lower() and not read_only:
            raise StoreError(str(place), "in use by another process", "try again when it is done") from error
        # A writer at work removes files under a reader's feet, and nothing tells that from damage.
        reason = f"broken or being written to: {_line(error)}"
        raise StoreError(str(place), reason, f"try again, or {_HINT}") from error
    if not whole:
        # A damaged manifest opens as an empty store without any complaint.
        raise StoreError(str(place), "broken: the ontology is not in it", _HINT)
    return store


def is_store(directory: Path) -> bool:
    """Return whether a folder looks like a store from the outside."""
    return (directory / "CURRENT").is_file() and (directory / "IDENTITY").is_file()


def iter_data(store: Store) -> Iterator[Quad]:
    """Yield every quad that articles brought in: all but the ontology."""
    for graph in store.named_graphs():
        if graph != ONTOLOGY_GRAPH:
            yield from store.quads_for_pattern(None, None, None, graph)


def retract(store: Store, article: NamedNode) -> int:
    """Remove everything that one article said and return how many quads that was.

    What other articles say too stays, because they say it in their own graphs.

    Raises:
        StoreError: the article is not in the store, or the store is read-only.
    """
    if article == ONTOLOGY_GRAPH or not store.contains_named_graph(article):
        raise StoreError(article.value, "no such article in the store")
    quads = list(store.quads_for_pattern(None, None, None, article))
    try:
        # The graph last: a run that is cut off can be repeated.
        for quad in quads:
            if not _said_elsewhere(store, quad):
                store.remove(Quad(quad.subject, quad.predicate, quad.object))
        store.remove_graph(article)
    except RuntimeError as error:
        raise StoreError(article.value, f"cannot be removed: {_line(error)}") from error
    return len(quads)


def _said_elsewhere(store: Store, quad: Quad) -> bool:
    same = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
    return any(other.graph_name not in (quad.graph_name, DefaultGraph()) for other in same)


def _ontology_quads() -> Iterator[Quad]:
    folder = data_dir("ontology")
    for name in ONTOLOGY_FILES:
        try:
            for triple in parse(path=str(folder / name), format=RdfFormat.TURTLE, rename_blank_nodes=True):
                yield Quad(triple.subject, triple.predicate, triple.object, ONTOLOGY_GRAPH)
        except (OSError, SyntaxError) as error:
            raise DataError(name, f"cannot be read: {_line(error)}", "a Turtle file") from error


def _is_empty_folder(directory: Path) -> bool:
    return directory.is_dir() and not any(directory.iterdir())


def _line(error: Exception) -> str:
    return " ".join(str(error).split())
