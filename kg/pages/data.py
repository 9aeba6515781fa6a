"""The page's data as one object: what ``content`` read, where it stands, and what sums it up."""

from __future__ import annotations

from typing import Any

from kg.pages import clusters
from kg.pages.content import Content, terms
from kg.pages.drawing import draw


def page_data(content: Content) -> dict[str, Any]:
    """Return all that the page's script reads of a graph, ready for JSON: the same content, the same data."""
    groups = clusters.group(content)
    overview = clusters.overview(content, groups)
    network = draw(content, communities=groups if overview else None)
    home = {member: number for number, members in enumerate(groups) for member in members}
    return {
        "terms": terms(content),
        "entities": [entity | {"community": home[number]} for number, entity in enumerate(content.entities)],
        "relations": [
            [relation.subject, relation.object, relation.predicate, int(relation.symmetric), relation.claims]
            for relation in content.relations
        ],
        "claims": content.claims,
        "articles": content.articles,
        "paragraphs": content.paragraphs,
        "places": content.places,
        "communities": clusters.describe(content, groups, network["nodes"]),
        "clusters": overview,
        "network": network,
    }
