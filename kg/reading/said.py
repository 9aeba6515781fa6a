"""Title, publisher, author, day and address of an article, each with where it came from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from kg.reading.page import Page

VALUES = ("title", "publisher", "author", "published", "url")
# Whence a value can come, in words that reports and records show.
ORIGINS = ("json-ld", "open-graph", "meta", "dateline", "url", "page")


@dataclass(frozen=True, slots=True)
class Said:
    """What is said about an article outside its text; ``origins`` names for each value where it came from."""

    title: str = ""
    publisher: str = ""
    author: str = ""
    published: date | None = None
    url: str = ""
    origins: tuple[tuple[str, str], ...] = ()

    def where(self, value: str) -> str:
        """Return the origin of one of VALUES, "" where nothing says it."""
        return dict(self.origins).get(value, "")

    def filled_from(self, other: Said) -> Said:
        """Return the same with the gaps filled from another one."""
        values = {
            name: getattr(other, name) for name in VALUES if not getattr(self, name) and getattr(other, name)
        }
        origins = self.origins + tuple((name, other.where(name)) for name in VALUES if name in values)
        return replace(self, **values, origins=origins)


def say(origin: str, **values: Any) -> Said:
    """Return what one place says; empty values count for nothing.

    >>> say("meta", title="护苗行动", author="").origins
    (('title', 'meta'),)
    """
    known = {name: value for name, value in values.items() if value}
    return Said(**known, origins=tuple((name, origin) for name in VALUES if name in known))


def merge(page: Page, said: Said) -> Said:
    """Return what is known of an article: what lines of its page state, then its metadata, then what its text suggests.

    The title of a text is its first line; metadata stands in only where there is none.
    """
    values = {name: getattr(page, name) for name in VALUES}
    stated = say("dateline", **{name: value for name, value in values.items() if name in page.stated})
    own = say("page", title=page.title).filled_from(stated)
    if page.title and said.title == page.title:
        own = replace(own, origins=(("title", said.where("title")), *own.origins[1:]))
    return own.filled_from(said).filled_from(say("page", **values))
