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
    r"(?<!\d)(?P<year>(?:19|20)\d{2})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})(?!\d)(?:\s*日)?"
    r"(?:[\sT]*\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?"
)
_SHORT_DATE = re.compile(r"(?<![\d年])\d{1,2}月\d{1,2}日(?:讯|电)?")
_HARD_BREAK = re.compile(r"\s{2,}|[　|丨｜•]|[】\]]")
_PROSE = re.compile(r"[。；;！？!?]")
_EDGE = ' \t\xa0　:：|丨｜•·【】[]()（）<>《》/／,，、-—_©"“”'
_TOKEN_BREAK = re.compile(r"[\s　|丨｜•·【】\[\]()（）<>＞《》/／,，、:：©\"“”]+")
_PERSON = re.compile(r"[\u4e00-\u9fff]{2,4}(?:·[\u4e00-\u9fff]{1,4})?|[\u4e00-\u9fff] [\u4e00-\u9fff]")
# A trail of menu steps: 首页 > 政务公开 > 镇街动态.
_TRAIL = re.compile(r"[^\s>＞]{2,20}(?:\s*[>＞]{1,2}\s*[^\s>＞]{1,16})+\s*[>＞]*")
# What a publisher's name ends in and a person's name does not: 望海发布, 渝东晚报, 浑北公安.
_PAPER_END = re.compile("(?:网|报|台|社|刊|发布|公安|检察|法院|在线|时讯|融媒|青春|大众|镇|街道)$")
_IDEOGRAPH = re.compile("[\u4e00-\u9fff]")
# Longest value of a field and longest unlabelled rest that real page lines have (gold articles, with slack).
MAX_VALUE = 45
MAX_REST = 30
# Outside a label only the usual two or three characters are taken for a name: 平安润江 is an account.
MAX_NAME = 3
# 本报全媒体记者, 黔和省妇女报全媒体记者: what stands before the label in a reporter's bracket.
MAX_PREFIX = 16
PEOPLE = ("author", "staff")


@dataclass(slots=True)
class Fields:
    """What one line gives; ``rest`` are the words outside labels, in order: the publisher, often names.

    ``guessed`` says that ``source`` comes from them and not from a label.
    """

    source: str = ""
    author: str = ""
    url: str = ""
    date: date | None = None
    labelled: bool = False
    guessed: bool = False
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


def read_fields(line: str, *, guess: bool = True) -> Fields | None:
    """Return what a line of the page itself says about the article, or None where the line is something else.

    Without ``guess`` only labels count: in a line of menus or owners the other words name no publisher.

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
    if guess and not found.source and found.rest:
        _guess_publisher(line, found)
    return found


def find_reporters(text: str) -> str:
    """Return the names in the first bracket that names reporters, parted by one space.

    >>> find_reporters("岭海日报讯（全媒体记者黎子晴 通讯员禅法宣）12日，")
    '黎子晴 禅法宣'
    """
    labels = "|".join(
        sorted((label for label in load_rules().fields["author"] if len(label) > 1), key=len, reverse=True)
    )
    for inner in re.findall(r"[（(]([^（）()。]{4,60})[)）]", text):
        prefix, label, names = (
            re.split(f"({labels})", inner, maxsplit=1) if re.search(labels, inner) else ("", "", "")
        )
        words = [w for w in _TOKEN_BREAK.split(re.sub(labels, " ", names)) if w]
        if label and len(prefix) <= MAX_PREFIX and words and all(map(is_name, words)):
            return " ".join(words)
    return ""


def is_name(text: str) -> bool:
    """Return whether a text has the shape of one or more persons' names and nothing else."""
    return (
        all(_PERSON.fullmatch(part) for part in re.split(r"[\s　、,，]{1,}", text.strip()))
        if text.strip()
        else False
    )


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
    return " ".join(load_rules().named["edition"].pattern.sub(" ", re.sub(r"^[/／]", "", value)).split())


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
    text = _TRAIL.sub("  ", text)
    tokens = (re.sub(r"(?:(?<!时)讯|供稿|[\s\d:.]+)$", "", token) for token in _TOKEN_BREAK.split(text))
    return [t for t in tokens if _IDEOGRAPH.search(t) and not rules.is_dropped(t, where="head")]


def _guess_publisher(line: str, found: Fields) -> None:
    """Take the publisher from unlabelled words: the first, or the account's name after 原创 X Y."""
    words = found.rest
    account = "原创" in line and len(words) > 1 and not is_name(words[1])
    names = [
        word for word in words if len(word) <= MAX_NAME and is_name(word) and not _PAPER_END.search(word)
    ]
    others = [word for word in words if word not in names]
    if not found.author and (len(names) > 1 or (names and len(names[0]) == MAX_NAME)):
        found.author = " ".join(names)
    if others:
        found.source = words[1] if account else others[0]
        found.guessed = True


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
        rf"(?P<colon>{spread(_kinds())})\s*(?:[:：]|[丨｜|/／](?=\s*[\u4e00-\u9fff]{{2}}))"
        rf"|(?:(?<=^)|(?<=[\s　:：（(•·|>/网报台社刊]))(?P<spaced>{spread(people)})[\s　]+(?=[\u4e00-\u9fff])"
    )
