"""The spaCy component ``kg_relations``: what the sentences of an article say about its things.

Frames, constructions and posts propose; vetoes drop what is planned, denied or quoted. What is left
stands in ``doc._.candidates``, the same relation of one sentence once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from spacy.language import Language
from spacy.tokens import Doc

from kg.language import posts
from kg.language.clauses import Phrase, Ref, iter_sentences, parse_sentence
from kg.language.constructions import match_constructions
from kg.language.frames import UNITS, Candidate, State, match_sentence, trigger_words
from kg.model import ORGANISATIONS

# What gives a person an office.
OFFICES = frozenset({"worksFor", "deployedTo", "namedAfter"})
# How much more a mention in the title says about whom the article is about.
TITLE_WEIGHT = 3
# A unit stays the topic for this many characters.
TOPIC_REACH = 400


def lead_of(refs: Sequence[Ref], title: int) -> Ref | None:
    """Return the body that an article is about: the one named most often, the earlier of equals.

    ``title`` is where the first paragraph ends.
    """
    counts: dict[str, int] = {}
    first: dict[str, Ref] = {}
    for ref in refs:
        if ref.kind in ORGANISATIONS and len(ref.keys) == 1:
            counts[ref.keys[0]] = counts.get(ref.keys[0], 0) + (TITLE_WEIGHT if ref.start < title else 1)
            first.setdefault(ref.keys[0], ref)
    return max(first.values(), key=lambda ref: (counts[ref.keys[0]], -ref.start), default=None)


def extract_candidates(
    text: str, refs: Sequence[Ref], *, parents: Mapping[str, str] | None = None, namesakes: frozenset[str] = frozenset()
) -> Iterator[Candidate]:
    """Yield what the sentences of ``text`` say; vetoed proposals come with their reason.

    ``parents`` are the bodies around inner departments by key, ``namesakes`` the persons that studios are
    named after. A person whom the text gives no office is no actor.
    """
    found = list(posts.find_posts(text, refs))
    for post in found:
        body = post.body
        if parents and post.predicate == "worksFor" and posts.load_posts().department.search(body.text):
            body = replace(body, keys=(parents.get(body.keys[0], body.keys[0]),))
        span = (post.start, post.end)
        yield Candidate(post.predicate, post.person, body, post.rule, span, span, role=post.role)
    merged = posts.merge(refs, found)
    officials = {key for post in found for key in post.person.keys} | namesakes | _appointed(text, merged)
    actors = [ref for ref in merged if ref.kind != "Person" or set(ref.keys) & officials]
    lead = lead_of(actors, max(0, text.find("\n")))
    state = State()
    paragraph = -2
    for start, end in iter_sentences(text):
        if (begin := text.rfind("\n", 0, start)) != paragraph:
            paragraph = begin
            state = State(subject=Phrase([lead]), organisation=Phrase([lead])) if lead else State()
        inside = [ref for ref in actors if start <= ref.start and ref.end <= end]
        clauses = parse_sentence(text, start, end, inside, verbs=trigger_words())
        carried = state.subject.refs if state.subject else ()
        yield from match_constructions(text, start, end, inside, topic=_topic(actors, start), subject=carried)
        yield from match_sentence(text, clauses, state)


def _appointed(text: str, refs: Sequence[Ref]) -> set[str]:
    """Return the keys of the persons whom a construction gives an office (受聘为, 由…任)."""
    keys: set[str] = set()
    for start, end in iter_sentences(text):
        inside = [ref for ref in refs if start <= ref.start and ref.end <= end]
        for said in match_constructions(text, start, end, inside, topic=_topic(refs, start), subject=()):
            if said.predicate in OFFICES and said.subject.kind == "Person":
                keys.update(said.subject.keys)
    return keys


def _topic(refs: Sequence[Ref], start: int) -> Ref | None:
    """Return the studio, station or team named last before ``start``, not too far back."""
    earlier = [r for r in refs if r.kind in UNITS and r.start < start and start - r.start < TOPIC_REACH]
    return earlier[-1] if earlier else None


@Language.factory("kg_relations", requires=["doc._.refs"], assigns=["doc._.candidates"])
def make_relations(nlp: Language, name: str) -> RelationExtractor:
    """Return the component that proposes and vetoes relations."""
    return RelationExtractor()


class RelationExtractor:
    """Reads the relations of a Doc; stateless, a class because spaCy wants a callable object."""

    def __call__(self, doc: Doc) -> Doc:
        parents = {key: name.parent for key, name in doc._.names.items() if name.parent}
        namesakes = frozenset(name.namesake for name in doc._.names.values() if name.namesake)
        doc._.candidates = list(extract_candidates(doc.text, doc._.refs, parents=parents, namesakes=namesakes))
        return doc
