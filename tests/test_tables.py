"""Tables: every format and encoding gives the same items; columns by their usual names or the user's; bad rows apart."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from documents import article, page
from hypothesis import given
from hypothesis import strategies as st

from kg.config import Limits
from kg.errors import ArticleError
from kg.reading import iter_articles, read_item
from kg.reading.columns import Columns, find_columns, fold, load_words, to_date
from kg.reading.item import Item
from kg.reading.items import iter_items
from kg.reading.said import Said
from kg.reading.tables import iter_values

Row = dict[str, Any]
ROWS: list[Row] = [
    {"id": f"n{n}", "标题": f"护苗行动第{n}期", "正文": article(n), "来源": "青石网", "发布时间": "2024-08-31 08:00", "链接": f"https://news.example/{n}.html"}
    for n in (1, 2, 3)
]  # fmt: skip
WORDS = load_words()


def as_lines(rows: list[Row]) -> str:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)


def as_table(rows: list[Row], delimiter: str = ",") -> str:
    made = io.StringIO()
    writer = csv.DictWriter(made, list(rows[0]), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    return made.getvalue()


TEXTS: dict[str, Callable[[list[Row]], str]] = {
    "a.jsonl": as_lines,
    "a.ndjson": lambda rows: "\r\n\r\n".join(as_lines([row]) for row in rows),
    "list.json": lambda rows: json.dumps(rows, ensure_ascii=False, indent=1),
    "lines.json": as_lines,
    "wrapped.json": lambda rows: json.dumps({"count": 3, "data": rows}, ensure_ascii=False),
    "a.csv": as_table,
    "semicolons.csv": lambda rows: as_table(rows, ";"),
    "a.tsv": lambda rows: as_table(rows, "\t"),
}


def items(path: Path, columns: Columns = (), **limits: int) -> list[Item | ArticleError]:
    return list(iter_items([path], limits=Limits(**limits), columns=columns))


def outcome(
    tmp_path: Path, name: str, data: bytes, columns: Columns = (), **limits: int
) -> list[tuple[str, str]]:
    """Return (place in the file, text or reason) of each row."""
    path = tmp_path / name
    path.write_bytes(data)
    return [
        (item.where.removeprefix(str(path)), item.data.decode() if isinstance(item, Item) else item.what)
        for item in items(path, columns, **limits)
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("name", TEXTS)
def test_every_format_in_every_encoding_gives_the_same(name: str, encoding: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(TEXTS[name](ROWS).encode(encoding))

    found = items(tmp_path / name)

    assert [item.name for item in found if isinstance(item, Item)] == ["n1", "n2", "n3"]
    assert [item.said for item in found if isinstance(item, Item)] == [
        Said(
            f"护苗行动第{n}期",
            "青石网",
            published=date(2024, 8, 31),
            url=f"https://news.example/{n}.html",
            origins=(
                ("title", "column"),
                ("publisher", "column"),
                ("published", "column"),
                ("url", "column"),
            ),
        )
        for n in (1, 2, 3)
    ]
    assert [read_item(item).text for item in found if isinstance(item, Item)] == [
        read_item(Item("x", "x", f"护苗行动第{n}期\n{article(n)}".encode())).text for n in (1, 2, 3)
    ]


def test_parquet_gives_the_same(tmp_path: Path) -> None:
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    columns = {
        "content": [article(1), None, article(2)],
        "date": [datetime(2024, 8, 30, 20, tzinfo=UTC)] * 3,
        "n": [1, 2, 3],
    }
    parquet.write_table(pa.table(columns), tmp_path / "a.parquet")

    first, empty, second = items(tmp_path / "a.parquet")

    assert isinstance(first, Item)
    assert isinstance(second, Item)
    assert (first.name, first.data, first.said.published) == ("a-1", article(1).encode(), date(2024, 8, 31))
    assert second.data == article(2).encode()
    assert str(empty) == f"{tmp_path}/a.parquet:2: the text is empty"


def test_rows_that_share_a_text_do_not_multiply_it(tmp_path: Path) -> None:
    pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    parquet.write_table(pa.table({"text": ["a" * 1_000_000] * 300}), tmp_path / "a.parquet")
    before = pa.default_memory_pool().max_memory()

    count = sum(1 for _ in iter_items([tmp_path / "a.parquet"]))

    assert count == 300
    assert pa.default_memory_pool().max_memory() - before < 50_000_000


def test_parquet_without_pyarrow_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    (tmp_path / "a.parquet").write_bytes(b"PAR1 PAR1")

    (error,) = items(tmp_path / "a.parquet")

    assert "pip install 'child-protection-kg[parquet]'" in str(error)


@pytest.mark.parametrize(("name", "field"), WORDS.match, ids=str)
def test_usual_name_of_a_column_is_known(name: str, field: str) -> None:
    assert find_columns([name], columns=()) == {field: name}


@pytest.mark.parametrize("name", WORDS.no_match)
def test_other_column_is_not_taken(name: str) -> None:
    assert find_columns([name], columns=()) == {}


def test_no_name_of_a_column_means_two_things() -> None:
    names = [name for names in WORDS.names.values() for name in names]

    assert len(names) == len(set(names)) > 80
    assert all(fold(name) == name for name in names)


def test_users_columns_count_alone(tmp_path: Path) -> None:
    line = json.dumps({"text": "摘要", "body_zh": article(1), "title": "题", "name": "护苗"}).encode()

    (item,) = list(
        iter_items([write(tmp_path, "a.jsonl", line)], columns=(("text", "Body ZH"), ("title", "name")))
    )

    assert isinstance(item, Item)
    assert item.data == article(1).encode()
    assert item.said.title == "护苗"
    assert outcome(tmp_path, "a.jsonl", line, (("text", "missing"),)) == [
        (":1", "no column 'missing' among: text, body_zh, title, name")
    ]


def write(folder: Path, name: str, data: bytes) -> Path:
    (folder / name).write_bytes(data)
    return folder / name


@pytest.mark.parametrize("row", [{"html": page(1).decode(), "text": "摘要"}, {"content": page(1).decode()}])
def test_row_with_a_page_goes_through_the_page_reader(row: Row, tmp_path: Path) -> None:
    (item,) = items(write(tmp_path, "a.jsonl", as_lines([row]).encode()))

    assert isinstance(item, Item)
    assert (item.format, item.charset) == ("html", "utf-8")
    assert "<" not in read_item(item).text


def test_text_may_be_a_list_of_paragraphs(tmp_path: Path) -> None:
    assert outcome(tmp_path, "a.jsonl", b'{"text": ["a", "b"]}') == [(":1", "a\nb")]


def test_name_is_the_id_else_the_address_else_the_number(tmp_path: Path) -> None:
    rows = [{"text": "a", "id": 17}, {"text": "a", "url": "https://a.example/2024/08/t1.html"}, {"text": "a"}]

    found = items(write(tmp_path, "a.jsonl", as_lines(rows).encode()))

    assert [item.name for item in found if isinstance(item, Item)] == ["17", "2024_08_t1", "a-3"]


def test_title_stands_above_the_text_unless_it_is_there(tmp_path: Path) -> None:
    rows = [
        {"标题": "清河县护苗", "正文": "8月30日，清河县公安局走进明德小学开展活动。"},
        {"标题": "清河县护苗", "正文": "清河县 护苗\n8月30日，清河县公安局走进明德小学。"},
    ]

    found = list(iter_articles([write(tmp_path, "a.jsonl", as_lines(rows).encode())]))

    assert [str(item.text).split("\n")[0] for item in found if not isinstance(item, ArticleError)] == [
        "清河县护苗",
        "清河县 护苗",
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{broken", "no JSON"),
        (b"[1]", "JSON of another shape (a list)"),
        (b'{"text": 7}', "column 'text' holds no text (int)"),
        (b'{"text": "  "}', "the text is empty"),
        (b'{"summary": "x"}', "no text column among: summary"),
        (b"{}", "no text column among: (none)"),
        (b"[" * 1_900, "no JSON"),
        (b'{"text": "' + b"a" * 3_000 + b'"}', "a line longer than 2,000 bytes"),
        (bytes(range(255)), "not text"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_bad_line_stays_apart(line: bytes, reason: str, tmp_path: Path) -> None:
    line = line.replace(b"\n", b"").replace(b"\r", b"")

    found = outcome(tmp_path, "a.jsonl", b'{"text": "a"}\n' + line + b'\n{"text": "b"}', item_bytes=2_000)

    assert [where for where, _ in found] == [":1", ":2", ":3"]
    assert [text for _, text in found[::2]] == ["a", "b"]
    assert reason in found[1][1]


def test_csv_row_of_another_length_stays_apart(tmp_path: Path) -> None:
    found = outcome(tmp_path, "a.csv", b"title,text\n1,a\n\n2,b,c,d\n3\n4,e,,\n")

    assert found == [
        (":2", "a"),
        (":4", "4 cells under 2 headings"),
        (":5", "the text is empty"),
        (":6", "e"),
    ]


def test_csv_line_without_an_end_stays_apart(tmp_path: Path) -> None:
    found = outcome(tmp_path, "a.csv", b"title,text\n1," + b"a" * 5_000 + b"\n2,b\n", item_bytes=2_000)

    assert found == [(":2", "a line longer than 2,000 bytes"), (":3", "b")]


def test_csv_cell_holds_commas_quotes_and_lines(tmp_path: Path) -> None:
    assert outcome(tmp_path, "a.csv", b'\xef\xbb\xbftext,title\n"a, ""b""\nc",1\nd,2\n') == [
        (":2", 'a, "b"\nc'),
        (":4", "d"),
    ]


def test_table_without_a_text_column_is_one_error(tmp_path: Path) -> None:
    assert outcome(tmp_path, "a.csv", b"name,size\n" + b"a,1\n" * 50) == [
        ("", "no text column among: name, size")
    ]


def test_bytes_that_are_no_utf8_are_left_to_the_reader(tmp_path: Path) -> None:
    data = "title,text\n1,好\n".encode() + b"2," + article(1).split("\n")[2].encode("gb18030") + b"\n"

    first, second = list(iter_articles([write(tmp_path, "a.csv", data)]))

    assert "8月2日，青石县公安局联合青石县教育局" in str(second)
    assert not isinstance(first, ArticleError)


@given(
    st.lists(
        st.dictionaries(
            st.text(max_size=5),
            st.one_of(st.none(), st.booleans(), st.floats(allow_nan=False), st.text()),
            max_size=3,
        ),
        max_size=6,
    ),
    st.sampled_from([None, 1]),
)
def test_values_of_a_list_come_one_by_one(values: list[Row], indent: int | None) -> None:
    as_list, in_lines = json.dumps(values, indent=indent), "\n".join(json.dumps(value) for value in values)

    assert list(iter_values(io.BytesIO(as_list.encode()), 10**6)) == values
    assert list(iter_values(io.BytesIO(in_lines.encode()), 10**6)) == values


def test_value_of_any_length_is_read_up_to_its_limit() -> None:
    data = json.dumps([{"a": "护" * 200_000}, {"a": "b" * 300_000}], ensure_ascii=False).encode()

    assert [len(str(value)) > 200_000 for value in iter_values(io.BytesIO(data), 10**6)] == [True, True]
    with pytest.raises(ValueError, match="longer than"):
        list(iter_values(io.BytesIO(data), 100_000))


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2024-08-31", date(2024, 8, 31)),
        ("2024年8月31日 16:40", date(2024, 8, 31)),
        ("2024-08-31T23:00:00+08:00", date(2024, 8, 31)),
        ("20240831", date(2024, 8, 31)),
        ("20240831080000", date(2024, 8, 31)),
        (1725033600, date(2024, 8, 31)),
        (1725033600000, date(2024, 8, 31)),
        (datetime(2024, 8, 30, 20, tzinfo=UTC), date(2024, 8, 31)),
        (date(2024, 8, 31), date(2024, 8, 31)),
        ("昨天", None),
        ("2024-13-45", None),
        (7, None),
        (None, None),
        ("9" * 5_000, None),
    ],
)
def test_day_is_read_in_every_way_columns_write_it(value: object, day: date | None) -> None:
    assert to_date(value) == day
