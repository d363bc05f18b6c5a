"""From an amount to the row that says it: what a page shows as the source of an act."""

import pytest

from etl.web.whence import whence


def fiche(association="AAV001", state="only", row=7, sessions=()):
    delivery = {
        "number": 15,
        "file": "fiches de Mme X.xlsx",
        "sheet": "Saisines",
        "row": row,
        "received_on": "2026-04-05",
    }
    told = [{"prestation": nature, "day": day, "statut": statut, "row": line} for nature, day, statut, line in sessions]
    return {"association": association, "state": state, "delivery": delivery, "sessions": told}


def act(prestation="PSY", day="2026-02-03", nth=1, undated=False, association="AAV001"):
    return {"prestation": prestation, "act_date": day, "nth": nth, "undated": undated, "association": association}


SESSIONS = (
    ("PSY", "2026-02-03", "honore", 4),
    ("PSY", "2026-02-03", "annule", 5),
    ("PSY", "2026-02-03", "honore", 6),
    ("JUR", "2026-02-03", "honore", 9),
)


@pytest.mark.parametrize(
    ("asked", "sheet", "row"),
    [
        (act(), "Entretiens", 4),
        (act(nth=2), "Entretiens", 6),
        (act("JUR"), "Entretiens", 9),
        (act("PEC", "2026-01-20"), "Saisines", 7),
        (act(undated=True), "Saisines", 7),
        (act(day="2026-03-30"), "Saisines", 7),
    ],
)
def test_a_dated_session_comes_from_its_own_row_and_the_rest_from_the_fiche(asked, sheet, row):
    told = {"fiches": [fiche(state="older", row=2), fiche(sessions=SESSIONS)], "journal": []}
    assert whence(told, asked) == {"number": 15, "sheet": sheet, "row": row}


def test_a_redirection_comes_from_the_row_of_the_journal_that_made_it():
    rows = [
        {"on": "2026-01-09", "counts": True, "delivery": {"number": 1, "sheet": "CSV", "row": 3}},
        {"on": "2026-02-03", "counts": True, "delivery": {"number": 2, "sheet": "CSV", "row": 88}},
        {"on": "2026-02-03", "counts": True, "delivery": None},
    ]
    assert whence({"fiches": [fiche()], "journal": rows}, act("REO"))["row"] == 88


def test_what_no_fiche_says_any_more_has_no_source():
    assert whence({"fiches": [fiche(state="withdrawn")], "journal": []}, act()) is None
    assert whence({"fiches": [], "journal": []}, act("REO")) is None


def test_the_fiche_of_a_linked_association_is_the_source_when_it_alone_counts():
    told = {"fiches": [fiche("AAV009")], "journal": []}
    assert whence(told, act("PEC"))["row"] == 7
    assert whence({"fiches": [fiche("AAV009"), fiche("AAV010")], "journal": []}, act("PEC")) is None
