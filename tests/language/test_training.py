"""From gold articles to the trained recogniser: alignment, augmentation, labels, training, folds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kg.gold import GoldArticle, GoldEntity, iter_gold
from kg.language.mentions import decode, find_names, load_tagger
from kg.training import (
    Aligned,
    Pool,
    align,
    augmented,
    folds,
    iter_aligned,
    sequences,
    train,
    train_recogniser,
)

TEXT = "青岭县人民检察院走进青岭县柳溪小学。检察官许文静说，青岭县人民检察院重视柳溪小学。许文静介绍了“柳芽”行动。"


def gold(*entities: tuple[str, ...]) -> GoldArticle:
    """Return gold with an entity of each class and its names."""
    made = [GoldEntity(f"e{i}", kind, tuple(names)) for i, (kind, *names) in enumerate(entities)]
    return GoldArticle("made", Path("made.txt"), tuple(made), ())


def words(aligned: Aligned) -> list[tuple[str, str]]:
    return [(aligned.text[start:end], kind) for start, end, kind in aligned.spans]


def tiny() -> list[Aligned]:
    texts = (
        TEXT,
        "云泽市公安局开展“护校”行动。民警罗建明走进云泽市第二中学。",
        "丹霞镇派出所民警何志远到丹霞镇中心小学讲课。",
    )
    people = ("许文静", "罗建明", "何志远")
    schools = ("青岭县柳溪小学", "云泽市第二中学", "丹霞镇中心小学")
    bodies = ("青岭县人民检察院", "云泽市公安局", "丹霞镇派出所")
    return [
        align(gold(("Person", person), ("School", school), ("Agency", body)), text)
        for text, person, school, body in zip(texts, people, schools, bodies, strict=True)
    ]


def test_align_finds_every_occurrence_of_every_name() -> None:
    found = align(
        gold(("Agency", "青岭县人民检察院"), ("School", "青岭县柳溪小学", "柳溪小学"), ("Person", "许文静")),
        TEXT,
    )

    assert words(found) == [
        ("青岭县人民检察院", "Agency"),
        ("青岭县柳溪小学", "School"),
        ("许文静", "Person"),
        ("青岭县人民检察院", "Agency"),
        ("柳溪小学", "School"),
        ("许文静", "Person"),
    ]


def test_align_takes_the_longest_name_and_none_inside_another() -> None:
    found = align(gold(("Place", "青岭县"), ("Agency", "青岭县人民检察院"), ("School", "柳溪小学")), TEXT)

    assert words(found) == [
        ("青岭县人民检察院", "Agency"),
        ("青岭县", "Place"),
        ("柳溪小学", "School"),
        ("青岭县人民检察院", "Agency"),
        ("柳溪小学", "School"),
    ]


def test_align_finds_a_brand_with_the_quotes_that_gold_leaves_out() -> None:
    found = align(gold(("Program", "柳芽行动"), ("Program", "“柳芽”行动")), TEXT)

    assert words(found) == [("“柳芽”行动", "Program")]


@pytest.mark.parametrize("name", ["该院", "我校", "学校", "双方"])
def test_align_leaves_out_words_that_stand_for_something(name: str) -> None:
    text = f"青岭县检察院来了，{name}来了。"

    found = align(gold(("Agency", "青岭县检察院", name)), text)

    assert words(found) == [("青岭县检察院", "Agency")]


def test_align_leaves_groups_to_the_rules() -> None:
    assert align(gold(("Group", "学生")), "为学生讲课").spans == ()


def test_required_class_wins_over_the_optional_twin() -> None:
    twins = gold(("Agency", "柳溪社区"), ("Place", "柳溪社区"))
    preferred = GoldArticle(
        "made",
        Path("made.txt"),
        (GoldEntity("a", "Agency", ("柳溪社区",), optional=True), GoldEntity("b", "Place", ("柳溪社区",))),
        (),
    )

    assert words(align(twins, "走进柳溪社区")) == [("柳溪社区", "Agency")]
    assert words(align(preferred, "走进柳溪社区")) == [("柳溪社区", "Place")]


def test_document_is_aligned_without_its_title_marks() -> None:
    found = align(gold(("Document", "《护校方案》")), "印发《护校方案》。")

    assert words(found) == [("护校方案", "Document")]


@pytest.mark.parametrize("seed", range(6))
def test_augmentation_keeps_length_and_spans(seed: int) -> None:
    (article, *_) = tiny()

    copy = augmented(article, Pool.of(tiny()), seed=seed)

    assert len(copy.text) == len(article.text)
    assert copy.spans == article.spans
    assert copy.id == article.id


def test_pool_holds_what_the_names_are_made_of() -> None:
    pool = Pool.of(tiny())

    assert pool.surnames == ("何", "罗", "许")
    assert pool.given == tuple(sorted("文静建明志远"))
    assert pool.stems == {2: ["丹霞", "云泽", "青岭"]}
    assert pool.brands == {}


def test_augmentation_exchanges_a_name_everywhere_alike_for_one_of_the_pool() -> None:
    (article, *_) = tiny()
    pool = Pool.of(tiny())

    copies = [augmented(article, pool, seed=seed) for seed in range(6)]

    for copy in copies:
        people = {copy.text[start:end] for start, end, kind in copy.spans if kind == "Person"}
        assert len(people) == 1
        (person,) = people
        assert person[0] in pool.surnames
        assert set(person[1:]) <= set(pool.given)
        assert copy.text.count(person) == article.text.count("许文静")
    assert len({copy.text for copy in copies} - {article.text}) > 1


def test_augmentation_is_the_same_for_the_same_seed() -> None:
    (article, *_) = tiny()

    assert augmented(article, Pool.of(tiny()), seed=3) == augmented(article, Pool.of(tiny()), seed=3)


def test_augmentation_of_an_article_without_names_is_the_article() -> None:
    article = Aligned("made", "今天天气很好。", ())

    assert augmented(article, Pool.of(tiny()), seed=1) is article


def test_labels_decode_to_the_spans_of_their_paragraph() -> None:
    (article, *_) = tiny()
    two = Aligned(
        "two",
        f"\n{article.text}\n\n{article.text}",
        tuple(
            (start + shift, end + shift, kind)
            for shift in (1, len(article.text) + 3)
            for start, end, kind in article.spans
        ),
    )

    paragraphs = list(sequences(two))

    assert len(paragraphs) == 2
    for rows, labels in paragraphs:
        assert len(rows) == len(labels) == len(article.text)
        assert tuple(decode(labels)) == article.spans


def test_training_twice_gives_identical_bytes(tmp_path: Path) -> None:
    train_recogniser(tiny(), tmp_path / "one.npz", copies=1)
    train_recogniser(tiny(), tmp_path / "two.npz", copies=1)

    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_trained_weights_find_the_names_they_were_trained_on(tmp_path: Path) -> None:
    train_recogniser(tiny(), tmp_path / "weights.npz")

    found = find_names(TEXT, load_tagger(tmp_path / "weights.npz"))

    assert {TEXT[start:end] for start, end, _ in found} >= {"青岭县人民检察院", "青岭县柳溪小学", "许文静"}


def test_train_reads_a_gold_folder_and_writes_the_weights(tmp_path: Path) -> None:
    folder = tmp_path / "gold"
    folder.mkdir()
    body = f"青岭县人民检察院走进校园\n2025年5月1日\n{TEXT}\n云泽镇派出所到场，为师生演示防护技巧。"
    (folder / "made.txt").write_text(body, "utf-8")
    entities = [
        {"id": "a", "type": "Agency", "names": ["青岭县人民检察院"]},
        {"id": "b", "type": "Person", "names": ["许文静"]},
    ]
    data = {"id": "made", "entities": entities, "relations": []}
    (folder / "made.json").write_text(json.dumps(data, ensure_ascii=False), "utf-8")

    golds = list(iter_gold(folder))
    (aligned,) = iter_aligned(golds)
    path = train(golds, tmp_path / "out" / "weights", copies=0)

    assert ("许文静", "Person") in words(aligned)
    assert path.parent == tmp_path / "out" / "weights"
    assert load_tagger(path).labels


def test_every_article_is_test_once_and_never_in_its_own_training() -> None:
    articles = [GoldArticle(f"a{i}", Path(f"a{i}.txt"), (), ()) for i in range(7)]

    splits = list(folds(articles, 3))

    assert len(splits) == 3
    assert sorted(article.id for _, held in splits for article in held) == [a.id for a in articles]
    for training, held in splits:
        assert not {a.id for a in training} & {a.id for a in held}
        assert len(training) + len(held) == len(articles)


def test_folds_depend_on_ids_only() -> None:
    articles = [GoldArticle(f"a{i}", Path(f"a{i}.txt"), (), ()) for i in range(7)]

    assert list(folds(articles, 3)) == list(folds(articles[::-1], 3))
