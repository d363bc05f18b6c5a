# ruff: noqa: N802
"""Each code about acts, statements and payees: the smallest world that raises it, and the nearest that does not."""

from etl.engine.compute import compute
from tests.reference.engine import arrow, draft

from .small import (
    CUTOFF,
    OTHER,
    QUARTER,
    REFERENCE,
    SINCE,
    contact,
    convention,
    day,
    envelope,
    fiche,
    found,
    session,
    stated,
    tariff,
    world,
)


def test_TIME_BARRED():
    def received(on):
        return world(tariff=[tariff(forclusion_mois=1)], fiche=[fiche(received_on=on)], session=[])

    assert found(received(day(2, 7))) == {"TIME_BARRED": "B"}
    assert found(received(day(2, 6))) == {}  # a month after the first contact, to the day


def test_BEFORE_TAKEOVER():
    def until(on):
        return world(takeover=[{"convention": "CALAE", "until": on}], session=[])

    assert found(until(day(1, 7))) == {"BEFORE_TAKEOVER": "H"}
    assert found(until(day(1, 6))) == {}


def _taken_over(*codes, **line):
    return [
        stated(convention=code, statement_number=f"ER-{code}-REPRISE", statement_order=n, **line)
        for n, code in enumerate(codes)
    ]


def test_what_two_lists_taken_over_both_hold_stops_no_draft():
    two = {"convention": [convention(), convention("SPORT")]}
    paid = _taken_over("SPORT", "CALAE")  # the last list holds the saisine
    drafted = draft(world(stated=paid, **two), QUARTER, CUTOFF)["statements"]
    assert [line["prestation"] for line in drafted["CALAE"]["lines"]] == ["PEC"]
    assert drafted["SPORT"]["lines"] == []


def test_what_another_convention_states_and_keeps_is_not_paid_again():
    two = {"convention": [convention(), convention("SPORT")]}
    paid = _taken_over("SPORT") + _taken_over("CALAE", prestation="PEC", on=day(1, 6), amount_cents=9000)
    paid[1]["statement_order"] = 2
    drafted = draft(world(stated=paid, **two), QUARTER, CUTOFF)["statements"]
    assert (drafted["CALAE"]["lines"], drafted["CALAE"]["not_paid"], drafted["SPORT"]["lines"]) == ([], [], [])


def test_a_reo_is_taken_back_once_its_association_holds_the_pec_whichever_convention_states_that():
    two = {"convention": [convention(), convention("SPORT")]}
    pec, reo = _taken_over("SPORT", "CALAE", on=day(1, 6))
    pec |= {"prestation": "PEC", "amount_cents": 9000}
    reo |= {"prestation": "REO", "amount_cents": 2500}
    drafted = draft(world(stated=[pec, reo], **two), QUARTER, CUTOFF)["statements"]
    lines = {(line["prestation"], line["amount_cents"]) for line in drafted["CALAE"]["lines"]}
    assert lines == {("REO", -2500), ("PSY", 5000)}
    assert drafted["SPORT"]["lines"] == []


def test_a_refused_saisine_is_taken_back_whichever_convention_states_it():
    two = {"convention": [convention(), convention("SPORT")]}
    pec, session_ = _taken_over("CALAE", "SPORT", on=day(1, 6))
    pec |= {"prestation": "PEC", "amount_cents": 9000}
    refused = {"decision": [{"decision_id": 1, "kind": "refuse", "reference": REFERENCE}]}
    drafted = draft(world(stated=[session_, pec], **two, **refused), QUARTER, CUTOFF)["statements"]
    back = {code: [(line["prestation"], line["amount_cents"]) for line in drafted[code]["lines"]] for code in drafted}
    assert back == {"CALAE": [("PEC", -9000)], "SPORT": [("PSY", -5000)]}


def test_a_saisine_closes_by_the_stated_date_of_its_reo_whatever_its_fiche_says_since():
    redirected = [contact(), contact(day(1, 20), association="A2")]
    told = [fiche(issue="hors_champ", date_cloture=day(3, 1))]
    reo = stated(day(1, 6)) | {"prestation": "REO", "amount_cents": 2500}
    tables = world(
        contact=redirected, fiche=told, session=[session(day(1, 25))], stated=[reo], tariff=[tariff(forclusion_mois=1)]
    )
    listed = {on: draft(tables, QUARTER, on)["statements"]["CALAE"]["not_paid"] for on in ("2026-08-25", "2026-08-26")}
    assert [row["reason"] for row in listed["2026-08-25"]] == ["SESSION_OUTSIDE_SEIZURE"]
    assert listed["2026-08-26"] == []


def test_STATED_ACT_DROPPED():
    once = [stated(day(1, 9))]
    assert found(world(stated=once)) == {"STATED_ACT_DROPPED": "H"}
    assert found(world(stated=once, session=[session(), session(day(1, 9), statut="annule")])) == {}


def test_a_drop_accepted_takes_back_what_the_own_convention_states_and_what_another_one_does_still_covers():
    two = {"convention": [convention(), convention("SPORT")], "stated": _taken_over("SPORT", "CALAE", on=day(1, 9))}
    accepted = [{"decision_id": 1, "kind": "accept", "code": "STATED_ACT_DROPPED", "reference": REFERENCE}]
    asked = [{"quarter": QUARTER, "quarter_start": day(1, 1), "quarter_end": day(4, 1), "cutoff": day(4, 15)}]
    acts = compute(arrow(world(decision=accepted, parameters=asked, **two)), {"fingerprint"})["fingerprint"].to_pylist()
    rests_on = [{"decision_id": 1, "association": row["root"], "acts": row["acts"]} for row in acts]
    drafted = draft(world(decision=accepted, decision_basis=rests_on, **two), QUARTER, CUTOFF)["statements"]
    lines = {(line["prestation"], line["amount_cents"]) for line in drafted["CALAE"]["lines"]}
    assert lines == {("PEC", 9000), ("PSY", -5000)}
    assert [row["reason"] for row in drafted["CALAE"]["not_paid"]] == ["STATED_ACT_DROPPED"]
    assert drafted["SPORT"]["lines"] == []


def _tiers(first, next_):
    prices = [("PEC", 1, None, 9000), ("PSY", 1, 1, first), ("PSY", 2, None, next_)]
    names = ("prestation", "rank_from", "rank_to", "amount_cents")
    period = {"convention": "CALAE", "valid_from": SINCE}
    return [period | dict(zip(names, price, strict=True)) for price in prices]


def test_a_late_arrival_comes_after_what_was_stated_and_once_stated_itself_moves_nothing():
    """Taken by date alone, it would exchange its price with the session after it, by nobody's act."""
    held = {"session": [session(day(1, 8)), session(day(1, 9))], "tariff_price": _tiers(6000, 5000)}
    paid = [stated(day(1, 6), prestation="PEC", amount_cents=9000), stated(day(1, 9), amount_cents=6000)]
    late = stated(day(1, 8), amount_cents=5000, statement_number="ER-CALAE-2026-T1-0002", statement_order=2)

    def lines(rows):
        drafted = draft(world(stated=rows, **held), QUARTER, CUTOFF)["statements"]["CALAE"]
        return [(x["act_date"], x["kind"], x["amount_cents"]) for x in drafted["lines"]]

    assert lines(paid) == [("2026-01-08", "courant", 5000)]
    assert lines([*paid, late]) == []


def _with(cents, **tables):
    """The clean world pays 140.00: a PEC of 90.00 and a session of 50.00."""
    return world(envelope=[envelope(cents)], **tables)


def test_ENVELOPE_70():
    assert found(_with(20000)) == {"ENVELOPE_70": "I"}
    assert found(_with(20001)) == {}


def test_ENVELOPE_90():
    assert found(_with(15555)) == {"ENVELOPE_70": "I", "ENVELOPE_90": "I"}
    assert found(_with(15556)) == {"ENVELOPE_70": "I"}


def test_ENVELOPE_100():
    assert found(_with(14000)) == {"ENVELOPE_70": "I", "ENVELOPE_90": "I", "ENVELOPE_100": "I"}
    assert found(_with(14001)) == {"ENVELOPE_70": "I", "ENVELOPE_90": "I"}


def test_an_envelope_is_told_once():
    paid = [stated(), stated(day(1, 6), prestation="PEC", amount_cents=9000)]
    assert found(_with(14000, stated=paid)) == {}


def _checked(*codes):
    return world(payee_check=[{"association": "A1", "code": code, "detail": "iban"} for code in codes])


def test_BAD_IDENTIFIER():
    assert found(_checked("BAD_IDENTIFIER")) == {"BAD_IDENTIFIER": "W"}
    assert found(_checked()) == {}


def test_IBAN_CHANGED():
    assert found(_checked("IBAN_CHANGED")) == {"IBAN_CHANGED": "W"}
    assert found(_checked()) == {}


def test_a_cap_of_the_person_counts_the_sessions_that_an_earlier_version_capped_by_saisine():
    """Each line has the cap of its own version; all lines of the prestation count in it (rules §8)."""
    since = day(2, 1)
    counted = {SINCE: (5, "saisine"), since: (2, "beneficiaire_annee")}
    prices = [
        {"convention": "CALAE", "valid_from": valid_from, "prestation": code, "rank_from": 1, "amount_cents": cents}
        | ({"cap_count": count, "cap_per": per} if code == "PSY" else {})
        for valid_from, (count, per) in counted.items()
        for code, cents in (("PEC", 9000), ("PSY", 5000))
    ]
    drafted = draft(
        world(
            contact=[contact(beneficiaire="p"), contact(day(2, 9), reference=OTHER, beneficiaire="p")],
            fiche=[fiche(), fiche(2, written=OTHER, date_saisine=day(2, 9), date_premier_contact=day(2, 10))],
            session=[session(), session(day(2, 12), 2), session(day(2, 13), 2)],
            tariff=[tariff(valid_to=since), tariff(valid_from=since)],
            tariff_beneficiary=[
                {"convention": "CALAE", "valid_from": valid_from, "qualite": "elu"} for valid_from in counted
            ],
            tariff_price=prices,
        ),
        QUARTER,
        CUTOFF,
    )["statements"]["CALAE"]
    assert [x["act_date"] for x in drafted["lines"] if x["prestation"] == "PSY"] == ["2026-01-08", "2026-02-12"]
    assert [(x["act_date"], x["reason"]) for x in drafted["not_paid"]] == [("2026-02-13", "CAP_EXCEEDED")]


def test_what_was_taken_back_and_is_due_again_at_no_price_differs_by_nothing():
    """A difference of zero is no line (rules §9)."""
    free = [
        {"convention": "CALAE", "valid_from": SINCE, "prestation": code, "rank_from": 1, "amount_cents": cents}
        for code, cents in (("PEC", 9000), ("PSY", 0))
    ]
    number = "ER-CALAE-2026-T1-0002"
    back = [stated(), stated(amount_cents=-5000, taken_back=True, statement_number=number, statement_order=2)]
    drafted = draft(world(stated=back, tariff_price=free), QUARTER, CUTOFF)["statements"]["CALAE"]
    assert [x["prestation"] for x in drafted["lines"] + drafted["not_paid"]] == ["PEC"]
