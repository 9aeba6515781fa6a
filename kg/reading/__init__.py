"""Files -> Articles: decoding, page chrome, metadata. ``chrome.yaml`` holds what pages print around articles."""

from kg.reading.articles import iter_articles, read_article, read_item, to_article
from kg.reading.items import Item, iter_items

__all__ = ["Item", "iter_articles", "iter_items", "read_article", "read_item", "to_article"]
