"""No file of a build holds a child's name, in no way of writing; no official loses theirs.

The gold articles are invented, and so are all children and officials of the articles below.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import takewhile
from pathlib import Path
from urllib.parse import quote

import pytest
from pyoxigraph import Literal

from kg import language
from kg.building import build
from kg.gold import iter_gold
from kg.graph import serialize
from kg.privacy import MASK, redact
from kg.reading import read_article
from kg.store import iter_data, open_store

GOLD = Path(__file__).parent / "gold"
# What in a text tells a child from a reporter or a name of the page: both stand in `never`.
CHILD = "同学|学生|女孩|男孩|女童|男童|班|少年|孩子|其子|女儿|儿子|被害人|受害人|嫌疑人|被告人"
STAFF = "编辑|责编|审核|作者|记者|通讯员"
# Characters of the longest name of a person: 阿不都克里木·买买提明.
LONGEST_NAME = 20

# Films, brands, weather, reporters and officials whose words hold a child's name: nobody's secret.
OPEN = ("豆豆的小雨伞", "小雨伞", "施小雨", "秦小雨", "淅淅沥沥的小雨")

# File name -> text, what no file may hold, whom it must.
INVENTED = {
    "小雨走出阴影": (
        (
            "小雨走出阴影\n来源：清河长安网 2024-05-29\n\n"
            "13岁的小雨（化名）由母亲陪着走进清河县人民检察院。清河县人民检察院检察官周慧为小雨开展心理疏导。"
            "同学们口中的“周姐姐”周慧说，小 雨 的成绩上来了。"
        ),
        ("小雨", "小 雨"),
        ("周慧",),
    ),
    "twins": (
        (
            "清河县公安局帮双胞胎找到家\n\n"
            "双胞胎兄弟张子轩、张子昂走失，清河县公安局民警张建国接回张子昂。年仅9岁的张一诺遭受侵害，"
            "张一诺的父亲张某某报警。清河县公安局联合县教育局走进明德小学，法治副校长张建国为学生讲课。"
        ),
        ("张子轩", "张子昂", "张一诺", "张某"),
        ("张建国",),
    ),
    "namesake": (
        (
            "清河县公安局局长张小明走进明德小学\n\n"
            "王小明【化名】上初二，乳名“豆豆”。清河县公安局局长张小明走进明德小学，为学生讲授防溺水知识。"
            "小明说，谢谢张叔叔。豆豆的奶奶陈某某也来了。县妇联主席陈静怡看望陈静，化名，今年12岁。"
        ),
        ("王小明", "，小明", "小明说", "豆豆", "陈某", "看望陈静"),
        ("张小明", "陈静怡"),
    ),
    "pupils": (
        (
            "清河县人民检察院开展“小雨伞”活动\n\n"
            "清河县人民检察院检察官林燕走进明德小学，为学生讲课。四年级学生李小花说，她听懂了。李小花和"
            "陈晓同学上台。受害人 王某某的女儿叫 小 桃（ 化 名 ），小桃不怕了。女孩Lily（化名）写信，Lily笑了。"
        ),
        ("李小花", "陈晓", "王某", "小桃", "小 桃", "Lily"),
        ("林燕",),
    ),
}


@dataclass(frozen=True, slots=True)
class Built:
    """A build, the gold folders that it read, and every byte of every file that it wrote."""

    folder: Path
    gold: tuple[Path, ...]
    files: dict[str, bytes]

    def store(self) -> list[tuple[str, str]]:
        """Return the graph and the value of every literal in the store."""
        quads = iter_data(open_store(self.folder))
        return [(str(q.graph_name), q.object.value) for q in quads if isinstance(q.object, Literal)]


@pytest.fixture(
    scope="module",
    params=["dev seed", pytest.param("train dev seed", marks=pytest.mark.slow)],
)
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("privacy")
    for name, (text, _, _) in INVENTED.items():
        (folder / f"{name}.txt").write_text(text, "utf-8")
    # A copy, and named in the report for it.
    (folder / "小雨又一次（化名）.txt").write_text(INVENTED["小雨走出阴影"][0], "utf-8")
    (folder / "女孩小雨（化名）.txt").touch()
    gold = tuple(GOLD / name for name in request.param.split())
    out = folder / "out"
    build([*gold, folder], out=out)
    files = {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    # The store packs its blocks: what it holds counts as it is read, too.
    files["store, read"] = serialize(iter_data(open_store(out)), "nquads")
    return Built(out, gold, files)


@cache
def forms(name: str) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Return the ways in which a file may write a name: as bytes, and escaped, in lower case."""
    escaped = json.dumps(name)[1:-1].lower()
    plain = tuple(name.encode(encoding) for encoding in ("utf-8", "utf-16-le", "utf-16-be", "gb18030"))
    return plain, (
        escaped.encode(),
        escaped.replace("\\u", "\\\\u").encode(),
        re.sub(r"\\u(....)", r"\\u0000\1", escaped).encode(),
        re.sub(r"\\u(....)", r"\\u{\1}", escaped).encode(),
        quote(name).lower().encode(),
        "".join(f"&#{ord(char)};" for char in name).encode(),
        "".join(f"&#x{ord(char):x};" for char in name).encode(),
    )


def trie(forms: Iterable[bytes]) -> bytes:
    """Return the source of a pattern that matches any of ``forms``; what they begin with alike is tried once."""
    rests: dict[bytes, list[bytes]] = {}
    for form in forms:
        rests.setdefault(form[:1], []).append(form[1:])
    parts = []
    for first, ends in sorted(rests.items()):
        pairs = zip(min(ends), max(ends), strict=False)
        shared = bytes(one for one, other in takewhile(lambda pair: pair[0] == pair[1], pairs))
        tails = {end[len(shared) :] for end in ends}
        parts.append(re.escape(first + shared) + (trie(tails) if tails != {b""} else b""))
    return b"(?:" + b"|".join(sorted(parts, reverse=True)) + b")"


@cache
def patterns(names: frozenset[str]) -> tuple[re.Pattern[bytes], re.Pattern[bytes], re.Pattern[bytes]]:
    """Return what finds any of ``names`` in UTF-8, in other encodings, and escaped in lower case."""
    plain = [forms(name)[0] for name in names]
    escaped = [form for name in names for form in forms(name)[1]]
    other = [form for encoded in plain for form in encoded[1:]]
    return (
        re.compile(trie({encoded[0] for encoded in plain})),
        re.compile(trie(other)),
        re.compile(trie(escaped)),
    )


def leaks(files: dict[str, bytes], names: set[str]) -> Iterator[tuple[str, bytes]]:
    """Yield where a file writes one of ``names``, and how."""
    for where, data in files.items():
        wanted = names
        if where.startswith("store/"):
            # Packing may part an open phrase; the store as it is read is searched for the name.
            wanted = {name for name in names if not any(name in phrase for phrase in OPEN)}
        if not wanted:
            continue
        for phrase in OPEN:
            data = data.replace(phrase.encode(), b"")
        utf8, other, escaped = patterns(frozenset(wanted))
        yield from ((where, match.group()) for match in utf8.finditer(data))
        if not is_utf8(data):
            yield from ((where, match.group()) for match in other.finditer(data))
        lowered = data.lower()
        # Which kinds of escapes a file has at all: with none of a kind, no name is written so.
        if any(head in lowered for head in (b"\\u", b"%e", b"&#")):
            yield from ((where, match.group()) for match in escaped.finditer(lowered))


def is_utf8(data: bytes) -> bool:
    """Tell whether ``data`` is text in UTF-8, which cannot hold a text in another encoding."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def children(text: str, never: tuple[str, ...]) -> set[str]:
    """Return who of ``never`` is a child, victim or suspect as the text shows them."""
    found = set()
    for name in never:
        written = re.escape(name)
        if re.search(rf"(?:{STAFF})\s*[|丨｜：:/]?\s*{written}", text):
            continue
        if (
            "某" in name
            or re.search(rf"{written}[”\"]?\s*[（(]化名|(?:{CHILD}){written}", text)
            or re.search(rf"(?:{CHILD})[\u4e00-\u9fff]{{2,3}}、{written}", text)
        ):
            found.add(name)
    return found


def gold_children(built: Built) -> dict[Path, set[str]]:
    """Return the children of each gold article, by the path of its text."""
    articles = [gold for folder in built.gold for gold in iter_gold(folder)]
    return {gold.text_path: children(gold.text_path.read_text("utf-8"), gold.never) for gold in articles}


def nowhere_else(own: dict[Path, set[str]]) -> set[str]:
    """Return the children whose name no other article uses for something else (小满 in “小满妈妈”讲师团)."""
    texts = {path: path.read_text("utf-8") for path in own}
    return {
        name
        for name in set().union(*own.values())
        if not any(name in text and name not in own[path] for path, text in texts.items())
    }


def test_no_file_holds_a_pseudonym_or_the_name_of_a_child(built: Built) -> None:
    own = gold_children(built)
    names = nowhere_else(own)
    texts = [path.read_text("utf-8") for path in own]
    # An officer of a gold article may bear the name of an invented child.
    invented = {name for _, hidden, _ in INVENTED.values() for name in hidden}
    invented = {name for name in invented if not any(name in text for text in texts)}

    found = list(leaks(built.files, invented | names))

    assert len(names) > 5
    assert len(invented) > 5
    assert {"report.json", "graph.html", "graph.ttl", "graph.nq"} < built.files.keys()
    assert found == []


def test_no_graph_of_an_article_holds_the_name_of_its_own_child(built: Built) -> None:
    graphs: dict[str, list[bytes]] = defaultdict(list)
    for line in built.files["graph.nq"].splitlines():
        graphs[line.decode().split()[-2].strip("<>").rpartition("/")[2]].append(line)

    found = []
    for path, names in gold_children(built).items():
        own = graphs[read_article(path).id]
        assert own
        found += list(leaks({path.stem: b"\n".join(own)}, names))

    assert found == []


def test_no_file_holds_what_stands_before_the_mark_of_a_pseudonym(built: Built) -> None:
    text = "\n".join(data.decode("utf-8", "ignore") for data in built.files.values())

    marked = re.findall(r"(..)[（(〔【\[]\s*化\s*名", text)

    assert len(marked) > 10
    assert {before for before in marked if re.search(r"[\u4e00-\u9fffA-Za-z]$", before)} <= {"人为"}


def test_search_would_find_a_name_in_every_way_of_writing() -> None:
    name = "小雨"
    ways = [
        name.encode("utf-16"),
        json.dumps([name]).encode(),
        json.dumps(json.dumps([name])).encode(),
        b"\\U00005C0F\\U000096E8",
        b"https://example.org/%e5%b0%8f%E9%9B%A8",
        b"&#x5C0F;&#x96e8;",
    ]

    assert all(list(leaks({"file": data}, {name})) for data in ways)


def test_officials_keep_their_names(built: Built) -> None:
    nlp = language.load()
    literals = built.store()
    labels = {(graph, value) for graph, value in literals if len(value) <= LONGEST_NAME}

    lost = []
    for folder in built.gold:
        for gold in iter_gold(folder):
            article = read_article(gold.text_path)
            # Of the text as it is stored: who else a sentence names may decide what is read out of it.
            (read,) = language.extract([redact(article)], nlp=nlp)
            named = {name for e in gold.entities if e.kind == "Person" for name in e.names}
            found = {entity.name for entity in read.entities if entity.kind == "Person"} & named
            stored = next(
                value for graph, value in literals if article.id in graph and len(value) == len(article.text)
            )
            lost += [(gold.id, n) for n in found if not any(article.id in g and v == n for g, v in labels)]
            lost += [(gold.id, n) for n in named if stored.count(n) != article.text.count(n)]

    assert lost == []


def test_officials_of_the_invented_articles_keep_their_names(built: Built) -> None:
    values = {value for _, value in built.store()}

    assert {name for _, _, kept in INVENTED.values() for name in kept} <= values


def test_no_label_holds_a_mask(built: Built) -> None:
    text = built.files["store, read"].decode()

    labelled = [line for line in text.splitlines() if re.search(r"(?:pref|alt)Label> ", line)]
    assert len(labelled) > 100
    assert [line for line in labelled if MASK in line] == []


def test_refused_files_lose_the_name_in_the_report_too(built: Built) -> None:
    report = json.loads(built.files["report.json"])

    places = {
        status: [article["where"] for article in report["articles"] if article["status"] == status]
        for status in ("skipped", "copy")
    }
    assert {status: sum(MASK in place for place in found) for status, found in places.items()} == {
        "skipped": 1,
        "copy": 1,
    }
