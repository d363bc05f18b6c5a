"""What associations are sent: the template that comes back without a warning, reminders that are not sent twice."""

import io
from datetime import date, timedelta

import openpyxl
import pytest

from etl.jobs.intake import ingest
from etl.jobs.issuing import remind, template
from etl.jobs.matching.reconcile import run as reconcile
from etl.jobs.watching import mail
from etl.model.errors import SaisinesError
from etl.warehouse import issued
from etl.warehouse.server import connect

from .quarters import SECRET, figures, instant, put, saisines, take_in

QUARTER = "2026-T1"
AT = instant(date(2026, 4, 20))


@pytest.fixture
def rows(home):
    made = saisines(QUARTER, 30, 1)
    take_in(home, QUARTER, made)
    return made


def of(rows, code, *issues):
    return sorted(row["reference"] for row in rows if row["association"] == code and row["issue"] in issues)


def codes(home, at):
    return reconcile(home, at).by_code


def test_the_template_holds_what_an_association_has_in_hand(home, rows):
    paths = template.run(home, AT)
    assert [path.parent.name for path in paths] == ["AAV001", "AAV002"]  # the third has closed
    sheets = figures(paths[0].read_bytes())
    assert [row[0] for row in sheets["Saisines"][5:] if row[0]] == of(
        rows, "AAV001", None, "pris_en_charge", "soutien_impossible"
    )
    sessions = sum(
        row["sessions"] for row in rows if row["association"] == "AAV001" and row["issue"] == "pris_en_charge"
    )
    assert len([row for row in sheets["Entretiens"][5:] if row[0]]) == sessions
    with pytest.raises(SaisinesError, match="Association inconnue"):
        template.run(home, AT, "AAV999")


def test_the_template_filled_in_comes_back_without_a_refusal_nor_a_new_warning(home, rows):
    before = codes(home, AT)
    for path in template.run(home, AT):
        book = openpyxl.load_workbook(path)
        sheet = book["Saisines"]
        for line in range(6, sheet.max_row + 1):
            if sheet.cell(line, 1).value and not sheet.cell(line, 10).value:
                sheet.cell(line, 10).value = "Injoignable"
                sheet.cell(line, 8).value = 3
        out = io.BytesIO()
        book.save(out)
        put(home / "retour" / "fiches" / path.parent.name / "fiches.xlsx", out.getvalue())
    report = ingest.run(home, [home / "retour"], AT + timedelta(days=2), received_on=date(2026, 4, 21), secret=SECRET)
    assert (report.totals()["files"], report.totals()["rejected"], report.failed) == (2, 0, [])
    after = codes(home, AT + timedelta(days=2))
    assert before["MISSING_FICHE"] == len(of(rows, "AAV001", None) + of(rows, "AAV002", None))
    assert after == {code: count for code, count in before.items() if code != "MISSING_FICHE"}


def test_a_reminder_counts_in_the_message_and_lists_only_in_the_folder(home, rows):
    due = {one.association: one for one in remind.run(home, AT)}
    for code, one in due.items():
        awaited = of(rows, code, None)
        assert one.awaited == len(awaited)
        assert "FV26" not in one.text + one.subject
        assert one.file.parent.name == code
        sheets = figures(one.file.read_bytes())
        assert sorted(row[0] for row in sheets["Fiches attendues"][5:]) == awaited
        assert (one.file.parent / template.NAME).exists()
    assert due.keys() == {row["association"] for row in rows if row["issue"] is None}


def test_an_association_is_not_reminded_twice_in_two_weeks(home, rows):
    first = remind.run(home, AT)
    assert [one.association for one in remind.run(home, AT)] == [one.association for one in first]  # none left yet
    remind.record(home, first[:1], AT)
    remind.record(home, first[:1], AT)
    assert first[0].association not in {one.association for one in remind.run(home, AT + timedelta(days=13))}
    assert first[0].association in {one.association for one in remind.run(home, AT + timedelta(days=14))}
    assert [one.association for one in remind.run(home, AT, first[0].association)] == [first[0].association]


def test_a_saisine_of_last_week_is_not_asked_for_yet(home, rows):
    opened = max(row["opened_on"] for row in rows if row["issue"] is None)
    assert sum(one.awaited for one in remind.run(home, AT, age_days=(AT.date() - opened).days + 1)) == (
        len(of(rows, "AAV001", None) + of(rows, "AAV002", None)) - 1
    )


def test_what_left_is_written_down_even_when_the_server_goes_away(home, rows, monkeypatch):
    due = remind.run(home, AT)
    assert len(due) == 2

    def one_then_away(messages, sent):
        sent(messages[0])
        raise ConnectionError("away")

    monkeypatch.setattr(mail, "send", one_then_away)
    with pytest.raises(ConnectionError):
        remind.send(home, due, AT)
    with connect(home) as engine, engine.connect() as connection:
        assert issued.load_last_reminders(connection) == {due[0].association: date(2026, 4, 20)}
    assert [one.association for one in remind.run(home, AT)] == [due[1].association]
