"""The drawing as a pyvis network: nodes with their places, one line a relation, nothing that moves."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np

from kg.pages import islands, labels, layout
from kg.pages.content import Content, Relation

# Shapes help those who cannot tell the colours apart: bodies are round, what they do and reach is not.
SHAPES = {
    "Program": "diamond",
    "Document": "square",
    "Person": "triangle",
    "Group": "hexagon",
    "Place": "triangleDown",
}
SMALLEST, LARGEST = 8.0, 26.0
# Above this many lines a browser draws too slowly to pan with all of them on the page.
LINES_WHILE_MOVING = 400
OPTIONS: dict[str, Any] = {
    "autoResize": True,
    "physics": {"enabled": False},
    "layout": {"improvedLayout": False},
    "interaction": {
        "hover": True,
        "hoverConnectedEdges": False,
        "keyboard": False,
        "multiselect": False,
        "selectConnectedEdges": False,
        "tooltipDelay": 250,
    },
    "nodes": {"borderWidth": 1.5, "font": {"size": labels.FONT_SIZE, "vadjust": -2}},
    "edges": {"smooth": False, "font": {"size": 11, "align": "middle"}, "arrowStrikethrough": False},
}


def draw(content: Content, *, communities: Sequence[Sequence[int]] | None = None) -> dict[str, Any]:
    """Return pyvis' nodes, edges and options for the content; ids are the indexes in it.

    With ``communities`` their members stand together. Each edge of a pair that several relations join gets
    a bend of its own.
    """
    # pyvis imports IPython and networkx' algorithms, about a second: only when a page is really made.
    from pyvis.network import Network

    class Drawing(Network):  # type: ignore[misc]
        """A pyvis network that finds a node at once: stock pyvis walks a list at every edge."""

        def get_nodes(self) -> dict[int, Any]:
            nodes: dict[int, Any] = self.node_map
            return nodes

    network = Drawing(directed=True)
    degrees = Counter(end for relation in content.relations for end in {relation.subject, relation.object})
    sizes = [_size(degrees[number]) for number in range(len(content.entities))]
    texts = [labels.wrap(entity["name"]) for entity in content.entities]
    boxes = np.array(
        [(max(2 * size, text.width), 2 * size + text.height) for size, text in zip(sizes, texts, strict=True)]
    ).reshape(-1, 2)
    lines = [(relation.subject, relation.object) for relation in content.relations]
    centres = _place(boxes, lines, communities)
    for number, entity in enumerate(content.entities):
        x, y = centres[number]
        network.add_node(
            number,
            # pyvis takes the id where a label is empty, which would be a bare number here.
            label=texts[number].text or " ",
            group=entity["scored"],
            shape=SHAPES.get(entity["scored"], "dot"),
            size=sizes[number],
            x=round(float(x)),
            # The label hangs below the node: the node stands above the middle of its box.
            y=round(float(y) - texts[number].height / 2),
        )
    bends = _bends(content.relations)
    for number, relation in enumerate(content.relations):
        network.add_edge(
            relation.subject,
            relation.object,
            id=number,
            width=_width(len(relation.claims)),
            **({"arrows": ""} if relation.symmetric else {}),
            **({"smooth": bends[number]} if number in bends else {}),
        )
    moving = {"hideEdgesOnDrag": len(content.relations) > LINES_WHILE_MOVING}
    moving["hideEdgesOnZoom"] = moving["hideEdgesOnDrag"]
    network.set_options(json.dumps(OPTIONS | {"interaction": OPTIONS["interaction"] | moving}))
    nodes, edges, _, _, _, options = network.get_network_data()
    return {"nodes": nodes, "edges": edges, "options": json.loads(options)}


def _place(
    boxes: layout.Array, lines: list[tuple[int, int]], communities: Sequence[Sequence[int]] | None
) -> layout.Array:
    from threadpoolctl import threadpool_limits

    # Several threads sum in another order, so the picture would depend on the machine; and these matrices are so
    # small that waiting for each other takes twice the time.
    with threadpool_limits(1, user_api="blas"):
        if communities is None:
            return layout.place(boxes, lines)
        return islands.place(boxes, lines, communities)


def _size(degree: int) -> float:
    return round(min(LARGEST, SMALLEST + 2.6 * math.pow(degree, 0.6)), 1)


def _width(claims: int) -> float:
    return round(min(5.0, 1 + 0.6 * (claims - 1)), 1)


def _bends(relations: tuple[Relation, ...]) -> dict[int, dict[str, Any]]:
    """Return how much each of several lines between the same two nodes bends: the middle one is straight."""
    parallel: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, relation in enumerate(relations):
        low, high = sorted((relation.subject, relation.object))
        parallel[low, high].append(number)
    bends = {}
    for (low, _), numbers in parallel.items():
        for place, number in enumerate(numbers):
            bend = (place - (len(numbers) - 1) / 2) * 0.22
            # vis-network bends as seen along the line: turn those that run the other way.
            if relations[number].subject != low:
                bend = -bend
            if bend:
                kind = "curvedCW" if bend > 0 else "curvedCCW"
                bends[number] = {"enabled": True, "type": kind, "roundness": round(abs(bend), 3)}
    return bends
