"""Files -> Articles: decoding, page chrome, metadata. ``chrome.yaml`` holds what pages print around articles."""

from kg.reading.articles import iter_articles, read_article, to_article

__all__ = ["iter_articles", "read_article", "to_article"]
