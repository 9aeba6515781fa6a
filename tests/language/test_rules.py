"""Every rule's own sentences: it reads the relation beside a `match`, no rule reads one in a `no_match`."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kg.language.constructions import Construction, load_constructions
from kg.language.frames import Candidate, Rule, load_rules
from kg.model import Extraction

Read = Callable[[str], Extraction]
# The share of the match sentences that the ranker, which judges what the rules propose, lets through: each
# is shorter and plainer than what it learnt from.
ACCEPTED = 0.8
# The share of the no_match sentences in which it may see a relation by itself, without any rule.
INVENTED = 0.05
RANKER = "ranker"


def predicates(rule: Rule | Construction) -> set[str]:
    return {rule.predicate} if isinstance(rule, Rule) else {saying.predicate for saying in rule.says}


RULES = [*load_rules(), *load_constructions()]
MATCHES = [
    pytest.param(rule, line, id=f"{rule.id}-{i}") for rule in RULES for i, line in enumerate(rule.match)
]
NO_MATCHES = [
    pytest.param(rule, line, id=f"{rule.id}-{i}") for rule in RULES for i, line in enumerate(rule.no_match)
]


@pytest.mark.parametrize(("rule", "line"), MATCHES)
def test_match_sentence_makes_its_rule_propose_the_relation_beside_it(
    rule: Rule | Construction, line: str, proposals: Callable[[str], list[tuple[Candidate, str, str]]]
) -> None:
    sentence, _, relation = line.partition(" => ")

    found = [
        (subject, target, candidate.role or "")
        for candidate, subject, target in proposals(sentence)
        if candidate.rule == rule.id and not candidate.vetoed
    ]

    subject, target, *role = relation.split(" | ")
    assert (subject, target) in {(one, other) for one, other, _ in found}
    if role:
        assert (subject, target, role[0]) in found


@pytest.mark.parametrize(("rule", "line"), NO_MATCHES)
def test_no_match_sentence_makes_no_rule_state_anything_of_the_kind(
    rule: Rule | Construction, line: str, read: Read
) -> None:
    claims = [
        (claim.subject.name, claim.predicate, claim.object.name, claim.evidence.rule)
        for claim in read(line).claims
        if claim.predicate in predicates(rule)
    ]

    assert [claim for claim in claims if claim[3] != RANKER] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_rule_has_sentences_of_both_kinds(rule: Rule | Construction) -> None:
    assert rule.match, f"{rule.id} has no match sentence"
    assert rule.no_match, f"{rule.id} has no no_match sentence"


def test_most_match_sentences_state_their_claim_at_the_end_of_the_pipeline(read: Read) -> None:
    lost = []
    for rule in RULES:
        for line in rule.match:
            sentence, _, relation = line.partition(" => ")
            ends = set(relation.split(" | ")[:2])
            claims = [claim for claim in read(sentence).claims if claim.predicate in predicates(rule)]
            if ends not in [{claim.subject.name, claim.object.name} for claim in claims]:
                lost.append(f"{rule.id}: {line}")

    assert len(lost) <= (1 - ACCEPTED) * len(MATCHES), "\n".join(lost)


def test_hardly_any_no_match_sentence_states_a_claim_that_no_rule_proposed(read: Read) -> None:
    invented = [
        f"{rule.id}: {line}"
        for rule in RULES
        for line in rule.no_match
        if any(claim.predicate in predicates(rule) for claim in read(line).claims)
    ]

    assert len(invented) <= INVENTED * len(NO_MATCHES), "\n".join(invented)


def test_rule_ids_are_unique() -> None:
    ids = [rule.id for rule in RULES]

    assert sorted(ids) == sorted(set(ids))
