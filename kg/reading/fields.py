"""A page's own lines -> what they say about the article: 来源:… 作者:…时间:2024-08-31 and their kin."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache

from kg.reading.chrome import load_rules

# 2024-08-31 16:40:11, 2024年8月31日, 2024/8/31, 2024.8.31; what follows must not run on as prose.
DATE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d{2})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})(?!\d)\s*日?"
    r"(?:[\sT]*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?"
)
_SHORT_DATE = re.compile(r"(?<![\d年])\d{1,2}月\d{1,2}日(?:讯|电)?")
_HARD_BREAK = re.compile(r"\s{2,}|[　|丨｜•]|[】\]]")
_PROSE = re.compile(r"[。；;！？!?]")
_EDGE = " \t\xa0　:：|丨｜•·【】[]()（）<>《》/／,，、-—_©\"“”"
_TOKEN_BREAK = re.compile(r"[\s　|丨｜•·【】\[\]()（）<>＞《》/／,，、:：©\"“”]+")
_PERSON = re.compile(r"[\u4e00-\u9fff]{2,4}(?:·[\u4e00-\u9fff]{1,4})?|[\u4e00-\u9fff] [\u4e00-\u9fff]")
_IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
# Longest value of a field and longest unlabelled rest that real page lines have (gold articles, with slack).
MAX_VALUE = 45
MAX_REST = 30
PEOPLE = ("author", "staff")


@dataclass(slots=True)
class Fields:
    """What one line gives; ``rest`` are the words outside labels, in order: the publisher, often names."""

    source: str = ""
    author: str = ""
    url: str = ""
    date: date | None = None
    labelled: bool = False
    rest: list[str] = field(default_factory=list)


def find_date(text: str) -> date | None:
    """Return the first full date in a text.

    >>> find_date("时间:2024-08-31")
    datetime.date(2024, 8, 31)
    """
    for match in DATE.finditer(text):
        try:
            return date(int(match["year"]), int(match["month"]), int(match["day"]))
        except ValueError:
            continue
    return None


def read_fields(line: str) -> Fields | None:
    """Return what a line of the page itself says about the article, or None where the line is something else.

    >>> read_fields("来源:湖南长安网 作者:佚名时间:2024-08-31").source
    '湖南长安网'
    >>> read_fields("记者从县教育局了解到") is None
    True
    """
    if _PROSE.search(line) or len(line) > 200:
        return None
    found = Fields()
    rest = _take_labels(line, found)
    if rest is None:
        return None
    if found.date is None:
        found.date = find_date(rest)
    if not found.labelled and (found.date is None or _runs_on(line)):
        return None
    found.rest = _rest_tokens(rest)
    if sum(map(len, found.rest)) > MAX_REST:
        return None
    if not found.source and found.rest:
        found.source = _publisher(line, found)
    return found


def is_name(text: str) -> bool:
    """Return whether a text has the shape of one or more persons' names and nothing else."""
    return all(_PERSON.fullmatch(part) for part in re.split(r"[\s　、,，]{1,}", text.strip())) if text.strip() else False


def _take_labels(line: str, found: Fields) -> str | None:
    """Fill ``found`` from the labelled parts and return the rest; None: a value no page line has."""
    labels = list(_label_pattern().finditer(line))
    rest: list[str] = []
    position = 0
    for number, label in enumerate(labels):
        rest.append(line[position : label.start()])
        limit = labels[number + 1].start() if number + 1 < len(labels) else len(line)
        kind = _kinds()[re.sub(r"\s", "", label["colon"] or label["spaced"])]
        end = _value_end(line, label.end(), limit, kind)
        value = line[label.end() : end].strip(_EDGE)
        if len(value) > MAX_VALUE or (kind in PEOPLE and len(_IDEOGRAPH.findall(value)) > 24):
            return None
        if label["spaced"] and not is_name(_names(value)):
            return None
        _store(found, kind, value)
        position = end
    rest.append(line[position:])
    return "  ".join(rest)


def _value_end(line: str, start: int, limit: int, kind: str) -> int:
    """Return where a value ends: at the next label, a wide gap, a bar, a bracket, or a date that is not its own."""
    head = len(line[start:limit]) - len(line[start:limit].lstrip(_EDGE))
    end = limit
    if kind == "url":
        gap = re.compile(r"\s").search(line, start + head, limit)
        return gap.start() if gap else limit
    if kind == "date" and (own := DATE.search(line, start, limit)):
        return own.end()
    if gap := _HARD_BREAK.search(line, start + head, limit):
        end = gap.start()
    if kind != "date" and (other := DATE.search(line, start, end)):
        end = other.start()
    return end


def _store(found: Fields, kind: str, value: str) -> None:
    found.labelled = True
    if kind == "date":
        found.date = found.date or find_date(value)
    elif kind == "url" and value.startswith(("http", "www.")):
        found.url = found.url or value
    elif kind == "source" and not found.source:
        words = value.split()
        if len(words) > 1 and is_name(" ".join(words[1:])):
            found.source, found.author = words[0], " ".join(words[1:])
        else:
            found.source = value
        found.source = re.sub(r"[（(][^（）()]*[)）]?$", "", found.source).strip(_EDGE)
    elif kind == "author" and value:
        names = _names(value)
        found.author = f"{found.author} {names}".strip() if names not in found.author else found.author


def _names(value: str) -> str:
    return " ".join(re.sub(r"^[/／]", "", value).split())


def _runs_on(line: str) -> bool:
    """Return whether prose stands directly against the only date of an unlabelled line."""
    match = DATE.search(line)
    if match is None:
        return True
    after = load_rules().named["edition"].pattern.sub("", line[match.end() :])
    return bool(re.match(r"[\u4e00-\u9fff，]", after)) and not re.match(r"[供撰摄][稿影]", after)


def _rest_tokens(rest: str) -> list[str]:
    rules = load_rules()
    text = _SHORT_DATE.sub("  ", DATE.sub("  ", rest))
    text = rules.named["edition"].pattern.sub("  ", text)
    tokens = (re.sub(r"(?:讯|供稿|[\s\d:.]+)$", "", token) for token in _TOKEN_BREAK.split(text))
    return [t for t in tokens if _IDEOGRAPH.search(t) and not rules.is_dropped(t, where="head")]


def _publisher(line: str, found: Fields) -> str:
    """Return the publisher among unlabelled words: the first, or the account's name after 原创 X Y."""
    words = found.rest
    first = words[1] if "原创" in line and len(words) > 1 and not is_name(words[1]) else words[0]
    names = [word for word in words if word != first and is_name(word)]
    if names and not found.author and words[0] == first:
        found.author = " ".join(names)
    return first


@cache
def _kinds() -> dict[str, str]:
    return {label: kind for kind, labels in load_rules().fields.items() for label in labels}


@cache
def _label_pattern() -> re.Pattern[str]:
    """Return the pattern of a label: ``colon`` before a colon or bar, ``spaced`` 记者 and kin before a name."""

    def spread(labels: Iterable[str]) -> str:
        ordered = sorted(labels, key=lambda label: (-len(label), label))
        return "|".join(r"[ 　]*".join(map(re.escape, label)) for label in ordered)

    fields = load_rules().fields
    people = [label for kind in PEOPLE for label in fields[kind] if len(label) > 1]
    return re.compile(
        rf"(?P<colon>{spread(_kinds())})\s*(?:[:：]|[丨｜|/／](?=\s*[\u4e00-\u9fff]))"
        rf"|(?:(?<=^)|(?<=[\s　:：（(•·|>/]))(?P<spaced>{spread(people)})[\s　]+(?=[\u4e00-\u9fff])"
    )
