"""The shallow parse of a sentence: clauses made of noun phrases and verbs.

A mention is one token, whatever its length; between mentions only the words of
``lexicon/markers.yaml`` and the trigger verbs of the rules are known. That is enough for news prose:
a noun phrase takes the last governing marker to its left, a verb's right side ends at the next verb.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

from kg.errors import DataError
from kg.language.segments import cut_long
from kg.yamlfile import load_yaml

LEXICON = Path(__file__).parent / "lexicon"
# Phrases after these markers end before the 的 behind them (由张三任组长的专班).
CLOSED = frozenset({"you", "with", "named"})
# Between two members of one list stand at most this many characters that say nothing (全区45所).
FILLER = 12
# A marker reaches a noun phrase over at most this many characters (为全市各镇受到侵害的).
REACH = 18


@dataclass(frozen=True, slots=True)
class Ref:
    """A mention that is resolved inside its article: ``keys`` are the entities that it stands for."""

    start: int
    end: int
    kind: str
    keys: tuple[str, ...]
    text: str
    bare: bool = False
    name: str = ""


@dataclass(slots=True)
class Phrase:
    """A noun phrase: the members of one list, the marker that governs it, what stands before its head."""

    refs: list[Ref]
    marker: str = ""
    word: str = ""
    owners: list[Ref] = field(default_factory=list)
    joined: int = 0
    end: int = 0

    @property
    def start(self) -> int:
        """Where the first member begins."""
        return self.refs[0].start


@dataclass(slots=True)
class Verb:
    """A trigger word of the rules, or another verb that only ends what stands before it."""

    word: str
    start: int
    end: int


@dataclass(slots=True)
class Clause:
    """The stretch between two commas: phrases and verbs in their order, and what colours the whole."""

    start: int
    end: int
    items: list[Phrase | Verb] = field(default_factory=list)
    joint: bool = False
    mutual: bool = False
    plan: int | None = None
    negated: list[int] = field(default_factory=list)
    speech: bool = False
    attends: bool = False
    invites: Verb | None = None

    @property
    def verbs(self) -> list[Verb]:
        """The verbs in their order."""
        return [item for item in self.items if isinstance(item, Verb)]

    @property
    def phrases(self) -> list[Phrase]:
        """The noun phrases in their order."""
        return [item for item in self.items if isinstance(item, Phrase)]


@cache
def markers() -> dict[str, tuple[str, str]]:
    """Return each word of markers.yaml with its family and, for ``after``, its marker."""
    path = LEXICON / "markers.yaml"
    data = load_yaml(path.read_text("utf-8"))
    out: dict[str, tuple[str, str]] = {}
    for family in ("plain", "speech", "negation", "plan", "attend", "invite", "mutual", "joint", "and"):
        for word in data.get(family) or ():
            out[word] = (family, "")
    for marker, words in data["after"].items():
        for word in words:
            known = out.get(word)
            if known and known[0] == "plain":
                raise DataError(str(path.name), f"{word} is both plain and a marker")
            out[word] = ("after" if known is None else f"{known[0]}+after", marker)
    return out


@cache
def word_lists() -> dict[str, frozenset[str]]:
    """Return the lists under ``lists`` of markers.yaml, by name."""
    data = load_yaml((LEXICON / "markers.yaml").read_text("utf-8"))
    return {name: frozenset(words) for name, words in data["lists"].items()}


@cache
def edges() -> dict[str, re.Pattern[str]]:
    """Return the patterns under ``edges`` of markers.yaml, by name."""
    data = load_yaml((LEXICON / "markers.yaml").read_text("utf-8"))
    return {name: re.compile(source) for name, source in data["edges"].items()}


@cache
def noun_ends() -> tuple[str, ...]:
    """Return what makes the verb before it part of a noun (辅导 + 员)."""
    return tuple(load_yaml((LEXICON / "markers.yaml").read_text("utf-8"))["noun_ends"])


@cache
def _pattern(verbs: frozenset[str]) -> re.Pattern[str]:
    words = sorted({*markers(), *verbs}, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, words)))


# A semicolon parts what has subjects of its own; a full stop of half width is none in a number or an address.
SENTENCE_END = re.compile(
    r"(?:[。！？!?；;\n]|(?<=[\u4e00-\u9fff”」）)])\.(?![A-Za-z0-9.]))+[”’」』）)]*|[…]{2,}"
)
CLAUSE_END = re.compile(r"[，,；;：:。！？!?\n—]+|——")


def iter_sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield the half-open spans of the sentences of ``text``, blank ones left out and endless ones cut."""
    start = 0
    for match in SENTENCE_END.finditer(text):
        yield from _not_blank(text, start, match.end())
        start = match.end()
    yield from _not_blank(text, start, len(text))


def _not_blank(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    return (span for span in cut_long(text, start, end) if text[span[0] : span[1]].strip())


def parse_sentence(
    text: str, start: int, end: int, refs: Iterable[Ref], *, verbs: frozenset[str]
) -> list[Clause]:
    """Return the clauses of ``text[start:end]``; ``refs`` are the mentions inside, in text order."""
    clauses: list[Clause] = []
    builder = _Builder(text)
    at = start
    refs = [ref for ref in refs if start <= ref.start and ref.end <= end]
    position = start
    queue = list(refs)
    pattern = _pattern(verbs)
    builder.begin(at)
    while position < end:
        if queue and queue[0].start <= position:
            ref = queue.pop(0)
            if ref.start < position:
                continue
            builder.mention(ref)
            position = ref.end
            continue
        limit = queue[0].start if queue else end
        stop = CLAUSE_END.match(text, position)
        if stop and not builder.inside_number(position):
            clauses.append(builder.finish(position))
            position = stop.end()
            builder.begin(position)
            continue
        match = pattern.match(text, position, limit)
        if match and match.group() in verbs and text.startswith(noun_ends(), match.end()):
            match = None
        if match:
            builder.word(match.group(), position, verbs)
            position = match.end()
        else:
            builder.plain(position)
            position += 1
    clauses.append(builder.finish(end))
    return [clause for clause in clauses if clause.items or clause.plan is not None or clause.speech]


class _Builder:
    """Puts tokens together to one clause at a time."""

    def __init__(self, text: str) -> None:
        self.text = text

    def begin(self, at: int) -> None:
        self.clause = Clause(at, at)
        self.phrase: Phrase | None = None
        self.open_list = False
        self.marker = ""
        self.marker_word = ""
        self.marker_at = at

    def finish(self, at: int) -> Clause:
        self.clause.end = at
        return self.clause

    def inside_number(self, position: int) -> bool:
        """Tell whether the comma at ``position`` stands between digits (3,000)."""
        return (
            self.text[position] in ",，:："
            and position > 0
            and self.text[position - 1].isdigit()
            and self.text[position + 1 : position + 2].isdigit()
        )

    def mention(self, ref: Ref) -> None:
        phrase = self.phrase
        members = [replace(ref, keys=(key,)) for key in ref.keys] if len(ref.keys) > 1 and ref.bare else [ref]
        between = self.text[phrase.end : ref.start] if phrase else ""
        if phrase and self.open_list and len(between) <= FILLER:
            phrase.refs += members
        elif phrase and not between.strip() and len(members) > 1:
            pass
        elif (
            phrase
            and ref.kind == "Group"
            and self.clause.items[-1] is phrase
            and edges()["etc"].fullmatch(between)
        ):
            phrase.refs.append(ref)
        elif (
            phrase
            and not self.marker
            and phrase.marker not in CLOSED
            and (self._possessive(between) or self._counted(phrase, ref, between))
        ):
            phrase.owners += phrase.refs
            phrase.refs = members
        else:
            near = ref.start - self.marker_at <= REACH and not (
                self.marker == "zai" and edges()["time"].search(self.text, self.marker_at, ref.start)
            )
            phrase = Phrase(members, self.marker if near else "", self.marker_word if near else "")
            self.clause.items.append(phrase)
            self.phrase = phrase
        phrase.end = ref.end
        self.open_list = False
        self.marker = ""

    def _possessive(self, between: str) -> bool:
        """Tell whether the words between two mentions make the first an owner of the second."""
        return edges()["owner"].fullmatch(between) is not None or (
            len(between) <= FILLER and "的" in between and self.clause.items[-1:] == [self.phrase]
        )

    def _counted(self, phrase: Phrase, ref: Ref, between: str) -> bool:
        """Tell whether a group stands right behind the body it belongs to: 该校42名班主任."""
        return (
            ref.kind == "Group"
            and phrase.refs[-1].kind != "Group"
            and len(between) <= FILLER
            and self.clause.items[-1] is phrase
            and edges()["counted"].fullmatch(between) is not None
        )

    def word(self, word: str, position: int, verbs: frozenset[str]) -> None:
        """Take one known word: a marker, a list's joint, what colours the clause, or a verb."""
        family, marker = self._family(word, position)
        if family == "plain" and word not in verbs:
            return
        after_phrase = self.phrase is not None and self._touches(position)
        if "and" in family and after_phrase:
            self.open_list = True
            if marker == "with" and self.phrase is not None and not self.phrase.joined:
                self.phrase.joined = len(self.phrase.refs)
            return
        if family == "and":
            return
        if family == "plan":
            self.clause.plan = position if self.clause.plan is None else self.clause.plan
            return
        if family == "negation":
            self.clause.negated.append(position)
            return
        if marker:
            if family == "joint+after":
                self.clause.joint = True
            if word in verbs:
                self._verb(word, position)
            self.marker, self.marker_word, self.marker_at = marker, word, position + len(word)
            self.open_list = False
            return
        if family in ("joint", "mutual"):
            self.clause.joint |= family == "joint"
            self.clause.mutual |= family == "mutual"
            if word in verbs:
                self._verb(word, position)
            return
        if family == "speech":
            self.clause.speech = True
        if family == "attend":
            self.clause.attends = True
        self._verb(word, position)
        if family == "invite":
            self.clause.invites = self.clause.verbs[-1]

    def _family(self, word: str, position: int) -> tuple[str, str]:
        """Return family and marker of a word where it stands: 将 is a plan or governs what is done to a thing."""
        family, marker = markers().get(word, ("verb", ""))
        if family == "plan+after" and edges()["will"].match(self.text, position):
            return "plan", ""
        return family, marker

    def _verb(self, word: str, position: int) -> None:
        self.clause.items.append(Verb(word, position, position + len(word)))
        self.phrase = None
        self.open_list = False
        self.marker = ""

    def _touches(self, position: int) -> bool:
        """Tell whether only 等部门 and the like stand between the open phrase and ``position``."""
        if self.phrase is None:
            return False
        between = self.text[self.phrase.end : position]
        return len(between) <= FILLER and self.clause.items[-1] is self.phrase

    def plain(self, position: int) -> None:
        """Pass one character that says nothing."""
