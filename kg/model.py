"""The nouns: Article, Mention, Entity, Evidence, Claim, and what one article yields.

Offsets are character offsets (Python ``str`` indices) into ``Article.text``; spans are half-open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

CLASSES = (
    "Agency",
    "School",
    "Studio",
    "Station",
    "Team",
    "Program",
    "Document",
    "Person",
    "Group",
    "Place",
)
ORGANISATIONS = frozenset({"Agency", "School", "Studio", "Station", "Team"})
PREDICATES = (
    "collaboratesWith",
    "deployedTo",
    "visits",
    "trains",
    "establishes",
    "conducts",
    "participatesIn",
    "heldAt",
    "serves",
    "namedAfter",
    "issues",
    "worksFor",
    "partOf",
    "inspects",
    "locatedIn",
)


@dataclass(frozen=True, slots=True)
class Article:
    """One news article without its page chrome.

    ``text`` is what is stored and what every offset counts in: the title (when the page has one) as
    the first paragraph, then the body, paragraphs parted by one newline. ``paragraphs`` are the
    half-open spans of the paragraphs in ``text``. ``id`` is the SHA-256 of the UTF-8 of ``text`` before
    anything is masked, first 16 hex digits. ``origins`` names for title, publisher, author, published
    and url where each came from: dateline or page (the page's own lines), json-ld, open-graph, meta, url.
    """

    id: str
    name: str
    text: str
    paragraphs: tuple[tuple[int, int], ...]
    title: str = ""
    publisher: str = ""
    author: str = ""
    published: date | None = None
    url: str = ""
    origins: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Copy:
    """The same article as another page printed it, word for word or nearly so: its text is not kept.

    ``id`` is made of its own text as an article's is, ``name`` what its input was called.
    """

    id: str
    name: str
    title: str = ""
    publisher: str = ""
    published: date | None = None
    url: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """Words in one text that name or stand for an entity: ``text[start:end]``."""

    start: int
    end: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Entity:
    """A thing, across texts.

    ``id`` is the path under the base IRI (``agency/株洲市公安局``), ``kind`` the local name of its
    ontology class (one of CLASSES or a subclass such as ``PublicSecurityOrgan``), ``name`` the
    preferred label, ``labels`` every surface form the article uses, sorted, without ``name``.
    ``division`` is the GB/T 2260 code of the administrative division it belongs to, where known.
    """

    id: str
    kind: str
    name: str
    labels: tuple[str, ...] = ()
    division: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """The passage that states a claim: ``article text[start:end] == text``."""

    article: str
    start: int
    end: int
    text: str
    rule: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Claim:
    """One relation that one passage states, with what the passage says about it.

    ``count`` counts ``unit``s (890 名); ``approximate`` marks 余, 多, 近. ``time`` is an ISO 8601
    day, month, year or interval (``2024-07/2024-08``). Empty attributes are None.
    """

    subject: Entity
    predicate: str
    object: Entity
    evidence: Evidence
    count: int | None = None
    unit: str | None = None
    role: str | None = None
    topic: str | None = None
    time: str | None = None
    approximate: bool = False


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything one article yields: its entities (also those in no claim) and its claims."""

    article: Article
    entities: tuple[Entity, ...]
    claims: tuple[Claim, ...]
