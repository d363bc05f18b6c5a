"""The queue of discrepancies: text from outside stays text, any size by pages, counts by filter, one decision for a selection."""

from etl.web import access, deciding, queue, snapshot
from etl.web.snapshot import Shown
from tests.unit.web.queues import SCRIPT, made


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


def test_a_page_of_a_hundred_thousand_discrepancies_has_fifty_of_them_and_stays_light(desk, queue_of):
    queue_of(100_000)
    for query in (
        "",
        "?page=1500",
        "?code=CODE_7&sort=-stake",
        "?association=AAV077&age=90&sort=age",
        "?text=FV26-0123",
    ):
        answer = desk.get(f"/ecarts{query}", headers={"x-account": "camille"})
        assert answer.text.count('<tr tabindex="-1"') <= queue.PER_PAGE
        assert len(answer.content) < 300_000


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
