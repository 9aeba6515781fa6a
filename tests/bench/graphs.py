"""Graphs as large as wanted, shaped as builds are: counties that keep to themselves, groups that everybody serves.

Places are real counties; bodies, persons and events are invented. The same numbers and seed give the same graph.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import networkx as nx

from kg.divisions import Division, load_divisions

Graph = nx.MultiDiGraph  # of entities and claims, as kg.network makes it

BASE = "https://w3id.org/cpkg/id/"
# Entities of a county, and of the whole for one group that is spoken of everywhere.
COUNTY, PER_GROUP = 100, 250
# How many relations in a hundred stay in their county, and in their prefecture.
NEAR, WITHIN = 86, 96
# How many in a hundred reach a group: the hubs of every build.
TO_GROUPS = 14
FIRST, DAYS = date(2022, 1, 1), 4 * 365
BUREAUS = {
    "公安局": "PublicSecurityOrgan",
    "人民检察院": "Procuratorate",
    "人民法院": "Court",
    "教育局": "EducationDepartment",
    "民政局": "CivilAffairsDepartment",
    "妇女联合会": "WomensFederation",
    "司法局": "JudicialBureau",
    "卫生健康局": "HealthDepartment",
    "市场监督管理局": "MarketRegulator",
    "消防救援大队": "FireRescue",
    "团委": "YouthLeague",
}
TOWNS = ("城关", "东山", "西河", "南塘", "北坪", "新桥", "石湾", "青岭", "柳溪", "白云", "清江", "金沙")
SCHOOLS = {"小学": "PrimarySchool", "中学": "MiddleSchool", "幼儿园": "Kindergarten"}
FAMILY, GIVEN = (
    "李王张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗",
    "建国伟芳丽敏静强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰",
)
BRANDS = (
    "护苗",
    "青苗",
    "春雨",
    "萤火",
    "向日葵",
    "雨露",
    "护校安园",
    "守未",
    "晨光",
    "彩虹",
    "阳光",
    "启航",
)
GROUPS = (
    *("学生", "留守儿童", "困境儿童", "家长", "教师", "保安员", "中小学校", "幼儿园", "网吧", "未成年人"),
    *(
        "青少年",
        "小学生",
        "初中生",
        "志愿者",
        "校园周边商户",
        "困境家庭",
        "监护人",
        "社区居民",
        "旅馆",
        "文具店",
    ),
)
TOGETHER = "collaboratesWith"
# Class of the subject, predicate, class of the object, and how often.
RELATIONS = (
    ("Agency", TOGETHER, "Agency", 22),
    ("Agency", "deployedTo", "School", 12),
    ("Agency", "visits", "School", 12),
    ("Agency", "trains", "School", 8),
    ("Agency", "establishes", "Studio", 5),
    ("Agency", "establishes", "Station", 4),
    ("Agency", "conducts", "Program", 9),
    ("School", "participatesIn", "Program", 7),
    ("Program", "heldAt", "School", 6),
    ("Studio", "namedAfter", "Person", 3),
    ("Agency", "issues", "Document", 3),
    ("Person", "worksFor", "Agency", 9),
)
ATTRIBUTES: dict[str, tuple[str, str]] = {"deployedTo": ("名", "法治副校长"), "trains": ("人次", "")}
TEMPLATES = {
    "collaboratesWith": "{s}联合{o}召开联席会议，就未成年人保护工作中的信息共享、线索移送和联合救助达成一致",
    "deployedTo": "{s}选派{n}名民警到{o}担任法治副校长",
    "visits": "{s}工作人员走进{o}，查看了宿舍、食堂和校门口的防护设施",
    "trains": "{s}为{o}{n}人次开展防溺水、防欺凌和网络安全培训",
    "establishes": "{s}设立{o}，由专人负责接待和回访",
    "conducts": "{s}启动{o}，行动将持续到学期末",
    "participatesIn": "{o}期间，{s}组织师生共同参加",
    "heldAt": "{o}承办了{s}的现场活动",
    "namedAfter": "以{o}名字命名的{s}已接待群众{n}人次",
    "issues": "{s}印发{o}，明确了各单位的职责",
    "worksFor": "{s}是{o}的一名干部，从事未成年人工作多年",
    "serves": "{s}关爱{o}{n}名，送去书包和书籍",
}
FILLER = (
    "近年来，各单位把未成年人保护摆在突出位置，健全工作机制，压实各方责任。",
    "活动现场气氛热烈，参加者纷纷表示收获很大，希望今后多开展这样的活动。",
    "下一步，将继续完善协作机制，推动学校、家庭、社会保护相互衔接。",
    "记者了解到，这项工作已经连续开展三年，受到社会各界的肯定。",
    "针对排查中发现的隐患，有关单位当场提出整改意见，并约定时间复查。",
)


def make_graph(entities: int, relations: int, *, seed: int = 1) -> Graph[str]:
    """Return a graph of so many entities and so many relations, a third of which several passages state."""
    draw = random.Random(seed)
    world = _World(draw)
    groups = [world.add(f"group/{name}", name, "Group", None) for name in _group_names(entities)]
    counties = _counties(-(-entities // COUNTY), draw)
    while len(world.graph) < entities:
        for county in counties:
            for _ in range(COUNTY):
                if len(world.graph) < entities:
                    _add_member(world, county, draw)
    weights = [weight for *_, weight in RELATIONS]
    seen: set[tuple[str, ...]] = set()
    while len(seen) < relations:
        home = draw.choice(counties)
        if draw.randrange(100) < TO_GROUPS:
            subject, predicate = world.pick("Agency", home, draw), "serves"
            # The first groups are spoken of most.
            object_ = groups[min(int(draw.expovariate(4 / len(groups))), len(groups) - 1)]
        else:
            one, predicate, two, _ = draw.choices(RELATIONS, weights)[0]
            subject, object_ = (
                world.pick(one, home, draw),
                world.pick(two, _other(home, counties, draw), draw),
            )
        if subject is None or object_ is None or subject == object_:
            continue
        ends = sorted((subject, object_)) if predicate == TOGETHER else (subject, object_)
        if (predicate, *ends) not in seen:
            seen.add((predicate, *ends))
            for _ in range(1 if draw.randrange(3) else draw.randrange(2, 6)):
                world.tell(subject, predicate, object_, home, draw)
    world.settle()
    return world.graph


class _World:
    """The graph while it grows, with its members by class and county."""

    def __init__(self, draw: random.Random) -> None:
        self.graph: Graph[str] = nx.MultiDiGraph()
        self._members: dict[tuple[str, str], list[str]] = {}
        self._articles: dict[str, list[Any]] = {}
        self._draw = draw
        self._told = 0

    def add(self, path: str, name: str, scored: str, county: Division | None, kind: str = "") -> str:
        node = BASE + path
        if node not in self.graph:
            place = {"division": county.code} if county else {}
            short = (name.removeprefix(county.name),) if county and name.startswith(county.name) else ()
            self.graph.add_node(
                node, iri=node, label=name, labels=short, kind=kind or scored, scored=scored, **place
            )
            self._members.setdefault((scored, county.code if county else ""), []).append(node)
        return node

    def pick(self, scored: str, county: Division, draw: random.Random) -> str | None:
        found = self._members.get((scored, county.code))
        # A county's first members, its bureaus, are in the news most.
        return found[min(int(draw.expovariate(2 / len(found))), len(found) - 1)] if found else None

    def tell(self, subject: str, predicate: str, object_: str, home: Division, draw: random.Random) -> None:
        day = FIRST + timedelta(days=int(DAYS * draw.random() ** 0.6))
        article = f"{BASE}article/{home.code}{day.toordinal() // 9:x}"
        count = draw.randrange(2, 900)
        labels = [self.graph.nodes[node]["label"] for node in (subject, object_)]
        evidence = TEMPLATES[predicate].format(s=labels[0], o=labels[1], n=count)
        self._told += 1
        about, start = self._article(article, home, day, evidence)
        unit, role = ATTRIBUTES.get(predicate, ("", ""))
        said = {"count": count, "unit": unit} if unit else {}
        said |= {"role": role} if role else {}
        said |= {"time": day.isoformat()[:7]} if draw.randrange(3) == 0 else {}
        self.graph.add_edge(
            *(subject, object_),
            key=f"{BASE}claim/{self._told}",
            predicate=predicate,
            article=article,
            approximate=False,
            confidence=round(0.5 + draw.random() / 2, 3),
            rule=f"{predicate}.made",
            evidence=evidence,
            start=start,
            end=start + len(evidence),
            **said,
            **about,
        )

    def _article(self, node: str, home: Division, day: date, evidence: str) -> tuple[dict[str, str], int]:
        """Return an article's metadata, and where a passage that is added to it as a paragraph begins."""
        if node not in self._articles:
            about = {
                "source_title": f"{home.name}：{self._draw.choice(BRANDS)}行动守护成长",
                "publisher": f"{home.name}融媒体中心",
                "date": day.isoformat(),
                "url": f"https://news.example/{home.code}/{day:%Y%m%d}.html",
            }
            self._articles[node] = [about, 20, []]
        about, length, paragraphs = self._articles[node]
        before, after = self._draw.choice(FILLER), self._draw.choice(FILLER)
        text = f"{before}{evidence}。{after}"
        paragraphs.append((length, text))
        self._articles[node][1] += len(text) + 1
        return about, length + len(before)

    def settle(self) -> None:
        self.graph.graph["articles"] = {
            node: {"copies": number % 7 // 5, "paragraphs": tuple(paragraphs)}
            for number, (node, (_, _, paragraphs)) in enumerate(sorted(self._articles.items()))
        }


def _group_names(entities: int) -> list[str]:
    wanted = max(4, entities // PER_GROUP)
    return list(GROUPS[:wanted])


def _counties(number: int, draw: random.Random) -> list[Division]:
    """Return counties of a few prefectures, so that they have neighbours."""
    table = load_divisions().by_code
    prefectures = sorted({d.parent for d in table.values() if d.level == "county" and len(d.parent) == 6})
    draw.shuffle(prefectures)
    found: list[Division] = []
    for prefecture in prefectures:
        found += [d for d in table.values() if d.parent == prefecture and d.level == "county"]
        if len(found) >= number:
            return found[:number]
    return found


def _other(home: Division, counties: list[Division], draw: random.Random) -> Division:
    lot = draw.randrange(100)
    if lot < NEAR:
        return home
    return draw.choice([c for c in counties if c.parent == home.parent] if lot < WITHIN else counties)


def _add_member(world: _World, county: Division, draw: random.Random) -> None:
    makers: tuple[tuple[Callable[..., None], int], ...] = (
        *((_add_agency, 30), (_add_school, 28), (_add_person, 18), (_add_studio, 5)),
        *((_add_station, 4), (_add_program, 10), (_add_document, 5)),
    )
    draw.choices([maker for maker, _ in makers], [weight for _, weight in makers])[0](world, county, draw)


def _add_agency(world: _World, county: Division, draw: random.Random) -> None:
    suffix = draw.choice(tuple(BUREAUS))
    name, kind = f"{county.name}{suffix}", BUREAUS[suffix]
    if BASE + f"agency/{name}" in world.graph:
        station = "派出所" if suffix == "公安局" else "工作站"
        name = f"{county.name}{suffix}{draw.choice(TOWNS)}{station}"
    world.add(f"agency/{name}", name, "Agency", county, kind)


def _add_school(world: _World, county: Division, draw: random.Random) -> None:
    suffix = draw.choice(tuple(SCHOOLS))
    name = f"{draw.choice(TOWNS)}{draw.choice(('第一', '第二', '第三', '实验', '中心', ''))}{suffix}"
    world.add(f"school/{county.code}/{name}", name, "School", county, SCHOOLS[suffix])


def _person(draw: random.Random) -> str:
    return draw.choice(FAMILY) + "".join(draw.choice(GIVEN) for _ in range(draw.choice((1, 2))))


def _add_person(world: _World, county: Division, draw: random.Random) -> None:
    name = _person(draw)
    world.add(f"person/{county.code}/{name}", name, "Person", county)


def _add_studio(world: _World, county: Division, draw: random.Random) -> None:
    name = f"{_person(draw)}工作室"
    world.add(f"studio/{county.code}/{name}", name, "Studio", county)


def _add_station(world: _World, county: Division, draw: random.Random) -> None:
    name = f"{draw.choice(TOWNS)}“{draw.choice(BRANDS)}”未成年人保护工作站"
    world.add(f"station/{county.code}/{name}", name, "Station", county)


def _add_program(world: _World, county: Division, draw: random.Random) -> None:
    name = f"“{draw.choice(BRANDS)}{draw.choice(BRANDS)}”{draw.choice(('行动', '宣讲', '专项整治'))}"
    world.add(f"program/{county.code}/{name}", name, "Program", county)


def _add_document(world: _World, county: Division, draw: random.Random) -> None:
    name = f"关于加强{draw.choice(TOWNS)}{draw.choice(GROUPS)}{draw.choice(('关爱', '安全', '保护'))}工作的{draw.choice(('意见', '方案'))}"
    world.add(f"document/{county.code}/{name}", name, "Document", county)


if __name__ == "__main__":
    made = make_graph(2000, 6000)
    print(f"graphs: {len(made)} entities, {made.number_of_edges()} claims, as pages.py draws them")
