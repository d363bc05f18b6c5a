"""What pages show and hide: escaped text, fields by role, charts that can be read aloud, a queue of any size by pages."""

import json
import re
import time
from datetime import date
from types import SimpleNamespace

import duckdb
import pytest

from etl.web import access, charts, deciding, fields, queue, snapshot, statement
from etl.web.snapshot import Shown, Snapshot

SCRIPT = "<script>alert(1)</script>\"'&"
SECRETS = [
    "2026-02-03",
    "2026-01-09",
    "14:30",
    "salarie",
    "proche",
    "75",
    "par téléphone",
    "raison dite",
    "abcdef0123456789",
]


def story() -> dict:
    """A story with something to hide in every part."""
    term = {"value": "salarie", "whence": "journal", "told_on": "2026-01-09"}
    act = {
        "association": "AAV001",
        "prestation": "PSY",
        "act_date": "2026-02-03",
        "nth": 1,
        "heure": "14:30",
        "mode": "par téléphone",
        "undated": False,
        "convention": "CALAE",
        "status": "due",
        "stated": None,
        "reasons": [{"code": "TIME_BARRED", "sentence": "Trop tard.", "received_on": "2026-02-03"}],
        "money": {
            "rank": 1,
            "base_cents": 5500,
            "uplifts": [{"code": "Q", "pct_e4": 100000, "kind": "qualite", "value": "proche"}],
            "pct_e4": 100000,
            "price_cents": 6050,
            "clause": "art. 4",
            "caps": [],
            "paid_cents": 6050,
        },
        "next": {"kind": "courant", "amount_cents": 6050, "corrects": None, "taken_back": False},
    }
    line = {name: act.get(name) for name in ("association", "prestation", "act_date", "nth")} | {
        "kind": "courant",
        "base_cents": 5500,
        "uplift_pct": "10",
        "amount_cents": 6050,
        "tariff": "art. 4",
        "corrects": None,
        "taken_back": False,
    }
    return {
        "reference": "FV26-000123-W",
        "as_of": "2026-07-20",
        "journal": [{"on": "2026-01-09", "time": "14:30", "qualite": "salarie", "beneficiaire": "abcdef0123456789"}],
        "seizures": [{"association": "AAV001", "name": "Une", "from": "2026-01-09", "to": None, "payee": "AAV001"}],
        "fiches": [{"content": {"date_premier_contact": "2026-02-03", "qualite": "proche"}}],
        "refused": [],
        "terms": {
            "opened_on": "2026-01-09",
            "urgent": True,
            "departement": "75",
            "convention": term | {"value": "CALAE"},
            "qualite": term,
            "tariff": None,
        },
        "discrepancies": [
            {
                "code": "SESSION_BEFORE_SAISINE",
                "severity": "B",
                "sentence": "Avant.",
                "detail": "PSY 2026-02-03 14:30",
                "written": None,
                "association": "AAV001",
                "decision": None,
                "remedy": "accept",
            }
        ],
        "decisions": [
            {
                "number": 1,
                "kind": "requalify",
                "code": None,
                "association": None,
                "written": None,
                "convention": None,
                "qualite": "proche",
                "new_association": None,
                "day": None,
                "author": "camille",
                "reason": "raison dite",
                "decided_on": "2026-07-01",
                "state": "holds",
                "withdrawn_by": None,
            }
        ],
        "acts": [act],
        "not_paid": [],
        "stated": {
            "statements": [
                {
                    "number": "ER-CALAE-2026-T1-0001",
                    "statement_kind": "releve",
                    "convention": "CALAE",
                    "quarter": "2026-T1",
                    "finalised_on": "2026-04-20",
                    "finalised_by": "farida",
                    "lines": [line],
                    "total_cents": 6050,
                }
            ],
            "sum_cents": 6050,
            "not_paid": [],
        },
        "next": {
            "quarter": "2026-T2",
            "cutoff": "2026-07-20",
            "lines": [line],
            "total_cents": 0,
            "blocked_by": [],
            "closed": False,
            "gaps": [],
        },
        "names": {},
    }


def test_finance_is_given_amounts_and_references_but_nothing_that_is_not_its_own():
    told = json.dumps(fields.for_finance(story()), ensure_ascii=False)
    assert [one for one in SECRETS if f'"{one}"' in told] == []
    assert "14:30" not in told
    assert "2026-02-03" not in told
    assert "FV26-000123-W" in told
    assert "6050" in told


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
    written = statement._csv([line]).decode("utf-8-sig")
    assert "2026-02-03" not in written
    assert "'=cmd()" in written
    assert "'@x" in written
    assert "-1234,56" in written


def made(rows: int) -> Snapshot:
    """A snapshot with a queue of so many discrepancies, one of them with a script in every text."""
    database = duckdb.connect()
    database.execute(
        """create table queue as select md5(i::text)[:16] as id, 'CODE_' || i % 40 as code, 'BHW'[i % 3 + 1] as severity, 'Phrase.' as sentence,
        printf('FV26-%06d-A', i // 3) as reference, 'CONV' || i % 4 as convention, printf('AAV%03d', i % 130) as association,
        null as written, null as fiche,
        '2026-02-03' as detail, null::int as decision_id, date '2026-01-01' + (i % 90)::int as since, (i % 400)::int as age_days,
        i % 3 + 1 as rank, i % 2 = 0 as acceptable, (i % 5000)::bigint as stake_cents from range(?) as t(i)""",
        [rows],
    )
    database.execute(
        "update queue set sentence = ?, detail = ?, association = ?, convention = ?, severity = 'B', rank = 0 where id = md5('0')[:16]",
        [SCRIPT] * 4,
    )
    computed = SimpleNamespace(quarter="2026-T1")
    return Snapshot((0,), date(2026, 7, 20), computed, database)


@pytest.fixture
def queue_of(monkeypatch):
    def with_rows(rows: int) -> None:
        kept = Shown(made(rows), False)
        monkeypatch.setattr(snapshot, "shown", lambda home=None: kept)
        monkeypatch.setattr(deciding, "since", lambda home, number: ({}, 0))

    return with_rows


def test_text_from_outside_is_shown_as_text(desk, queue_of):
    queue_of(10)
    answer = desk.get("/ecarts", headers={"x-account": "camille"}, params={"text": "", "association": ""})
    assert "<script>alert" not in answer.text
    assert answer.text.count("&lt;script&gt;alert(1)") >= 4
    for field in (
        "text",
        "code",
        "association",
        "convention",
        "sort",
        "state",
        "page",
        "age",
        "stake",
        "severity",
        "fait",
    ):
        assert "<script>alert" not in desk.get("/ecarts", headers={"x-account": "camille"}, params={field: SCRIPT}).text


def test_a_queue_of_a_hundred_thousand_is_answered_by_pages_in_a_fifth_of_a_second(desk, queue_of):
    queue_of(100_000)
    took = []
    for query in (
        "",
        "?page=1500",
        "?code=CODE_7&sort=-stake",
        "?association=AAV077&age=90&sort=age",
        "?text=FV26-0123",
    ) * 2:
        started = time.perf_counter()
        answer = desk.get(f"/ecarts{query}", headers={"x-account": "camille"})
        took.append((time.perf_counter() - started, query))
        assert len(answer.content) < 300_000
    best = [min(seconds for seconds, query in took if query == one) for one in {query for _, query in took}]
    assert max(best) < 0.2, took


def test_the_last_page_has_what_is_left_and_a_page_beyond_is_the_last(desk, queue_of):
    queue_of(120)
    for number in ("3", "999"):
        text = desk.get("/ecarts", headers={"x-account": "camille"}, params={"page": number}).text
        assert "Page 3 sur 3" in text
        assert text.count('<tr tabindex="-1"') == 20


def test_each_filter_says_how_many_rows_it_would_give_with_the_others(queue_of):
    given = dict.fromkeys((*queue.FILTERS, "state", "sort", "page"), "") | {"code": "CODE_7"}
    database = made(4000)
    found = queue.facet(database, given, "convention")
    where, bound = queue.conditions(given | {"convention": found[0]["value"]})
    assert database.rows(f"select count(*) as n from queue where {where}", bound)[0]["n"] == found[0]["n"]
    assert len(queue.facet(database, given, "code")) == 40


def test_an_empty_queue_says_what_to_do(desk, queue_of):
    queue_of(0)
    text = desk.get("/ecarts", headers={"x-account": "camille"}).text
    assert "Aucun écart" in text
    assert "établis" in text


def test_a_selection_is_one_decision_each_with_one_reason_and_a_gap_is_accepted_by_its_day(desk, monkeypatch):
    kept = made(3)
    kept.database.execute(
        "insert into queue (id, code, severity, detail, acceptable) values ('gap', 'JOURNAL_GAP', 'W', '2026-02-07', true)"
    )
    recorded: list = []
    monkeypatch.setattr(snapshot, "shown", lambda home=None: Shown(kept, False))
    monkeypatch.setattr(
        deciding, "record", lambda given, who, reason, seen: recorded.append((given, who.name, reason, seen))
    )
    chosen = [row["id"] for row in kept.rows("select id from queue where acceptable order by id")]
    jeton = access.token(b"secret of the tests", access.Visitor("camille", "coordination"))
    sent = {"jeton": jeton, "id": chosen, "reason": "vu", "seen": "7", "retour": "//evil.example/x"}
    answer = desk.post("/ecarts/decider", data=sent, headers={"x-account": "camille"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/ecarts?fait=decide")
    [(given, author, reason, seen)] = recorded
    assert (author, reason, seen) == ("camille", "vu", 7)
    assert {"kind": "accept", "code": "JOURNAL_GAP", "reference": None, "day": "2026-02-07"} in given
    assert len(given) == len(chosen)
    missing = desk.post("/ecarts/decider", data={**sent, "id": ["unknown"]}, headers={"x-account": "camille"})
    assert missing.status_code == 409
    assert "La liste a changé" in missing.text


def test_an_address_that_means_nothing_gives_a_page_and_a_defect_shows_nothing(home, written, monkeypatch):
    from fastapi.testclient import TestClient

    from etl.web import app as web
    from tests.unit.web.conftest import by_header

    app = web.create_app(b"x")
    app.dependency_overrides[access.authenticate] = by_header
    client = TestClient(app, raise_server_exceptions=False, follow_redirects=False)
    assert client.get("/livraisons/abc", headers={"x-account": "nadia"}).status_code == 404
    monkeypatch.setattr(snapshot, "shown", lambda home=None: 1 / 0)
    answer = client.get("/ecarts", headers={"x-account": "camille"})
    assert answer.status_code == 500
    assert "division" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_decision_taken_since_by_somebody_else_is_refused_on_the_same_saisine_only():
    newer = [{"author": "louis", "reference": "FV26-000123-W", "kind": "dispute", "reason": "vu"}]
    deciding._refuse_newer(newer, {"FV26-000124-U"})
    with pytest.raises(Exception, match=r"louis vient de décider de FV26-000123-W"):
        deciding._refuse_newer(newer, {"FV26-000123-W"})


def test_a_chart_can_be_read_aloud_and_its_figures_are_a_table():
    drawn = charts.columns("Saisines", ("Semaine", "Saisines"), [("05/01", 12), ("12/01", 3), ("19/01", 0)], least=5)
    spoken = re.search(r'aria-label="([^"]+)"', str(drawn.svg))[1]
    assert spoken == "Saisines. 05/01, 12 ; 12/01, moins de 5 ; 19/01, 0"
    assert drawn.rows == [("05/01", "12"), ("12/01", "moins de 5"), ("19/01", "0")]


def test_a_small_number_is_not_drawn_either():
    drawn = str(charts.columns("Saisines", ("Semaine", "Saisines"), [("05/01", 12), ("12/01", 3)], least=5).svg)
    assert re.findall(r'<rect[^>]* height="([0-9.]+)"', drawn)[1] == "0.0"


def test_an_envelope_that_is_passed_is_drawn_beyond_its_mark():
    drawn = str(charts.envelopes([("CALAE", 120, 100)], 2026).svg)
    mark = float(re.search(r'<line class="limit" x1="([0-9.]+)"', drawn)[1])
    bar = re.search(r'<rect class="minus1" x="([0-9.]+)" y="[0-9.]+" width="([0-9.]+)"', drawn)
    assert float(bar[1]) + float(bar[2]) > mark


def test_what_changed_between_two_drafts_is_by_saisine_the_largest_first():
    def line(saisine: str, cents: int) -> dict:
        return {"saisine": saisine, "association": "AAV001", "amount_cents": cents}

    before = {"lines": [line("A", 100), line("B", 500), line("C", 10)]}
    after = {"lines": [line("A", 100), line("A", 50), line("C", 10), line("D", 900)]}
    found = statement.changes(before, after)
    assert [(one["saisine"], one["difference_cents"]) for one in found] == [("D", 900), ("B", -500), ("A", 50)]
