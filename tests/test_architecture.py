"""What holds for the repository as a whole: who may import whom, what is where, what is nowhere."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from machine import REPO
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# The house, from the ground up: a module imports from the lines above its own. A package (reading, language,
# pages, cli) counts as one; inside it the imports only must not run in a circle.
HOUSE = (
    "errors yamlfile deadlines logs sorting",
    "model config",
    "ontology output divisions surnames occurrences fingerprint ledgerfile duplicates communities",
    "ledger script",
    "records privacy reading gold",
    "linking",
    "language",
    "graph screening",
    "shapes corroboration exporting",
    "store report",
    "lookup",
    "queryfile",
    "queries network centrality",
    "pages answers",
    "pipeline publishing shards",
    "chunks explaining",
    "workers",
    "cluster",
    "gathering",
    "building",
    "prediction scores",
    "training",
    "relation_training evaluation",
    "fitting",
    "cli",
)
TOP = {
    *("kg", "ontology", "queries", "seeds", "tests"),
    *("pyproject.toml", "README.md", "Makefile", "requirements.lock", "CHANGELOG.md", "LICENSE"),
}
# Past this a module has a second job.
LONGEST_MODULE = 400
# Strings with Chinese words that still stand in code: the numbers may only fall.
WORDS_IN_CODE = {
    "kg/language/anaphora.py": 5,
    "kg/language/mentions.py": 3,
    "kg/language/names.py": 8,
    "kg/language/posts.py": 3,
    "kg/language/tagging.py": 1,
    "kg/reading/fields.py": 3,
    "kg/reading/page.py": 3,
    "kg/reading/publisher.py": 5,
    "kg/training.py": 2,
}
REGISTRIES = ("pypi", "pythonhosted", "npmjs", "npmmirror", "debian", "anaconda", "crates")
PLACES = "root|work|home|tmp|Users|opt|mnt"
RESTRICTIVE = re.compile(r"GPL|GNU|Non-?Commercial")
# What a command that only answers may not load: each costs from a tenth of a second to seconds.
HEAVY = {"spacy", "thinc", "numpy", "networkx", "pyvis", "rdflib", "pyshacl", "pycrfsuite", "trafilatura"}
HEAVY |= {"docx", "fsspec", "lxml", "opencc", "pyarrow", "pypdf", "distributed", "rustworkx", "pypinyin"}


@cache
def repository_files() -> tuple[Path, ...]:
    """Return what is or would be in the repository; a download without .git counts by .gitignore's names."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    git = subprocess.run(command, cwd=REPO, capture_output=True, text=True, check=False)
    if git.returncode == 0:
        return tuple(Path(name) for name in git.stdout.splitlines() if (REPO / name).is_file())
    ignored = {line.strip("/") for line in (REPO / ".gitignore").read_text().splitlines()} | {".git"}
    files = (path.relative_to(REPO) for path in REPO.rglob("*") if path.is_file())
    return tuple(path for path in files if not ignored & set(path.parts) and path.suffix != ".pyc")


def modules() -> list[Path]:
    return sorted(path for path in repository_files() if path.parts[0] == "kg" and path.suffix == ".py")


def dotted(module: Path) -> str:
    return ".".join(module.with_suffix("").parts).removesuffix(".__init__")


@cache
def parse(module: Path) -> ast.Module:
    return ast.parse((REPO / module).read_text("utf-8"))


def imported(module: Path) -> Iterator[str]:
    """Yield every absolute module name that a module imports, inside functions and for types too."""
    for node in ast.walk(parse(module)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: imports are absolute here"
            assert node.module
            known = {dotted(path) for path in modules()}
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if name in known else node.module


def floor(name: str) -> int:
    part = name.split(".")[1]
    return next(level for level, names in enumerate(HOUSE) if part in names.split())


def ids(path: Path) -> str:
    return path.as_posix()


def test_every_module_has_a_place_in_the_house() -> None:
    parts = {path.parts[1].removesuffix(".py") for path in modules()} - {"__init__"}

    assert parts - set(" ".join(HOUSE).split()) == set()


@pytest.mark.parametrize("module", modules(), ids=ids)
def test_imports_go_downwards(module: Path) -> None:
    own = dotted(module)

    for name in imported(module):
        if not name.startswith("kg.") or own == "kg":
            continue
        same_package = name.split(".")[1] == own.split(".")[1]
        assert same_package or floor(name) < floor(own), f"{own} imports {name}, which is not below it"


def test_no_imports_run_in_a_circle() -> None:
    uses = {dotted(module): {n for n in imported(module) if n.startswith("kg.")} for module in modules()}

    while uses:
        ground = {name for name, found in uses.items() if not found & uses.keys()}
        assert ground, f"a circle among {sorted(uses)}"
        uses = {name: found for name, found in uses.items() if name not in ground}


@pytest.mark.parametrize("module", modules(), ids=ids)
def test_a_module_has_one_job(module: Path) -> None:
    lines = (REPO / module).read_text("utf-8").count("\n")

    assert lines <= LONGEST_MODULE
    assert module.stem not in {"utils", "util", "helpers", "common", "manager", "misc"}


def chinese_words(module: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of string constants with a Chinese word, docstrings aside.

    A word is two ideographs in a row outside the square brackets of a regular expression: single
    ideographs there are characters, as punctuation is.
    """
    tree = parse(module)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            outside = re.sub(r"\[[^\]]*\]", " ", node.value)
            if re.search(r"[\u3400-\u9fff]{2}", outside):
                yield node.lineno, node.value


@pytest.mark.parametrize("module", [m for m in modules() if m.parts[1] != "cli"], ids=ids)
def test_chinese_words_are_data(module: Path) -> None:
    found = list(chinese_words(module))

    assert len(found) <= WORDS_IN_CODE.get(module.as_posix(), 0), found


def test_the_top_of_the_repository_holds_what_it_should() -> None:
    names = {path.parts[0] for path in repository_files()}

    assert {name for name in names if not name.startswith(".")} == TOP


def test_no_file_names_a_registry_or_a_place_on_one_machine() -> None:
    pattern = re.compile(rf"(?:{'|'.join(REGISTRIES)})[.](?:org|com|io)\b|(?<![\w/.:~$}})-])/(?:{PLACES})/\w")
    found = []
    for path in repository_files():
        try:
            text = (REPO / path).read_text("utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if match := pattern.search(line):
                found.append(f"{path}:{number}: {match[0]}")

    assert found == []


def runtime_requirements() -> dict[str, Requirement]:
    """Return what users install, the extras but the developers' included."""
    project = tomllib.loads((REPO / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [names for extra, names in project["optional-dependencies"].items() if extra != "dev"]
    names = [*project["dependencies"], *(name for extra in extras for name in extra)]
    return {canonicalize_name(r.name): r for r in map(Requirement, names)}


def test_every_import_is_declared() -> None:
    owners = packages_distributions()
    used = {
        name.split(".")[0]
        for module in modules()
        for name in imported(module)
        if name.split(".")[0] not in {"kg", *sys.stdlib_module_names}
    }

    undeclared = {
        name
        for name in used
        if not {canonicalize_name(owner) for owner in owners.get(name, ())} & runtime_requirements().keys()
    }

    assert undeclared == set()


def test_what_users_must_install_has_a_permissive_licence() -> None:
    found: dict[str, str] = {}
    waiting = list(runtime_requirements().values())
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in found or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        said = distribution(name).metadata.json
        # A licence's whole text can stand in the old field: its first line names it.
        old, classifiers = str(said.get("license", "")).split("\n")[0], said.get("classifier", [])
        kinds = [text for text in classifiers if text.startswith("License ::")]
        found[name] = " ".join((str(said.get("license_expression", "")), old, *kinds))
        waiting += map(Requirement, distribution(name).requires or ())

    assert len(found) > len(runtime_requirements())
    assert [name for name, said in found.items() if not said.strip()] == []
    # Of licences parted by OR the user takes the one they like.
    bound = {name: said for name, said in found.items() if all(map(RESTRICTIVE.search, said.split(" OR ")))}
    assert bound == {}


def loaded_by(*arguments: str) -> set[str]:
    """Return the top-level modules that one `kg` command has loaded when it ends well."""
    code = (
        "import sys; from kg.cli import main; sys.argv = ['kg', *sys.argv[1:]]\n"
        "try: main()\n"
        "except SystemExit as end: code = end.code\n"
        "sys.stderr.write('\\n'.join(sys.modules)); sys.exit(code)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout
    return {name.split(".")[0] for name in run.stderr.splitlines()}


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), ("query", "--list"), ("build", "--help")])
def test_answers_without_loading_what_is_heavy(arguments: tuple[str, ...]) -> None:
    assert loaded_by(*arguments) & HEAVY == set()


def test_a_question_is_answered_without_loading_what_is_heavy(seed_build: Path) -> None:
    loaded = loaded_by("query", "collaborators", "-p", "agency=株洲市公安局", "-s", str(seed_build))

    assert loaded & HEAVY == set()
