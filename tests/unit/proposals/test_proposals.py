"""What is offered for a fiche without a saisine, and the weight of each piece of evidence."""

from datetime import date

import pytest

from etl.engine.plan import steps
from etl.engine.proposals import EVIDENCE, Candidate, Piece, Proposal
from etl.jobs.matching.propose import as_data, confirm_command
from etl.model.reference import make

from .world import TWICE_WRONG, decision, fiche, proposed, saisine


def pieces(candidate: Candidate) -> dict[str, Piece]:
    return {piece.evidence: piece for piece in candidate.pieces}


def only(found: list[Proposal]) -> Proposal:
    assert len(found) == 1
    return found[0]


def first(found: list[Proposal]) -> dict[str, Piece]:
    return pieces(only(found).candidates[0])


def offered(found: list[Proposal]) -> list[str]:
    return sorted(one.reference for one in only(found).candidates)


# --- which saisines are candidates ------------------------------------------------------------------------------------


def test_the_saisines_of_the_association_without_a_fiche_are_offered() -> None:
    contacts = [saisine(973), saisine(11), saisine(12, association="AAV002")]
    found = proposed(contacts, [fiche(1, TWICE_WRONG), fiche(2, make(26, 11))])
    assert offered(found) == [make(26, 973)]


def test_a_linked_association_is_the_same() -> None:
    register = [{"code": "AAV001", "successeur": "AAV002"}, {"code": "AAV002"}]
    found = proposed([saisine(973, association="AAV002")], [fiche(1, TWICE_WRONG)], association=register)
    assert offered(found) == [make(26, 973)]


def test_a_saisine_opened_after_the_reception_is_not_offered() -> None:
    found = proposed([saisine(973, day=60)], [fiche(1, TWICE_WRONG, received_on=date(2026, 2, 1))])
    assert only(found).candidates == ()


def test_the_fiche_of_another_seizure_does_not_answer_for_this_one() -> None:
    contacts = [saisine(973), saisine(973, 3, "AAV002", contact_id=2)]
    found = proposed(contacts, [fiche(1, TWICE_WRONG), fiche(2, make(26, 973), "AAV002")])
    assert offered(found) == [make(26, 973)]


def test_a_matched_fiche_has_no_proposal() -> None:
    assert proposed([saisine(973)], [fiche(1, make(26, 973))]) == []


def test_an_ambiguous_reference_has_proposals() -> None:
    one_slip_from_both = make(26, 100)[:-1] + make(26, 900)[-1]
    found = proposed([saisine(100), saisine(900)], [fiche(1, one_slip_from_both)])
    assert only(found).how == "ambiguous"
    assert offered(found) == [make(26, 100), make(26, 900)]


def test_five_are_kept_the_best_first() -> None:
    contacts = [saisine(973 + 7 * n, day=10 * n) for n in range(8)]
    found = only(proposed(contacts, [fiche(1, TWICE_WRONG, date_saisine=date(2026, 1, 5))]))
    assert len(found.candidates) == 5
    assert found.among == 8
    assert found.candidates[0].reference == make(26, 973)
    assert [one.bits for one in found.candidates] == sorted((one.bits for one in found.candidates), reverse=True)


# --- decisions --------------------------------------------------------------------------------------------------------


def test_a_rejected_pair_is_not_offered_again() -> None:
    contacts, fiches = [saisine(973), saisine(55)], [fiche(1, TWICE_WRONG)]
    assert offered(proposed(contacts, fiches, [decision(1, "reject_match", TWICE_WRONG, 973)])) == [make(26, 55)]


def test_the_rejection_of_a_repaired_match_leaves_a_fiche_to_propose_for() -> None:
    mistyped = make(26, 973)[:-1]
    found = proposed([saisine(973), saisine(55)], [fiche(1, mistyped)], [decision(1, "reject_match", mistyped, 973)])
    assert offered(found) == [make(26, 55)]


def test_a_confirmed_fiche_is_a_match() -> None:
    contacts, fiches = [saisine(973), saisine(55)], [fiche(1, TWICE_WRONG), fiche(2, "FV26-999999-Z")]
    found = proposed(contacts, fiches, [decision(1, "confirm_match", TWICE_WRONG, 973)])
    assert only(found).written == "FV26-999999-Z"
    assert offered(found) == [make(26, 55)]


def test_a_fiche_confirmed_for_a_saisine_that_the_journal_lost_is_settled() -> None:
    assert proposed([saisine(55)], [fiche(1, TWICE_WRONG)], [decision(1, "confirm_match", TWICE_WRONG, 973)]) == []


def test_nothing_that_is_paid_reads_a_proposal() -> None:
    own = {name for name, step in steps().items() if step.folder == "propose"}
    assert own
    assert [name for name, step in steps().items() if step.folder != "propose" and step.reads & own] == []


# --- the weight of the evidence ----------------------------------------------------------------------------------------

ALIKE = {"date_saisine": date(2026, 1, 5), "convention": "CALAE", "qualite": "elu", "departement": "75"}
UNLIKE = {"date_saisine": date(2026, 3, 20), "convention": "AMF", "qualite": "proche", "departement": "33"}
OTHERS = [saisine(4000 + n, day=n, convention="SPORT", qualite="licencie", departement="13") for n in range(1, 20)]


def test_what_agrees_weighs_for_and_what_disagrees_against() -> None:
    for_it = first(
        proposed([saisine(973), *OTHERS], [fiche(1, TWICE_WRONG, **ALIKE, date_premier_contact=date(2026, 1, 6))])
    )
    assert all(for_it[evidence].bits > 0 for evidence in EVIDENCE)
    against = only(
        proposed([saisine(973)], [fiche(1, "FV26-555555-X", **UNLIKE, date_premier_contact=date(2026, 1, 1))])
    )
    assert all(pieces(against.candidates[0])[evidence].bits < 0 for evidence in EVIDENCE)


def test_what_one_side_does_not_tell_weighs_nothing() -> None:
    silent = first(proposed([saisine(973)], [fiche(1, TWICE_WRONG)]))
    assert [evidence for evidence in EVIDENCE if silent[evidence].bits == 0] == list(EVIDENCE[1:])
    untold = saisine(973, convention=None, qualite=None, departement=None)
    assert first(proposed([untold], [fiche(1, TWICE_WRONG, **ALIKE)]))["qualite"].bits == 0


@pytest.mark.parametrize(
    ("evidence", "column"), [("convention", "convention"), ("qualite", "qualite"), ("departement", "departement")]
)
def test_a_common_value_weighs_less(evidence: str, column: str) -> None:
    common = {"convention": "SPORT", "qualite": "licencie", "departement": "13"}[column]
    rare = first(proposed([saisine(973), *OTHERS], [fiche(1, TWICE_WRONG, **{column: ALIKE[column]})]))
    usual = first(proposed([saisine(973, **{column: common}), *OTHERS], [fiche(1, TWICE_WRONG, **{column: common})]))
    assert rare[evidence].bits > usual[evidence].bits >= 0


def test_a_day_on_which_many_saisines_were_opened_weighs_less() -> None:
    told = [fiche(1, TWICE_WRONG, date_saisine=date(2026, 1, 5))]
    alone = first(proposed([saisine(973), *[saisine(4000 + n, day=n) for n in range(1, 20)]], told))
    crowd = first(proposed([saisine(973), *[saisine(4000 + n) for n in range(1, 20)]], told))
    assert alone["date_saisine"].bits > crowd["date_saisine"].bits > 0


@pytest.mark.parametrize(
    ("told", "level"),
    [
        (date(2026, 2, 9), "same"),
        (date(2026, 2, 12), "near"),
        (date(2026, 2, 6), "near"),
        (date(2026, 2, 13), "far"),
        (date(2026, 9, 2), "exchanged"),
        (None, None),
    ],
)
def test_the_date_agrees_within_three_days_or_with_day_and_month_exchanged(
    told: date | None, level: str | None
) -> None:
    found = first(proposed([saisine(973, day=35)], [fiche(1, TWICE_WRONG, date_saisine=told)]))
    assert found["date_saisine"].level == level


@pytest.mark.parametrize(
    ("written", "level"),
    [
        (TWICE_WRONG, "two_errors"),
        ("FV26-009O73-X", "two_errors"),
        ("FV26-099973-X", "three_errors"),
        ("FV26-555555-X", "far"),
        (make(26, 974), "well_formed"),
        ("26000979", "two_errors"),
    ],
)
def test_the_reference_is_nearer_or_farther(written: str, level: str) -> None:
    assert first(proposed([saisine(973)], [fiche(1, written)]))["reference"].level == level


@pytest.mark.parametrize(
    ("told", "level"),
    [
        ({"date_premier_contact": date(2026, 1, 6)}, "fits"),
        ({"date_premier_contact": date(2026, 1, 1)}, "before"),
        ({"layout": "bordereau", "nb_psy": 4, "date_cloture": date(2026, 1, 20)}, "too_many"),
        ({"layout": "bordereau", "nb_psy": 3, "date_cloture": date(2026, 1, 20)}, "fits"),
        ({}, None),
    ],
)
def test_the_number_of_sessions_is_plausible_for_the_time(told: dict, level: str | None) -> None:
    assert first(proposed([saisine(973)], [fiche(1, TWICE_WRONG, **told)]))["sessions"].level == level


def test_sessions_are_counted_by_nature_and_only_those_held() -> None:
    held = [
        {
            "session_id": n,
            "fiche_group_id": 1,
            "day": date(2026, 1, 6 + n),
            "nature": "psy",
            "mode": "visio",
            "statut": statut,
        }
        for n, statut in enumerate(("honore", "honore", "absence", "annule"))
    ]
    told = [fiche(1, TWICE_WRONG, date_cloture=date(2026, 1, 13))]
    piece = first(proposed([saisine(973)], told, session=held))["sessions"]
    assert piece.level == "fits"
    assert piece.value_fiche == "2 entretiens depuis le 06/01/2026, au 13/01/2026"


def test_the_waterfall_adds_up_from_one_chance_among_the_candidates() -> None:
    candidate = only(proposed([saisine(973), *OTHERS], [fiche(1, TWICE_WRONG, **ALIKE)])).candidates[0]
    assert [piece.evidence for piece in candidate.pieces] == ["prior", *EVIDENCE]
    assert candidate.pieces[0].bits == pytest.approx(-4.322)
    running = 0.0
    for piece in candidate.pieces:
        running += piece.bits
        assert piece.running == pytest.approx(running)
    assert candidate.bits == pytest.approx(running)


# --- one to one ---------------------------------------------------------------------------------------------------------


def test_a_fiche_does_not_take_the_saisine_that_suits_another_better() -> None:
    contacts = [saisine(973, convention="AMF"), saisine(983)]
    told = [fiche(1, "FV26-009983-X", convention="CALAE"), fiche(2, "FV26-009973-X", convention="CALAE")]
    chosen = {
        one.written: [c.reference for c in one.candidates if c.standing == "chosen"] for one in proposed(contacts, told)
    }
    assert chosen["FV26-009983-X"] == [make(26, 983)]
    assert make(26, 983) not in chosen["FV26-009973-X"]


def test_exact_ties_are_left_to_the_coordinator() -> None:
    contacts = [saisine(400), saisine(700)]
    told = [fiche(1, "FV26-555555-X", date_saisine=date(2026, 1, 5), convention="CALAE")]
    strong = {"departement": "75", "qualite": "elu"}
    found = only(proposed([*contacts, *OTHERS], [told[0] | strong]))
    assert [one.standing for one in found.candidates[:2]] == ["tied", "tied"]


def test_an_equal_beyond_the_five_best_makes_a_tie_too() -> None:
    contacts = [saisine(serial) for serial in (400, 500, 600, 700, 800, 900, 1400)]
    others = [saisine(4000 + n, day=n, convention="SPORT", qualite="licencie", departement="13") for n in range(1, 60)]
    found = only(proposed([*contacts, *others], [fiche(1, "FV26-555555-X", **ALIKE)]))
    assert len(found.candidates) == 5
    assert "chosen" not in {one.standing for one in found.candidates}


# --- what is shown ------------------------------------------------------------------------------------------------------


def test_the_command_names_the_pair_and_waits_for_an_author_and_a_reason() -> None:
    found = only(proposed([saisine(973)], [fiche(1, "FV26 009973 X")]))
    assert confirm_command(found, found.candidates[0]) == (
        f"saisines decide confirm_match --reference {make(26, 973)} --association AAV001 --written 'FV26 009973 X' --by '' --reason ''"
    )


def test_the_data_hold_each_piece_with_both_values() -> None:
    found = as_data(only(proposed([saisine(973)], [fiche(1, TWICE_WRONG, date_saisine=date(2026, 1, 7))])))
    piece = found["candidates"][0]["waterfall"][2]
    assert (piece["evidence"], piece["value_fiche"], piece["value_saisine"]) == (
        "date_saisine",
        "07/01/2026",
        "05/01/2026",
    )
    assert set(piece) == {"evidence", "level", "value_fiche", "value_saisine", "bits", "running"}
