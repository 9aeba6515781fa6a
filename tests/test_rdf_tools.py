"""Other people's RDF tools read what `kg export` writes, and count what we count."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from machine import SCRIPTS, find_tool
from rdflib import Dataset, Graph

# rdflib's own parsers of quads use what rdflib has deprecated.
pytestmark = pytest.mark.filterwarnings(
    "ignore:(Dataset[.]default_context|ConjunctiveGraph) is deprecated:DeprecationWarning"
)

SUFFIXES = {
    "ntriples": "nt",
    "turtle": "ttl",
    "rdfxml": "rdf",
    "nquads": "nq",
    "trig": "trig",
    "jsonld": "jsonld",
}
RDFLIB = {
    "ntriples": "nt",
    "turtle": "turtle",
    "rdfxml": "xml",
    "nquads": "nquads",
    "trig": "trig",
    "jsonld": "json-ld",
}
TRIPLES = ("ntriples", "turtle", "rdfxml")
# What each tool reads, and the command that writes one statement a line. riot is nowhere in Debian as a
# command; who has it gets it tested.
TOOLS = {
    "rapper": ("rapper -q -i {format} -o nquads {file}", ("ntriples", "turtle", "rdfxml", "nquads", "trig")),
    "serdi": ("serdi -i {format} -o nquads {file}", ("ntriples", "turtle", "nquads", "trig")),
    "oxigraph": ("oxigraph convert --from-file {file} --to-format nq", tuple(SUFFIXES)),
    "n3": ("node -e {script} {file}", ("ntriples", "turtle", "nquads", "trig")),
}
if find_tool("riot"):
    TOOLS["riot"] = ("riot --output=nquads {file}", tuple(SUFFIXES))
N3_SCRIPT = """
const fs = require('fs'), { Parser, Writer } = require('n3');
const file = process.argv[1], format = { nt: 'N-Triples', nq: 'N-Quads', ttl: 'Turtle', trig: 'TriG' };
const quads = new Parser({ format: format[file.split('.').pop()] }).parse(fs.readFileSync(file, 'utf8'));
process.stdout.write(new Writer({ format: 'N-Quads' }).quadsToString(quads));
"""


@pytest.fixture(scope="session")
def exported(seed_build: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    folder = tmp_path_factory.mktemp("export")

    def export(form: str) -> Path:
        file = folder / f"seed.{SUFFIXES[form]}"
        if not file.exists():
            command = [str(SCRIPTS / "kg"), "export", "--format", form, "-s", str(seed_build)]
            file.write_bytes(subprocess.run(command, check=True, capture_output=True).stdout)
        return file

    return export


@cache
def read(file: Path, form: str) -> frozenset[tuple[object, ...]]:
    """Return the triples, or the quads with their graph's name, that rdflib finds in a file."""
    # The text, not the file's name: rdflib does not close every file that it opens.
    if form in TRIPLES:
        return frozenset(Graph().parse(data=file.read_bytes(), format=RDFLIB[form]))
    dataset = Dataset()
    dataset.parse(data=file.read_bytes(), format=RDFLIB[form])
    return frozenset(dataset.quads())


@pytest.mark.parametrize(
    ("tool", "form"), [(tool, form) for tool, (_, formats) in TOOLS.items() for form in formats]
)
def test_counts_the_statements_that_rdflib_counts(
    tool: str, form: str, need_tool: Callable[[str], Path], exported: Callable[[str], Path]
) -> None:
    program = need_tool(tool)
    file = exported(form)
    command, environment = TOOLS[tool][0], dict(os.environ)
    if tool == "n3":
        environment["NODE_PATH"] = str(program.parent)
        program = need_tool("node")

    arguments = [part.format(format=form, file=file, script=N3_SCRIPT) for part in shlex.split(command)[1:]]
    run = subprocess.run(
        [str(program), *arguments], capture_output=True, encoding="utf-8", env=environment, check=False
    )

    assert (run.returncode, run.stderr) == (0, "")
    statements = [line for line in run.stdout.splitlines() if line.strip()]
    assert len(statements) == len(read(file, form)) > 100


def test_every_format_says_the_same(exported: Callable[[str], Path]) -> None:
    found = {form: read(exported(form), form) for form in SUFFIXES}

    assert found["nquads"] == found["trig"] == found["jsonld"]
    assert found["ntriples"] == found["turtle"] == found["rdfxml"]
    assert found["ntriples"] == {quad[:3] for quad in found["nquads"]}
