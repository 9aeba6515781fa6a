"""Where on an HTML page its article stands: the element that holds it, and which lines there are its own.

trafilatura says which prose is the article; page furniture is known by its names, its headings and its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from kg.reading.blocks import Block, Element, is_chrome, is_comments, load_html_rules, names_of
from kg.reading.chrome import load_rules
from kg.reading.lines import split_lines
from kg.reading.titles import squeezed
from kg.script import simplify_all

# A line of so many characters with punctuation is prose.
PROSE = 15
# What is longer is a paragraph, whatever words stand in it.
LONG = 300
# A container that a content system names must hold so much of the prose that was found, or it is another thing.
CONTAINER_SHARE = 0.8
# One part inside the article's element that holds so much of its prose is the article.
MAIN_SHARE = 0.5
# One paragraph is the article where its element, a part of the page, holds so much of the prose.
ALONE_SHARE = 0.9
PARTS = ("div", "section", "article", "td")
# trafilatura's no to a part counts where it says yes to so much of the rest.
AGREED_SHARE = 0.8
# A line around the article counts against its element so much, against 1 for a line of the article.
STRAY_COST = 0.5
# trafilatura's text counts if it has so much of the prose that lies together on the page.
TRUSTED_SHARE = 0.5
# In a longer main text lines are only looked for whole: no article is as long.
LONGEST_MAIN = 200_000
# The heading of a box has no more characters.
HEADING = 16
# A part with a chrome name that holds so much of the article's prose is the article all the same.
HOLDS = 0.3
# One with the heading of a box says more clearly that it is none.
BOX_HOLDS = 0.6

PUNCTUATION = re.compile("[，。；！？,;!?]")
STOP = re.compile("[。；！？]")


@dataclass(frozen=True, slots=True)
class Part:
    """Lines ``first`` to ``last`` of a page, which one element holds.

    ``agreed`` are the lines of prose that trafilatura takes too; nothing where it sees another article.
    ``comments`` are the elements of the page that hold what readers wrote.
    """

    element: Element
    first: int
    last: int
    agreed: frozenset[int] = frozenset()
    comments: frozenset[Element] = frozenset()


def find_part(tree: Element, blocks: Sequence[Block], main: str, title: str) -> Part | None:
    """Return where the article is on the page: the element that holds most of its prose and least else."""
    titled = _holding(blocks, title)
    comments = _comments(blocks, titled)
    covered = _own_prose(tree, blocks, titled, comments)
    best = _best(blocks, covered)
    if best is None:
        return None
    # Line by line, without what no two extractors write alike.
    lines = {squeezed(line) for line in main.split("\n")}
    whole = "\n".join(lines) if len(main) <= LONGEST_MAIN else ""
    agreed = {i for i in covered if (line := squeezed(blocks[i].text)) in lines or line in whole}
    if _size(blocks, agreed) >= TRUSTED_SHARE * _size(blocks, _within(covered, best)):
        covered = agreed
        best = _best(blocks, covered) or best
    part = _container(tree, blocks, covered) or _inner(blocks, covered, best, titled)
    return replace(part, agreed=frozenset(_within(agreed, part)), comments=comments)


def _comments(blocks: Sequence[Block], titled: set[Element]) -> frozenset[Element]:
    """Return the elements named after comments whose prose stands below other prose, the title outside.

    However much readers wrote below a photo of one sentence, it is no article. Every post of a forum but the first
    is a comment.
    """
    posts = load_html_rules().posts
    above: set[Element] = set()
    below: set[Element] = set()
    first_post: Element | None = None
    is_below = False
    for i in sorted(_prose(blocks)):
        lineage = list(_lineage(blocks[i].element))
        post = next((e for e in reversed(lineage) if not posts.isdisjoint(names_of(e))), None)
        first_post = first_post if first_post is not None else post
        marked = {e for e in lineage if e not in titled and is_comments(e)}
        if post is not None and post is not first_post:
            marked.add(post)
        is_below = is_below or not marked
        (below if is_below else above).update(marked)
    return frozenset(below - above)


def _own_prose(
    tree: Element, blocks: Sequence[Block], titled: set[Element], comments: frozenset[Element]
) -> set[int]:
    """Return the lines of prose but for comments and those in boxes of the page, which cannot hold the article.

    A box begins with a heading of boxes, or has a name of page furniture, and the title stands outside.
    """
    prose = {i for i in _prose(blocks) if comments.isdisjoint(_lineage(blocks[i].element))}
    if not titled:
        return prose
    boxes = _boxes(blocks, Part(tree, 0, len(blocks) - 1)) - titled
    rest = {i for i in prose if boxes.isdisjoint(_lineage(blocks[i].element))}
    named = {e for i in rest for e in _lineage(blocks[i].element) if e not in titled and is_chrome(e)}
    clear = {i for i in rest if named.isdisjoint(_lineage(blocks[i].element))}
    for found in (clear, rest):
        if found and _size(blocks, found) >= HOLDS * _size(blocks, prose):
            return found
    return prose


def _holding(blocks: Sequence[Block], title: str) -> set[Element]:
    """Return the elements that hold a line which is the title."""
    head = squeezed(title)
    return {e for b in blocks if head and squeezed(b.text) == head for e in _lineage(b.element)}


def _prose(blocks: Sequence[Block]) -> set[int]:
    """Return the numbers of the lines that read as sentences and are no furniture of the page."""
    return {i for i, block in enumerate(blocks) if _is_prose(block)}


def _is_prose(block: Block) -> bool:
    if len(block.text) < PROSE or not PUNCTUATION.search(block.text) or block.is_links:
        return False
    if len(block.text) > LONG:
        return True
    rules, view = load_rules(), simplify_all(block.text)
    return not (rules.is_dropped(view, where="after") or rules.is_footer(view, where="after"))


def _size(blocks: Sequence[Block], numbers: Iterable[int]) -> int:
    return sum(len(blocks[i].text) for i in numbers)


def _within(numbers: Iterable[int], part: Part) -> set[int]:
    return {i for i in numbers if part.first <= i <= part.last}


def _best(blocks: Sequence[Block], covered: set[int]) -> Part | None:
    """Return the element with the most covered lines for the fewest others, the innermost of equals."""
    scores: dict[Element, float] = {}
    spans: dict[Element, tuple[int, int]] = {}
    for i, block in enumerate(blocks):
        # A card of another story between paragraphs is dropped anyway.
        cost = 0.0 if block.is_one_link and _reads_on(block) else STRAY_COST
        worth = len(block.text) if i in covered else -cost * len(block.text)
        for element in _lineage(block.element):
            scores[element] = scores.get(element, 0.0) + worth
            spans[element] = (spans.get(element, (i, i))[0], i)
    if not covered or not scores:
        return None
    chosen = max(scores, key=lambda element: (scores[element], _depth(element)))
    return Part(chosen, *spans[chosen])


def _inner(blocks: Sequence[Block], covered: set[int], part: Part, titled: set[Element]) -> Part:
    """Return the part inside another one that holds most of its prose, where what follows is made otherwise.

    Comments and other stories below an article stand in elements of their own; the rest of an article that an
    advertisement parts stands in one of the same kind, its lead above it. ``titled`` elements hold the title:
    what stands before them is no lead.
    """
    while True:
        within = _within(covered, part)
        children: dict[Element, list[int]] = {}
        for i in sorted(within):
            child = next((e for e in reversed(list(_up_to(blocks[i].element, part.element)))), None)
            if child is not None:
                children.setdefault(child, []).append(i)
        main = max(children, key=lambda child: _size(blocks, children[child]), default=None)
        if main is None:
            return part
        others = [child for child in children if child is not main]
        held = _size(blocks, children[main])
        whole = main in titled or (str(main.tag) in PARTS and held >= ALONE_SHARE * _size(blocks, within))
        if len(children[main]) < 2 and not whole:
            return part
        loose = len(within) > sum(map(len, children.values()))
        lead = [i for child in others for i in children[child] if i < children[main][0]]
        earlier = main not in titled and any(STOP.search(blocks[i].text) for i in lead)
        alike = any(_kind(child) == _kind(main) for child in others)
        if loose or earlier or alike or held < MAIN_SHARE * _size(blocks, within):
            return part
        inside = [i for i in range(part.first, part.last + 1) if main in _lineage(blocks[i].element)]
        part = Part(main, inside[0], inside[-1])


def _container(tree: Element, blocks: Sequence[Block], covered: set[int]) -> Part | None:
    """Return the element that a content system names as the article, where it holds the prose that was found."""
    ranks = {name: rank for rank, name in enumerate(load_html_rules().containers)}
    named = [
        (min(ranks[name] for name in names), element)
        for element in tree.iter()
        if isinstance(element.tag, str) and (names := names_of(element) & ranks.keys())
    ]
    if not named:
        return None
    spans: dict[Element, list[int]] = {}
    wanted = {element for _, element in named}
    for i, block in enumerate(blocks):
        for element in _lineage(block.element):
            if element in wanted:
                spans.setdefault(element, []).append(i)
    whole = _size(blocks, covered)
    fitting = [
        (rank, -_depth(element), element)
        for rank, element in named
        if element in spans and _size(blocks, covered & set(spans[element])) >= CONTAINER_SHARE * whole
    ]
    if not fitting:
        return None
    chosen = min(fitting, key=lambda item: item[:2])[2]
    return Part(chosen, spans[chosen][0], spans[chosen][-1])


def iter_body(blocks: Sequence[Block], part: Part) -> Iterator[tuple[int, str]]:
    """Yield the lines of the article's element but for those of parts that are none of it."""
    numbers = range(part.first, part.last + 1)
    prose = _within(_prose(blocks), part)
    whole = max(1, _size(blocks, prose))
    shares: dict[Element, int] = {}
    for i in prose:
        for element in _up_to(blocks[i].element, part.element):
            shares[element] = shares.get(element, 0) + len(blocks[i].text)
    boxes = _boxes(blocks, part) | _rejected(blocks, part, prose)
    verdicts: dict[Element, bool] = {}

    def dropped(element: Element) -> bool:
        if element not in verdicts:
            named = element in boxes or is_chrome(element)
            most = BOX_HOLDS if element in boxes else HOLDS
            small = shares.get(element, 0) < most * whole
            verdicts[element] = element in part.comments or (named and small)
        return verdicts[element]

    rules = load_rules()
    tops: set[tuple[str, str]] = set()
    ended = False
    for i in numbers:
        block = blocks[i]
        own = list(_up_to(block.element, part.element))
        # A sentence that is a link as a whole, among others that are none, leads to another story.
        if (block.is_links and (bool(prose and block.is_one_link) or not _reads_on(block))) or any(
            dropped(element) for element in own
        ):
            continue
        # Behind a disclaimer only what stands as the article itself does can be the article again.
        top = _kind(own[-1]) if own else ("", "")
        if ended and top not in tops:
            continue
        if i in prose:
            tops.add(top)
        ended = ended or bool(tops and rules.is_footer(simplify_all(block.text), where="after"))
        for line in split_lines(block.text):
            yield i, line


def _boxes(blocks: Sequence[Block], part: Part) -> set[Element]:
    """Return the elements that begin with the heading of a box: 相关阅读, 网友评论, 热门推荐."""
    rules = load_rules()
    seen: set[Element] = set()
    boxes: set[Element] = set()
    for block in blocks[part.first : part.last + 1]:
        elements = list(_up_to(block.element, part.element))
        if len(block.text) <= HEADING and rules.is_footer(simplify_all(block.text), where="after"):
            boxes.update(element for element in elements if element not in seen)
        seen.update(elements)
    return boxes


def _rejected(blocks: Sequence[Block], part: Part, prose: set[int]) -> set[Element]:
    """Return the elements whose prose trafilatura leaves out, where it takes nearly all the rest and they are made otherwise."""
    if _size(blocks, part.agreed) < AGREED_SHARE * _size(blocks, prose):
        return set()
    holding = {element for i in part.agreed for element in _up_to(blocks[i].element, part.element)}
    kinds = {_kind(element) for element in holding}
    rejected: set[Element] = set()
    for i in prose - part.agreed:
        outside = [e for e in _up_to(blocks[i].element, part.element) if e not in holding]
        if outside and _kind(outside[-1]) not in kinds:
            rejected.add(outside[-1])
    return rejected


def _reads_on(block: Block) -> bool:
    """Tell whether a line of links is a sentence all the same."""
    return len(block.text) >= PROSE and STOP.search(block.text) is not None


def _kind(element: Element) -> tuple[str, str]:
    return str(element.tag), str(element.get("class", ""))


def _lineage(element: Element) -> Iterator[Element]:
    yield element
    yield from element.iterancestors()


def _up_to(element: Element, top: Element) -> Iterator[Element]:
    """Yield an element and its ancestors below ``top``."""
    for one in _lineage(element):
        if one is top:
            return
        yield one


def _depth(element: Element) -> int:
    return sum(1 for _ in element.iterancestors())
