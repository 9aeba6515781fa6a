"""What an outcome depends on besides its item, in parts: when one changes, what it made is made again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from kg.config import Settings, data_dir

PACKAGE = Path(__file__).parent
# What reads an item, what finds out what it says, and what turns that into quads. Answering, drawing and
# measuring are not in it.
PARTS = {
    "reading": (
        *("reading", "privacy.py", "privacy.yaml", "occurrences.py", "surnames.py", "yamlfile.py"),
        *("script.py", "script.yaml"),
    ),
    "language": ("language", "linking.py", "linking.yaml", "divisions.py"),
    "graph": (
        *("model.py", "config.py", "ontology.py", "graph.py", "shapes.py", "screening.py"),
        *("pipeline.py", "chunks.py", "duplicates.py", "deadlines.py"),
    ),
}
WRITING = (
    *("publishing.py", "duplicates.py", "corroboration.py", "sorting.py", "store.py", "report.py"),
    *("network.py", "communities.py", "pages"),
)
WRITERS = ("child-protection-kg", "pyvis", "networkx", "rustworkx", "pypinyin")
SOURCES = (".py", ".yaml", ".tsv", ".json", ".txt", ".html", ".js", ".css")
WEIGHTS = ".npz"
# Packages whose other version may read or decide otherwise.
PACKAGES = (
    *("spacy", "numpy", "pyoxigraph", "pyshacl", "trafilatura", "lxml", "opencc", "charset-normalizer"),
    *("pypdf", "python-docx", "markdown-it-py", "rensa"),
)


def take_fingerprint(
    settings: Settings, *, model: str | None = None, weights: Path | None = None, extractor: str = ""
) -> dict[str, str]:
    """Return the digest of each part: reading, language, graph, weights, ontology, packages, settings."""
    parts = {name: _digest(_sources(places)) for name, places in PARTS.items()}
    trained = sorted((weights or PACKAGE / "language" / "model").rglob(f"*{WEIGHTS}"))
    return parts | {
        "weights": _digest(trained),
        "ontology": _digest(sorted(data_dir("ontology").glob("*.ttl"))),
        "packages": _words(f"{name} {_version(name)}" for name in (*PACKAGES, *((model,) if model else ()))),
        "settings": _words([settings.base, *_limits(settings), model or "", extractor]),
    }


def _limits(settings: Settings) -> Iterator[str]:
    """Yield the limits that decide what an item gives; time is none, it is another on each machine."""
    for name in ("line_chars", "article_chars", "pdf_pages"):
        yield f"{name}={getattr(settings.limits, name)}"


def take_writing_fingerprint() -> dict[str, str]:
    """Return the digest of what writes the files of a build: when it changes, they are written anew."""
    return {"writing": _digest(_sources(WRITING)), "writers": _words(f"{n} {_version(n)}" for n in WRITERS)}


def _sources(places: Iterable[str]) -> Iterator[Path]:
    for place in places:
        path = PACKAGE / place
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (file for file in files if file.suffix in SOURCES and file.is_file())


def _digest(files: Iterable[Path]) -> str:
    found = hashlib.sha256()
    for file in files:
        found.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()[:12]


def _words(words: Iterable[str]) -> str:
    return hashlib.sha256("\0".join(words).encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
