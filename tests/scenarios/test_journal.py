# ruff: noqa: N802
"""Each code about the journal and what blocks a saisine: the smallest world that raises it, and the nearest that does not."""

from .small import (
    NO_LINE,
    OTHER,
    OTHER_LINE,
    association,
    contact,
    convention,
    day,
    decision,
    fiche,
    found,
    line,
    session,
    stated,
    tariff,
    world,
)


def test_the_clean_world_raises_nothing():
    assert found(world()) == {}


def test_JOURNAL_GAP():
    assert found(world(silent=day(2, 1))) == {"JOURNAL_GAP": "W"}
    assert found(world(silent=day(1, 5))) == {}  # the saisine's own call is of that day
    lost = {"reference": OTHER, "day": day(2, 1), "association": "A1", "convention": "CALAE", "qualite": "elu"}
    registered = world(silent=day(2, 1), decision=[decision(1, "register_saisine", **lost)])
    assert found(registered) == {"MISSING_FICHE": "H"}  # a row of the journal of that day


def test_JOURNAL_OVERLAP():
    again = {"received_on": day(4, 3), "sha256": "1"}
    assert found(world(contact=[contact(), contact(duree_s=601, **again)])) == {"JOURNAL_OVERLAP": "I"}
    assert found(world(contact=[contact(urgence=True), contact(**again)])) == {"JOURNAL_OVERLAP": "W"}
    assert found(world(contact=[contact(), contact(**again)])) == {}


def test_OUT_OF_HOURS():
    assert found(world(contact=[contact(hour="21:00")])) == {"OUT_OF_HOURS": "I"}
    assert found(world(contact=[contact(hour="20:59")])) == {}


def test_LINE_MISMATCH():
    two = {"convention": [convention(), convention("SPORT")], "convention_line": [line(), line("SPORT", OTHER_LINE)]}
    assert found(world(contact=[contact(numero_appele=OTHER_LINE)], **two)) == {"LINE_MISMATCH": "W"}
    assert found(world(contact=[contact(numero_appele=NO_LINE)], **two)) == {}


def test_REDIRECTED():
    told = {"contact": [contact(), contact(day(1, 9), association="A2")]}
    linked = [association(successeur="A2"), association("A2")]
    assert found(world(**told)) == {"REDIRECTED": "I"}
    assert found(world(association=linked, **told)) == {}


def test_DUPLICATE_SAISINE():
    def second(opened_on):
        first = fiche(), session()
        later = fiche(2, written=OTHER, date_premier_contact=opened_on), session(opened_on, 2)
        return world(
            contact=[contact(beneficiaire="p"), contact(opened_on, reference=OTHER, beneficiaire="p")],
            fiche=[first[0], later[0]],
            session=[first[1], later[1]],
        )

    assert found(second(day(2, 4))) == {"DUPLICATE_SAISINE": "W"}
    assert found(second(day(2, 5))) == {}


def test_LATE_CHANGE():
    assert found(world(contact=[contact(qualite="proche")], stated=[stated()])) == {"LATE_CHANGE": "H"}
    assert found(world(contact=[contact()], stated=[stated()])) == {}


def test_QUALITE_UNKNOWN():
    untold = [contact(qualite=None)]
    assert found(world(contact=untold, fiche=[fiche(qualite=None)])) == {"QUALITE_UNKNOWN": "H"}
    assert found(world(contact=untold, fiche=[fiche(qualite="elu")])) == {}


def test_INELIGIBLE_BENEFICIARY():
    def of(qualite):
        return world(contact=[contact(qualite=qualite)], fiche=[fiche(qualite=qualite)])

    assert found(of("licencie")) == {"INELIGIBLE_BENEFICIARY": "B"}
    assert found(of("proche")) == {}


def test_UNKNOWN_CONVENTION():
    def of(code):
        return world(contact=[contact(convention=code)], fiche=[fiche(convention=None)])

    assert found(of("NEANT")) == {"UNKNOWN_CONVENTION": "B", "LINE_MISMATCH": "W"}  # the line is that of CALAE
    assert found(of(None)) == {}  # the line that was dialled gives it


def test_CONVENTION_NOT_IN_FORCE():
    assert found(world(convention=[convention(du=day(1, 6))])) == {"CONVENTION_NOT_IN_FORCE": "B"}
    assert found(world(convention=[convention(du=day(1, 5))])) == {}


def test_UNKNOWN_ASSOCIATION():
    told = {"contact": [contact(association="A9")], "fiche": [fiche(association="A9")]}
    assert found(world(**told)) == {"UNKNOWN_ASSOCIATION": "B"}
    assert found(world(association=[association("A9")], **told)) == {}


def test_INACTIVE_ASSOCIATION():
    assert found(world(association=[association(active_au=day(1, 4))])) == {"INACTIVE_ASSOCIATION": "B"}
    assert found(world(association=[association(active_au=day(1, 5))])) == {}


def test_TARIFF_GAP():
    assert found(world(tariff=[tariff(valid_to=day(1, 8))])) == {"TARIFF_GAP": "B"}
    assert found(world(tariff=[tariff(valid_to=day(1, 9))])) == {}


def test_DISPUTED():
    disputed = decision(1, "dispute", code=None)
    assert found(world(decision=[disputed])) == {"DISPUTED": "H"}
    assert found(world(decision=[disputed, decision(2, "withdraw", code="dispute")])) == {}
