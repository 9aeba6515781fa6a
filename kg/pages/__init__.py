"""The interactive page: one HTML file that holds the graph, its drawing and everything it needs.

``content`` says what the page knows, ``labels`` and ``layout`` where everything stands, ``drawing`` puts
it into a pyvis network, ``page`` fills the template. ``static`` holds the page's own CSS and JavaScript,
``interface.yaml`` its words.
"""

from kg.pages.page import render_page, write_page

__all__ = ["render_page", "write_page"]
