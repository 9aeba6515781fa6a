"""`kg explain`: what it prints, narrows down and refuses. All names are invented."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from test_cli import assert_one_line, kg

from kg import language, pipeline
from kg.config import Settings
from kg.errors import ArticleError
from kg.explaining import FLOOR, hold_against_gate, iter_explanations, narrow, to_record
from kg.language.explanation import Explanation
from kg.model import Claim

TEXT = """青岭县公安局护航开学季

来源：青岭融媒 时间：2025-09-03

　　9月3日，青岭县公安局民警罗建明走进青岭县柳溪小学，为300名学生讲法治课。
　　下一步，青岭县公安局将走进青岭县第二中学。青岭县检察院没有走进青岭县柳溪小学。
　　路人唐晓燕走进青岭县柳溪小学。11岁的小雨（化名）笑了。
　　青岭县公安局联合青岭县<script>alert(1)</script>教育局开展“护苗”行动。
"""
VISIT = ("visits", "罗建明", "青岭县柳溪小学")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("articles") / "qingling.txt"
    path.write_text(TEXT, "utf-8")
    return path


@pytest.fixture(scope="module")
def explanation(file: Path) -> Explanation:
    (found,) = iter_explanations([file])
    assert isinstance(found, Explanation)
    return found


# Reading, the gate, narrowing


def test_what_cannot_be_read_comes_as_its_error_in_its_place(file: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()

    first, second, third = iter_explanations([tmp_path / "empty.txt", file, tmp_path / "nowhere.txt"])

    assert (str(first), str(third)) == (
        f"{tmp_path / 'empty.txt'}: the file is empty",
        f"{tmp_path / 'nowhere.txt'}: No such file or directory",
    )
    assert isinstance(second, Explanation)
    assert isinstance(third, ArticleError)


def test_claims_are_those_of_a_build(file: Path, explanation: Explanation) -> None:
    accepted = pipeline.extract_one(file, settings=Settings(), extractor=pipeline.load_extractor())

    stated = [claim for sentence in explanation.sentences for claim in sentence.claims]
    assert sorted(map(repr, stated)) == sorted(map(repr, accepted.extraction.claims))
    assert stated


def test_a_claim_that_breaks_a_shape_is_refused_with_its_reason(explanation: Explanation) -> None:
    def broken(claim: Claim) -> Claim:
        wrong = replace(claim.evidence, text="不在此处")
        return replace(claim, evidence=wrong) if (claim.predicate, claim.subject.name) == VISIT[:2] else claim

    claims = tuple(map(broken, explanation.extraction.claims))
    sentences = tuple(replace(s, claims=tuple(map(broken, s.claims))) for s in explanation.sentences)
    extraction = replace(explanation.extraction, claims=claims)

    held = hold_against_gate(
        replace(explanation, sentences=sentences, extraction=extraction), settings=Settings()
    )

    ((claim, reason),) = [pair for sentence in held.sentences for pair in sentence.refused]
    assert (claim.predicate, claim.subject.name, claim.object.name) == VISIT
    assert reason
    spoken = [c.verdict for c in held.sentences[1].candidates if (c.predicate, c.subject, c.object) == VISIT]
    assert spoken == ["refused"]
    kept = [claim for sentence in held.sentences for claim in sentence.claims]
    assert len(kept) == len(claims) - 1


def test_a_number_and_words_narrow_the_sentences_down(explanation: Explanation) -> None:
    def numbers(**options: object) -> list[int]:
        return [s.number for s in narrow(explanation, **options).sentences]  # type: ignore[arg-type]

    assert numbers() == [s.number for s in explanation.sentences]
    assert numbers(number=2) == [2]
    assert numbers(find="第二中学") == [3]
    assert numbers(number=2, find="第二中学") == []
    # The text says 检察院, its canonical name 人民检察院.
    assert numbers(find="青岭县人民检察院") == [4]


def test_only_what_is_worth_a_look_is_left_unless_all_is_wanted(explanation: Explanation) -> None:
    few = [c for s in narrow(explanation).sentences for c in s.candidates]
    every = [c for s in narrow(explanation, everything=True).sentences for c in s.candidates]

    assert every == [c for s in explanation.sentences for c in s.candidates]
    assert set(few) < set(every)
    left_out = [c for c in every if c not in few]
    assert all(c.verdict == "type" or (c.rule == "ranker" and c.probability < FLOOR) for c in left_out)  # type: ignore[operator]
    assert any(c.verdict == "type" for c in left_out)
    assert any(c.rule == "ranker" for c in left_out)


def test_a_record_holds_what_is_there_and_leaves_out_what_is_empty(explanation: Explanation) -> None:
    record = json.loads(json.dumps(to_record(explanation, explanation.sentences[1])))
    bare = to_record(explanation, next(s for s in explanation.sentences if not s.mentions))

    assert (record["article"], record["number"]) == ("qingling", 2)
    trained = next(claim for claim in record["claims"] if claim["predicate"] == "trains")
    assert (trained["count"], trained["unit"], trained["topic"], trained["time"]) == (
        *(300, "名", "法治课", "2025-09-03"),
    )
    assert explanation.article.text[record["start"] : record["end"]] == record["text"]
    candidate = next(c for c in record["candidates"] if c["predicate"] == "visits")
    assert candidate["verdict"] == "claim"
    assert candidate["probability"] > candidate["threshold"]
    assert "context" not in candidate
    assert "mentions" not in bare
    assert "candidates" not in bare


# The command


def test_the_command_shows_mentions_rules_candidates_and_claims(file: Path) -> None:
    result = kg("explain", file, "--sentence", 2)

    lines = [line.split() for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert result.stderr == ""
    assert lines[0] == ["qingling", "2", "carried", "subject", "青岭县公安局", "lead", "青岭县公安局"]
    assert ["罗建明", "Person", "罗建明", "CRF"] in lines
    assert ["visits.go", "走进"] in lines
    assert any(line[1:6] == ["0.50", *VISIT, "visits.go"] and line[6:] == ["claim"] for line in lines)
    assert any(line[:4] == ["trains", "罗建明", "学生", "300"] for line in lines)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("第二中学", "planned, not done"),
        ("没有走进", "denied"),
        ("唐晓燕走进", "a person without office"),
    ],
)
def test_the_command_says_why_something_is_no_claim(file: Path, words: str, reason: str) -> None:
    result = kg("explain", file, "--find", words)

    lines = [line for line in result.stdout.splitlines() if line.endswith(reason) and " visits " in line]
    assert lines
    assert any("visits.go" in line for line in lines) or reason == "a person without office"
    assert "\nclaim " not in result.stdout


def test_json_is_one_object_a_sentence(file: Path, explanation: Explanation) -> None:
    result = kg("explain", file, "--json")

    records = [json.loads(line) for line in result.stdout.splitlines()]
    assert [record["number"] for record in records] == [s.number for s in explanation.sentences]
    assert records[0]["text"] == explanation.sentences[0].text


def test_several_files_are_explained_and_what_is_skipped_is_named(file: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    (tmp_path / "more.txt").write_text("青岭县公安局走进青岭县柳溪小学。", "utf-8")

    result = kg("explain", tmp_path, file, "--json")

    assert result.exit_code == 0
    names = [json.loads(line)["article"] for line in result.stdout.splitlines()]
    assert list(dict.fromkeys(names)) == ["more", "qingling"]
    assert result.stderr == f"kg: skipped {tmp_path / 'empty.txt'}: the file is empty\n"


def test_no_such_sentence_is_code_1(file: Path) -> None:
    for narrowing in (("--sentence", 99), ("--find", "桃花源")):
        result = kg("explain", file, *narrowing)

        assert (result.exit_code, result.stdout, result.stderr) == (1, "", "kg: no such sentence\n")


@pytest.mark.parametrize("number", ["0", "-1", "two"])
def test_a_sentence_is_a_number_from_1(file: Path, number: str) -> None:
    result = kg("explain", file, "--sentence", number)

    assert (result.exit_code, result.stdout) == (2, "")


@pytest.mark.parametrize("content", [None, b"", bytes(range(256)) * 40])
def test_the_error_is_that_of_a_build(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "article.txt"
    if content is not None:
        path.write_bytes(content)

    result = kg("explain", path, "--html", tmp_path / "page.html")

    assert_one_line(result, "article.txt: ")
    assert result.stderr == kg("build", path, "-o", tmp_path / "out").stderr
    assert not (tmp_path / "page.html").exists()


def test_a_model_that_is_not_installed_is_one_line(file: Path) -> None:
    result = kg("explain", file, "--model", "zh_nowhere")

    assert_one_line(result, "model: 'zh_nowhere'; an installed spaCy pipeline")


def test_an_article_cannot_steer_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_text("青岭县公安局走进青岭县柳溪小学\x1b[2J\x1b[31m，\u202e开展宣传。", "utf-8")

    result = kg("explain", path)

    assert result.exit_code == 0
    assert not {"\x1b", "\u202e"} & set(result.stdout)


def test_a_masked_name_is_nowhere(file: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"

    outputs = [kg("explain", file, "--all", *options).stdout for options in ((), ("--json",))]
    kg("explain", file, "--all", "--html", page)

    for output in (*outputs, page.read_text("utf-8")):
        assert "11岁的▇▇（化名）" in output
        assert "小雨" not in output


def test_the_language_pipeline_is_loaded_once_for_all_articles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = []
    load = language.load
    monkeypatch.setattr(language, "load", lambda **options: loaded.append(options) or load(**options))
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(f"青岭县公安局走进青岭县第{number}小学。", "utf-8")

    explanations: Iterable[object] = list(iter_explanations([tmp_path]))

    assert len(list(explanations)) == 3
    assert len(loaded) == 1
