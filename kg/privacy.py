"""The minors guard: children, victims, suspects and their families lose their names before anything else.

It runs on the read article, so that no later step, not even a log, sees such a name. It finds them by
what stands beside a name (年龄, 化名, 学生, 犯罪嫌疑人) and by shapes that only ever hide somebody (张某某);
then every other place where the article prints the same name is masked too, but for the names of
officials that only hold it (局长张小明 beside a 小明). The cues are in ``privacy.yaml``. A name masked for nothing costs a relation, a child's name let through costs a child.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from kg.errors import DataError
from kg.model import Article
from kg.occurrences import find_occurrences
from kg.script import simplify_all
from kg.surnames import load_surnames, to_pattern

MASK = "▇"
PATH = Path(__file__).parent / "privacy.yaml"
# A quoted brand is short and holds no punctuation: “小满妈妈”讲师团.
MAX_BRAND = 12
# Macros may hold macros (full holds family): two rounds are enough.
ROUNDS = 3
# What parts several names in one match: 小刚、小强; 小刚和小强. 和 between single characters is part of a name.
# Gaps that some pages set inside a name or between it and its cue: 小 明, 女孩 小雨.
_GAP = re.compile(
    r"(?<=[\u4e00-\u9fffA-Za-z（(“「])[ \t\u00a0\u2000-\u200a\u3000]{1,3}(?=[\u4e00-\u9fff（(）)”」])"
)
# Full-width letters and digits, character for character.
_WIDE = {
    code: code - 0xFEE0 for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
# The longest word for a post that may stand at a name.
_POST = 4
_AND = re.compile(r"、|(?<=..)[和与及](?=..)")


@dataclass(frozen=True, slots=True)
class PrivacyRule:
    """A pattern whose group ``name`` finds names to mask; ``noted`` rules need the article's own note."""

    id: str
    pattern: re.Pattern[str]
    noted: bool
    match: tuple[tuple[str, tuple[str, ...]], ...]
    no_match: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PrivacyRules:
    """Everything in ``privacy.yaml``."""

    rules: tuple[PrivacyRule, ...]
    note: re.Pattern[str]
    nick: re.Pattern[str]
    not_names: tuple[str, ...]
    whole: tuple[tuple[str, str], ...]
    common_doubles: frozenset[str]
    wordlike_families: frozenset[str]
    not_classmates: tuple[str, ...]
    brand: re.Pattern[str]
    folded: Mapping[int, str | int]
    mark: re.Pattern[str]
    posts: tuple[str, ...]
    surnames: frozenset[str]
    goes_on: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class _View:
    """A text as the rules see it: ``offsets[i]`` is where character ``i`` stands in the text itself."""

    text: str
    offsets: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        return self.offsets[start], self.offsets[end - 1] + 1


def redact(article: Article) -> Article:
    """Return the article with the names of children, victims, suspects and their families masked.

    Text, title and file name keep their length, so that offsets stay right; ``id`` stays that of the
    unmasked text. An address that holds such a name goes.
    """
    spans, names = _search(article.text)

    def hidden(words: str) -> str:
        return mask(words, [*find_spans(words), *_everywhere(_views(words), names)])

    return replace(
        article,
        text=mask(article.text, spans),
        title=hidden(article.title),
        name=hidden(article.name),
        author=hidden(article.author),
        publisher=hidden(article.publisher),
        url=article.url if hidden(address := unquote(article.url)) == address else "",
    )


def hide(words: str) -> str:
    """Return words that are no article, a path or a message, with the names in them masked.

    >>> hide("news/女孩小雨（化名）回家.txt")
    'news/女孩▇▇（化名）回家.txt'
    """
    return mask(words, find_spans(words))


def mask(text: str, spans: list[tuple[int, int]]) -> str:
    """Return the text with each span replaced by as many ▇.

    >>> mask("小明说", [(0, 2)])
    '▇▇说'
    """
    characters = list(text)
    for start, end in spans:
        characters[start:end] = MASK * (end - start)
    return "".join(characters)


def find_spans(text: str) -> list[tuple[int, int]]:
    """Return the spans of every name to mask, in order, without doubles.

    >>> find_spans("11岁的小雨（化名）由母亲陪着走来，小雨低着头。")
    [(4, 6), (18, 20)]
    """
    return _search(text)[0]


def _search(text: str) -> tuple[list[tuple[int, int]], set[str]]:
    """Return the spans of every name to mask and the names that are masked wherever they stand."""
    if text.isascii():
        # No rule finds anything without a Chinese character: most paths and addresses need no search.
        return [], set()
    rules = load_privacy_rules()
    noted = rules.note.search(text) is not None
    found: set[tuple[int, int]] = set()
    names: set[str] = set()
    views = _views(text)
    for view in views:
        for rule in rules.rules:
            if noted or not rule.noted:
                spans = list(find_names(view.text, rule))
                names.update(view.text[start:end] for start, end in spans)
                found.update(view.span(*span) for span in spans)
    names |= {name[-2:] for name in names if len(name) in (3, 4) and rules.nick.fullmatch(name[-2:])}
    names = {name for name in names if len(name) > 1 and name not in rules.common_doubles}
    found.update(_everywhere(views, names))
    return sorted(found), names


def _views(text: str) -> list[_View]:
    """Return the text with one way of writing, and once more without gaps where it has any.

    Traditional characters are simplified, also where only a name or a heading has some.
    """
    text = simplify_all(text)
    views = [_View(_folded(text), range(len(text)))]
    gaps = {at for gap in _GAP.finditer(text) for at in range(*gap.span())}
    if gaps:
        offsets = [at for at in range(len(text)) if at not in gaps]
        views.append(_View(_folded("".join(text[at] for at in offsets)), offsets))
    return views


def _folded(text: str) -> str:
    """Return the text, as long as it was, with half-width letters, usual characters and （化名） for every mark."""
    rules = load_privacy_rules()

    def marked(match: re.Match[str]) -> str:
        return f"（{(match['inner'] or match['bare']).replace('假', '化')}）"

    return rules.mark.sub(marked, text.translate(rules.folded))


def _everywhere(views: Iterable[_View], names: set[str]) -> Iterator[tuple[int, int]]:
    for view in views:
        yield from (view.span(*span) for span in _occurrences(view.text, names))


def find_names(text: str, rule: PrivacyRule) -> Iterator[tuple[int, int]]:
    """Yield the span of each name that one rule finds in a text."""
    rules = load_privacy_rules()
    for match in rule.pattern.finditer(text):
        start = match.start("name")
        for first, end in _parts(match["name"]):
            first += _cut(text, start + first, start + end, rules)
            if first < end and _may_be_name(text, start + first, start + end, rule, rules):
                yield start + first, start + end


def _cut(text: str, start: int, end: int, rules: PrivacyRules) -> int:
    """Return how many characters at the front belong to a word that goes over the edge; one left is no name."""
    for head, rest in rules.whole:
        if text.startswith(rest, start) and text.endswith(head, 0, start):
            return len(rest) if end - start > len(rest) + 1 else end - start
    return 0


def _parts(names: str) -> Iterator[tuple[int, int]]:
    start = 0
    for separator in _AND.finditer(names):
        yield start, separator.start()
        start = separator.end()
    yield start, len(names)


def _may_be_name(text: str, start: int, end: int, rule: PrivacyRule, rules: PrivacyRules) -> bool:
    name = text[start:end]
    if rule.id == "full-classmate" and name.startswith(rules.not_classmates):
        return False
    if rule.id.startswith("pseudonym"):
        return True
    if "某" in name:
        before = text[start - 1 : start]
        return name[0] not in rules.wordlike_families or not re.match(r"[\u4e00-\u9fff]", before)
    if len(name) > 1 and name in rules.common_doubles and rule.id != "class-before":
        return False
    return not (
        len(name) > 1 and text.startswith(rules.not_names, start) and name not in rules.common_doubles
    )


def _occurrences(text: str, names: set[str]) -> Iterator[tuple[int, int]]:
    """Yield every place where a text prints one of the names, not inside a quoted brand or an official's name."""
    if not names:
        return
    brands = [match.span() for match in load_privacy_rules().brand.finditer(text)]
    opened = [start for start, _ in brands]
    for start, end in find_occurrences(text, names):
        brand = bisect_left(opened, start)
        if not (brand and end < brands[brand - 1][1]) and not _is_of_official(text, start, end):
            yield start, end


def _is_of_official(text: str, start: int, end: int) -> bool:
    """Tell whether two characters are a part of the name of somebody with a post: 局长张小明, 检察官陈静怡."""
    rules = load_privacy_rules()
    if end - start != 2:
        return False
    given = text[start - 1 : start] in rules.surnames
    if given and (
        text.endswith(rules.posts, max(0, start - 1 - _POST), start - 1) or text.startswith(rules.posts, end)
    ):
        return True
    if text[start] not in rules.surnames or not rules.goes_on.match(text, end):
        return False
    return text.endswith(rules.posts, max(0, start - _POST), start) or text.startswith(rules.posts, end + 1)


@cache
def load_privacy_rules() -> PrivacyRules:
    """Return the rules of ``privacy.yaml``.

    Raises:
        DataError: the file is missing or broken; the message names the rule.
    """
    return read_privacy_rules(PATH)


def read_privacy_rules(path: Path) -> PrivacyRules:
    """Return the rules in one YAML file.

    Raises:
        DataError: as ``load_privacy_rules``.
    """
    try:
        data = yaml.load(path.read_text("utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506
        macros = {name: _group(words) for name, words in data["words"].items()}
        macros |= {name: f"(?:{shape})" for name, shape in data["shapes"].items()}
        families = load_surnames()
        macros["family"] = to_pattern(families)
        surnames = [name for name in families if name not in data["wordlike_families"]]
        macros["surname"] = to_pattern(surnames)
        macros["single"] = "[" + "".join(name for name in surnames if len(name) == 1) + "]"
        macros["clear"] = to_pattern(name for name in surnames if name not in data["ending_families"])
        rules = tuple(_rule(item, macros, path) for item in data["rules"])
        brand = f"“[^“”，。！？；：]{{1,{MAX_BRAND}}}”{_group(data['brand'])}"
        return PrivacyRules(
            rules=rules,
            note=re.compile(data["pseudonym_note"]),
            nick=re.compile(data["shapes"]["nick"]),
            not_names=tuple(data["not_names"]),
            whole=tuple((head, rest) for head, rest in data["whole"]),
            common_doubles=frozenset(data["common_doubles"]),
            wordlike_families=frozenset(data["wordlike_families"]),
            not_classmates=tuple(data["not_classmates"]),
            brand=re.compile(brand),
            folded={**_WIDE, **{ord(char): usual for char, usual in data["folded"].items()}},
            mark=re.compile(data["pseudonym_mark"]),
            posts=tuple(data["words"]["post"]),
            surnames=frozenset(name for name in surnames if len(name) == 1),
            goes_on=re.compile(
                "(?!" + "|".join(macros[name] for name in ("after", "speech", "does")) + r")[\u4e00-\u9fff]"
            ),
        )
    except (OSError, yaml.YAMLError, TypeError, KeyError, AttributeError, ValueError) as error:
        raise DataError(path.name, f"cannot be read: {error!r}") from error


def _rule(item: Mapping[str, Any], macros: Mapping[str, str], path: Path) -> PrivacyRule:
    pattern = item["pattern"]
    for _ in range(ROUNDS):
        for name, words in macros.items():
            pattern = pattern.replace("{" + name + "}", words)
    try:
        compiled = re.compile(_number_doubles(pattern))
    except re.error as error:
        raise DataError(f"{path.name}: rule {item['id']!r}", f"broken pattern: {error}") from error
    examples = (example.partition(" => ") for example in item["match"])
    return PrivacyRule(
        id=item["id"],
        pattern=compiled,
        noted=item.get("when") == "pseudonyms",
        match=tuple((text, tuple(names.split())) for text, _, names in examples),
        no_match=tuple(item["no_match"]),
    )


def _number_doubles(pattern: str) -> str:
    """Give each use of the double shape a group of its own, so that none looks at another one."""
    numbers = iter(range(1000))

    def named(_: re.Match[str]) -> str:
        number = next(numbers)
        return rf"(?P<twice{number}>[\u4e00-\u9fff])(?P=twice{number})"

    return re.sub(re.escape(r"([\u4e00-\u9fff])\1"), named, pattern)


def _group(words: Iterable[str]) -> str:
    return "(?:" + "|".join(sorted(words, key=lambda word: (-len(word), word))) + ")"
