"""The spaCy component ``kg_relations``: what the sentences of an article say about its things.

Posts in front of a name settle who works where; frames and constructions propose, the ranker judges every
pair of a sentence, and vetoes mark what is planned, denied or only told, and whom nothing gives an office. All of it stands in ``doc._.candidates``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from spacy.language import Language
from spacy.tokens import Doc

from kg.language import posts
from kg.language.characters import text_of
from kg.language.clauses import Clause, Phrase, Ref, iter_sentences, parse_sentence
from kg.language.constructions import match_constructions
from kg.language.frames import Candidate, trigger_words
from kg.language.matching import UNITS, State, match_sentence
from kg.language.pairs import Pair, Screen, iter_pairs
from kg.language.ranking import MODEL, SETTLED, Ranker, load_ranker
from kg.language.scene import Scene, recent_organisations, salience
from kg.language.spans import SpanIndex
from kg.language.weights import TrainedComponent
from kg.model import ORGANISATIONS

# What gives a person an office.
OFFICES = frozenset({"worksFor", "deployedTo", "namedAfter"})
# A pair is taken from this probability on: where it is likelier than not. On dev F1 lies between .839 and .847
# from 0.3 to 0.5, and precision comes before reach.
THRESHOLD = 0.5
# How much more a mention in the title says about whom the article is about.
TITLE_WEIGHT = 3
# A unit stays the topic for this many characters.
TOPIC_REACH = 400
# The rule of what no rule proposed.
UNPROPOSED = "ranker"
# Marks that part what goes on in one sentence.
SEMICOLONS = ("；", ";")


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


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence as the ranker sees it: its mentions, its clauses, what the rules propose, what was said before.

    ``planned`` tells that the part before its semicolon spoke of plans; ``strangers`` are mentions of persons
    without an office.
    """

    start: int
    end: int
    refs: tuple[Ref, ...]
    clauses: tuple[Clause, ...]
    proposals: tuple[Candidate, ...]
    scene: Scene
    planned: bool = False
    strangers: tuple[Ref, ...] = ()

    def pairs(self, text: str, *, screen: Screen | None = None) -> Iterator[Pair]:
        """Yield the pairs of the sentence that the ranker judges, those that ``screen`` lets through."""
        judged = [proposal for proposal in self.proposals if proposal.predicate not in SETTLED]
        span = (self.start, self.end)
        return iter_pairs(text, span, self.refs, self.clauses, judged, self.scene, screen=screen)

    @property
    def vetoes(self) -> dict[int, str]:
        """The clauses that claim nothing, by their start: planned from there on, or denied."""
        out: dict[int, str] = {}
        planned = self.planned
        for clause in self.clauses:
            planned = planned or clause.plan is not None
            if planned or clause.negated:
                out[clause.start] = "plan" if planned else "negation"
        return out

    def is_anothers(self, clause: Clause) -> bool:
        """Tell whether a person without an office acts in ``clause``: then nobody is carried into it."""
        verb = next((verb.start for verb in clause.verbs), clause.start)
        return any(clause.start <= ref.start and ref.end <= verb for ref in self.strangers)

    def veto_of(self, proposal: Candidate) -> str:
        """Return why a clause that ``proposal`` spans claims nothing, or ""."""
        first, last = proposal.verb
        vetoes = self.vetoes
        spanned = (c for c in self.clauses if c.start in vetoes and c.start < last and first < c.end)
        return next((vetoes[clause.start] for clause in spanned), "")


def find_offices(
    text: str, refs: Sequence[Ref], parents: Mapping[str, str]
) -> tuple[list[Candidate], list[Ref]]:
    """Return the posts that ``text`` gives to persons, and ``refs`` with post and person made one mention.

    ``parents`` are the bodies around inner departments: their head works for the body.
    """
    found = list(posts.find_posts(text, refs))
    offices: list[Candidate] = []
    for post in found:
        body, span = post.body, (post.start, post.end)
        if post.predicate == "worksFor" and posts.load_posts().department.search(body.text):
            body = replace(body, keys=(parents.get(body.keys[0], body.keys[0]),))
        offices.append(Candidate(post.predicate, post.person, body, post.rule, span, span, role=post.role))
    return offices, posts.merge(refs, found)


def iter_readings(
    text: str,
    refs: Sequence[Ref],
    merged: Sequence[Ref],
    offices: Sequence[Candidate],
    *,
    namesakes: frozenset[str] = frozenset(),
) -> Iterator[Reading]:
    """Yield the sentences of ``text`` with what their rules propose.

    ``refs`` are the mentions, ``merged`` those with post and person made one, ``namesakes`` the persons that
    studios are named after. A person whom the text gives no office is no actor for the rules.
    """
    officials = find_officials(text, merged, offices, namesakes=namesakes)
    actors = [ref for ref in merged if ref.kind != "Person" or set(ref.keys) & officials]
    index, written, held = SpanIndex(actors), SpanIndex(refs), _by_start(offices)
    lead = lead_of(actors, max(0, text.find("\n")))
    mentioned = salience(refs)
    state = State()
    last = -1
    planned = False
    for start, end in iter_sentences(text):
        fresh = last < 0 or text.rfind("\n", last, start) >= 0
        last = start
        if fresh:
            state = State(subject=Phrase([lead]), organisation=Phrase([lead])) if lead else State()
        planned = planned and text[start - 1 : start] in SEMICOLONS
        inside, before = index.inside(start, end), index.before(start)
        scene = Scene(
            subject=state.subject,
            organisation=state.organisation,
            lead=lead,
            topic=_topic(index, start),
            person=next((ref for ref in reversed(before) if ref.kind == "Person"), None),
            recent=recent_organisations(before),
            units=list(state.units),
            mentions=mentioned,
            fresh=fresh,
        )
        clauses = parse_sentence(text, start, end, inside, verbs=trigger_words())
        carried = state.subject.refs if state.subject else ()
        proposals = [*match_constructions(text, start, end, inside, topic=scene.topic, subject=carried)]
        proposals += match_sentence(text, clauses, state)
        proposals += [office for at in range(start, end) for office in held.get(at, ())]
        mentions = tuple(written.inside(start, end))
        strangers = tuple(r for r in mentions if r.kind == "Person" and officials.isdisjoint(r.keys))
        yield Reading(start, end, mentions, tuple(clauses), tuple(proposals), scene, planned, strangers)
        planned = planned or any(clause.plan is not None for clause in clauses)


def _by_start(offices: Sequence[Candidate]) -> Mapping[int, list[Candidate]]:
    """Return the offices by where the passage that gives them begins."""
    found: dict[int, list[Candidate]] = {}
    for office in offices:
        found.setdefault(office.verb[0], []).append(office)
    return found


@dataclass(frozen=True, slots=True)
class Weighed:
    """One relation that a sentence may state: its probability, and from which probability on it is taken.

    Both are between 0 and 1, and None where the rules settle it alone. ``candidate`` says in ``vetoed`` why
    it is no claim all the same.
    """

    candidate: Candidate
    probability: float | None = None
    threshold: float | None = None

    @property
    def taken(self) -> bool:
        """Whether it is likely enough."""
        return self.probability is None or self.threshold is None or self.probability >= self.threshold


def weigh(text: str, reading: Reading, ranker: Ranker, *, floor: float = 0.0) -> Iterator[Weighed]:
    """Yield every relation that one sentence may state; what is planned or denied comes vetoed.

    What is less likely than ``floor`` is left out, and so are the pairs that the ranker does not look at.
    """
    vetoes = reading.vetoes
    for settled in reading.proposals:
        if settled.predicate in SETTLED:
            yield Weighed(replace(settled, vetoed=settled.vetoed or reading.veto_of(settled)))
    best: dict[tuple[str, str, str], Weighed] = {}
    look = ranker.look()
    for pair, option, likely in look.probabilities(reading.pairs(text, screen=look.screen), floor=floor):
        proposal = option.proposal
        clause = vetoes.get(pair.clause.start, "") if pair.clause else ""
        candidate = replace(
            proposal or _unproposed(reading, pair, option.predicate),
            subject=pair.subject,
            object=pair.object,
            confidence=round(likely, 3),
            vetoed=clause
            or (reading.veto_of(proposal) if proposal else "")
            or _spoken(pair, option.predicate)
            or _anothers(pair, reading),
        )
        if option.predicate == "worksFor" and not candidate.role and likely >= THRESHOLD:
            role = posts.role_of(text, pair.subject, pair.object, (reading.start, reading.end))
            candidate = replace(candidate, role=role)
        key = (option.predicate, pair.subject.keys[0], pair.object.keys[0])
        if key not in best or (best[key].probability or 0) < likely:
            best[key] = Weighed(candidate, likely, THRESHOLD)
    yield from best.values()


def _spoken(pair: Pair, predicate: str) -> str:
    """Return "speech" where a person only tells what the next clauses say."""
    subject, target = pair.ends
    if (
        subject.ref.kind != "Person"
        or predicate in OFFICES
        or subject.clause is None
        or target.clause is None
    ):
        return ""
    return "speech" if "speech" in subject.features and subject.clause < target.clause else ""


def _anothers(pair: Pair, reading: Reading) -> str:
    """Return "other" where the subject is carried into a clause that has a subject of its own."""
    carried = pair.ends[0].outside and pair.clause
    return "other" if carried and reading.is_anothers(carried) else ""


def _unproposed(reading: Reading, pair: Pair, predicate: str) -> Candidate:
    """Return the candidate of a pair that no rule proposed; it stands where its written end does."""
    written = pair.subject if pair.ends[1].outside else pair.object
    span = (pair.clause.start, pair.clause.end) if pair.clause else (reading.start, reading.end)
    return Candidate(predicate, pair.subject, pair.object, UNPROPOSED, (written.start, written.end), span)


def choose(text: str, reading: Reading, ranker: Ranker) -> Iterator[Candidate]:
    """Yield what is likely enough of what one sentence may state."""
    likely = weigh(text, reading, ranker, floor=THRESHOLD)
    return (weighed.candidate for weighed in likely if weighed.taken)


def officials_of(candidates: Sequence[Candidate]) -> set[str]:
    """Return the keys of the persons to whom one of ``candidates`` gives an office."""
    held = (c for c in candidates if c.predicate in OFFICES and not c.vetoed)
    ends = (end for candidate in held for end in (candidate.subject, candidate.object))
    return {key for end in ends if end.kind == "Person" for key in end.keys}


def only_officials(candidates: Sequence[Candidate], namesakes: frozenset[str]) -> Iterator[Candidate]:
    """Yield ``candidates``, vetoed where a person takes part to whom nothing gives an office.

    Whom an article names without an office may be a child, a parent or a suspect.
    """
    officials = officials_of(candidates) | namesakes
    for candidate in candidates:
        persons = {
            k for end in (candidate.subject, candidate.object) if end.kind == "Person" for k in end.keys
        }
        yield candidate if persons <= officials else replace(candidate, vetoed=candidate.vetoed or "office")


def find_officials(
    text: str, merged: Sequence[Ref], offices: Sequence[Candidate], *, namesakes: frozenset[str]
) -> set[str]:
    """Return the keys of the persons who may act: with a post, appointed, or a studio's namesake."""
    return {key for office in offices for key in office.subject.keys} | namesakes | _appointed(text, merged)


def _appointed(text: str, refs: Sequence[Ref]) -> set[str]:
    """Return the keys of the persons whom a construction gives an office (受聘为, 由…任)."""
    keys: set[str] = set()
    index = SpanIndex(refs)
    last = 0
    for start, end in iter_sentences(text):
        inside, topic = index.inside(start, end), _topic(index, start)
        # Behind a semicolon a person of the part before may go on.
        before = [ref for ref in index.before(start) if ref.kind == "Person" and ref.start >= last]
        carried = before[-1:] if text[start - 1 : start] in SEMICOLONS else []
        last = start
        for said in match_constructions(
            text, start, end, inside, topic=topic, subject=carried, predicates=OFFICES
        ):
            if said.predicate in OFFICES:
                keys.update(
                    key for ref in (said.subject, said.object) if ref.kind == "Person" for key in ref.keys
                )
    return keys


def _topic(refs: SpanIndex[Ref], start: int) -> Ref | None:
    """Return the studio, station or team named last before ``start``, not too far back."""
    earlier = [ref for ref in refs.starting(start - TOPIC_REACH + 1, start) if ref.kind in UNITS]
    return earlier[-1] if earlier else None


@Language.factory(
    "kg_relations", requires=["doc._.refs"], assigns=["doc._.candidates"], default_config={"weights": None}
)
def make_relations(nlp: Language, name: str, weights: str | None) -> RelationExtractor:
    """Return the component; ``weights`` is a file of trained ranker weights, our own without it."""
    return RelationExtractor(Path(weights) if weights else MODEL)


class RelationExtractor(TrainedComponent):
    """Reads the relations of a Doc."""

    def __call__(self, doc: Doc) -> Doc:
        """Write the candidates of ``doc``."""
        text = text_of(doc)
        offices, merged, namesakes = prepare(doc)
        found = list(offices)
        ranker = load_ranker(self.path)
        for reading in iter_readings(text, doc._.refs, merged, offices, namesakes=namesakes):
            found += choose(text, reading, ranker)
        doc._.candidates = list(only_officials(found, namesakes))
        return doc


def prepare(doc: Doc) -> tuple[list[Candidate], list[Ref], frozenset[str]]:
    """Return the offices of a Doc whose names are resolved, its mentions with posts, and studios' namesakes."""
    parents = {key: name.parent for key, name in doc._.names.items() if name.parent}
    namesakes = frozenset(name.namesake for name in doc._.names.values() if name.namesake)
    offices, merged = find_offices(text_of(doc), doc._.refs, parents)
    return offices, merged, namesakes
