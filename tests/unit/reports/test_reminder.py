"""The reminder: how many fiches, since when, until when; never which ones by e-mail."""

import io
from datetime import date

import openpyxl

from reports.reminder import render_reminder

ASSOCIATION = {"code": "AAV004", "nom": "Association d’aide aux victimes 004 (exemple)"}


def awaited(reference, opened_on, convention="CALAE"):
    days = {"cutoff": date(2026, 7, 15), "barred_on": opened_on.replace(year=opened_on.year + 1)}
    return {"reference": reference, "convention": convention, "opened_on": opened_on, **days}


ROWS = [
    awaited("FV26-000208-M", date(2026, 5, 12)),
    awaited("FV26-000123-W", date(2026, 4, 2)),
    awaited("FV26-000300-A", date(2026, 6, 1), "ENSEIGNE"),
]


def reminder(rows=ROWS, association=ASSOCIATION):
    return render_reminder(
        association,
        rows,
        federation="Fédération (exemple)",
        link="https://fiches.example/AAV004",
        reply_to="conventions@federation.example",
        as_of=date(2026, 7, 1),
    )


def test_the_mail_counts_and_dates_and_names_no_saisine():
    text = reminder().text.replace("\u00a0", " ")
    assert "(exemple) : au 01/07/2026, 3 fiches retour sont attendues." in text
    assert "CALAE : 2 fiches, la plus ancienne depuis le 02/04/2026" in text
    assert "ENSEIGNE : 1 fiche, depuis le 01/06/2026" in text
    assert "avant l’arrêté du 15/07/2026 (première forclusion le 02/04/2027)" in text
    assert "https://fiches.example/AAV004" in text
    assert "FV26" not in text
    assert "FV26" not in reminder().subject


def test_the_workbook_lists_them_oldest_first():
    sheet = openpyxl.load_workbook(io.BytesIO(reminder().workbook))["Fiches attendues"]
    rows = list(sheet.iter_rows(min_row=6, values_only=True))
    assert [row[0] for row in rows] == ["FV26-000123-W", "FV26-000208-M", "FV26-000300-A"]
    assert rows[0][3] == 90


def test_the_same_day_gives_the_same_reminder():
    assert reminder() == reminder(ROWS[::-1])


def test_a_name_cannot_break_the_subject():
    subject = reminder(association={"code": "A\r\nBcc: x@x.example", "nom": "x\r\ny"}).subject
    assert "\n" not in subject
    assert "\r" not in subject


def test_an_association_that_owes_nothing_is_told_so():
    assert "aucune fiche retour n’est attendue" in reminder([]).text
