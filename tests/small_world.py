"""Two invented articles with every relation in them, small enough to answer questions about by hand."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from pyoxigraph import Quad, Store

from kg.config import Settings
from kg.graph import serialize, to_quads
from kg.model import Article, Claim, Entity, Evidence, Extraction
from kg.store import NewStore, load_extractions

POLICE = Entity("agency/阳东市公安局", "PublicSecurityOrgan", "阳东市公安局", ("市公安局", "市局"), "990100")
STATION_HOUSE = Entity(
    "agency/阳东市公安局河口派出所", "PoliceStation", "阳东市公安局河口派出所", ("河口派出所",)
)
SCHOOLS_OFFICE = Entity("agency/阳东市教育局", "EducationDepartment", "阳东市教育局", ("教育局",))
WOMEN = Entity("agency/阳东市妇联", "WomensFederation", "阳东市妇联", ("妇联",))
SCHOOL = Entity("school/990101/明德小学", "PrimarySchool", "明德小学", ("该校",), "990101")
OTHER_SCHOOL = Entity("school/990102/明德小学", "PrimarySchool", "明德小学", (), "990102")
STUDIO = Entity("studio/何清工作室", "Studio", "何清工作室")
SHELTER = Entity("station/青苗驿站", "Station", "“青苗驿站”", ("驿站",))
PROGRAM = Entity("program/青苗行动", "Campaign", "“青苗”行动")
NOTICE = Entity("document/青苗行动方案", "Plan", "《青苗行动方案》")
OFFICER = Entity("person/何清", "Person", "何清", ("何警官",))
SCHOOLS = Entity("group/中小学校", "Group", "中小学校", ("学校",))
PUPILS = Entity("group/学生", "Group", "学生")
LEFT_BEHIND = Entity("group/留守儿童", "Group", "留守儿童")
NET_CAFES = Entity("group/网吧", "Group", "网吧")
CITY = Entity("place/990100", "Prefecture", "阳东市", (), "990100")

FIRST_TEXT = (
    "阳东市公安局启动“青苗”行动\n"
    "阳东市公安局联合教育局、妇联开展“青苗”行动，走进明德小学。"
    "市局选派120余名民警担任中小学校法治副校长。"
    "7月以来，何警官给学生讲授防溺水知识。\n"
    "阳东市公安局、阳东市教育局共同印发《青苗行动方案》。"
    "河口派出所民警何清在“青苗驿站”关爱留守儿童。市局设立何清工作室和“青苗驿站”。"
)
SECOND_TEXT = "阳东市开展校园周边检查\n阳东市公安局会同教育局检查网吧36家次。何警官走访河口区明德小学。"


def articles() -> tuple[Article, Article]:
    """Return the two articles, the second without publisher, author and address."""
    first = Article(
        id="1111111111111111",
        name="first",
        text=FIRST_TEXT,
        paragraphs=((0, 14), (15, 84), (85, len(FIRST_TEXT))),
        title="阳东市公安局启动“青苗”行动",
        publisher="阳东新闻网",
        author="宣传科",
        published=date(2025, 8, 1),
        url="https://news.example/1?a=1&b=<2>",
    )
    second = Article(
        id="2222222222222222",
        name="second",
        text=SECOND_TEXT,
        paragraphs=((0, 11), (12, len(SECOND_TEXT))),
        title="阳东市开展校园周边检查",
        published=date(2025, 9, 2),
    )
    return first, second


def say(
    article: Article, subject: Entity, predicate: str, object_: Entity, passage: str, **attributes: Any
) -> Claim:
    """Return a claim whose evidence is ``passage`` as it stands in the article."""
    start = article.text.index(passage)
    evidence = Evidence(article.id, start, start + len(passage), passage, f"{predicate}.hand", 0.9)
    return Claim(subject, predicate, object_, evidence, **attributes)


def extractions() -> tuple[Extraction, Extraction]:
    """Return what a careful reader finds in the two articles."""
    first, second = articles()
    joint = "阳东市公安局联合教育局、妇联开展“青苗”行动，走进明德小学"
    issued = "阳东市公安局、阳东市教育局共同印发《青苗行动方案》"
    sent = "市局选派120余名民警担任中小学校法治副校长"
    taught = "何警官给学生讲授防溺水知识"
    cared = "河口派出所民警何清在“青苗驿站”关爱留守儿童"
    founded = "市局设立何清工作室和“青苗驿站”"
    deputy = {"count": 120, "unit": "名", "role": "法治副校长", "approximate": True}
    claims = (
        say(first, POLICE, "collaboratesWith", SCHOOLS_OFFICE, joint),
        say(first, POLICE, "collaboratesWith", WOMEN, joint),
        say(first, SCHOOLS_OFFICE, "collaboratesWith", POLICE, issued, topic="方案"),
        say(first, POLICE, "conducts", PROGRAM, joint),
        say(first, SCHOOLS_OFFICE, "participatesIn", PROGRAM, joint),
        say(first, WOMEN, "participatesIn", PROGRAM, joint),
        say(first, PROGRAM, "heldAt", SCHOOL, joint),
        say(first, POLICE, "visits", SCHOOL, joint),
        say(first, POLICE, "deployedTo", SCHOOLS, sent, **deputy),
        say(first, OFFICER, "trains", PUPILS, taught, topic="防溺水知识", time="2025-07"),
        say(first, POLICE, "issues", NOTICE, issued),
        say(first, SCHOOLS_OFFICE, "issues", NOTICE, issued),
        say(first, OFFICER, "worksFor", STATION_HOUSE, "河口派出所民警何清", role="民警"),
        say(first, STATION_HOUSE, "partOf", POLICE, "河口派出所"),
        say(first, SHELTER, "serves", LEFT_BEHIND, cared),
        say(first, OFFICER, "serves", LEFT_BEHIND, cared),
        say(first, POLICE, "establishes", STUDIO, founded),
        say(first, POLICE, "establishes", SHELTER, founded),
        say(first, STUDIO, "namedAfter", OFFICER, founded),
        say(first, POLICE, "locatedIn", CITY, "阳东市公安局"),
    )
    inspected = "阳东市公安局会同教育局检查网吧36家次"
    more = (
        say(second, POLICE, "collaboratesWith", SCHOOLS_OFFICE, inspected),
        say(second, POLICE, "inspects", NET_CAFES, inspected, count=36, unit="家次"),
        say(second, OFFICER, "visits", OTHER_SCHOOL, "何警官走访河口区明德小学"),
    )
    return (
        Extraction(first, _entities(claims), claims),
        Extraction(second, (*_entities(more), CITY), more),
    )


def _entities(claims: tuple[Claim, ...]) -> tuple[Entity, ...]:
    found = {end.id: end for claim in claims for end in (claim.subject, claim.object)}
    return tuple(found[key] for key in sorted(found))


def quads(settings: Settings | None = None) -> list[Quad]:
    """Return both articles as quads."""
    settings = settings or Settings()
    return [quad for extraction in extractions() for quad in to_quads(extraction, settings=settings)]


def store() -> Store:
    """Return an in-memory store of both articles and the ontology."""
    made = Store()
    load_extractions(made, quads())
    return made


def write_store(folder: Path, said: Iterable[Quad] | None = None) -> None:
    """Write a store of the articles' quads, both articles' if none are given, as a build does."""
    said = quads() if said is None else list(said)
    lines = folder.parent / f"{folder.name}.nt"
    new = NewStore(folder)
    for form in ("nquads", "ntriples"):
        lines.write_bytes(serialize(said, form))
        new.add_file(lines)
    lines.unlink()
    new.finish()
