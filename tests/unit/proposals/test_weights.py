"""The weight of each piece of evidence: where it starts, and what the confirmed matches teach."""

import pytest

from etl.engine.compute import compute
from etl.engine.proposals import EVIDENCE, label, start_weights, weight_table
from etl.model.reference import make

from .world import TWICE_WRONG, decision, fiche, saisine, tables


@pytest.mark.parametrize("evidence", EVIDENCE)
def test_the_start_weights_are_shares(evidence: str) -> None:
    levels = start_weights()["evidence"][evidence]["levels"]
    told = [one for name, one in levels.items() if name != "well_formed"]
    assert sum(one["m"] for one in told) == pytest.approx(1)
    assert sum(one["u"] for one in told) == pytest.approx(1)
    assert all(label(evidence, name) for name in levels)


def confirmed_world(count: int) -> dict:
    """Fiches with three slips, all confirmed; their qualité is wrong every other time."""
    serials = [1000 + 7 * n for n in range(count)]
    contacts = [saisine(serial, day=n % 80) for n, serial in enumerate(serials)]
    written = {serial: f"FV26-QX{serial:04d}-X" for serial in serials}
    told = [fiche(n + 1, written[s], qualite=("elu", "proche")[n % 2]) for n, s in enumerate(serials)]
    made = [decision(n + 1, "confirm_match", written[s], s) for n, s in enumerate(serials)]
    return tables([*contacts, saisine(973)], [*told, fiche(count + 1, TWICE_WRONG, qualite="proche")], made)


def weights(count: int) -> dict[tuple[str, str], dict]:
    found = compute({**confirmed_world(count), "weight": weight_table()}, {"weight_used"})["weight_used"]
    return {(row["evidence"], row["level"]): row for row in found.to_pylist()}


def test_the_weights_are_learnt_from_the_confirmed_matches_once_there_are_enough() -> None:
    before, after = weights(99), weights(150)
    start = start_weights()["evidence"]["qualite"]["levels"]["different"]["m"]
    assert before["qualite", "different"]["m"] == start
    assert not before["qualite", "different"]["learnt"]
    assert after["qualite", "different"]["m"] == pytest.approx((75 + 50 * start) / 200)
    assert after["reference", "two_errors"]["m"] < start_weights()["evidence"]["reference"]["levels"]["two_errors"]["m"]
    assert (
        after["reference", "well_formed"]["m"] == start_weights()["evidence"]["reference"]["levels"]["well_formed"]["m"]
    )


def test_exact_matches_tell_nothing_of_how_references_are_mistyped() -> None:
    serials = range(1, 151)
    made = tables([saisine(n, day=n % 80) for n in serials], [fiche(n, make(26, n), qualite="elu") for n in serials])
    found = compute({**made, "weight": weight_table()}, {"weight_used"})["weight_used"].to_pylist()
    assert {row["learnt"] for row in found if row["evidence"] == "reference"} == {False}
    assert {row["learnt"] for row in found if row["evidence"] == "qualite"} == {True}
