# ruff: noqa: N802
"""Each code about sessions: the smallest world that raises it, and the nearest that does not."""

from .small import OTHER, contact, convention, day, fiche, found, session, world


def test_SESSION_BEFORE_SAISINE():
    assert found(world(session=[session(day(1, 4))])) == {"SESSION_BEFORE_SAISINE": "B"}
    assert found(world(session=[session(day(1, 5))])) == {}


def test_SESSION_IN_FUTURE():
    received = [fiche(received_on=day(3, 2))]
    assert found(world(fiche=received, session=[session(day(3, 3))])) == {"SESSION_IN_FUTURE": "B"}
    assert found(world(fiche=received, session=[session(day(3, 2))])) == {}


def test_SESSION_AFTER_CLOSURE():
    closed = [fiche(date_cloture=day(1, 31))]
    assert found(world(fiche=closed, session=[session(day(3, 3))])) == {"SESSION_AFTER_CLOSURE": "B"}
    assert found(world(fiche=closed, session=[session(day(3, 2))])) == {}


def test_SESSION_AFTER_CONVENTION():
    ended = [convention(au=day(1, 31), runoff_until=day(2, 28))]
    assert found(world(convention=ended, session=[session(day(3, 1))])) == {"SESSION_AFTER_CONVENTION": "B"}
    assert found(world(convention=ended, session=[session(day(2, 28))])) == {}


def test_SESSION_OUTSIDE_SEIZURE():
    moved = [contact(), contact(day(1, 12), association="A2")]
    late, last = [session(day(1, 12))], [session(day(1, 11))]
    assert found(world(contact=moved, session=late)) == {"SESSION_OUTSIDE_SEIZURE": "B", "REDIRECTED": "I"}
    assert found(world(contact=moved, session=last)) == {"REDIRECTED": "I"}


def _at(*hours, natures="psy psy psy"):
    told = zip(hours, natures.split(), strict=False)
    return world(session=[session(heure=h, nature=nature, row_number=n) for n, (h, nature) in enumerate(told)])


def test_DUPLICATE_SESSION():
    assert found(_at("10:00", "10:44")) == {"DUPLICATE_SESSION": "W"}
    assert found(_at("10:00", "10:45")) == {}


def test_SESSION_IMPLAUSIBLE():
    assert found(_at("09:00", "10:00", "11:00")) == {"SESSION_IMPLAUSIBLE": "B"}
    assert found(_at("09:00", "10:00", "11:00", natures="psy psy jur")) == {}


def test_SESSION_ELSEWHERE():
    def second_at(hour):
        return world(
            contact=[contact(beneficiaire="p"), contact(day(2, 5), reference=OTHER, beneficiaire="p")],
            fiche=[fiche(), fiche(2, written=OTHER, date_premier_contact=day(2, 5))],
            session=[session(day(2, 10), heure="10:00"), session(day(2, 10), 2, heure=hour)],
        )

    assert found(second_at("10:44")) == {"SESSION_ELSEWHERE": "W"}
    assert found(second_at("10:45")) == {}


def test_SESSION_COUNT_MISMATCH():
    assert found(world(fiche=[fiche(nb_psy=2)])) == {"SESSION_COUNT_MISMATCH": "W"}
    assert found(world(fiche=[fiche(nb_psy=1)])) == {}


def test_SESSIONS_UNDATED():
    assert found(world(fiche=[fiche(layout="bordereau", nb_psy=1)], session=[])) == {"SESSIONS_UNDATED": "W"}
    assert found(world(fiche=[fiche(layout="bordereau", nb_psy=0)], session=[])) == {}
