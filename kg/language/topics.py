"""What is taught, and in which office somebody is deployed: the topic and the role of a relation."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from kg.errors import DataError
from kg.language.segments import Span, segment
from kg.yamlfile import load_yaml

LEXICON = Path(__file__).parent / "lexicon"
# A topic is a noun phrase, not a sentence.
_LONGEST = 40
# Between 教, 就, 围绕 and the audience stand at most so many characters.
_HANDS = 16
_QUOTES = (("“", "”"), ("《", "》"), ("‘", "’"), ("（", "）"))


@dataclass(frozen=True, slots=True)
class _Grammar:
    matter: re.Pattern[str]
    lesson: re.Pattern[str]
    hands: re.Pattern[str]
    practised: re.Pattern[str]
    about: re.Pattern[str]
    sent: re.Pattern[str]
    titled: re.Pattern[str]
    how: re.Pattern[str]
    nothing: re.Pattern[str]
    start: re.Pattern[str]
    end: re.Pattern[str]
    kept: frozenset[str]


def topic_for(text: str, clause: Span, trigger: Span, audience: Span) -> str | None:
    """Return what the verb at ``trigger`` teaches the audience, None when the clause does not say.

    The matter is the object of the verb (讲授防性侵知识), the lesson (强制报告制度专题培训, 法治课), what
    it is about (围绕网络欺凌授课), or its title; a law lesson with a title is both: “法槌为谁而敲”法治课.

    >>> text = "为20名女生讲授防性侵、防溺水知识，向家长讲监护责任"
    >>> topic_for(text, (0, len(text)), (6, 8), (4, 6))
    '防性侵、防溺水知识'
    """
    grammar = _grammar()
    start, end = segment(text, clause, trigger)
    inside = start <= audience[0] < audience[1] <= end
    title = _title(text, start, end, grammar)
    about, attached = _about(text, start, min(audience[0], trigger[0]) if inside else trigger[0], grammar)
    if about is not None and attached:
        return about
    if inside and grammar.hands.search(text, max(start, audience[0] - _HANDS), audience[0]):
        match = grammar.practised.match(text, audience[1], end)
        if match and (topic := _tidy(match, audience, grammar)):
            return topic
    for at in (audience[1] if inside else max(start, min(trigger[0], end)), start):
        match, topic = _first(text, at, end, audience, grammar)
        if match is not None:
            return f"{title}{topic}" if title and "lesson" in match.groupdict() else topic
        if about is not None:
            return about
    return title


def _first(
    text: str, at: int, end: int, audience: Span, grammar: _Grammar
) -> tuple[re.Match[str] | None, str]:
    """Return the first passage from ``at`` on that says what is taught, and the matter."""
    best: re.Match[str] | None = None
    best_topic = ""
    for pattern in (grammar.lesson, grammar.matter, grammar.sent):
        for match in pattern.finditer(text, at, end):
            if best is not None and match.start() >= best.start():
                break
            topic = _tidy(match, audience, grammar)
            if topic:
                best, best_topic = match, topic
                break
    return best, best_topic


def _tidy(match: re.Match[str], audience: Span, grammar: _Grammar) -> str:
    """Return the matter of a match without what only says how it is taught, "" when nothing is left."""
    start, end = match.span("matter")
    if start < audience[1] and (audience[0] <= start < audience[1] or audience[0] < end <= audience[1]):
        return ""
    topic = grammar.end.sub("", grammar.start.sub("", match["matter"]))
    lesson = match.groupdict().get("lesson")
    if lesson is not None:
        topic = grammar.how.sub("", topic)
    topic = _balanced(topic)
    if grammar.nothing.fullmatch(topic) or not 1 < len(topic) <= _LONGEST:
        return ""
    return topic + (lesson if lesson in grammar.kept else "") if lesson else topic


def _balanced(topic: str) -> str:
    """Return the words without a quotation mark whose partner stands elsewhere."""
    for opener, closer in _QUOTES:
        if topic.count(opener) != topic.count(closer):
            topic = topic.replace(opener, "").replace(closer, "")
    return topic


def _about(text: str, start: int, end: int, grammar: _Grammar) -> tuple[str | None, bool]:
    """Return what stands as the matter before the audience or the verb at ``end``, and whether right before.

    Behind a comma it only sets the stage: 就岗位站位逐项点评，并为保安补上一堂防暴器械使用课.
    """
    for match in grammar.about.finditer(text, start, end):
        if end - match.end() <= _HANDS:
            topic = _balanced(grammar.end.sub("", grammar.start.sub("", match["matter"])))
            if topic and not grammar.nothing.fullmatch(topic):
                return topic, not any(comma in text[match.end("matter") : end] for comma in "，,")
    return None, False


def _title(text: str, start: int, end: int, grammar: _Grammar) -> str | None:
    match = grammar.titled.search(text, start, end)
    return match["title"] if match else None


@cache
def _grammar() -> _Grammar:
    """Return the compiled patterns of ``lexicon/topics.yaml``."""
    path = LEXICON / "topics.yaml"
    try:
        data: dict[str, Any] = load_yaml(path.read_text("utf-8"))

        def compiled(name: str) -> re.Pattern[str]:
            pattern: str = data[name]
            for piece, value in data["pieces"].items():
                pattern = pattern.replace("{" + piece + "}", f"(?:{value})" if piece != "char" else value)
            return re.compile(pattern)

        return _Grammar(
            matter=compiled("matter"),
            lesson=compiled("lesson"),
            hands=compiled("hands"),
            practised=compiled("practised"),
            about=compiled("about"),
            sent=compiled("sent"),
            titled=compiled("titled"),
            how=compiled("how"),
            nothing=compiled("nothing"),
            start=compiled("start"),
            end=compiled("end"),
            kept=frozenset(data["kept"]),
        )
    except (OSError, KeyError, TypeError, AttributeError, re.error, yaml.YAMLError) as error:
        raise DataError(path.name, f"not a grammar of topics: {error}") from error
