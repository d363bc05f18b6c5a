"""What a role is not shown never leaves the server: stories, lines and documents by role."""

import json

from etl.web import fields, papers
from tests.unit.web.stories import SECRETS, story


def test_finance_is_given_amounts_and_references_but_nothing_that_is_not_its_own():
    told = json.dumps(fields.for_finance(story()), ensure_ascii=False)
    assert [one for one in SECRETS if f'"{one}"' in told] == []
    assert "14:30" not in told
    assert "2026-02-03" not in told
    assert "FV26-000123-W" in told
    assert "6050" in told
    assert '"source": {"number": 7, "sheet": "Entretiens", "row": 12}' in told


def test_the_lines_for_finance_bear_no_day_and_start_no_formula():
    line = {
        "saisine": "FV26-000123-W",
        "association": "=cmd()",
        "prestation": "PSY",
        "nth": 1,
        "kind": "courant",
        "base_cents": 5500,
        "uplift_pct": 10,
        "amount_cents": -123456,
        "tariff": "@x",
        "corrects": None,
        "act_date": "2026-02-03",
    }
    written = papers._csv([line], whole=False).decode("utf-8-sig")
    assert "2026-02-03" not in written
    assert "'=cmd()" in written
    assert "'@x" in written
    assert "-1234,56" in written


def test_the_edition_of_finance_has_every_line_and_amount_and_no_day_of_an_act():
    line = {"saisine": "FV26-000123-W", "act_date": "2026-02-03", "amount_cents": 6050}
    unpaid = {"saisine": "FV26-000124-U", "act_date": "2026-02-04", "reason": "TIME_BARRED"}
    found = {"code": "SESSION_BEFORE_SAISINE", "saisine": "FV26-000124-U", "detail": "PSY 2026-02-04 14:30"}
    whole = {"total_cents": 6050, "digest": "d", "lines": [line], "not_paid": [unpaid], "discrepancies": [found]}
    edition = fields.finance_edition(whole)
    assert "2026-02" not in json.dumps(edition)
    assert (edition["total_cents"], edition["digest"], edition["edition"]) == (6050, "d", "finance")
    assert [one["amount_cents"] for one in edition["lines"]] == [6050]
    assert whole["lines"][0]["act_date"] == "2026-02-03"


def test_the_psychologist_is_given_what_it_takes_to_find_a_support_and_no_amount_nor_pseudonym():
    content = dict.fromkeys(("issue", "tentatives", "date_cloture")) | {"date_premier_contact": "2026-02-03"}
    session = {"day": "2026-02-03", "prestation": "PSY", "mode": "presence", "statut": "honore", "heure": "14:30"}
    fiche = {
        "association": "AAV001", "state": "only", "content": content, "sessions": [session],
        "delivery": {"received_on": "2026-03-01", "file": "fiches.xlsx"},
    }  # fmt: skip
    told = json.dumps(fields.for_psychologist(story() | {"fiches": [fiche]}), ensure_ascii=False)
    for shown in ("salarie", '"75"', "2026-02-03", "AAV001"):
        assert shown in told
    for hidden in ("abcdef0123456789", "6050", "cents", "fiches.xlsx", "ER-CALAE"):
        assert hidden not in told
