# ruff: noqa: N802
"""Each code about a fiche: the smallest world that raises it, and the nearest that does not."""

from etl.model.reference import make

from .small import OTHER, REFERENCE, association, contact, day, fiche, found, session, tariff, world


def test_REFERENCE_REPAIRED():
    assert found(world(fiche=[fiche(written="FV26-OOO123-W")])) == {"REFERENCE_REPAIRED": "W"}
    assert found(world(fiche=[fiche(written="fv26 000123 w")])) == {}


def test_AMBIGUOUS_MATCH():
    near = make(26, 124)
    between = REFERENCE[:-1] + near[-1]  # one substitution from either

    def other_of(code):
        return world(
            contact=[contact(), contact(day(1, 6), reference=near, association=code)], fiche=[fiche(written=between)]
        )

    assert found(other_of("A1")) == {"AMBIGUOUS_MATCH": "B", "MISSING_FICHE": "H"}
    assert found(other_of("A2")) == {"REFERENCE_REPAIRED": "W", "MISSING_FICHE": "H"}


def test_FICHE_WITHOUT_SAISINE():
    both = {"fiche": [fiche(), fiche(2, written=OTHER)]}
    assert found(world(**both)) == {"FICHE_WITHOUT_SAISINE": "B"}
    assert found(world(contact=[contact(), contact(reference=OTHER)], **both)) == {}


def test_MISSING_FICHE():
    assert found(world(fiche=[], session=[])) == {"MISSING_FICHE": "H"}
    assert found(world(session=[])) == {}


def test_CLOSED_NO_RETURN():
    none = {"fiche": [], "session": []}
    assert found(world(tariff=[tariff(forclusion_mois=3)], **none)) == {"CLOSED_NO_RETURN": "I"}
    assert found(world(tariff=[tariff(forclusion_mois=4)], **none)) == {"MISSING_FICHE": "H"}


def test_WRONG_ASSOCIATION():
    sent = [fiche(association="A2")]
    linked = [association(successeur="A2"), association("A2")]
    assert found(world(fiche=sent)) == {"WRONG_ASSOCIATION": "B", "MISSING_FICHE": "H"}
    assert found(world(fiche=sent, association=linked)) == {}


def _twice(**second):
    return world(fiche=[fiche(), fiche(2, tentatives=2, **second)], session=[session(), session(number=2)])


def test_RIVAL_VERSIONS():
    assert found(_twice()) == {"RIVAL_VERSIONS": "B"}
    assert found(_twice(version=2)) == {}


def test_REVISED_WITHOUT_VERSION():
    assert found(_twice(received_on=day(4, 3))) == {"REVISED_WITHOUT_VERSION": "W"}
    assert found(_twice(received_on=day(4, 3), version=2)) == {}


def test_CONVENTION_MISMATCH():
    assert found(world(fiche=[fiche(convention="SPORT")])) == {"CONVENTION_MISMATCH": "W"}
    assert found(world(fiche=[fiche(convention=None)])) == {}


def test_QUALITE_MISMATCH():
    assert found(world(fiche=[fiche(qualite="proche")])) == {"QUALITE_MISMATCH": "W"}
    assert found(world(fiche=[fiche(qualite="proche")], contact=[contact(qualite=None)])) == {}


def _no_show(tentatives, *sessions):
    return world(fiche=[fiche(issue="injoignable", tentatives=tentatives)], session=list(sessions))


def test_NO_SHOW_AND_SESSIONS():
    assert found(_no_show(2, session())) == {"NO_SHOW_AND_SESSIONS": "B"}
    assert found(_no_show(2, session(statut="absence"))) == {}


def test_NO_SHOW_WITHOUT_ATTEMPTS():
    assert found(_no_show(1)) == {"NO_SHOW_WITHOUT_ATTEMPTS": "B"}
    assert found(_no_show(2)) == {}


def test_SUPPORT_IMPOSSIBLE():
    assert found(world(fiche=[fiche(issue="soutien_impossible")])) == {"SUPPORT_IMPOSSIBLE": "H"}
    assert found(world(fiche=[fiche(issue="hors_champ")])) == {}


def test_FIRST_CONTACT_MISSING():
    silent = [fiche(date_premier_contact=None)]
    assert found(world(fiche=silent)) == {"FIRST_CONTACT_MISSING": "W"}
    assert found(world(fiche=silent, session=[])) == {"FIRST_CONTACT_MISSING": "B"}
    assert found(world(session=[])) == {}


def test_FIRST_CONTACT_BEFORE_SAISINE():
    assert found(world(fiche=[fiche(date_premier_contact=day(1, 4))])) == {"FIRST_CONTACT_BEFORE_SAISINE": "B"}
    assert found(world(fiche=[fiche(date_premier_contact=day(1, 5))])) == {}


def test_FIRST_CONTACT_IN_FUTURE():
    def on(contacted):
        return world(fiche=[fiche(date_premier_contact=contacted, received_on=day(1, 8))])

    assert found(on(day(1, 9))) == {"FIRST_CONTACT_IN_FUTURE": "B"}
    assert found(on(day(1, 8))) == {}


def test_CONTACT_LATE():
    assert found(world(fiche=[fiche(date_premier_contact=day(1, 13))])) == {"CONTACT_LATE": "W"}
    assert found(world(fiche=[fiche(date_premier_contact=day(1, 12))])) == {}
