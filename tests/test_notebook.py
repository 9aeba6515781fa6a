"""The page in a notebook, and what `import kg` gives."""

from __future__ import annotations

import html
import re
import subprocess
import sys
from pathlib import Path

import pytest
import small_world

import kg
from kg.errors import ConfigError, OutputError, QueryError, StoreError
from kg.network import to_networkx
from kg.pages.notebook import SANDBOX, View

STORE = small_world.store()


def inner(view: View) -> str:
    found = re.fullmatch(r'<iframe sandbox="([^"]*)" srcdoc="([^"]*)" [^<>]*></iframe>', view._repr_html_())
    assert found
    assert found[1] == SANDBOX
    return html.unescape(found[2])


def test_a_view_shows_its_page_in_a_frame_of_its_own() -> None:
    view = kg.view(STORE, "市局")

    assert inner(view) == view.page
    assert "<title>市局</title>" in view.page
    assert "allow-same-origin" not in view._repr_html_()


def test_nothing_of_the_page_leaves_the_frame() -> None:
    view = View('"><script>alert(1)</script>&quot;', "\"><img src=x onerror='alert(1)'>")

    assert inner(view) == view.page
    assert view._repr_html_().count("<") == 2


def test_a_view_is_short_where_it_is_printed() -> None:
    assert repr(kg.view(STORE, "市局")) == "View(title='市局', height=640)"


def test_a_view_is_saved_as_the_page(tmp_path: Path) -> None:
    view = kg.view(STORE, "市局", language="en")

    view.save(tmp_path / "page.html")

    assert (tmp_path / "page.html").read_text("utf-8") == view.page
    assert '<html lang="en">' in view.page
    with pytest.raises(OutputError):
        view.save(tmp_path / "page.html" / "page.html")


def test_hops_reach_further() -> None:
    assert len(kg.view(STORE, "何警官", hops=0).page) < len(kg.view(STORE, "何警官", hops=2).page)


def test_the_whole_store_has_a_title_too() -> None:
    assert "<title>child-protection-kg</title>" in kg.view(STORE).page


def test_a_graph_comes_from_a_store() -> None:
    graph = kg.to_networkx(STORE, entity="市局", hops=2)

    expected = to_networkx(STORE, entity="市局", hops=2)
    assert dict(graph.nodes) == dict(expected.nodes)
    assert list(graph.edges(keys=True, data=True)) == list(expected.edges(keys=True, data=True))


def test_what_is_not_there_has_a_name(tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="no Entity is called"):
        kg.view(STORE, "无此单位")
    with pytest.raises(StoreError, match="no such folder"):
        kg.to_networkx(tmp_path / "nowhere")
    with pytest.raises(StoreError):
        kg.view(str(tmp_path))
    with pytest.raises(ConfigError, match="language: 'fr'"):
        kg.view(STORE, "市局", language="fr")


def test_import_kg_loads_nothing_of_that() -> None:
    code = "import sys, kg; kg.view, kg.to_networkx; print({'networkx', 'pyoxigraph', 'numpy', 'jinja2'} & {*sys.modules})"

    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert run.stdout == "set()\n"
