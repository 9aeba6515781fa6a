"""All pairs of things that a sentence could relate, with what can be seen of each.

A sentence's own mentions and what the discourse carries into it are paired wherever a predicate takes their
classes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kg.language.clauses import Clause, Ref
from kg.language.fired import Features, Fired, Option
from kg.language.frames import Candidate
from kg.language.pair_features import End, Sentence
from kg.language.predicates import predicates_between
from kg.language.scene import Scene

# Two ends further apart than this many clauses are no pair.
CLAUSES = 5


@dataclass(frozen=True, slots=True)
class Pair:
    """Two ends that a sentence may relate; each ref has one key."""

    subject: Ref
    object: Ref
    ends: tuple[End, End]
    options: tuple[Option, ...]
    sentence: Sentence
    clause: Clause | None = None

    @property
    def features(self) -> Features:
        """What is seen of both ends together."""
        return self.sentence.features(*self.ends)


# The predicates worth a look between two ends, by the numbers of subject and object.
Worth = Mapping[tuple[int, int], Sequence[str]]
Screen = Callable[[Sequence[End]], Worth]


def iter_pairs(
    text: str,
    span: tuple[int, int],
    refs: Sequence[Ref],
    clauses: Sequence[Clause],
    proposals: Iterable[Candidate],
    scene: Scene,
    *,
    screen: Screen | None = None,
) -> Iterator[Pair]:
    """Yield the pairs of the sentence ``text[span]``, whose mentions are ``refs``, with their features.

    ``screen`` tells which predicates of which ends are worth a look; those of which a rule says something for either
    end are in any case.
    """
    if not refs:
        return
    sentence = Sentence(text, span, refs, clauses, scene)
    fired = Fired(proposals)
    worth = screen(sentence.ends) if screen else None
    acting = [any(key in fired.by_subject for key in end.ref.keys) for end in sentence.ends]
    for column, target in enumerate(sentence.ends):
        if target.outside and target.ref.kind in ("Group", "Place", "Person"):
            continue
        named = any(key in fired.by_object for key in target.ref.keys)
        for row, subject in enumerate(sentence.ends):
            predicates = predicates_between(subject.ref.kind, target.ref.kind)
            looked = predicates if worth is None else worth.get((row, column), ())
            if not (looked or (predicates and (named or acting[row]))) or not _are_near(subject, target):
                continue
            if not set(subject.ref.keys).isdisjoint(target.ref.keys):
                continue
            at = target.clause if target.clause is not None else subject.clause
            for one in subject.ref.keys:
                for other in target.ref.keys:
                    options = fired.options(predicates, looked, one, other)
                    if not options:
                        continue
                    yield Pair(
                        _only(subject.ref, one),
                        _only(target.ref, other),
                        (subject, target),
                        options,
                        sentence,
                        clauses[at] if at is not None else None,
                    )


def _only(ref: Ref, key: str) -> Ref:
    """Return ``ref`` as standing for one thing."""
    return ref if len(ref.keys) == 1 else replace(ref, keys=(key,))


def _are_near(subject: End, target: End) -> bool:
    if subject is target or (subject.outside and target.outside):
        return False
    if subject.clause is None or target.clause is None:
        return True
    return abs(subject.clause - target.clause) <= CLAUSES
