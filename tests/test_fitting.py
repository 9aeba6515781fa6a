"""Training both models, the pipeline on disk, an outside model as features, cross-validation."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import spacy
from spacy.training import Example

from kg import language, relation_training, training
from kg.errors import ConfigError
from kg.fitting import cross_validate, fit, learning_curve
from kg.gold import read_gold
from kg.language.predicates import ENDS
from kg.reading import read_article

PLACES = ("青岭", "云泽", "柳溪", "白河", "石桥", "金川")


def write_gold(folder: Path) -> Path:
    """Write six short invented articles of one pattern, with gold."""
    folder.mkdir(parents=True)
    for number, place in enumerate(PLACES):
        court, school = f"{place}县人民法院", f"{place}县第一小学"
        body = f"{court}走进{school}，为学生讲法治课。{court}联合{place}县教育局检查{school}。"
        text = f"{court}走进校园\n2025年5月{number + 1}日\n{body}"
        (folder / f"g{number}.txt").write_text(text, "utf-8")
        entities = [
            {"id": "a", "type": "Agency", "names": [court]},
            {"id": "b", "type": "Agency", "names": [f"{place}县教育局"]},
            {"id": "s", "type": "School", "names": [school]},
            {"id": "g", "type": "Group", "names": ["学生"]},
        ]
        first, second = (part + "。" for part in body.split("。")[:2])
        relations = [
            {"s": "a", "p": "visits", "o": "s", "evidence": first},
            {"s": "a", "p": "trains", "o": "g", "evidence": first},
            {"s": "a", "p": "collaboratesWith", "o": "b", "evidence": second},
        ]
        data = {"id": f"g{number}", "entities": entities, "relations": relations}
        (folder / f"g{number}.json").write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    return folder


@pytest.fixture(scope="module")
def gold(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_gold(tmp_path_factory.mktemp("gold") / "articles")


@pytest.fixture(scope="module")
def outside(tmp_path_factory: pytest.TempPathFactory, gold: Path) -> Path:
    """Return a small pipeline of another kind: trained here to see ORG in the gold articles."""
    nlp = spacy.blank("zh")
    nlp.add_pipe("ner").add_label("ORG")  # type: ignore[attr-defined]
    examples = []
    for path in sorted(gold.glob("*.txt")):
        text = read_article(path).text
        start = text.rindex("\n") + 1
        spans = [(start, start + len(f"{PLACES[0]}县人民法院"), "ORG")]
        examples.append(Example.from_dict(nlp.make_doc(text), {"entities": spans}))
    nlp.initialize(lambda: examples)
    for _ in range(80):
        nlp.update(examples)
    path = tmp_path_factory.mktemp("outside") / "zh_small"
    nlp.to_disk(path)
    return path


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory, gold: Path) -> Path:
    return fit(gold, tmp_path_factory.mktemp("fitted"))


def test_what_was_fitted_reads_an_article_of_its_kind(fitted: Path) -> None:
    nlp = language.load(weights=fitted)

    doc = nlp("清源县人民法院走进清源县第一小学，为学生讲法治课。")

    assert {(span.text, span.label_) for span in doc.ents} >= {
        ("清源县人民法院", "Agency"),
        ("清源县第一小学", "School"),
    }


def test_spacy_loads_what_was_fitted_and_says_the_same(fitted: Path) -> None:
    text = "清源县人民法院走进清源县第一小学，为学生讲法治课。"

    loaded, own = spacy.load(fitted), language.load(weights=fitted)

    assert loaded.pipe_names == list(language.COMPONENTS)
    assert [(e.text, e.label_) for e in loaded(text).ents] == [(e.text, e.label_) for e in own(text).ents]
    assert loaded(text)._.candidates == own(text)._.candidates


def test_spacy_loads_our_own_pipeline_after_to_disk(tmp_path: Path) -> None:
    language.load().to_disk(tmp_path / "ours")

    doc = spacy.load(tmp_path / "ours")("青岭县公安局走进青岭县柳溪小学。")

    assert {"青岭县公安局", "青岭县柳溪小学"} <= {ent.text for ent in doc.ents}
    assert [c.predicate for c in doc._.candidates if not c.vetoed] == ["visits"]


def test_same_gold_same_bytes(fitted: Path, gold: Path, tmp_path: Path) -> None:
    again = fit(gold, tmp_path / "again")

    for part in ("kg_mentions/mentions.npz", "kg_relations/relations.npz"):
        assert (fitted / part).read_bytes() == (again / part).read_bytes()


def test_entities_of_an_outside_model_become_features(gold: Path, outside: Path) -> None:
    (aligned,) = training.iter_aligned([read_gold(gold / "g0.json")], model=spacy.load(outside))

    lines = aligned.text.split("\n")
    rows, labels = list(training.sequences(aligned))[-1]

    assert [aligned.text[start:end] for start, end, label in aligned.seen if label == "ORG"] == [
        lines[-1][: len("青岭县人民法院")]
    ]
    seen = [feature for row in rows for feature in row if feature.startswith("seen=")]
    assert seen == ["seen=B-ORG", *["seen=I-ORG"] * 5, "seen=E-ORG"]
    assert labels[0] == "B-Agency"


def test_weights_that_were_trained_with_an_outside_model_read_with_it(
    gold: Path, fitted: Path, outside: Path, tmp_path: Path
) -> None:
    seeing = fit(gold, tmp_path / "seeing", model=str(outside))

    part = "kg_mentions/mentions.npz"
    assert (seeing / part).read_bytes() != (fitted / part).read_bytes()
    doc = language.load(model=str(outside), weights=seeing)("清源县人民法院走进清源县第一小学。")
    assert ("清源县人民法院", "Agency") in {(ent.text, ent.label_) for ent in doc.ents}


def test_an_outside_model_that_is_not_there_is_an_error(gold: Path, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="zh_none"):
        fit(gold, tmp_path / "out", model="zh_none")

    assert not (tmp_path / "out").exists()


def test_cross_validation_scores_every_article_by_what_the_others_teach(
    gold: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taught: list[set[str]] = []
    real = training.train

    def watch(articles: list[object], out: Path, **settings: object) -> Path:
        taught.append({article.id for article in articles})  # type: ignore[attr-defined]
        return real(articles, out, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(training, "train", watch)

    report = cross_validate(gold, count=3)

    assert report.articles == len(PLACES)
    assert [len(some) for some in taught] == [4, 4, 4]
    assert set.intersection(*taught) == set()
    assert report.entities.f1 > 0.8
    assert set(report.by_article) == {f"g{number}" for number in range(len(PLACES))}


@pytest.mark.parametrize("score", [cross_validate, partial(learning_curve, shares=(1.0,))])
def test_more_parts_than_articles_are_an_error(gold: Path, score: Callable[..., object]) -> None:
    with pytest.raises(ConfigError, match="7 parts of 6 articles; at most 6"):
        score(gold, count=7)


def test_learning_curve_trains_on_growing_shares(gold: Path) -> None:
    points = learning_curve(gold, shares=(0.25, 1.0), count=3)

    assert [point.articles for point in points] == [1, 4]
    assert all(point.report.articles == 2 for point in points)
    assert points[1].report.entities.f1 >= points[0].report.entities.f1


def judged(gold: Path) -> Iterator[relation_training.Judged]:
    return iter(relation_training.judge_all([read_gold(gold / "g0.json")]))


def test_gold_decides_the_pairs_of_an_article(gold: Path) -> None:
    items = list(judged(gold))

    right = [item.predicate for item in items if item.right]
    assert sorted(set(right)) == ["collaboratesWith", "trains", "visits"]
    assert len(items) > 3 * len(right)
    assert {item.predicate for item in items} <= set(ENDS)


def test_what_gold_leaves_open_is_not_judged(gold: Path) -> None:
    article = read_gold(gold / "g0.json")
    relations = tuple(replace(relation, optional=True) for relation in article.relations)

    items = relation_training.judge_all([replace(article, relations=relations)])

    assert not [item for item in items if item.right]


def test_the_rules_own_sentences_are_judged_both_ways(fitted: Path) -> None:
    from kg.language.mentions import MODEL

    items = list(relation_training.judge_rules(MODEL))

    assert fitted.is_dir()
    assert sum(item.right for item in items) > 50
    assert sum(not item.right for item in items) > 50
