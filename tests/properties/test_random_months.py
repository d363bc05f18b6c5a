"""Engine and reference agree, to the cent and the code, over random months of a federation's life (rules of the contract, all of them)."""

from __future__ import annotations

import os
import time
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.reference import cases

from .choose import Choose, choosing, seeded
from .history import differences
from .months import Life

# Seconds of the long run; a failing seed is printed and plays again alone.
LONG_SECONDS = int(os.environ.get("SAISINES_PROPERTY_SECONDS", "600"))
FIRST_SEED = int(os.environ.get("SAISINES_PROPERTY_SEED", "1000"))  # another one plays other worlds
STEPS = ("receive", "receive_fiches", "revise", "revise", "decide", "decide", "wait", "wait")
RARE = ("withdraw_delivery", "merge", "amend", "take_over")
QUIET = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


def live(choose: Choose, size: int, drafts: int) -> Life:
    """A life of some months, drafted on both sides after each, most drafts then finalised."""
    life = Life(choose, size)
    life.receive()
    life.wait()
    life.receive()
    for _ in range(drafts):
        for _ in range(1 + choose.up_to(3)):
            getattr(life, choose.one(RARE) if choose.chance(12) else choose.one(STEPS))()
        quarter, cutoff, drafted, found = life.draft()
        assert found == [], (quarter, cutoff)
        if choose.chance(80):
            life.finalise(quarter, cutoff, drafted)
    return life


@settings(max_examples=8, phases=[Phase.generate], derandomize=True, **QUIET)
@given(choosing())
def test_the_engine_agrees_with_the_reference_on_small_dense_worlds(choose: Choose) -> None:
    live(choose, size=6, drafts=1)


@pytest.mark.parametrize("seed", range(4))
def test_the_engine_agrees_with_the_reference_over_a_seeded_year(seed: int) -> None:
    live(seeded(seed), size=40, drafts=3)


class Months(RuleBasedStateMachine):
    """Any order of deliveries, revisions, decisions, mergers, amendments, drafts and finalisations."""

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.life = Life(self._choose(data), 8)
        self.life.receive()

    def _choose(self, data: st.DataObject) -> Choose:
        return Choose(lambda count: data.draw(st.integers(0, count - 1)))

    @rule(data=st.data(), what=st.sampled_from(("receive", "receive_fiches", "revise", "decide", "wait")))
    def happen(self, data: st.DataObject, what: str) -> None:
        self.life.choose = self._choose(data)
        getattr(self.life, what)()

    @rule(data=st.data(), what=st.sampled_from(RARE))
    def happen_rarely(self, data: st.DataObject, what: str) -> None:
        self.life.choose = self._choose(data)
        getattr(self.life, what)()

    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        """Draft on both sides, and finalise what can be."""
        self.life.choose = self._choose(data)
        quarter, cutoff, drafted, found = self.life.draft()
        note(f"{quarter} at {cutoff}")
        assert found == []
        self.life.finalise(quarter, cutoff, drafted)


@pytest.mark.parametrize("machine", [Months])
def test_any_order_of_months_settles_alike_on_both_sides(machine: type[RuleBasedStateMachine]) -> None:
    profile = settings(max_examples=3, stateful_step_count=8, phases=[Phase.generate], derandomize=True, **QUIET)
    run_state_machine_as_test(machine, settings=profile)


@pytest.mark.long
@pytest.mark.timeout(LONG_SECONDS * 2 + 300)
def test_the_engine_agrees_with_the_reference_for_as_long_as_asked() -> None:
    """The same worlds every run, as many as the time allows; the seed is in the message of the failure."""
    until, seed, drafts = time.monotonic() + LONG_SECONDS, FIRST_SEED, 0
    while time.monotonic() < until:
        seed += 1
        try:
            drafts += live(seeded(seed), size=40, drafts=5).drafts
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, after {drafts} drafts without a difference") from error
    assert drafts > 0


@pytest.mark.long
@settings(max_examples=60, derandomize=True, **QUIET)
@given(choosing())
def test_a_difference_found_in_a_small_world_is_made_smaller_still(choose: Choose) -> None:
    live(choose, size=3, drafts=2)


def test_a_difference_is_seen_when_there_is_one() -> None:
    """The comparison itself: one cent more on one line is told."""
    life = live(seeded(1), size=40, drafts=1)
    quarter, cutoff = "2026-T1", life.today + timedelta(days=1)
    ours = cases.draft(life.tables, quarter, cutoff.isoformat())
    theirs = cases.draft(life.tables, quarter, cutoff.isoformat())
    assert differences(ours, theirs) == []
    for statement in theirs["statements"].values():
        statement["total_cents"] += 1
    assert len(differences(ours, theirs)) >= 1
