"""Who published an article: the choice between what several lines of a page say."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.reading.chrome import load_rules
from kg.reading.fields import DATE, Fields

_OWNER = re.compile(
    r"(?:版权所有|主办(?:单位)?)\s*[:：]\s*(?:©\s*)?([\u4e00-\u9fff]{4,24})|^([\u4e00-\u9fff]{4,24})\s+(?:Copyright|©)"
)
_DEPARTMENT = re.compile(r"(?<=[\u4e00-\u9fff]{3}[局院府])[\u4e00-\u9fff]{2,8}[股科室处]$")
_NAMELESS = re.compile(r"^(?:本报|本网|本台|本刊|本站)")
_BEFORE_NAME = re.compile(r"^(?:.*[:：]|(?:您好[，,]?)?欢迎(?:您)?(?:来到|访问|光临|登录|登陆|浏览))\s*")
MIN_SITE_NAME = 5


def find_publisher(
    fields: Sequence[Fields], leads: Sequence[str], banners: Sequence[str], owners: Sequence[str]
) -> tuple[str, bool]:
    """Return the best name of the publisher, or nothing, and whether a line of fields or a lead says it clearly.

    A named source, the paper's own lead (X网讯), the words beside the date, the site's banner, the owner;
    a source that only means something on its own site (县民政局) comes last, filled up where possible.
    """
    vague = load_rules().named["vague_source"].takes
    is_banner = load_rules().named["banner"].takes
    labelled = [_unit(f.source) for f in fields if f.source and not f.guessed]
    guessed = [_unit(f.source) for f in fields if f.source and f.guessed]
    clear = [
        *(source for source in labelled if not vague(source)),
        *(lead for lead in leads if not _NAMELESS.match(lead)),
        *(source for source in guessed if is_banner(source)),
    ]
    best = [
        *clear,
        *banners,
        *(source for source in guessed if not vague(source)),
        *_filled_up(labelled, owners),
        *owners,
        *labelled,
        *guessed,
    ]
    return (best[0] if best else ""), bool(clear)


def find_banner(text: str, fields: Fields | None, *, alone: bool) -> str:
    """Return the site's name in a banner or at the start of a trail above the title.

    ``alone`` says that the line is page chrome for certain, so that the name may be a part of it.
    """
    trail = re.match(r"\s*([^\s>＞]{4,20})\s*[>＞]", text)
    if trail and not re.search("[:：]|首页|位置", trail[1]):
        return trail[1]
    if fields and fields.labelled:
        return ""
    first = re.split(r"\s*[>＞|丨｜]+\s*|\s+首页|\s{2,}|[-—]", DATE.sub("", text))[0]
    first = _BEFORE_NAME.sub("", first).strip()
    names_site = load_rules().named["banner"].takes(first) and len(first) >= MIN_SITE_NAME
    return first if names_site and (alone or first == text) else ""


def find_owner(text: str) -> str:
    """Return who owns the site, from a line of its footer.

    >>> find_owner("版权所有：荆浦市楚安区人民检察院　技术支持：正义网")
    '荆浦市楚安区人民检察院'
    """
    match = _OWNER.search(text)
    return (match[1] or match[2]) if match else ""


def _unit(source: str) -> str:
    """Return the body behind a source that names its department: 泗塘县教育局(安全与稳定股)."""
    return _DEPARTMENT.sub("", source)


def _filled_up(sources: Sequence[str], owners: Sequence[str]) -> list[str]:
    """Return 浔溪区教育局 for the source 区教育局 on a site of 浔溪区人民政府."""
    return [
        place[0] + source[1:]
        for source in sources
        for owner in owners
        if (place := re.match(r"[\u4e00-\u9fff]{1,8}?[县市区州旗]", owner))
        and source.startswith(place[0][-1])
    ]
