"""The wheel is whole: installed into an empty environment, far from the checkout, it extracts."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest
from machine import REPO, SCRIPTS
from rdflib import RDF, Graph, Namespace

CPKG = Namespace("https://w3id.org/cpkg/ontology#")


def run(*command: str | Path, cwd: Path) -> str:
    """Return what a command prints; it sees neither the checkout nor anything said about Python outside."""
    bare = {"PATH": "/usr/bin:/bin", "HOME": str(cwd), "PYTHONNOUSERSITE": "1"}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=bare, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, f"{command[0]} gives {done.returncode}:\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--wheel", "--offline", "--no-build-isolation", "--no-config", "--python", sys.executable)
    run(SCRIPTS / "uv", "build", *options, "-o", folder, REPO, cwd=folder)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the `bin` of a new environment that holds the wheel and nothing else.

    What the wheel depends on is borrowed: a path file puts the packages of this run's environment last on
    sys.path. Python does not read the path files of a folder that stands there in this way, so the checkout,
    which is installed here by such a file, stays out of sight.
    """
    home = tmp_path_factory.mktemp("home")
    venv.create(home / "env", with_pip=False)
    bin_ = home / "env" / "bin"
    options = ("--offline", "--no-deps", "--no-config", "--python", bin_ / "python")
    run(SCRIPTS / "uv", "pip", "install", *options, wheel, cwd=home)
    site = Path(
        run(bin_ / "python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=home).strip()
    )
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return bin_


def test_carries_every_data_file(wheel: Path) -> None:
    inside = set(zipfile.ZipFile(wheel).namelist())
    package = {
        path.relative_to(REPO).as_posix()
        for path in (REPO / "kg").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    data = {
        f"kg/data/{path.relative_to(REPO).as_posix()}"
        for folder in ("ontology", "queries")
        for path in (REPO / folder).rglob("*")
        if path.is_file()
    }

    assert package | data <= inside
    assert {name for name in inside if ".dist-info/" not in name} == package | data


def test_runs_from_its_own_files(installed: Path, tmp_path: Path) -> None:
    where = "import kg, sys; print(kg.__file__, *sys.path, sep='\\n')"

    module, *path = run(installed / "python", "-c", where, cwd=tmp_path).splitlines()

    assert Path(module).is_relative_to(installed.parent)
    assert str(REPO) not in path


def test_extracts_from_another_folder(installed: Path, tmp_path: Path) -> None:
    (seed,) = (REPO / "seeds").glob("*.txt")
    article = tmp_path / "article.txt"
    article.write_bytes(seed.read_bytes())

    turtle = run(installed / "kg", "extract", "article.txt", cwd=tmp_path)

    graph = Graph().parse(data=turtle, format="turtle")
    assert len(set(graph.subjects(RDF.type, CPKG.Claim))) > 10


def test_finds_the_ontology_and_the_queries(installed: Path, tmp_path: Path) -> None:
    code = (
        "from kg import ontology, queries; print(len(ontology.load().classes), len(queries.load_queries()))"
    )

    classes, queries = map(int, run(installed / "python", "-c", code, cwd=tmp_path).split())

    assert classes >= 10
    assert queries == len(list((REPO / "queries").glob("*.rq"))) >= 10
