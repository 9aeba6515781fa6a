from __future__ import annotations

import json
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from machine import measured_training_gold

from kg.language.dates import DateSpan, find_dates, time_for

PUBLISHED = date(2024, 8, 31)
WORDS = [
    "今年",
    "去年",
    "2024年",
    "二〇二三年",
    "5月",
    "三月",
    "31日",
    "2月30日",
    "至",
    "—",
    "上旬",
    "底",
    "以来",
    "起",
    "前",
]
WORDS += [
    "自",
    "暑假",
    "助残日",
    "当天",
    "上月",
    "一季度",
    "近日",
    "活动结束后",
    "据悉",
    "，",
    "。",
    "\n",
    "《",
    "》",
    "讯",
    "１",
    "x",
]


def isos(text: str, published: date | None = PUBLISHED) -> list[str | None]:
    return [span.iso for span in find_dates(text, published) if span.kind == "date"]


def time_of(text: str, verb: str, published: date = PUBLISHED) -> str | None:
    at = text.index(verb)
    end = text.find("。", at)
    sentence = (text.rfind("。", 0, at) + 1, end if end >= 0 else len(text))
    return time_for(find_dates(text, published), sentence, at, (0, len(text)))


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2024年8月31日", "2024-08-31"),
        ("２０２４年８月３１日", "2024-08-31"),
        ("二〇二四年八月三十一日", "2024-08-31"),
        ("2024-05-31 08:47", "2024-05-31"),
        ("5月20日", "2024-05-20"),
        ("6月1日上午9时40分", "2024-06-01"),
        ("今年3月", "2024-03"),
        ("去年8月", "2023-08"),
        ("去年12月7日", "2023-12-07"),
        ("前年", "2022"),
        ("2022年", "2022"),
        ("2024年初", "2024"),
        ("去年秋季学期", "2023"),
        ("8月中旬", "2024-08"),
        ("上月", "2024-07"),
        ("今年上半年", "2024-01/2024-06"),
        ("一季度", "2024-01/2024-03"),
        ("暑假期间，", "2024-07/2024-08"),
        ("助残日当天", "2024-05-19"),
        ("“六一”儿童节当天", "2024-06-01"),
        ("4月16日至17日", "2024-04-16/2024-04-17"),
        ("7月至8月", "2024-07/2024-08"),
        ("今年1至5月", "2024-01/2024-05"),
        ("2021年至2023年", "2021/2023"),
        ("今年以来", "2024"),
        ("去年以来", "2023/2024-08"),
        ("2023年11月以来", "2023-11/2024-08"),
        ("8月以来", "2024-08"),
        ("今天", "2024-08-31"),
        ("20日，", "2024-08-20"),
    ],
)
def test_a_time_phrase_means_these_days(text: str, iso: str) -> None:
    assert isos(text) == [iso]


@pytest.mark.parametrize(
    "text", ["近日", "日前", "本学期", "三年来", "一年多来", "“六一”前夕", "春节", "2月30日", "当天"]
)
def test_a_vague_phrase_keeps_its_place_and_has_no_date(text: str) -> None:
    found = find_dates(text, PUBLISHED)

    assert found
    assert [span.iso for span in found] == [None] * len(found)


@pytest.mark.parametrize(
    "text",
    [
        "七年级学生",
        "三年制学校",
        "九年一贯制",
        "第3日",
        "10日内办结",
        "5.5月球",
        "2024级新生",
        "连续三年",
        "先后来到两所学校",
        "项目前期",
    ],
)
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert find_dates(text, PUBLISHED) == []


@pytest.mark.parametrize(
    ("text", "published", "iso"),
    [
        ("12月30日", date(2024, 1, 5), "2023-12-30"),
        ("3月", date(2025, 12, 23), "2025-03"),
        ("9月", date(2024, 8, 1), "2024-09"),
        ("30日，", date(2024, 1, 5), "2023-12-30"),
        ("10月", date(2024, 2, 1), "2023-10"),
    ],
)
def test_a_phrase_without_a_year_is_of_this_year_or_the_last(text: str, published: date, iso: str) -> None:
    assert isos(text, published) == [iso]


def test_the_same_day_and_the_same_year_go_back_to_the_date_before() -> None:
    text = "5月20日，甲所成立。当天，乙所挂牌。次日，丙所揭牌。2022年，丁站建成；同年9月，启用；次年，获奖。"

    assert isos(text) == ["2024-05-20", "2024-05-20", "2024-05-21", "2022", "2022-09", "2023"]


def test_an_occasion_far_down_is_the_day_of_the_lead() -> None:
    text = "9月2日，新学期首日。8月26日，双方签约。开学当天，设立护学岗。"

    assert isos(text, date(2024, 9, 3)) == ["2024-09-02", "2024-08-26", "2024-09-02"]


def test_a_dateline_is_no_anchor_for_the_same_day() -> None:
    text = "2024-09-05 来源\n9月3日，民警到校。当天，开课。"

    assert isos(text, date(2024, 9, 5)) == ["2024-09-05", "2024-09-03", "2024-09-03"]


def test_without_a_publication_date_only_a_written_year_is_resolved() -> None:
    assert isos("2023年5月，去年，6月1日", None) == ["2023-05", None, None]


def test_since_then_is_seen_from_the_words_that_close_the_frame() -> None:
    found = find_dates("自4月试运行以来，已服务19人", date(2023, 5, 30))

    assert [span.iso for span in found] == ["2023-04", "2023-04/2023-05"]


@pytest.mark.parametrize(
    ("text", "verb", "iso"),
    [
        ("3月6日，甲局举行2025年春季聘任仪式。张三受聘为校长。", "举行", "2025-03-06"),
        ("3月6日，甲局举行2025年春季聘任仪式。张三受聘为校长。", "受聘", "2025-03-06"),
        ("今年3月，甲所挂牌。乙所开展巡查。", "开展", None),
        ("讲师团成立于2022年11月，由妇联组建。", "成立", "2022-11"),
        ("中心由检察院和团市委共建，2020年6月挂牌。", "共建", "2020-06"),
        ("治安大队联合市场监管局排查，今年以来已检查416家次。", "联合", None),
        ("5月20日，甲校开课。据悉，乙局已建站14个。", "建站", None),
        ("5月20日，甲校开课。近日，乙局印发方案。", "印发", None),
        ("5月20日，仪式在甲校举行。揭牌仪式后，乙讲授课程。", "讲授", "2025-05-20"),
        ("7月8日，乙走进社区暑期托管班开展活动。", "开展", "2024-07-08"),
        ("5月17日，检察官先后来到甲校、乙校，为学生授课。", "授课", "2024-05-17"),
        ("5月17日，甲所挂牌。后来，乙所授课。", "授课", None),
        ("5月下旬，甲局制定《泗塘县2024年预防溺水方案》并启动行动。", "启动", "2024-05"),
    ],
)
def test_a_verb_takes_the_time_that_governs_it(text: str, verb: str, iso: str | None) -> None:
    published = date(2024, 8, 31) if iso is None or iso.startswith("2024") else date(2025, 8, 31)
    if "2022" in text or "2020" in text:
        published = date(2024, 3, 12)

    assert time_of(text, verb, published) == iso


def test_nearly_every_time_in_gold_is_among_the_dates_up_to_its_passage() -> None:
    """Measured 0.99 (621 of 626); what is missing needs sums (两个月后) or is coarser than the text."""
    known = total = 0
    for path in measured_training_gold():
        gold = json.loads(path.read_text("utf-8"))
        text = path.with_suffix(".txt").read_text("utf-8")
        dates = find_dates(text, date.fromisoformat(gold["date"]))
        for relation in gold["relations"]:
            if "time" in relation:
                end = text.index(relation["evidence"]) + len(relation["evidence"])
                total += 1
                known += relation["time"] in {span.iso for span in dates if span.start < end}

    assert total > 600
    assert known / total >= 0.98


@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from(WORDS), max_size=14).map("".join)))
@settings(max_examples=300, deadline=None)
def test_any_text_yields_ordered_spans_inside_it(text: str) -> None:
    for published in (None, PUBLISHED, date(2024, 1, 1)):
        found = find_dates(text, published)

        ends = [0, *(edge for span in found for edge in (span.start, span.end)), len(text)]
        assert ends == sorted(ends)
        assert all(span.start < span.end and span.clause <= span.start for span in found)
        assert all((span.iso is None) == (span.first is None) for span in found)
        assert all(span.first <= span.last for span in found if span.first and span.last)


@given(st.lists(st.sampled_from(WORDS), max_size=12).map("".join), st.integers(0, 60))
@settings(max_examples=200, deadline=None)
def test_a_governing_time_is_one_of_the_found(text: str, trigger: int) -> None:
    dates = find_dates(text, PUBLISHED)

    governing = time_for(dates, (0, len(text)), trigger, (0, len(text)))

    assert governing is None or governing in {span.iso for span in dates}


@pytest.mark.parametrize("unit", ["9", "一", "至", "活动", "自4月", "5月", "近十年", "《2024年"])
def test_a_huge_line_takes_time_in_proportion(unit: str) -> None:
    text = unit * (30_000 // len(unit))
    started = time.perf_counter()

    find_dates(text, PUBLISHED)

    assert time.perf_counter() - started < 10


def test_a_span_tells_first_and_last_day() -> None:
    (span,) = find_dates("去年2月", date(2025, 1, 5))

    assert span == DateSpan(0, 4, date(2024, 2, 1), date(2024, 2, 29), "2024-02")
