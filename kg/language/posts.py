"""Who holds which post where: 区法院立案庭庭长柏永年, 副所长聂海涛任校长, 甲局张三、乙校李四.

The words between a body and a name are the post when they end like one (``lexicon/posts.yaml``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from kg.language.clauses import Ref
from kg.model import ORGANISATIONS
from kg.occurrences import any_of
from kg.yamlfile import load_yaml

PATH = Path(__file__).parent / "lexicon" / "posts.yaml"


@dataclass(frozen=True, slots=True)
class Post:
    """A person holds ``role`` at the body that ``holder`` names; ``start`` and ``end`` span the passage."""

    person: Ref
    body: Ref
    role: str
    predicate: str
    start: int
    end: int
    rule: str


@dataclass(frozen=True, slots=True)
class _Posts:
    post: re.Pattern[str]
    held: re.Pattern[str]
    by: re.Pattern[str]
    assigned: re.Pattern[str]
    bodies: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...]
    department: re.Pattern[str]
    strip: re.Pattern[str]
    former: re.Pattern[str]


@cache
def load_posts() -> _Posts:
    """Return the compiled post words of ``lexicon/posts.yaml``."""
    data = load_yaml(PATH.read_text("utf-8"))

    words = any_of(data["posts"])
    return _Posts(
        held=re.compile(
            rf"(?:{any_of(data['holds'])})[^，。；、：“”]{{0,10}}?(?P<role>(?:{any_of(data['ranks'])})*(?:{words}))"
        ),
        by=re.compile(rf"(?P<role>(?:{words}))(?:{any_of(data['held_by'])})$"),
        post=re.compile(rf"(?:{any_of(data['posts'])})(?:们)?$"),
        assigned=re.compile(rf"(?:{any_of(data['assigned'])})$"),
        bodies=tuple((re.compile(rf"(?:{any_of(e['posts'])})$"), tuple(e["bodies"])) for e in data["bodies"]),
        department=re.compile(rf"(?:{any_of(data['departments'])})$"),
        strip=re.compile(rf"^(?:{any_of(data['strip'])})+"),
        former=re.compile(rf"^(?:{any_of(data['former'])})"),
    )


# A bare post (校长) belongs to a body at most this many characters before it.
CONTEXT = 1500
# A post is at most this long.
GAP = 22
EDGE = re.compile(r"[，。；：！？\n、,;:（）()]")
BREAK = re.compile(r"[，。；：！？\n,;:!?（）()《》…以]")


def find_posts(text: str, refs: Sequence[Ref]) -> Iterator[Post]:
    """Yield every post that ``text`` gives to a person of ``refs`` by words that stand before the name."""
    known = load_posts()
    last: tuple[Ref, int] | None = None
    for index, person in enumerate(refs):
        if person.kind != "Person" or person.bare:
            continue
        before = list(refs[max(0, index - 6) : index])
        chain = list(_chain(text, person, before, known))
        if chain:
            for body, role, start in chain:
                yield from _posts(person, body, role, start, "posts.before", known)
            last = (chain[0][0], person.end)
            continue
        left = before[-1].end if before else 0
        between = text[max(left, person.start - GAP) : person.start]
        words = re.split(r"[，。；：！？\n、“”,;:（）()]|和|与|由|及|请|请来|，|据|的", between)[-1].strip()
        if before and before[-1].kind == "Person" and re.fullmatch(r"、|和|与|及|以及|，", between.strip()):
            if last and last[1] == before[-1].end and before[-1].end < person.start:
                role = ""
                yield from _posts(person, last[0], role, person.start, "posts.list", known)
                last = (last[0], person.end)
            continue
        role = known.strip.sub("", words)
        if not role or not known.post.search(role) or len(role) > 14:
            continue
        holder = _holder(role, text, person, refs[max(0, index - CONTEXT) : index], last, known)
        if holder is not None:
            yield from _posts(person, holder, role, person.start - len(role), "posts.context", known)
            last = (holder, person.end)


def _posts(person: Ref, body: Ref, role: str, start: int, rule: str, known: _Posts) -> Iterator[Post]:
    predicate = "deployedTo" if known.assigned.search(role) else "worksFor"
    yield Post(person, body, role, predicate, start, person.end, rule)


def _chain(text: str, person: Ref, before: Sequence[Ref], known: _Posts) -> Iterator[tuple[Ref, str, int]]:
    """Yield body and role for each post in front of ``person``, the nearest first."""
    end = person.start
    for ref in reversed(before):
        between = text[ref.end : end]
        if ref.kind not in ORGANISATIONS:
            if ref.kind == "Group" and len(between) <= 2:
                continue
            return
        if len(between) > GAP or BREAK.search(between):
            return
        role = known.strip.sub("", between.strip("、 “”\"'"))
        if end != person.start and not between.rstrip().endswith(("、", "兼", "和", "及")):
            return
        if end != person.start:
            role = known.strip.sub("", between.strip("、 “”兼和及"))
        if not role:
            return
        if not known.post.search(role):
            return
        yield ref, role, ref.start
        end = ref.start


def _holder(
    role: str, text: str, person: Ref, before: Sequence[Ref], last: tuple[Ref, int] | None, known: _Posts
) -> Ref | None:
    """Return the body that a bare post (副所长) belongs to: the nearest before that has such posts."""
    if last and person.start - last[1] <= 12 and "。" not in text[last[1] : person.start]:
        for pattern, ends in known.bodies:
            if pattern.search(role):
                if last[0].text.endswith(ends):
                    return last[0]
                break
        else:
            return last[0]
    for pattern, ends in known.bodies:
        if pattern.search(role):
            for ref in reversed(before):
                if (
                    ref.kind in ORGANISATIONS
                    and len(ref.keys) == 1
                    and ref.text.rstrip('”"').endswith(ends)
                    and person.start - ref.end < CONTEXT
                ):
                    return ref
            return None
    return None


def role_of(text: str, person: Ref, body: Ref, sentence: tuple[int, int]) -> str | None:
    """Return the post that ``person`` holds at ``body``, None when the sentence names none.

    It stands between body and name, right before the name (队长甲, 队长是甲) or behind it (甲任队长).
    """
    known = load_posts()
    start, end = sentence
    if not start <= person.start < end:
        return None
    left = max(start, person.start - GAP)
    if start <= body.start and body.end <= person.start:
        left = max(left, body.end)
    before = text[left : person.start]
    if match := known.by.search(before):
        return match["role"]
    words = known.strip.sub("", EDGE.split(before)[-1].strip("“”\"' "))
    if known.post.search(words):
        return words
    match = known.held.search(text, person.end, min(end, person.end + GAP))
    return match["role"] if match else None


def merge(refs: Sequence[Ref], posts: Sequence[Post]) -> list[Ref]:
    """Return ``refs`` with body, post and person made one Person mention (区法院庭长柏永年)."""
    starts: dict[int, int] = {}
    for post in posts:
        if post.rule in ("posts.before", "posts.context"):
            starts[post.person.start] = min(post.start, starts.get(post.person.start, post.start))
    out: list[Ref] = []
    for ref in refs:
        if ref.kind == "Person" and ref.start in starts:
            start = starts[ref.start]
            while out and out[-1].end > start:
                out.pop()
            ref = replace(ref, start=start)
        out.append(ref)
    return out
