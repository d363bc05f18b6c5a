"""How what the watch found is told: to whoever has an address, again when mail was away, and what it never says."""

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from etl.jobs.watching import notices
from etl.model.errors import SaisinesError
from etl.warehouse import noticed, quarantine

from . import statements as small
from .watched import FOLDER, FREE, NAME, NAMES, NOW, PHONE, REFERENCE, deliver, fiche, journal


def test_what_a_server_that_is_away_did_not_take_is_told_when_it_is_back(post, engine):
    deliver(engine, failure="illisible")
    with pytest.raises(ConnectionRefusedError):
        post(away=True)
    with pytest.raises(ConnectionRefusedError):
        post(away=True)
    assert set(post()) == {"data", "coordination"}
    assert post() == {}


def test_a_role_without_an_address_waits_until_it_has_one(post, engine, monkeypatch):
    monkeypatch.delenv("SAISINES_MAIL_DATA")
    deliver(engine, failure="illisible")
    assert set(post()) == {"coordination"}
    monkeypatch.setenv("SAISINES_MAIL_DATA", "a@x.example, b@x.example")
    assert post()["data"].to == ["a@x.example", "b@x.example"]


def test_a_look_that_fails_is_kept_as_a_failed_run(addressed, home, engine, monkeypatch):
    def fails(*_):
        raise SaisinesError(FREE)

    monkeypatch.setattr("etl.jobs.watching.findings.find", fails)
    with pytest.raises(SaisinesError):
        notices.look(home, NOW)
    with engine.begin() as connection:
        (run,) = noticed.load_last_runs(connection)
    assert (run["job"], run["outcome"], run["counts"], run["done_at"]) == (
        "watch",
        "failed",
        {"error": "SaisinesError"},
        None,
    )


def test_no_name_reference_pseudonym_or_free_text_is_kept_or_told(post, engine, home):
    deliver(engine, "fiches", FOLDER, failure=f"{NAME} {FREE} {PHONE}")
    key = deliver(engine, "fiches", FOLDER, sha="7", rows_read=1, rows_rejected=1, layout=FREE, landed=NAME)
    with engine.begin() as connection:
        row = quarantine.RefusedRow(
            delivery_id=key, kind="fiche", sheet=FREE, row_number=2, row_key=REFERENCE, columns={"saisine_ref": REFERENCE},
            codes=["BAD_REFERENCE"], sentence=f"{FREE} {PHONE}",
        )  # fmt: skip
        quarantine.save_refused(connection, [row], NOW)
    journal(engine, [date(2026, 4, 1), date(2026, 4, 3)])
    fiche(engine, "soutien_impossible", "8", FOLDER)
    found = [{"code": "ENVELOPE_70", "severity": "I", "saisine": REFERENCE, "association": FOLDER, "detail": "2026"}]
    parked = [{"code": "TARIFF_GAP", "detail": REFERENCE}]
    small.store(home, small.statement([small.line()], discrepancies=found, parked=parked), NOW)
    messages = post(NOW + timedelta(days=30))
    assert set(messages) == {"coordination", "finance", "data", "psychologue"}
    with engine.begin() as connection:
        table = str([tuple(row) for row in connection.execute(text("select * from notices"))])
        table += str([tuple(row) for row in connection.execute(text("select * from job_runs"))])
    told = "".join(f"{one.subject}{one.text}{one.key}{one.files}" for one in messages.values())
    assert "origine inconnue" in told
    for word in NAMES:
        assert word not in told
        assert word not in table
