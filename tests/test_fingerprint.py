"""Whatever an outcome depends on changes its fingerprint, in the part where it stands, and nothing else does."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg import fingerprint
from kg.config import Limits, Settings, data_dir
from kg.fingerprint import (
    PACKAGE,
    PARTS,
    SOURCES,
    WEIGHTS,
    WRITING,
    take_fingerprint,
    take_writing_fingerprint,
)

# What an outcome does not depend on: these keep it, end it, word what is wrong with it, or hold no more than names.
NOT_IN_IT = {"__init__.py", "errors.py", "ledger.py", "ledgerfile.py"}
FILES = {
    "reading/page.py": "reading",
    "reading/chrome.yaml": "reading",
    "privacy.yaml": "reading",
    "language/relations.py": "language",
    "language/rules/trains.yaml": "language",
    "language/lexicon/surnames.tsv": "language",
    "language/model/meta.json": "language",
    "linking.yaml": "language",
    "model.py": "graph",
    "chunks.py": "graph",
    "pipeline.py": "graph",
    "language/model/kg_mentions/weights.npz": "weights",
    "ontology/groups.ttl": "ontology",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a small copy of the product: one file of each kind."""
    for name in (
        *FILES,
        "publishing.py",
        "pages/layout.py",
        "pages/page.html",
        "queries.py",
        "cli/building.py",
    ):
        (tmp_path / "kg" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "kg" / name).write_text(f"first words of {name}")
    monkeypatch.setattr(fingerprint, "PACKAGE", tmp_path / "kg")
    # Looking up what is installed takes a tenth of a second a package.
    monkeypatch.setattr(fingerprint, "version", lambda name: f"1 of {name}")
    monkeypatch.setattr(fingerprint, "data_dir", lambda name: tmp_path / "kg" / name)
    return tmp_path / "kg"


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    assert before.keys() == after.keys()
    return {name for name in before if before[name] != after[name]}


@pytest.mark.parametrize(("name", "part"), FILES.items())
def test_another_word_in_a_file_changes_its_part(package: Path, name: str, part: str) -> None:
    before = take_fingerprint(Settings())

    (package / name).write_text("other words")

    assert changed(before, take_fingerprint(Settings())) == {part}


@pytest.mark.parametrize(("name", "part"), FILES.items())
def test_a_file_more_or_less_changes_its_part(package: Path, name: str, part: str) -> None:
    before = take_fingerprint(Settings())

    (package / name).unlink()

    assert changed(before, take_fingerprint(Settings())) == {part}


@pytest.mark.parametrize("name", ["queries.py", "cli/building.py", "pages/layout.py", "publishing.py"])
def test_what_answers_and_draws_changes_nothing(package: Path, name: str) -> None:
    before = take_fingerprint(Settings())

    (package / name).write_text("other words")

    assert take_fingerprint(Settings()) == before


@pytest.mark.parametrize(
    ("name", "part"), [("publishing.py", {"writing"}), ("pages/page.html", {"writing"}), ("model.py", set())]
)
def test_what_writes_the_files_has_a_fingerprint_of_its_own(package: Path, name: str, part: set[str]) -> None:
    before = take_writing_fingerprint()

    (package / name).write_text("other words")

    assert changed(before, take_writing_fingerprint()) == part


def test_the_same_files_elsewhere_and_later_are_the_same(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = take_fingerprint(Settings())
    (package / "language" / "rules" / "__pycache__").mkdir()
    (package / "language" / "rules" / "__pycache__" / "trains.pyc").touch()
    shutil.copytree(package, tmp_path / "elsewhere", copy_function=shutil.copyfile)
    monkeypatch.setattr(fingerprint, "PACKAGE", tmp_path / "elsewhere")

    assert take_fingerprint(Settings()) == before


def test_names_and_words_do_not_run_together(package: Path) -> None:
    (package / "language" / "a.yaml").write_text("b.yaml")
    (package / "language" / "b.yaml").write_text("")
    before = take_fingerprint(Settings())

    (package / "language" / "a.yaml").write_text("")
    (package / "language" / "b.yaml").write_text("b.yaml")

    assert changed(before, take_fingerprint(Settings())) == {"language"}


def test_weights_of_the_user_take_the_place_of_the_products(package: Path, tmp_path: Path) -> None:
    shutil.copytree(package / "language" / "model", tmp_path / "mine")
    before = take_fingerprint(Settings())

    assert take_fingerprint(Settings(), weights=tmp_path / "mine") == before
    (tmp_path / "mine" / "kg_mentions" / "weights.npz").write_text("trained")
    assert changed(before, take_fingerprint(Settings(), weights=tmp_path / "mine")) == {"weights"}


def test_another_base_model_or_extractor_is_another_setting(package: Path) -> None:  # noqa: ARG001
    before = take_fingerprint(Settings())

    assert changed(before, take_fingerprint(Settings(base="urn:mine:"))) == {"settings"}
    assert changed(before, take_fingerprint(Settings(), extractor="mine.extract")) == {"settings"}
    assert changed(before, take_fingerprint(Settings(), model="zh_mine")) == {"settings", "packages"}
    assert take_fingerprint(Settings(limits=Limits(item_seconds=1))) == before


def test_a_package_that_is_not_installed_has_a_fingerprint_too() -> None:
    assert take_fingerprint(Settings(), model="zh_nowhere").keys() == take_fingerprint(Settings()).keys()


def test_another_version_of_a_package_is_told(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    before, written = take_fingerprint(Settings()), take_writing_fingerprint()

    monkeypatch.setattr(fingerprint, "version", lambda name: f"99 of {name}")

    assert changed(before, take_fingerprint(Settings())) == {"packages"}
    assert changed(written, take_writing_fingerprint()) == {"writers"}


# The product as it is


def covered(places: tuple[str, ...]) -> set[str]:
    """Return the files that these parts look at."""
    return {
        file.relative_to(PACKAGE).as_posix()
        for place in places
        for file in ([PACKAGE / place] if (PACKAGE / place).is_file() else (PACKAGE / place).rglob("*"))
        if file.is_file() and file.suffix in SOURCES
    }


def imports(file: Path) -> Iterator[Path]:
    """Yield the files of this package that one of its files imports, inside functions too, types aside."""
    tree = ast.parse(file.read_text("utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.ImportFrom)
            and (node.module or "").startswith("kg")
            and id(node) not in for_types
        ):
            base = PACKAGE.parent.joinpath(*node.module.split("."))
            for place in (base, *(base / alias.name for alias in node.names)):
                yield from (f for f in (place.with_suffix(".py"), place / "__init__.py") if f.is_file())


def reached(start: str) -> set[str]:
    """Return all files of this package that a module comes to import."""
    seen: set[Path] = set()
    waiting = [PACKAGE / start]
    while waiting:
        file = waiting.pop()
        if file not in seen:
            seen.add(file)
            # The package itself offers pages to notebooks; no work on an item asks it for them.
            waiting += [] if file == PACKAGE / "__init__.py" else imports(file)
    return {file.relative_to(PACKAGE).as_posix() for file in seen}


def test_every_place_is_there() -> None:
    places = [place for places in (*PARTS.values(), WRITING) for place in places]

    assert [place for place in places if not (PACKAGE / place).exists()] == []


def test_all_that_the_work_on_an_item_imports_is_in_a_part() -> None:
    parts = {file for places in PARTS.values() for file in covered(places)}

    assert len(parts) > 80
    assert reached("chunks.py") - parts - NOT_IN_IT == set()


def test_all_that_writes_the_files_is_in_a_part() -> None:
    parts = covered(WRITING) | {file for places in PARTS.values() for file in covered(places)}

    # Neither decides what is in a file of a build: one moves it, one finds the middle of a smaller drawing.
    assert (
        reached("publishing.py") - parts - NOT_IN_IT - {"output.py", "lookup.py", "fingerprint.py"} == set()
    )


def test_every_data_file_of_the_work_is_in_a_part() -> None:
    # spaCy's own files around the weights: what changes them is another spaCy.
    spacys = ("/vocab/", "/tokenizer/", "/config.cfg", "/cfg", "LICENSE")
    files = [
        file.relative_to(PACKAGE).as_posix()
        for folder in ("reading", "language")
        for file in (PACKAGE / folder).rglob("*")
        if file.is_file() and file.suffix not in {*SOURCES, WEIGHTS, ".pyc"}
    ]

    assert [file for file in files if not any(part in f"/{file}" for part in spacys)] == []
    assert list(data_dir("ontology").glob("*.ttl"))
