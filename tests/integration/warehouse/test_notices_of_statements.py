"""What the watch finds in statements, and to whom it says it, once."""

from datetime import UTC, date, datetime

import pytest

from etl.jobs.settlement import statement_life

from . import statements as small
from .watched import FREE, NOW, REFERENCE, days_of, journal


def test_a_parked_draft_is_told_by_its_codes_only(post, home):
    reasons = [{"code": "JOURNAL_GAP", "detail": "2026-02-02"}, {"code": "TARIFF_GAP", "detail": REFERENCE}] * 2
    small.store(home, small.statement([small.line()], parked=reasons))
    said = post()
    assert set(said) == {"coordination", "finance"}
    assert "CALAE 2026-T1 : JOURNAL_GAP × 2, TARIFF_GAP × 2" in said["finance"].text


def test_a_submitted_statement_is_told_to_finance_each_time_it_is_submitted(post, home, engine):
    named = small.store(home, small.statement([small.line()]))
    assert post() == {}
    statement_life.submit(home, *named, "camille", NOW)
    said = post()["finance"]
    assert said.to == ["finance@federation.example"]
    assert said.subject == "[Saisines] 1 point(s) à voir : relevés à approuver"
    assert "CALAE 2026-T1 : 55,00\u202f€" in said.text
    assert post() == {}
    statement_life.reject(home, *named, "farida", FREE, NOW)
    statement_life.submit(home, *named, "camille", NOW)
    assert "CALAE 2026-T1" in post()["finance"].text
    statement_life.approve(home, *named, "farida", NOW)
    assert "à finaliser" in post()["finance"].text


@pytest.mark.parametrize("percent", [70, 90, 100])
def test_an_envelope_is_told_at_each_threshold_once_for_all_quarters(percent, post, home):
    found = [
        {"code": f"ENVELOPE_{percent}", "severity": "I", "saisine": None, "association": None, "detail": "2026"},
        {"code": "DISPUTED", "severity": "H", "saisine": REFERENCE, "association": "AAV001", "detail": FREE},
    ]
    small.store(home, small.statement([small.line()], discrepancies=found), NOW)
    assert f"CALAE 2026 : {percent} % atteints" in post()["finance"].text
    small.store(home, small.statement([small.line(cents=1)], quarter="2026-T2", discrepancies=found), NOW)
    assert post() == {}


def test_a_quarter_past_its_cutoff_without_a_draft_is_told_by_convention(post, engine, home):
    journal(engine, days_of(date(2026, 3, 1), date(2026, 4, 20)))
    small.store(home, small.statement([small.line()]))
    said = post()["data"].text
    assert "AMF 2026-T1, arrêté du 15/04/2026" in said
    assert "SPORT" not in said  # its cutoff is the 20th
    assert "CALAE" not in said
    assert "2026-T2" not in said


def test_a_draft_that_nobody_signs_is_told_each_week_to_whom_it_waits_for(post, home):
    named = small.store(home, small.statement([small.line()]))
    assert post(datetime(2026, 4, 29, tzinfo=UTC)) == {}
    assert "CALAE 2026-T1 : brouillon, 16 jours" in post(datetime(2026, 5, 1, tzinfo=UTC))["coordination"].text
    assert post(datetime(2026, 5, 2, tzinfo=UTC)) == {}
    assert set(post(datetime(2026, 5, 8, tzinfo=UTC))) == {"coordination"}
    statement_life.submit(home, *named, "camille", NOW)
    assert "CALAE 2026-T1 : soumis" in post(datetime(2026, 5, 9, tzinfo=UTC))["finance"].text
    statement_life.approve(home, *named, "farida", NOW)
    statement_life.finalise(
        home, *named, "farida", datetime(2026, 5, 9, tzinfo=UTC), small.computing(small.statement([small.line()]))
    )
    assert post(datetime(2026, 6, 20, tzinfo=UTC)) == {}
