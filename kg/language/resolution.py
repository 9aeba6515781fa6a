"""The spaCy component ``kg_names``: mentions to things, and every word that stands for one.

Reads ``doc.spans["mentions"]``; writes ``doc._.names`` (:class:`~kg.language.names.Names` table by key)
and ``doc._.refs`` (:class:`~kg.language.clauses.Ref` in text order).
"""

from __future__ import annotations

from collections.abc import Sequence

from spacy.language import Language
from spacy.tokens import Doc

from kg.language import anaphora, posts, studios
from kg.language.characters import text_of
from kg.language.clauses import Ref
from kg.language.mentions import listed
from kg.language.names import Name, Names, comparable, place_of
from kg.model import Mention
from kg.script import simplify_all


def mentions_of(doc: Doc) -> list[Mention]:
    """Return the mentions that ``kg_mentions`` found, in text order; a Group's text is its concept."""
    spans = doc.spans.get("mentions", ())
    return [Mention(span.start_char, span.end_char, span.label_, span.kb_id_ or span.text) for span in spans]


@Language.factory("kg_names", assigns=["doc._.names", "doc._.refs"])
def make_names(nlp: Language, name: str) -> NameResolver:
    """Return the component that resolves names inside one article."""
    return NameResolver()


class NameResolver:
    """Resolves the mentions of a Doc; stateless, a class because spaCy wants a callable object."""

    def __call__(self, doc: Doc) -> Doc:
        """Write the names and refs of ``doc``."""
        text = text_of(doc)
        mentions = [
            m
            for m in mentions_of(doc)
            if m.kind == "Group" or listed(text, m.start, m.end) or not anaphora.is_anaphor(m.text)
        ]
        found = Names(mentions)
        table = found.table
        refs = [
            Ref(
                m.start,
                m.end,
                m.kind,
                (key,),
                text[m.start : m.end],
                name=table[key].full if m.kind == "Group" else "",
            )
            for m, key in zip(mentions, found.keys, strict=True)
        ]
        refs = _with_studios(text, refs, table)
        doc._.names = table
        doc._.refs = anaphora.resolve(text, refs, writer=_writer(doc, text, table))
        return doc


def _writer(doc: Doc, text: str, table: dict[str, Name]) -> Ref | None:
    """Return the body whose page an article is from, if the article speaks as that body (我校, 我院).

    A page often has its school's name in the masthead only: then the name is added to ``table``.
    """
    publisher = doc._.article.publisher if doc._.article is not None else None
    kind, full = anaphora.body_of(simplify_all(publisher or ""))
    match = anaphora.first_person(text, full) if kind else None
    if match is None:
        return None
    same = (k for k, name in table.items() if name.kind == kind and comparable(full) in _comparable(name))
    key = next(same, f"{kind}:{full}")
    if key not in table:
        table[key] = Name(key, kind, full, {full}, match.start(), match.start(), place=place_of(full))
    table[key].labels.add(match.group())
    return Ref(match.start(), match.end(), kind, (key,), full)


def _comparable(name: Name) -> set[str]:
    return {comparable(label) for label in (name.full, *name.labels)}


def _with_studios(text: str, refs: Sequence[Ref], table: dict[str, Name]) -> list[Ref]:
    """Return ``refs`` with the studios that a phrase names after persons, each a thing of its own."""
    merged = posts.merge(refs, list(posts.find_posts(text, refs)))
    heads: dict[tuple[int, int], list[str]] = {}
    known: dict[str, tuple[int, str]] = {}
    for order, (key, thing) in enumerate(table.items()):
        for label in thing.labels if thing.kind == "Studio" else ():
            known.setdefault(label, (order, key))
    for studio in studios.find_named_studios(text, merged):
        _, key = min((known[name] for name in studio.names if name in known), default=(0, ""))
        if not key:
            key = f"Studio:{studio.names[0]}"
            table[key] = Name(key, "Studio", studio.names[0], set(studio.names), studio.start, studio.start)
            known |= {name: (len(table), key) for name in studio.names}
        table[key].namesake = studio.person.keys[0]
        heads.setdefault((studio.start, studio.end), []).append(key)
    out: list[Ref] = []
    covered = bytearray(len(text))
    for (start, end), keys in reversed(heads.items()):
        if not any(covered[start:end]):
            out.append(Ref(start, end, "Studio", tuple(dict.fromkeys(keys)), text[start:end], bare=True))
        covered[start:end] = b"\x01" * (end - start)
    out += (ref for ref in refs if not any(covered[ref.start : ref.end]))
    for name in list(table.values()):
        if name.kind == "Studio" and name.namesake is None and (person := studios.person_in(name.full)):
            key = f"Person:{person}"
            table.setdefault(key, Name(key, "Person", person, {person}, name.first, name.first))
            name.namesake = key
    return sorted(out, key=lambda ref: ref.start)


for _name in ("names", "refs", "claims", "candidates", "article"):
    if not Doc.has_extension(_name):
        Doc.set_extension(_name, default=None)
