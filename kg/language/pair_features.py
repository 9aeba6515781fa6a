"""What is seen of the things that a sentence could relate, alone and two together, as words.

What stands around each end, what stands between two, the verbs and markers of their clauses, the rules those
trigger, and how a subject is known when it is not written. :mod:`kg.language.ranking` weighs the words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from kg.language.clauses import Clause, Phrase, Ref, Verb
from kg.language.fired import Features, unique
from kg.language.frames import load_rules
from kg.language.matching import is_respective, subject_of
from kg.language.predicates import AGENTS, LETTERS
from kg.language.scene import Scene

# Words are looked at in a window of so many characters to each side, and between ends not further apart.
WINDOW = 6
BETWEEN = 40
# The words between two ends are one feature as a whole when they are no longer than this.
WHOLE = 10
FIGURE = re.compile(r"\d[\d,.]*")
COMMA = re.compile(r"[，,；;]")
QUOTES = '”"’'


@dataclass(frozen=True, slots=True)
class End:
    """A mention as an end of pairs: what is seen of it alone, and where the parse put it.

    ``clause`` is None for what the parse did not place and for what stands outside the sentence.
    """

    ref: Ref
    features: Features
    outside: bool = False
    clause: int | None = None
    marker: str = ""
    verb: str = ""
    members: int = 0
    phrase: int = -1


@dataclass(frozen=True, slots=True)
class Gap:
    """What is seen of the words between two ends, whichever comes first."""

    length: str
    whole: str | None
    twos: Features
    start: str
    end: str
    kinds: Sequence[str]
    agents: str
    commas: str


def rules_of(word: str) -> tuple[str, ...]:
    """Return the rules that ``word`` triggers."""
    return _rules_by_word().get(word, ())


@cache
def _rules_by_word() -> Mapping[str, tuple[str, ...]]:
    table: dict[str, list[str]] = defaultdict(list)
    for rule in load_rules():
        for trigger in rule.triggers:
            table[trigger].append(rule.id)
    return {word: tuple(sorted(rules)) for word, rules in table.items()}


class Sentence:
    """The ends of a sentence and what is seen of two of them together."""

    def __init__(
        self,
        text: str,
        span: tuple[int, int],
        refs: Sequence[Ref],
        clauses: Sequence[Clause],
        scene: Scene,
    ) -> None:
        self.text = text
        self.span = span
        self.refs = refs
        self.clauses = clauses
        self.scene = scene
        self._seen: dict[tuple[int, int], Features] = {}
        self._gaps: dict[tuple[int, int], Gap] = {}
        self.acting = [subject_of(clause) for clause in clauses]
        self.sources: dict[str, list[str]] = defaultdict(list)
        for source, ref in scene.carried():
            for key in ref.keys:
                self.sources[key].append(source)
        places = self._places()
        self.ends = [self._written(ref, places.get((ref.end, ref.kind))) for ref in refs]
        self.ends += self._unwritten()
        flags = {
            "fresh": scene.fresh,
            "resp": is_respective(text[slice(*span)]),
            "planned": any(clause.plan is not None for clause in clauses),
        }
        self.flags = [name for name, holds in flags.items() if holds]

    def _places(self) -> dict[tuple[int, str], tuple[int, Phrase, int, int]]:
        """Return clause, phrase, item and member number of each mention that the parse placed.

        A person whose post is part of the mention ends where the bare name does.
        """
        places: dict[tuple[int, str], tuple[int, Phrase, int, int]] = {}
        for number, clause in enumerate(self.clauses):
            for index, item in enumerate(clause.items):
                if isinstance(item, Phrase):
                    for position, ref in enumerate(item.refs):
                        places.setdefault((ref.end, ref.kind), (number, item, index, position))
                    for ref in item.owners:
                        places.setdefault((ref.end, ref.kind), (number, item, index, -1))
        return places

    def _written(self, ref: Ref, place: tuple[int, Phrase, int, int] | None) -> End:
        start, end = self.span
        left = self.text[max(start, ref.start - WINDOW) : ref.start]
        right = self.text[ref.end : min(end, ref.end + WINDOW)]
        head = ref.text.rstrip(QUOTES)
        seen = [
            f"k:{ref.kind}",
            f"l1:{left[-1:]}",
            f"l2:{left[-2:]}",
            f"l3:{left[-3:]}",
            f"r1:{right[:1]}",
            f"r2:{right[:2]}",
            f"r3:{right[:3]}",
            f"h2:{head[-2:]}",
            f"h1:{head[-1:]}",
        ]
        seen += [f"wl:{left[i : i + 2]}" for i in range(len(left) - 1)]
        seen += [f"wr:{right[i : i + 2]}" for i in range(len(right) - 1)]
        seen += ["bare"] if ref.bare else []
        seen += ["set"] if len(ref.keys) > 1 else []
        seen += [f"g:{ref.name}"] if ref.name else []
        if place is None:
            return End(ref, unique([*seen, "noplace"]))
        number, phrase, index, position = place
        clause = self.clauses[number]
        marker = phrase.marker if position >= 0 else "own"
        members = len(phrase.refs) if position >= 0 else 1
        before = [item.word for item in clause.items[:index] if isinstance(item, Verb)]
        after = [item.word for item in clause.items[index + 1 :] if isinstance(item, Verb)]
        verb, following = before[-1] if before else "", after[0] if after else ""
        acts = position >= 0 and self.acting[number] is phrase
        seen += [
            f"mk:{marker}",
            f"vb:{verb}",
            f"va:{following}",
            f"mkvb:{marker}{verb}",
            f"mkva:{marker}{following}",
            "acts" if acts else "nacts",
            f"mem:{min(members, 3)}",
            f"pos:{min(max(position, 0), 2)}",
            f"cl:{min(number, 4)}",
        ]
        seen += [f"tb:{rule}" for rule in rules_of(verb)]
        seen += [f"ta:{rule}" for rule in rules_of(following)]
        words = [item.word for item in clause.verbs]
        seen += [f"cv:{word}" for word in words]
        seen += [f"ct:{rule}" for word in words for rule in rules_of(word)]
        seen += _flags(clause)
        return End(
            ref,
            unique(seen),
            clause=number,
            marker=marker,
            verb=verb,
            members=members,
            phrase=phrase.start,
        )

    def _unwritten(self) -> Iterator[End]:
        inside = {key for ref in self.refs for key in ref.keys}
        given: set[str] = set()
        for _, ref in self.scene.carried():
            for key in ref.keys:
                if key in inside or key in given:
                    continue
                given.add(key)
                seen = [f"k:{ref.kind}", "EXT", *(f"src:{source}" for source in self.sources[key])]
                seen += ["bare"] if ref.bare else []
                seen.append(f"h2:{ref.text.rstrip(QUOTES)[-2:]}")
                yield End(replace(ref, keys=(key,)), unique(seen), outside=True)

    def features(self, subject: End, target: End) -> Features:
        """Return what is seen of two ends together."""
        key = id(subject), id(target)
        if key not in self._seen:
            self._seen[key] = tuple(self._features(subject, target))
        return self._seen[key]

    def _features(self, subject: End, target: End) -> Iterator[str]:
        yield f"kk:{LETTERS[subject.ref.kind]}{LETTERS[target.ref.kind]}"
        if subject.outside or target.outside:
            yield from self._across(subject, target)
        else:
            yield from self._between(subject.ref, target.ref)
            if subject.clause is not None and target.clause is not None:
                yield from self._parsed(subject, target)
            elif subject.clause is None:
                yield "sinpost"
        if not subject.outside:
            for source in unique(s for key in subject.ref.keys for s in self.sources.get(key, ())):
                yield f"in:{source}"
        counts = self.scene.mentions
        yield f"sal:{min(4, counts.get(subject.ref.keys[0], 0) // 2)}"
        yield f"osal:{min(4, counts.get(target.ref.keys[0], 0) // 2)}"
        yield from self.flags

    def _between(self, subject: Ref, target: Ref) -> Iterator[str]:
        """Yield what the words between two written ends say."""
        first = subject.end <= target.start
        low, high = (subject.end, target.start) if first else (target.end, subject.start)
        way = "<" if first else ">"
        if (low, high) not in self._gaps:
            self._gaps[low, high] = self._gap(low, high)
        gap = self._gaps[low, high]
        yield f"ord:{way}"
        yield gap.length
        if gap.whole is not None:
            yield f"btw:{gap.whole}{way}"
        head = f"bb{way}:"
        for two in gap.twos:
            yield head + two
        yield f"b3:{gap.start}{way}"
        yield f"e3:{gap.end}{way}"
        yield f"ns:{min(3, gap.kinds.count(subject.kind))}"
        yield f"no:{min(3, gap.kinds.count(target.kind))}"
        yield gap.agents
        yield gap.commas
        if first:
            rank = sum(
                ref.end <= target.start and ref.kind == subject.kind and ref.start > subject.start
                for ref in self.refs
            )
            yield f"rank:{min(3, rank)}"

    def _gap(self, low: int, high: int) -> Gap:
        inner = [ref for ref in self.refs if ref.start >= low and ref.end <= high]
        words = self._shape(low, high, inner)
        return Gap(
            length=f"bl:{min(8, len(words) // 4)}",
            whole=words if len(words) <= WHOLE else None,
            twos=unique(words[i : i + 2] for i in range(len(words) - 1)) if len(words) <= BETWEEN else (),
            start=words[:3],
            end=words[-3:],
            kinds=[ref.kind for ref in inner],
            agents=f"nag:{min(3, sum(ref.kind in AGENTS for ref in inner))}",
            commas=f"cm:{min(4, len(COMMA.findall(words)))}",
        )

    def _shape(self, low: int, high: int, inner: Sequence[Ref]) -> str:
        """Return ``text[low:high]`` with a letter for each mention and 9 for each figure."""
        out, at = [], low
        for ref in inner:
            if ref.start >= at:
                out += [self.text[at : ref.start], LETTERS[ref.kind], "*" if ref.bare else ""]
                at = ref.end
        out.append(self.text[at:high] if at < high else "")
        return FIGURE.sub("9", "".join(out))

    def _parsed(self, subject: End, target: End) -> Iterator[str]:
        """Yield how the parse relates two ends."""
        here, there = subject.clause or 0, target.clause or 0
        distance = there - here
        markers = f"{subject.marker}/{target.marker}"
        yield f"d:{max(-2, min(3, distance))}"
        yield f"mm:{markers}"
        yield f"mmd:{markers}{max(-1, min(2, distance))}"
        yield f"mvo:{markers}/{target.verb}"
        if distance == 0:
            low, high = sorted((subject.ref.end, target.ref.start))
            verbs = [verb.word for verb in self.clauses[there].verbs if low <= verb.start < high]
            yield "mid:" + "+".join(verbs[:3])
            yield from unique(f"mv:{word}" for word in verbs)
            yield from unique(f"mt:{rule}" for word in verbs for rule in rules_of(word))
            if subject.phrase == target.phrase:
                yield "samephrase"
                # 联合甲、乙 makes no pair of 甲 and 乙; 与甲、乙共同 and 甲、乙联合 do.
                clause = self.clauses[there]
                yield f"sp:{subject.marker}{'+' if clause.joint else ''}{'=' if clause.mutual else ''}"
                yield f"spl:{subject.marker}{self.text[subject.phrase - 2 : subject.phrase]}"
            elif target.members > 1:
                yield "olist"
        near = [phrase for phrase in self.acting[: there + 1] if phrase is not None]
        if not near:
            yield "nosub"
            return
        yield "near" if _among(subject.ref, near[-1]) else "notnear"
        if _among(subject.ref, near[0]):
            yield "first"
        if _among(target.ref, near[-1]):
            yield "onear"

    def _across(self, subject: End, target: End) -> Iterator[str]:
        """Yield how an end that stands outside is known, and where the other stands."""
        side, out, here = ("s", subject, target) if subject.outside else ("o", target, subject)
        if here.clause is None:
            return
        near = [phrase for phrase in self.acting[: here.clause + 1] if phrase is not None]
        sources = self.sources[out.ref.keys[0]]
        yield "Xhasnear" if near else "Xnosub"
        yield f"X{side}:{here.marker}"
        yield f"X{side}cl:{min(3, here.clause)}"
        for source in unique(sources):
            yield f"X{side}src:{source}"
            if not near:
                yield f"X{side}nosub+{source}"


def _flags(clause: Clause) -> list[str]:
    flags = {
        "joint": clause.joint,
        "mutual": clause.mutual,
        "plan": clause.plan is not None,
        "neg": bool(clause.negated),
        "speech": clause.speech,
        "attends": clause.attends,
        "invites": clause.invites is not None,
    }
    return [name for name, holds in flags.items() if holds]


def _among(ref: Ref, phrase: Phrase) -> bool:
    return any(set(ref.keys) & set(other.keys) for other in phrase.refs)
