"""Fill the template: one HTML file that opens without a network and runs nothing but its own script."""

from __future__ import annotations

import base64
import gc
import gzip
import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import networkx as nx
from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from kg.config import NAMESPACE
from kg.errors import DataError
from kg.output import write_file
from kg.pages.content import check_language, interface, plain, read_content
from kg.pages.data import page_data

# In the order in which they use each other; one script, so that one hash allows it.
SCRIPTS = (
    "text.js",
    "model.js",
    "state.js",
    "shown.js",
    "arrange.js",
    "drawing.js",
    "rings.js",
    "landmarks.js",
    "claims.js",
    "panel.js",
    "legend.js",
    "filters.js",
    "search.js",
    "table.js",
    "counts.js",
    "figures.js",
    "downloads.js",
    "actions.js",
    "keyboard.js",
    "main.js",
)
# Bytes of JSON from which on a page is smaller packed, and a browser reads it as fast.
PACKED_ABOVE = 2_000_000
# Level 9 takes twice the time for a hundredth less.
PACKING = 6
VIS_SCRIPT = "lib/vis-9.1.2/vis-network.min.js"
# What HTML could read as a tag, an end of script or a comment, and what old JavaScript reads as a new line.
_ESCAPES = {char: f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"}
_SURROGATES = re.compile("[\ud800-\udfff]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f]")


def render_page(graph: nx.MultiDiGraph[Any], *, title: str, language: str = "zh") -> str:
    """Return the whole page for a graph made by ``kg.network``: the same graph, the same text.

    ``language`` is what the page opens in; a person can switch on the page. Lone surrogates, which no
    file can hold, become U+FFFD.

    Raises:
        ConfigError: the page does not speak that language.
        DataError: a node is of no class of the ontology, or pyvis lacks its script.
    """
    check_language(language)
    with _uncollected():
        data = {
            "title": title,
            "language": language,
            "texts": interface(),
            "namespace": NAMESPACE,
            **page_data(read_content(graph)),
        }
        data_type, embedded = pack(data)
    static = files("kg.pages").joinpath("static")
    style = read_style("page.css")
    page_script = "\n".join(static.joinpath(name).read_text(encoding="utf-8") for name in SCRIPTS)
    # A function of its own, so that nothing of the page's leaks into the names that vis-network uses.
    page_script = f'(async () => {{\n"use strict";\n{page_script}\n}})();'
    scripts = [_vis_script(), page_script]
    return load_template("page.html.j2").render(
        title=printable(title),
        language=language,
        text={key: texts[language] for key, texts in interface().items()},
        policy=policy(scripts, style),
        style=style,
        scripts=scripts,
        data_type=data_type,
        data=embedded,
    )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the collector rest.

    What a page is made of lives until it is done: going through it again and again is a sixth of a large page's time.
    """
    resting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if resting:
            gc.enable()


def write_page(graph: nx.MultiDiGraph[Any], path: Path, *, title: str, language: str = "zh") -> None:
    """Write the page as UTF-8; a page that cannot be written whole leaves what was there before.

    Raises:
        OutputError: the place cannot be written.
        ConfigError, DataError: as ``render_page``.
    """
    write_file(path, render_page(graph, title=title, language=language).encode("utf-8"))


def embed(data: object) -> str:
    r"""Return data as JSON that is safe inside a script element.

    >>> print(embed("</script>"))
    "\u003c/script\u003e"
    """
    text = _whole(json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=plain, allow_nan=False))
    # Of some twenty megabytes one pass for each character takes a tenth of what translate does.
    for char, escape in _ESCAPES.items():
        text = text.replace(char, escape)
    return text


def pack(data: object) -> tuple[str, str]:
    """Return data for a script element, as its type and its text: JSON, or gzipped in Base64 where that is much.

    The same data give the same text.
    """
    text = embed(data)
    raw = text.encode("utf-8")
    if len(raw) <= PACKED_ABOVE:
        return "application/json", text
    return "application/gzip", base64.b64encode(gzip.compress(raw, compresslevel=PACKING, mtime=0)).decode(
        "ascii"
    )


def load_template(name: str) -> Template:
    """Return a template of ``static``: what is filled in is escaped, what is missing is an error."""
    environment = Environment(
        loader=PackageLoader("kg.pages", "static"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def read_style(name: str) -> str:
    """Return a style sheet of ``static`` behind the colours that all pages share."""
    static = files("kg.pages").joinpath("static")
    return "\n".join(static.joinpath(file).read_text(encoding="utf-8") for file in ("palette.css", name))


def printable(text: str) -> str:
    r"""Return text of the same length in which what no page can hold is U+FFFD.

    >>> printable("a\x00b")
    'a\ufffdb'
    """
    return _CONTROLS.sub("\ufffd", _whole(text))


def _whole(text: str) -> str:
    return _SURROGATES.sub("\ufffd", text)


def _vis_script() -> str:
    try:
        text = files("pyvis").joinpath(VIS_SCRIPT).read_text(encoding="utf-8")
    except OSError as error:
        raise DataError(f"pyvis: {VIS_SCRIPT}", "cannot be read", "install pyvis 0.3.2") from error
    # The comment makes developer tools ask for a file that is not there.
    return re.sub(r"\n//# sourceMappingURL=.*", "\n", text)


def policy(scripts: list[str], style: str) -> str:
    """Return the Content-Security-Policy: these very scripts and this style, and nothing from anywhere."""
    allowed = " ".join(_hash(script) for script in scripts) or "'none'"
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {allowed}",
            f"style-src {_hash(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
