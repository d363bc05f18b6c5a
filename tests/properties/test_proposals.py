"""Whatever the fiches: one-to-one is the best there is, ties are never settled, the order of rows changes nothing."""

from __future__ import annotations

import random
from datetime import date
from itertools import combinations, permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from etl.engine.assignment import assign
from etl.engine.proposals import propose
from etl.model.reference import make
from tests.unit.proposals.world import decision, fiche, saisine, tables

SCORES = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from("wxyz")), st.integers(-3, 6), min_size=1, max_size=12
)


def best_assignments(scores: dict[tuple[str, str], int]) -> list[set[tuple[str, str]]]:
    """All of them, by trying everything."""
    fiches, saisines = sorted({one for one, _ in scores}), sorted({one for _, one in scores})
    tried = [
        set(zip(some, order, strict=True))
        for count in range(min(len(fiches), len(saisines)) + 1)
        for some in combinations(fiches, count)
        for order in permutations(saisines, count)
    ]
    able = [pairs for pairs in tried if all(scores.get(pair, 0) > 0 for pair in pairs)]
    best = max(sum(scores[pair] for pair in pairs) for pairs in able)
    return [pairs for pairs in able if sum(scores[pair] for pair in pairs) == best]


@settings(max_examples=150, deadline=None)
@given(SCORES)
def test_what_every_best_assignment_holds_is_chosen_and_what_some_hold_is_tied(scores: dict) -> None:
    best = best_assignments(scores)
    always, ever = set.intersection(*best), set.union(*best)
    assert assign(scores) == {pair: "chosen" if pair in always else "tied" for pair in ever}


@settings(max_examples=50, deadline=None)
@given(SCORES, st.randoms(use_true_random=False))
def test_the_order_of_pairs_changes_nothing(scores: dict, shuffler: random.Random) -> None:
    pairs = list(scores.items())
    shuffler.shuffle(pairs)
    assert assign(dict(pairs)) == assign(scores)


def world(choose: random.Random) -> dict[str, list]:
    """A dozen saisines of two associations, some with an exact fiche, some with a ruined one, a few decisions."""
    serials = choose.sample(range(1, 400), 12)
    told = [
        {"convention": choose.choice(("CALAE", "AMF", None)), "qualite": choose.choice(("elu", "proche"))}
        for _ in serials
    ]
    contacts = [
        saisine(n, choose.randrange(60), f"AAV00{1 + n % 2}", **one) for n, one in zip(serials, told, strict=True)
    ]
    fiches, decisions = [], []
    for number, serial in enumerate(serials[:9], 1):
        exact = make(26, serial)
        written = (
            exact if choose.random() < 0.3 else exact[:6] + choose.choice("0123") + choose.choice("456") + exact[8:]
        )
        told = {
            "date_saisine": choose.choice((None, date(2026, 1, 5), date(2026, 2, 3))),
            "qualite": choose.choice((None, "elu")),
        }
        fiches.append(fiche(number, written, f"AAV00{1 + choose.randrange(2)}", **told))
        if choose.random() < 0.2:
            kind = choose.choice(("confirm_match", "reject_match"))
            decisions.append(decision(number, kind, written, choose.choice(serials), fiches[-1]["association"]))
    return {"contacts": contacts, "fiches": fiches, "decisions": decisions}


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6))
def test_proposals_do_not_depend_on_the_order_of_rows_and_hold_together(seed: int) -> None:
    choose = random.Random(seed)
    made = world(choose)
    found = propose(tables(**made))
    for rows in made.values():
        choose.shuffle(rows)
    assert propose(tables(**made)) == found
    chosen = [one.reference for proposal in found for one in proposal.candidates if one.standing == "chosen"]
    assert len(chosen) == len(set(chosen))
    for proposal in found:
        keys = [(-one.bits, one.reference) for one in proposal.candidates]
        assert keys == sorted(keys)
        assert len(keys) <= 5
        assert {one.bits > 0 for one in proposal.candidates if one.standing != "other"} <= {True}
