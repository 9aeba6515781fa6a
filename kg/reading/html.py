"""HTML -> the text of the article on the page, and what the page says about it."""

from __future__ import annotations

from kg.reading.fields import find_date
from kg.reading.metadata import Said


def read_html(data: bytes, *, charset: str | None = None, url: str = "") -> tuple[str, Said]:
    """Return the main text of a page and what it says about the article.

    ``charset`` is what the container declares, ``url`` where the page came from.
    """
    import trafilatura

    page: bytes | str = data
    if charset:
        try:
            page = data.decode(charset)
        except (LookupError, UnicodeError):
            page = data
    found = trafilatura.bare_extraction(page, url=url or None, favor_recall=True, include_comments=False)
    if found is None or isinstance(found, dict):
        return "", Said(url=url)
    said = Said(
        title=found.title or "",
        publisher=found.sitename or "",
        author=found.author or "",
        published=find_date(found.date or ""),
        url=found.url or url,
    )
    return found.text or "", said
