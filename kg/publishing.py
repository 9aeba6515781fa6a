"""Outcomes -> the files of a build: graph.nq, the store, graph.ttl, graph.html, report.json, exchanged at the end.

All of it is made in a folder beside, forced to the disk, and then takes its place, the store by one renaming of a
link: who opens the build gets the old graph or the new one. Everything streams; what grows with the number of
articles is a few hundred bytes for each.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.config import Settings
from kg.corroboration import add_copies
from kg.duplicates import find_copies
from kg.errors import ArticleError, StoreError
from kg.fingerprint import take_writing_fingerprint
from kg.graph import TYPE
from kg.ledger import Found, Ledger, Outcome
from kg.model import Copy
from kg.output import sync_folder, writing
from kg.privacy import MASK, hide
from kg.reading.item import MAX_NAME
from kg.report import REPORT, BuildReport, Totals, page_title, read_report, write_report

if TYPE_CHECKING:
    from pyoxigraph import Store

STORE, TURTLE, NQUADS, PAGE = "store", "graph.ttl", "graph.nq", "graph.html"
# Links and files of a build, in the order in which they are exchanged: the report last, it says that all is there.
OUTPUTS = (NQUADS, TURTLE, PAGE, STORE, REPORT)
# Work that a killed build leaves behind, and the store that the link points to.
STAGING, GENERATION = ".new-", ".store-"
# More entities than this are no picture: the page of a larger graph shows those with the most claims.
PAGE_ENTITIES = 500
# Parts of a record that only counts are made of.
COUNTED = ("kinds", "relations", "by_predicate")
_UNION = "union.nt"
_TYPE = f"<{TYPE.value}>".encode()


@dataclass(frozen=True, slots=True)
class Selection:
    """Which outcomes make the graph: position and digest of the item kept of each article that is, and its copies.

    ``leaders`` says for every article which one stands for it, itself where it is kept.
    """

    kept: Mapping[str, tuple[int, str]]
    copies: Mapping[str, tuple[Copy, ...]]
    leaders: Mapping[str, str]
    first_title: str


def select(ledger: Ledger) -> Selection:
    """Return which of the items that say the same is kept.

    Of one text the earliest published, then the first found; of near copies the fullest text.
    """
    leaders = find_copies((o.article, o.sketch) for _, o in ledger.iter_articles() if o.sketch)
    groups: dict[str, list[tuple[bool, str, int, str, Copy]]] = defaultdict(list)
    title = ""
    for found, outcome in ledger.iter_articles():
        leader = leaders.setdefault(outcome.article, outcome.article)
        copy = _to_copy(outcome)
        published = outcome.record["published"] or "9999"
        groups[leader].append((outcome.article != leader, published, found.position, found.digest, copy))
        title = title or copy.title or copy.name
    kept: dict[str, tuple[int, str]] = {}
    copies: dict[str, tuple[Copy, ...]] = {}
    for leader, items in sorted(groups.items()):
        items.sort(key=lambda item: item[:3])
        kept[leader] = items[0][2:4]
        if len(items) > 1:
            copies[leader] = tuple(item[4] for item in items[1:])
    return Selection(kept, copies, leaders, title)


def _to_copy(outcome: Outcome) -> Copy:
    said = {name: outcome.record[name] for name in ("name", "title", "publisher", "url")}
    day = outcome.record["published"]
    return Copy(outcome.article, published=date.fromisoformat(day) if day else None, **said)


def take_state(ledger: Ledger, sources: Iterable[str]) -> str:
    """Return the digest of all that the files of the build depend on."""
    writing = sorted(take_writing_fingerprint().items())
    state = hashlib.sha256(repr((writing, tuple(sources), ledger.removed)).encode("utf-8", "surrogatepass"))
    found = ((f.position, f.key, f.digest, f.reason) for f in ledger.iter_found())
    for row in chain(found, ledger.iter_made()):
        state.update(repr(row).encode("utf-8", "surrogatepass"))
    return state.hexdigest()


def read_published(ledger: Ledger, out: Path, state: str) -> dict[str, Any] | None:
    """Return the report in ``out`` where all files are there, can be read and show ``state``; else None."""
    from kg.store import open_store

    if ledger.published != state or not all((out / name).exists() for name in OUTPUTS):
        return None
    try:
        open_store(out)
        return read_report(out)
    except StoreError:
        return None


def publish(
    ledger: Ledger,
    out: Path,
    *,
    state: str,
    settings: Settings,
    head: Callable[[Selection, Totals, int, int], BuildReport],
    processes: int = 1,
) -> BuildReport:
    """Make the files of the build and put them in their place.

    ``settings`` are for the copies' IRIs. ``head`` makes the report's head of the selection, the totals, and the
    numbers of quads and of skipped items.

    Raises:
        ArticleError: no article is left.
        OutputError: the place cannot be written.
    """
    with writing(out), _staging(out) as folder, ExitStack() as pools:
        helper = _Helper(processes, pools)
        ledger.rename_places(mask_place)
        selection = select(ledger)
        if not selection.kept:
            raise ArticleError(str(out), "no article is left to make a graph of")
        totals = Totals()
        quads = _write_nquads(ledger, selection, folder / NQUADS, totals, settings)
        title = page_title(totals.articles, selection.first_title)
        generation = _write_graph(folder, out, title, helper)
        skipped = sum(row["status"] == "skipped" for row in iter_rows(ledger, selection))
        report = head(selection, totals, quads, skipped)
        write_report(folder / REPORT, report, iter_rows(ledger, selection))
        sync_folder(folder)
        ledger.unpublish()
        _exchange(folder, out, generation)
        ledger.settle(state)
    return report


def mask_place(place: str, name: str) -> str:
    """Return where an article was found without the names that are masked in its own name.

    What the file is called may tell less than its text does: only the article knows who is a child.

    >>> mask_place("news/小雨走出阴影.txt", "▇▇走出阴影")
    'news/▇▇走出阴影.txt'
    """
    if MASK in name:
        # An article's name has an underline for what no file may be called, and ends at so many characters.
        free = {MASK: r"[^\W\d_]", "_": "."}
        written = "".join(free.get(letter) or re.escape(letter) for letter in name)
        written = r"(?<![^/\\!])" + written + ("" if len(name) >= MAX_NAME else r"(?![^.!:])")
        place = re.sub(written, lambda found: _masked(found.group(), name), place)
    return hide(place)


def _masked(written: str, name: str) -> str:
    return "".join(MASK if letter == MASK else old for old, letter in zip(written, name, strict=True))


def iter_rows(ledger: Ledger, selection: Selection) -> Iterator[dict[str, Any]]:
    """Yield the report's row of every item, in order."""
    removed = ledger.removed
    for found in ledger.iter_found():
        outcome = ledger.outcome(found.digest) if found.digest else None
        where = found.place
        if outcome is None or outcome.reason:
            yield {
                "status": "skipped",
                "where": where,
                "reason": outcome.reason if outcome else found.reason,
            }
        elif outcome.article in removed:
            reason = f"taken out by kg remove on {removed[outcome.article]}"
            yield {"status": "skipped", "where": where, "id": outcome.article, "reason": reason}
        else:
            yield _row(where, found, outcome, selection)


def _row(where: str, found: Found, outcome: Outcome, selection: Selection) -> dict[str, Any]:
    said = {name: value for name, value in outcome.record.items() if name not in COUNTED}
    leader = selection.leaders[outcome.article]
    if selection.kept[leader] == (found.position, found.digest):
        return {"status": "done", "where": where, "id": outcome.article, **said}
    names = ("name", "title", "publisher", "published", "url", "characters")
    told = {name: said[name] for name in names}
    return {"status": "copy", "where": where, "id": outcome.article, "of": leader, **told}


def sweep(out: Path) -> None:
    """Remove what a build that was killed left behind."""
    with writing(out):
        current = (out / STORE).readlink().name if (out / STORE).is_symlink() else ""
        for path in out.iterdir():
            if path.name.startswith((STAGING, GENERATION)) and path.name != current:
                shutil.rmtree(path, ignore_errors=True)
                with suppress(OSError):
                    path.unlink()


@contextmanager
def _staging(out: Path) -> Iterator[Path]:
    """Give a folder to work in; at the end it goes, and every store but the one that is linked to."""
    folder = Path(tempfile.mkdtemp(prefix=STAGING, dir=out))
    try:
        yield folder
    finally:
        sweep(out)


def _write_nquads(
    ledger: Ledger, selection: Selection, path: Path, totals: Totals, settings: Settings
) -> int:
    """Write the articles' quads, sorted, and count what they hold; return the number of quads."""
    quads = 0
    with path.open("wb") as file:
        for article, (_, digest) in selection.kept.items():
            outcome = ledger.outcome(digest)
            if outcome is None:
                continue
            totals.add(outcome.record)
            data = outcome.read_quads()
            if article in selection.copies:
                data = add_copies(data, _to_copy(outcome), selection.copies[article], settings=settings)
            quads += data.count(b"\n")
            file.write(data)
    return quads


class _Helper:
    """Other processes for what can be done beside, one for each task: what it used is free when it is done.

    Where there may be one process only, all is done in this one, when it is waited for.
    """

    def __init__(self, processes: int, pools: ExitStack) -> None:
        self.is_there = processes > 1
        self._pools = pools
        # The first loads this module while there is nothing to do for it yet.
        self._ready = self._new_pool() if self.is_there else None

    def start(self, function: Callable[..., None], *arguments: object) -> Callable[[], None]:
        """Start a function, or put it off; return how to wait for it."""
        if not self.is_there:
            return lambda: function(*arguments)
        pool, self._ready = self._ready or self._new_pool(), None
        task = pool.submit(function, *arguments)

        def wait() -> None:
            task.result()
            pool.shutdown()

        return wait

    def _new_pool(self) -> ProcessPoolExecutor:
        pool = self._pools.enter_context(ProcessPoolExecutor(1, mp_context=get_context("spawn")))
        pool.submit(_load)
        return pool


def _load() -> None:
    import kg.graph
    import kg.sorting  # noqa: F401


def _write_graph(folder: Path, out: Path, title: str, helper: _Helper) -> Path:
    """Write the store, and from it the page, and the Turtle file, all of graph.nq; return the store's folder.

    The triples are sorted and written as Turtle by the helper; then, too, the page is made while the store is sorted.
    """
    from kg.store import NewStore

    generation = Path(tempfile.mkdtemp(prefix=GENERATION, dir=out))
    # A folder of mkdtemp is its owner's only.
    generation.chmod(folder.parent.stat().st_mode & 0o777)
    store = NewStore(generation)
    union = helper.start(_write_union, folder)
    store.add_file(folder / NQUADS)
    union()
    turtle = helper.start(_write_turtle, folder)
    store.add_file(folder / _UNION)
    store.finish(lambda whole: _write_page(whole, folder / PAGE, title), beside=helper.is_there)
    turtle()
    (folder / _UNION).unlink()
    sync_folder(generation)
    return generation


def _write_union(folder: Path) -> None:
    """Write every triple of graph.nq once: by subject, of each its types first."""
    from kg.sorting import iter_sorted

    with (folder / NQUADS).open("rb") as quads, (folder / _UNION).open("wb") as union:
        for line in iter_sorted(map(_to_sort, quads), folder=folder):
            union.write(line.replace(b"> \0", b"> ", 1))


def _to_sort(quad: bytes) -> bytes:
    """Return the N-Triples line of an N-Quads line, its predicate marked when it is rdf:type."""
    subject, predicate, rest = quad.split(b" ", 2)
    object_ = rest.rsplit(b" ", 2)[0]
    mark = b"\0" if predicate == _TYPE else b""
    return b"%b %b%b %b .\n" % (subject, mark, predicate, object_)


def _write_turtle(folder: Path) -> None:
    from pyoxigraph import RdfFormat, parse, serialize

    from kg.graph import PREFIXES

    triples = (quad.triple for quad in parse(path=str(folder / _UNION), format=RdfFormat.N_TRIPLES))
    serialize(triples, output=str(folder / TURTLE), format=RdfFormat.TURTLE, prefixes=PREFIXES)


def _write_page(store: Store, path: Path, title: str) -> None:
    from kg.network import count_entities, to_networkx
    from kg.pages import write_page

    graph = to_networkx(store, busiest=PAGE_ENTITIES)
    if (whole := count_entities(store)) > len(graph):
        title += f": the {len(graph):,} busiest of {whole:,} entities"
    write_page(graph, path, title=title)


def _exchange(folder: Path, out: Path, generation: Path) -> None:
    """Put each file in its place; the store by a link, or by renaming where the system has no links."""
    for name in OUTPUTS:
        if name != STORE:
            (folder / name).replace(out / name)
            continue
        earlier = (out / STORE).exists() and not (out / STORE).is_symlink()
        try:
            (folder / STORE).symlink_to(generation.name, target_is_directory=True)
        except OSError:
            _rename(generation, out / STORE, earlier=folder / "old")
        else:
            if earlier:
                (out / STORE).replace(folder / "old")
            (folder / STORE).replace(out / STORE)
    sync_folder(out, files=False)


def _rename(new: Path, place: Path, *, earlier: Path) -> None:
    """Put a folder in its place; what is there comes back when that fails."""
    there = place.exists()
    if there:
        place.replace(earlier)
    try:
        new.replace(place)
    except BaseException:
        if there:
            earlier.replace(place)
        raise
