"""In which office somebody is deployed: 法治副校长, 校外辅导员, or under a profession, 社工."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from kg.errors import DataError
from kg.language.segments import Span, in_title, segment
from kg.occurrences import any_of
from kg.yamlfile import load_yaml

PATH = Path(__file__).parent / "lexicon" / "offices.yaml"


@dataclass(frozen=True, slots=True)
class _Offices:
    office: re.Pattern[str]
    sent: re.Pattern[str]
    joint: re.Pattern[str]
    pairwise: str


def role_for(
    text: str,
    clause: Span,
    trigger: Span,
    *,
    subject: Span | None = None,
    objects: Sequence[Span] = (),
    index: int = 0,
) -> str | None:
    """Return the office that a deployment names, None when it names none.

    For a person the first office behind the name counts (聘请甲担任法治副校长、乙担任辅导员), else one
    right before it; after 分别 offices and ``objects`` go pair by pair. Of a list with 或 or 及 the
    first is taken. Where there is no office, the profession of those who are sent is the role.

    >>> text = "选派63名民警担任全县中小学校法治副校长或法治辅导员"
    >>> role_for(text, (0, len(text)), (0, 2))
    '法治副校长'
    """
    words = _words()
    start, end = segment(text, clause, trigger)
    offices = [
        match for match in words.office.finditer(text, start, end) if not in_title(text, start, match.start())
    ]
    if offices:
        paired = _paired(text, offices, objects, words)
        if paired and 0 <= index < len(objects):
            return paired[index].group()
        return _nearest(offices, trigger, subject).group()
    sent = list(words.sent.finditer(text, start, end))
    if not sent:
        return None
    at = trigger[0] if subject is None else max(subject[0], start)
    return next((match for match in sent if match.end() > at), sent[-1])["office"]


def _paired(
    text: str, offices: Sequence[re.Match[str]], objects: Sequence[Span], words: _Offices
) -> Sequence[re.Match[str]]:
    """Return the list of offices that pairs with the list of objects after 分别, else nothing."""
    count = len(objects)
    if count < 2 or len(offices) < count or text.find(words.pairwise, objects[0][0], offices[-1].start()) < 0:
        return ()
    run = offices[:count]
    joined = (words.joint.fullmatch(text, a.end(), b.start()) for a, b in pairwise(run))
    return run if all(joined) else ()


def _nearest(offices: Sequence[re.Match[str]], trigger: Span, subject: Span | None) -> re.Match[str]:
    """Return the first office behind the person or the verb, else the last before."""
    at = subject or trigger
    for office in offices:
        if subject is not None and subject[0] == office.end():
            return office
    behind = (office for office in offices if office.start() >= at[1])
    return next(behind, offices[-1])


@cache
def _words() -> _Offices:
    """Return the compiled words of ``lexicon/offices.yaml``."""
    try:
        data: dict[str, Any] = load_yaml(PATH.read_text("utf-8"))
        kinds, heads, professions = (any_of(data[name]) for name in ("kinds", "heads", "professions"))
        office = f"(?:{kinds}){{0,4}}(?:{heads})"
        return _Offices(
            office=re.compile(office),
            sent=re.compile(f"{data['sends']}(?P<office>(?:{kinds}){{0,4}}(?:{professions})|{office})"),
            joint=re.compile(data["joint"]),
            pairwise=data["pairwise"],
        )
    except (OSError, KeyError, TypeError, re.error, yaml.YAMLError) as error:
        raise DataError(PATH.name, f"not a list of offices: {error}") from error
