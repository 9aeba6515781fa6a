from __future__ import annotations

import csv
import errno
import json
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse
from stand_ins import read_joint_work, write_article
from typer.testing import CliRunner, Result

from kg import __version__, building, pipeline
from kg.cli import app
from kg.cli.terminal import show_table
from kg.config import data_dir
from kg.report import read_report

KG = Path(sys.executable).parent / "kg"
GOLD = Path(__file__).parent / "gold"
FULL = Path("/dev/full")

needs_full = pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")


def kg(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(argument) for argument in arguments], prog_name="kg")


def run_kg(*arguments: object, **options: object) -> subprocess.CompletedProcess[bytes]:
    command = [KG, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False, **options)  # type: ignore[call-overload, no-any-return]


@pytest.fixture(autouse=True)
def small_extractor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "load_extractor", lambda *, model=None, weights=None: read_joint_work)  # noqa: ARG005


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    write_article(folder, "one")
    write_article(folder, "two", second="阳东市民政局")
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    write_article(folder / "articles", "one")
    write_article(folder / "articles", "two", second="阳东市民政局")
    building.build([folder / "articles"], out=folder / "out", extractor=read_joint_work)
    return folder / "out"


def assert_one_line(result: Result, *parts: str) -> None:
    assert result.exit_code == 3
    assert result.stdout == ""
    assert result.stderr.startswith("kg: ")
    assert len(result.stderr.splitlines()) == 1, result.stderr
    for part in parts:
        assert part in result.stderr


VERBS = (
    *("build", "extract", "explain", "query", "view", "network"),
    *("export", "check", "evaluate", "info", "remove"),
)


# The command itself


def test_version_is_printed() -> None:
    result = kg("--version")

    assert (result.exit_code, result.stdout) == (0, f"kg {__version__}\n")


def test_help_names_every_verb() -> None:
    result = kg("--help")

    assert result.exit_code == 0
    for verb in VERBS:
        assert f"\n  {verb} " in result.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str) -> None:
    result = kg(verb, "--help")

    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: kg {verb}")


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["build"], ["info", "--nonsense"], ["extract", "x", "--format", "word"]]
)
def test_wrong_usage_is_code_2(arguments: list[str]) -> None:
    result = kg(*arguments)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert "Error: " in result.stderr


@pytest.mark.parametrize("arguments", [["--help"], ["query", "--list"]])
def test_quick_answers_import_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from kg.cli import app\n"
        "try: app(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print([m for m in ('spacy', 'rdflib', 'networkx', 'pyshacl', 'rich') if m in sys.modules], file=sys.stderr)"
    )

    run = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)

    assert run.stdout
    assert run.stderr == "[]\n"


def test_output_is_utf8_in_the_c_locale(built: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}

    run = run_kg("info", "-s", built, env=environment)

    assert run.returncode == 0
    assert "机构" in run.stdout.decode("utf-8")


def test_a_reader_that_leaves_early_is_no_error(built: Path) -> None:
    command = f"'{KG}' export --format nquads -s '{built}' | head -n 1; exit ${{PIPESTATUS[0]}}"

    run = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)

    assert run.returncode == 0
    assert run.stderr == ""
    assert len(run.stdout.splitlines()) == 1


@needs_full
@pytest.mark.parametrize("arguments", [["export"], ["info"], ["query", "collaborators"], ["query", "--list"]])
def test_a_full_disk_behind_stdout_is_one_line(built: Path, arguments: list[str]) -> None:
    with FULL.open("wb") as full:
        command = [KG, *arguments, "-s", built]
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)

    assert (run.returncode, run.stderr) == (3, "kg: stdout: No space left on device\n")


def test_an_interrupt_is_code_130(articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(building, "build", interrupt)

    result = kg("build", articles, "-o", articles.parent / "out")

    assert result.exit_code == 130
    assert result.stderr.splitlines()[-1] == "kg: interrupted"
    assert "the same command goes on" in result.stderr
    assert not (articles.parent / "out").exists()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_a_build_without_leftovers(articles: Path, number: int, code: int) -> None:
    waiting = (
        "import time, stand_ins; from kg import pipeline; from kg.cli import main\n"
        "def extract(articles):\n"
        "    yield from stand_ins.read_joint_work(articles)\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
        "pipeline.load_extractor = lambda *, model=None, weights=None: extract\n"
        "main()"
    )
    command = [sys.executable, "-c", waiting, "build", articles, "-o", articles.parent / "out"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}

    def hear() -> None:
        # What a shell starts in the background ignores Ctrl-C, and so would all that it starts.
        signal.signal(signal.SIGINT, signal.default_int_handler)

    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        preexec_fn=hear,  # noqa: PLW1509  no thread runs here
    ) as run:
        assert run.stdout is not None
        assert run.stdout.readline() == b"ready\n"
        run.send_signal(number)
        _, errors = run.communicate(timeout=30)

    assert run.returncode == code
    assert b"Traceback" not in errors
    assert sorted(path.name for path in articles.parent.iterdir()) == ["articles", "out"]
    assert {path.name.split("-")[0] for path in (articles.parent / "out").iterdir()} == {"ledger.db"}
    assert kg("build", articles, "-o", articles.parent / "out").exit_code == 0


# build


def test_build_makes_a_build_and_sums_it_up(articles: Path) -> None:
    out = articles.parent / "out"

    result = kg("build", articles, "-o", out)

    assert result.exit_code == 0
    assert sorted(re.sub(r"-\w+$", "", path.name) for path in out.iterdir()) == [
        *(".store", "graph.html", "graph.nq", "graph.ttl", "ledger.db", "report.json", "store"),
    ]
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["Agency", "机构", "Agency", "3"] in [
        [row[0], row[1], row[2], row[-1]] for row in rows if len(row) > 3
    ]
    assert "articles 2  skipped 0  quarantined 0" in result.stdout
    assert result.stderr == ""


def test_build_names_what_it_skipped(articles: Path) -> None:
    (articles / "empty.txt").touch()

    result = kg("build", articles, "-o", articles.parent / "out")

    assert result.exit_code == 0
    assert "skipped 1" in result.stdout
    assert result.stderr.startswith("kg: skipped ")
    assert "empty.txt: " in result.stderr


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 40, b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"])
@pytest.mark.parametrize("verb", ["build", "extract"])
def test_a_file_that_is_no_article_is_one_line(tmp_path: Path, verb: str, content: bytes) -> None:
    path = tmp_path / "article.txt"
    path.write_bytes(content)

    result = kg(verb, path, "-o", tmp_path / "out")

    assert_one_line(result, "article.txt: ")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("verb", ["build", "extract"])
def test_a_missing_file_is_one_line(tmp_path: Path, verb: str) -> None:
    result = kg(verb, tmp_path / "nowhere.txt", "-o", tmp_path / "out")

    assert_one_line(result, "nowhere.txt: ")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("verb", ["build", "extract"])
def test_a_folder_without_articles_is_one_line(tmp_path: Path, verb: str) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "one.png").write_bytes(b"\x89PNG")

    result = kg(verb, folder, "-o", tmp_path / "out")

    assert_one_line(result, "pictures: ")
    assert not (tmp_path / "out").exists()


def test_a_base_that_is_no_iri_is_one_line(articles: Path) -> None:
    result = kg("build", articles, "-o", articles.parent / "out", "--base", "example")

    assert_one_line(result, "base: 'example'", "an absolute IRI")


def test_a_name_cannot_steer_the_terminal_of_an_error(tmp_path: Path) -> None:
    result = kg("extract", tmp_path / "a\x1b[2J\nb.txt")

    assert_one_line(result, "a\ufffd[2J b.txt")


def test_a_model_that_is_not_installed_is_one_line(articles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    result = kg("extract", articles / "one.txt", "--model", "zh_nowhere")

    assert_one_line(result, "model: 'zh_nowhere'; an installed spaCy pipeline")


def test_a_folder_that_no_build_made_is_one_line(articles: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").touch()

    result = kg("build", articles, "-o", tmp_path / "out")

    assert_one_line(result, "out: holds files that no build made")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.tex"]


def test_a_place_that_cannot_be_written_is_one_line(articles: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    result = kg("build", articles, "-o", tmp_path / "file" / "out")

    assert_one_line(result, "out: cannot be written: ")


@pytest.mark.parametrize("verb", ["build", "extract"])
@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_place_that_refuses_is_one_line(
    articles: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verb: str, code: int
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(tempfile, "mkdtemp", refuse)
    monkeypatch.setattr(tempfile, "mkstemp", refuse)

    result = kg(verb, articles, "-o", tmp_path / "out")

    assert_one_line(result, f"cannot be written: {os.strerror(code)}")


def test_a_build_that_hits_a_limit_leaves_the_earlier_build(articles: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    kg("build", articles, "-o", out)
    before = outputs(out)
    write_article(articles, "three", second="阳东市司法局")
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)

    # The system refuses to write any file longer than this, as it would on a full disk.
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, usual[1]))
    try:
        result = kg("build", articles, "-o", out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)

    assert_one_line(result, "out: cannot be written: ")
    assert outputs(out) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["articles", "out"]


def outputs(folder: Path) -> dict[Path, bytes]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path: path.read_bytes() for path in files if not path.name.startswith("ledger.db")}


def test_a_second_build_says_that_nothing_is_new(articles: Path, tmp_path: Path) -> None:
    kg("build", articles, "-o", tmp_path / "out")

    result = kg("build", articles, "-o", tmp_path / "out")

    assert result.exit_code == 0
    assert result.stdout.startswith("nothing new: 2 articles as they were")


def test_a_dry_run_tells_and_writes_nothing(articles: Path, tmp_path: Path) -> None:
    kg("build", articles, "-o", tmp_path / "out")
    write_article(articles, "three", second="阳东市司法局")
    (articles / "one.txt").unlink()
    before = outputs(tmp_path / "out")

    result = kg("build", articles, "-o", tmp_path / "out", "--dry-run")

    lines = [line.split(maxsplit=1) for line in result.stdout.splitlines()]
    assert [(number, words.split(":")[0]) for number, words in lines] == [
        ("2", "items found"),
        ("1", "new"),
        ("1", "gone"),
        ("1", "as they were"),
    ]
    assert outputs(tmp_path / "out") == before
    assert not kg("build", articles, "-o", tmp_path / "elsewhere", "--dry-run").stderr
    assert not (tmp_path / "elsewhere").exists()


def test_a_build_for_machines_is_one_json_object(articles: Path, tmp_path: Path) -> None:
    result = kg("build", articles, "-o", tmp_path / "out", "--json", "--log-format", "json")

    assert json.loads(result.stdout)["totals"]["articles"] == 2
    events = [json.loads(line)["event"] for line in result.stderr.splitlines()]
    assert events == ["scanned", "article", "article", "published"]


def test_a_quiet_build_says_nothing(articles: Path, tmp_path: Path) -> None:
    result = kg("build", articles, "-o", tmp_path / "out", "--quiet")

    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "")


def test_an_article_is_taken_out_stays_out_and_comes_back(articles: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    kg("build", articles, "-o", out)
    article = next(a["id"] for a in read_report(out)["articles"] if a["name"] == "two")

    taken = kg("remove", "two", "-s", out)
    without = (out / "graph.nq").read_text("utf-8")
    again = kg("build", articles, "-o", out)
    back = kg("remove", article, "--undo", "-s", out)
    kg("build", articles, "-o", out)

    assert taken.stderr == f"kg: {article} is taken out of {out}\n"
    assert "阳东市民政局" not in without
    assert again.stdout.startswith("nothing new: 1 articles")
    assert back.exit_code == 0
    assert "阳东市民政局" in (out / "graph.nq").read_text("utf-8")


def test_what_is_no_article_cannot_be_taken_out(built: Path) -> None:
    assert_one_line(kg("remove", "nowhere", "-s", built), "no article 'nowhere'")


# extract


def test_extract_writes_turtle_on_stdout(articles: Path) -> None:
    result = kg("extract", articles / "one.txt")

    assert result.exit_code == 0
    assert result.stderr == ""
    triples = list(parse(result.stdout_bytes, format=RdfFormat.TURTLE))
    assert len(triples) > 20


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("turtle", RdfFormat.TURTLE),
        ("trig", RdfFormat.TRIG),
        ("nquads", RdfFormat.N_QUADS),
        ("jsonld", RdfFormat.JSON_LD),
    ],
)
def test_every_format_says_the_same(articles: Path, name: str, format: RdfFormat) -> None:
    turtle = parse(kg("extract", articles / "one.txt").stdout_bytes, format=RdfFormat.TURTLE)

    result = kg("extract", articles / "one.txt", "--format", name)

    assert {q.triple for q in parse(result.stdout_bytes, format=format)} == {q.triple for q in turtle}


def test_json_is_the_claims_as_plain_records(articles: Path) -> None:
    record = json.loads(kg("extract", articles / "one.txt", "--format", "json").stdout)

    assert set(record) == {"article", "entities", "claims"}
    (claim,) = record["claims"]
    assert claim["subject"] == "agency/阳东市公安局"
    assert record["article"]["text"][claim["start"] : claim["end"]] == claim["evidence"]
    assert "count" not in claim


def test_extract_writes_a_file_for_each_article(articles: Path, tmp_path: Path) -> None:
    write_article(articles / "more", "one", first="宁河县公安局")
    (articles / "empty.txt").touch()

    result = kg("extract", articles, "-o", tmp_path / "graphs", "--format", "nquads")

    names = sorted(path.name for path in (tmp_path / "graphs").iterdir())
    assert result.exit_code == 0
    assert result.stdout == ""
    assert names[-2:] == ["one.nq", "two.nq"]
    assert len(names) == 3
    assert names[0].startswith("one-")
    assert "empty.txt: " in result.stderr


def test_several_articles_need_a_folder(articles: Path) -> None:
    result = kg("extract", articles)

    assert result.exit_code == 2
    assert result.stdout == ""
    assert "-o DIR" in result.stderr


# info, check, export


def test_info_shows_versions_counts_and_sources(built: Path) -> None:
    result = kg("info", "-s", built)

    assert result.exit_code == 0
    rows = dict(line.split(maxsplit=1) for line in result.stdout.splitlines() if " " in line.strip())
    assert rows["articles"] == "2"
    assert rows["sources"] == str(built.parent / "articles")
    assert f"kg {__version__}" in rows["versions"]
    assert rows["collaboratesWith"].split()[-2:] == ["2", "2"]


def test_a_good_build_passes_the_check(built: Path) -> None:
    result = kg("check", "-s", built)

    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr == f"kg: {built}: no violations\n"


def test_a_build_that_breaks_a_shape_fails_the_check(built: Path, tmp_path: Path) -> None:
    from pyoxigraph import Literal, NamedNode, Quad

    from kg.config import NAMESPACE
    from kg.store import iter_data, open_store

    broken = tmp_path / "broken"
    shutil.copytree(built, broken)
    store = open_store(broken, read_only=False)
    start = NamedNode(f"{NAMESPACE}start")
    quad = next(quad for quad in iter_data(store) if quad.predicate == start)
    moved = Literal(str(int(quad.object.value) + 1), datatype=quad.object.datatype)  # type: ignore[union-attr]
    store.remove(quad)
    store.add(Quad(quad.subject, start, moved, quad.graph_name))
    del store

    result = kg("check", "-s", broken)

    assert result.exit_code == 1
    assert quad.subject.value in result.stdout
    assert " violations\n" in result.stderr


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("turtle", RdfFormat.TURTLE),
        ("trig", RdfFormat.TRIG),
        ("nquads", RdfFormat.N_QUADS),
        ("ntriples", RdfFormat.N_TRIPLES),
        ("jsonld", RdfFormat.JSON_LD),
        ("rdfxml", RdfFormat.RDF_XML),
    ],
)
def test_export_says_what_the_build_says(built: Path, name: str, format: RdfFormat) -> None:
    expected = {q.triple for q in parse(path=str(built / "graph.nq"), format=RdfFormat.N_QUADS)}

    result = kg("export", "--format", name, "-s", built)

    assert result.exit_code == 0
    assert {q.triple for q in parse(result.stdout_bytes, format=format)} == expected


@pytest.mark.parametrize("name", ["graphml", "gexf"])
def test_export_writes_graphs_for_graph_tools(built: Path, tmp_path: Path, name: str) -> None:
    import networkx

    path = tmp_path / f"graph.{name}"
    result = kg("export", "--format", name, "-s", built, "-o", path)

    read = {"graphml": networkx.read_graphml, "gexf": networkx.read_gexf}[name]
    graph = read(path)
    assert result.exit_code == 0
    assert len(graph) >= 3
    assert "阳东市民政局" in path.read_text("utf-8")


@needs_full
def test_export_into_a_full_disk_is_one_line(built: Path) -> None:
    assert_one_line(kg("export", "-s", built, "-o", FULL), "/dev/full: cannot be written: No space left")


@pytest.mark.parametrize(
    "arguments", [["info"], ["check"], ["export"], ["view"], ["network"], ["query", "collaborators"]]
)
@pytest.mark.parametrize("place", ["nowhere", "empty"])
def test_a_missing_build_is_one_line(tmp_path: Path, arguments: list[str], place: str) -> None:
    (tmp_path / "empty").mkdir()

    result = kg(*arguments, "-s", tmp_path / place)

    assert_one_line(result, str(tmp_path / place))


# query and view


def test_the_list_names_every_question_and_its_parameters() -> None:
    result = kg("query", "--list")

    lines = result.stdout.splitlines()
    files = sorted(path.stem for path in data_dir("queries").glob("*.rq"))
    assert result.exit_code == 0
    assert [line.split()[0] for line in lines[1:]] == files
    assert any(line.startswith("collaborators") and "[agency]" in line for line in lines)


def test_a_question_is_answered_as_a_table(built: Path) -> None:
    result = kg("query", "collaborators", "-p", "agency=阳东市公安局", "-s", built)

    rows = [line.split() for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert sorted(row[:2] for row in rows[1:]) == [
        ["阳东市公安局", "阳东市教育局"],
        ["阳东市公安局", "阳东市民政局"],
    ]


def test_every_format_of_an_answer_has_the_same_rows(built: Path) -> None:
    question = ("query", "collaborators", "-p", "agency=阳东市公安局", "-s", built)

    text = {name: kg(*question, "--format", name).stdout for name in ("csv", "tsv", "json", "xml")}

    partners = ["阳东市教育局", "阳东市民政局"]
    bindings = json.loads(text["json"])["results"]["bindings"]
    assert sorted(row["partner"]["value"] for row in bindings) == partners
    assert sorted(row["partner"] for row in csv.DictReader(text["csv"].splitlines())) == partners
    assert [text["tsv"].count(name) for name in partners] == [1, 1]
    assert [text["xml"].count(name) for name in partners] == [1, 1]


def test_a_graph_is_answered_as_turtle(built: Path) -> None:
    result = kg("query", "neighbourhood", "-p", "entity=阳东市教育局", "-s", built)

    triples = list(parse(result.stdout_bytes, format=RdfFormat.TURTLE))
    assert result.exit_code == 0
    assert any(triple.predicate.value.endswith("#collaboratesWith") for triple in triples)


@pytest.mark.parametrize(
    ("agency", "answer", "code"), [("阳东市公安局", "yes", 0), ("阳东市民政局", "no", 1)]
)
def test_a_yes_or_no_is_the_exit_code_too(built: Path, agency: str, answer: str, code: int) -> None:
    parameters = ("-p", f"agency={agency}", "-p", "partner=阳东市教育局")

    result = kg("query", "are-partners", *parameters, "-s", built)

    assert (result.stdout, result.exit_code) == (f"{answer}\n", code)


def test_a_file_of_ones_own_is_a_question_too(built: Path, tmp_path: Path) -> None:
    path = tmp_path / "count.rq"
    path.write_text("SELECT (COUNT(*) AS ?n) WHERE { ?s a <https://w3id.org/cpkg/ontology#Claim> }")

    result = kg("query", path, "-s", built)

    assert result.stdout.split() == ["n", "2"]


def test_no_rows_is_said_on_stderr(built: Path) -> None:
    result = kg("query", "documents", "-s", built)

    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) == 1
    assert result.stderr == "kg: nothing found\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nonsense"], "nonsense: no such query"),
        (["nowhere.rq"], "nowhere.rq: cannot be read"),
        (["collaborators", "-p", "colour=red"], "unknown parameter 'colour'"),
        (["collaborators", "-p", "agency=无此单位"], "no Organisation is called '无此单位'"),
        (["connected", "-p", "minimum=many"], "connected: minimum: 'many'; a whole number"),
        (["are-partners"], "missing parameter"),
        (["collaborators", "--format", "turtle"], "has no form 'turtle'"),
    ],
)
def test_a_bad_question_is_one_line(built: Path, arguments: list[str], says: str) -> None:
    assert_one_line(kg("query", *arguments, "-s", built), says)


def test_a_broken_file_is_one_line(built: Path, tmp_path: Path) -> None:
    path = tmp_path / "broken.rq"
    path.write_text("SELECT ?s\nWHERE { ?s ?p }")

    assert_one_line(kg("query", path, "-s", built), "broken.rq: line 2, column ")


@pytest.mark.parametrize("arguments", [[], ["collaborators", "-p", "x"], ["facts", "-p", "a=1", "-p", "a=2"]])
def test_a_question_that_is_not_one_is_wrong_usage(built: Path, arguments: list[str]) -> None:
    result = kg("query", *arguments, "-s", built)

    assert result.exit_code == 2
    assert result.stdout == ""


def test_view_draws_the_whole_build(built: Path, tmp_path: Path) -> None:
    result = kg("view", "-o", tmp_path / "page.html", "-s", built)

    page = (tmp_path / "page.html").read_text("utf-8")
    assert result.exit_code == 0
    assert result.stdout == ""
    assert result.stderr == f"kg: 3 entities drawn on {tmp_path / 'page.html'}\n"
    assert page == (built / "graph.html").read_text("utf-8")


def test_view_draws_what_is_around_an_entity(built: Path, tmp_path: Path) -> None:
    result = kg("view", "阳东市教育局", "-o", tmp_path / "page.html", "-s", built)

    page = (tmp_path / "page.html").read_text("utf-8")
    assert result.stderr.startswith("kg: 2 entities drawn")
    assert "阳东市公安局" in page
    assert "阳东市民政局" not in page


def test_view_of_nobody_is_one_line_and_no_page(built: Path, tmp_path: Path) -> None:
    assert_one_line(kg("view", "无此单位", "-o", tmp_path / "page.html", "-s", built), "无此单位")
    assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize(
    ("arguments", "entities", "title"),
    [
        (("--query", "collaborators", "-p", "agency=阳东市教育局"), 2, "阳东市教育局与哪些单位合作？"),
        (
            ("--query", "collaborators", "-p", "agency=阳东市教育局", "--language", "en"),
            2,
            "Who does 阳东市教育局 work together with?",
        ),
        (("--query", "collaborators"), 3, "单位之间的合作"),
        (("--article", "one"), 2, "阳东市公安局开展护校行动"),
        (("阳东市教育局", "--hops", "2"), 3, "阳东市教育局"),
        (("阳东市教育局", "--hops", "0"), 1, "阳东市教育局"),
    ],
)
def test_view_draws_a_part(
    built: Path, tmp_path: Path, arguments: tuple[str, ...], entities: int, title: str
) -> None:
    result = kg("view", *arguments, "-o", tmp_path / "page.html", "-s", built)

    assert result.stderr == f"kg: {entities} entities drawn on {tmp_path / 'page.html'}\n"
    assert f"<title>{title}</title>" in (tmp_path / "page.html").read_text("utf-8")


@pytest.mark.parametrize(
    "arguments",
    [
        ("阳东市教育局", "--article", "one"),
        ("--article", "one", "--query", "collaborators"),
        ("-p", "agency=阳东市教育局"),
        ("--query", "collaborators", "-p", "agency"),
        ("--hops", "-1"),
        ("--language", "fr"),
    ],
)
def test_view_of_two_things_at_once_is_wrong_usage(
    built: Path, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = kg("view", *arguments, "-o", tmp_path / "page.html", "-s", built)

    assert result.exit_code == 2
    assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--article", "three"), "article: no article 'three'"),
        (("--query", "nonsense"), "nonsense: no such query"),
        (("--query", "documents"), "documents: its answer names no entity"),
    ],
)
def test_view_of_nothing_is_one_line(
    built: Path, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    assert_one_line(kg("view", *arguments, "-o", tmp_path / "page.html", "-s", built), says)


# network


def test_network_ranks_entities_by_how_many_others_they_have_to_do_with(built: Path) -> None:
    result = kg("network", "-s", built)

    lines = [line.split() for line in result.stdout.splitlines()]
    assert lines[0] == ["entity", "class", "degree", "betweenness", "pagerank", "community"]
    assert lines[1][:4] == ["阳东市公安局", "Agency", "2", "1.0000"]
    assert len(lines) == 4
    assert kg("network", "--top", "1", "-s", built).stdout.splitlines()[1:] == result.stdout.splitlines()[1:2]


@pytest.mark.parametrize("measure", ["degree", "betweenness", "pagerank"])
def test_network_ranks_by_any_measure(built: Path, measure: str) -> None:
    rows = list(
        csv.DictReader(kg("network", "--sort", measure, "--format", "csv", "-s", built).stdout.splitlines())
    )

    values = [float(row[measure]) for row in rows]
    assert values == sorted(values, reverse=True)
    assert rows[0]["iri"].endswith("agency/阳东市公安局")


def test_network_lists_communities_and_bridges(built: Path) -> None:
    communities = kg("network", "--communities", "-s", built).stdout.splitlines()
    bridges = kg("network", "--bridges", "-s", built).stdout.splitlines()

    assert communities[1].split() == ["1", "3", "阳东市公安局", "阳东市教育局", "阳东市民政局"]
    assert [line.split() for line in bridges[1:]] == [
        ["阳东市公安局", "阳东市教育局", "1"],
        ["阳东市公安局", "阳东市民政局", "1"],
    ]


@pytest.mark.parametrize(("form", "start"), [("graphml", b"<?xml"), ("gexf", b"<?xml"), ("csv", b"entity,")])
def test_network_is_written_with_its_measures(built: Path, tmp_path: Path, form: str, start: bytes) -> None:
    result = kg("network", "--format", form, "-o", tmp_path / "file", "-s", built)

    data = (tmp_path / "file").read_bytes()
    assert (result.exit_code, result.stdout) == (0, "")
    assert data.startswith(start)
    assert b"betweenness" in data


def test_network_around_an_entity_is_only_that(built: Path) -> None:
    result = kg("network", "阳东市教育局", "--format", "csv", "-s", built)

    assert [row["entity"] for row in csv.DictReader(result.stdout.splitlines())] == [
        "阳东市公安局",
        "阳东市教育局",
    ]


@pytest.mark.parametrize(
    "arguments", [("--communities", "--bridges"), ("--bridges", "--format", "gexf"), ("--sort", "size")]
)
def test_network_in_two_forms_at_once_is_wrong_usage(built: Path, arguments: tuple[str, ...]) -> None:
    assert kg("network", *arguments, "-s", built).exit_code == 2


# what people see


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Return what a table looks like on a terminal."""

    def show(title: str, columns: list[str], rows: list[list[str]]) -> str:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
        monkeypatch.setenv("TERM", "xterm-256color")
        monkeypatch.setenv("COLUMNS", "80")
        show_table(title, columns, rows)
        return capsys.readouterr().out

    return show


def test_a_terminal_gets_a_drawn_table_with_its_title(terminal: Callable[..., str]) -> None:
    shown = terminal("Who?", ["name", "n"], [["阳东市公安局", "3"]])

    assert "Who?" in shown
    assert "阳东市公安局" in shown
    assert "━" in shown


def test_what_articles_say_cannot_steer_a_terminal(terminal: Callable[..., str]) -> None:
    shown = terminal("\x1b]0;title\x07", ["name"], [["\x1b[2J[red]甲[/red]\u202e\n乙"]])

    assert "\x1b[2J" not in shown
    assert "\x1b]0;" not in shown
    assert "\u202e" not in shown
    assert "[red]甲[/red]" in shown


def test_columns_line_up_under_chinese_text(capsys: pytest.CaptureFixture[str]) -> None:
    show_table("", ["name", "n", "of"], [["公安局", "3", "1/2"], ["a", "12", ""]])

    assert capsys.readouterr().out == "name     n   of\n公安局   3  1/2\na       12\n"


def test_an_empty_table_has_its_headings(capsys: pytest.CaptureFixture[str]) -> None:
    show_table("", ["name", "n"], [])

    assert capsys.readouterr().out == "name  n\n"


def test_progress_is_shown_on_a_terminal_and_nowhere_else(articles: Path) -> None:
    import pty

    reader, writer = pty.openpty()
    code = (
        "import sys, stand_ins; from kg import pipeline; from kg.cli import main\n"
        "pipeline.load_extractor = lambda *, model=None, weights=None: stand_ins.read_joint_work\n"
        "main()"
    )
    command = [sys.executable, "-c", code, "build", articles, "-o", articles.parent / "out"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent), "TERM": "xterm"}

    run = subprocess.run(command, stderr=writer, stdout=subprocess.PIPE, env=environment, check=False)

    os.close(writer)
    shown = os.read(reader, 100_000).decode("utf-8")
    os.close(reader)
    assert run.returncode == 0
    assert "articles" in shown
    assert "\x1b" not in run.stdout.decode("utf-8")


# evaluate


def test_evaluate_scores_turtle_files(tmp_path: Path) -> None:
    result = kg("evaluate", GOLD / "seed", "--pred", tmp_path)

    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1].startswith("articles 1  entity F1 0.000  relation F1 0.000")


def test_evaluate_scores_the_extractor_and_lists_errors(tmp_path: Path) -> None:
    gold = {
        "id": "one",
        "entities": [
            {"id": "a", "type": "Agency", "names": ["阳东市公安局"]},
            {"id": "b", "type": "Agency", "names": ["阳东市教育局"]},
            {"id": "c", "type": "Agency", "names": ["阳东市人民法院"]},
        ],
        "relations": [{"s": "a", "p": "collaboratesWith", "o": "b"}],
    }
    write_article(tmp_path, "one")
    (tmp_path / "one.json").write_text(json.dumps(gold))

    text = kg("evaluate", tmp_path, "--errors")
    data = json.loads(kg("evaluate", tmp_path, "--errors", "--json").stdout)

    assert text.stdout.splitlines()[0] == "one\tentity-\tAgency\t阳东市人民法院\t\t"
    assert data["rel"]["all"] == [1.0, 1.0, 1.0]
    assert data["ent"]["Agency"] == [1.0, 2 / 3, 0.8, 2, 0, 1]
    assert data["errors"] == [["one", "entity-", "Agency", "阳东市人民法院", "", ""]]


def test_evaluate_without_gold_is_one_line(tmp_path: Path) -> None:
    assert_one_line(kg("evaluate", tmp_path, "--pred", tmp_path), "no gold articles")
