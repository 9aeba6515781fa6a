"""The spaCy component ``kg_relations``: what the sentences of an article say about its things.

Frames, constructions and posts propose; vetoes drop what is planned, denied or quoted. What is left
stands in ``doc._.candidates``, the same relation of one sentence once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from kg.language import constructions, posts
from kg.language.clauses import Phrase, Ref, iter_sentences, parse_sentence
from kg.language.frames import Candidate, State, match_sentence, trigger_words
from kg.model import ORGANISATIONS


def lead_of(text: str, refs: Sequence[Ref]) -> Ref | None:
    """Return the body that an article is about: the one named most often, the earlier of equals."""
    counts: dict[str, int] = {}
    first: dict[str, Ref] = {}
    for ref in refs:
        if ref.kind in ORGANISATIONS and len(ref.keys) == 1:
            counts[ref.keys[0]] = counts.get(ref.keys[0], 0) + 1
            first.setdefault(ref.keys[0], ref)
    return max(first.values(), key=lambda ref: (counts[ref.keys[0]], -ref.start), default=None)


def extract_candidates(text: str, refs: Sequence[Ref], *, parents: Mapping[str, str] | None = None) -> Iterator[Candidate]:
    found = list(posts.find_posts(text, refs))
    for post in found:
        body = post.body
        if parents and post.predicate == "worksFor" and posts.load_posts().department.search(body.text) and body.keys[0] in parents:
            body = replace(body, keys=(parents[body.keys[0]],))
        yield Candidate(post.predicate, post.person, body, post.rule, (post.start, post.end), (post.start, post.end), role=post.role)
    merged = posts.merge(refs, found)
    state = State()
    verbs = trigger_words()
    lead = lead_of(text, merged)
    paragraph = -1
    for start, end in iter_sentences(text):
        if text.rfind("\n", 0, start) != paragraph:
            paragraph = text.rfind("\n", 0, start)
            if lead is not None:
                state = State(subject=Phrase([lead]), organisation=Phrase([lead]))
        inside = [ref for ref in merged if start <= ref.start and ref.end <= end]
        earlier = [ref for ref in merged if ref.start < start and ref.kind in ("Studio", "Station", "Team") and start - ref.start < 400]
        topic = earlier[-1] if earlier else None
        clauses = parse_sentence(text, start, end, inside, verbs=verbs)
        yield from constructions.match_constructions(text, start, end, inside, topic=topic, subject=state.subject.refs if state.subject else ())
        yield from match_sentence(text, clauses, state)


@Language.factory("kg_relations", requires=["doc._.refs"], assigns=["doc._.candidates"])
def make_relations(nlp: Language, name: str) -> RelationExtractor:
    """Return the component that proposes and vetoes relations."""
    return RelationExtractor()


class RelationExtractor:
    """Reads the relations of a Doc; stateless, a class because spaCy wants a callable object."""

    def __call__(self, doc: Doc) -> Doc:
        parents = {key: name.parent for key, name in doc._.names.items() if name.parent}
        doc._.candidates = list(extract_candidates(doc.text, doc._.refs, parents=parents))
        return doc
