"""The tagger gives the labels that python-crfsuite's own gives, whatever is read together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pycrfsuite
import pytest

from kg.errors import DataError
from kg.language.mentions import MODEL
from kg.language.tagger import LINES, Tagger, load_tagger
from kg.language.tagging import features, observe
from kg.training import convert

# A line each, with the label of every character: N in a name, O outside.
TAUGHT = (
    ("许文静走进柳溪小学", "NNNOONNNN"),
    ("柳溪小学很大", "NNNNOO"),
    ("罗建明说，柳溪小学的许文静来了。", "NNNOONNNNONNNOOO"),
)
# What was taught and what was not: unknown characters, one character, marks of the tagger's own.
LINES_READ = (
    *(line for line, _ in TAUGHT),
    "许",
    "何志远走进云泽市第二中学，“护校”行动开始",
    "𠮷^$~≈:k\u2028🙂",
    "柳溪" * 30,
)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Tagger, pycrfsuite.Tagger]]:
    folder = tmp_path_factory.mktemp("crf")
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    for line, labels in TAUGHT:
        trainer.append(features(line), list(labels))
    trainer.set_params({"c1": 0.01, "c2": 0.01, "feature.possible_transitions": True})
    trainer.train(str(folder / "crf"))
    convert(folder / "crf", folder / "own.npz")
    theirs = pycrfsuite.Tagger()
    with theirs.open(str(folder / "crf")):
        yield load_tagger(folder / "own.npz"), theirs


def test_labels_are_those_of_the_library_that_learned_them(learned: tuple[Tagger, pycrfsuite.Tagger]) -> None:
    own, theirs = learned

    found = list(own.tag([observe(line) for line in LINES_READ]))

    assert found == [theirs.tag(features(line)) for line in LINES_READ]
    assert found[:3] == [list(labels) for _, labels in TAUGHT]


def test_a_line_is_read_alone_as_in_company() -> None:
    own = load_tagger(MODEL)
    lines = [observe(line) for line in LINES_READ]

    together = list(own.tag(lines * (2 * LINES // len(lines))))

    assert together == [next(own.tag([line])) for line in lines] * (2 * LINES // len(lines))
    assert {"B-Person", "B-School"} <= {label for labels in together for label in labels}


def test_no_lines_have_no_labels() -> None:
    assert list(load_tagger(MODEL).tag([])) == []


def test_broken_weights_are_an_error_that_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "mentions.npz").write_bytes(MODEL.read_bytes()[:5000])

    with pytest.raises(DataError, match=r"mentions\.npz"):
        load_tagger(tmp_path / "mentions.npz")
