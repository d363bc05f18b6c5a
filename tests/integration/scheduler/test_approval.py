"""Approval by people signed in to a running Airflow: bound to what they were shown, by another person, never by silence."""

import json
import shutil
from pathlib import Path
from typing import Any

import psycopg
import pytest
from airflow_rest import Person, wait
from installed_home import Up, call

from etl.warehouse import server

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]
QUARTER, DAG = "2026-T1", "approve_statement"


@pytest.fixture(scope="module")
def digests(up: Up, inbox: Path) -> dict[str, str]:
    """The digest of each convention's draft of the quarter, each submitted by somebody."""
    shutil.copytree(inbox / "journal", up.home.parent / "taken" / "journal")
    shutil.copytree(inbox / "fiches", up.home.parent / "taken" / "fiches")
    call(up.home, "ingest", str(up.home.parent / "taken"), "--file-dates", ok=(0, 1))
    call(up.home, "draft", QUARTER)
    made = {}
    for convention, by in (("CALAE", "farida"), ("AMF", "camille"), ("SPORT", "camille"), ("ENSEIGNE", "camille")):
        made[convention] = digest(up.home, convention)
        submit(up.home, convention, by, made[convention])
    return made


def digest(home: Path, convention: str) -> str:
    return str(json.loads((home / "out" / QUARTER / convention / "releve.json").read_text(encoding="utf-8"))["digest"])


def submit(home: Path, convention: str, by: str, what: str) -> None:
    call(home, "submit", QUARTER, "--convention", convention, "--by", by, "--digest", what)


def ask(who: Person, convention: str) -> str:
    """Put a submitted statement before people; gives the run, once it waits for them."""
    run_id = who.trigger(DAG, quarter=QUARTER, convention=convention)
    wait(lambda: who.states(DAG, run_id).get("ask") == "awaiting_input", "nobody is asked")
    return run_id


def heard(up: Up, who: Person, run_id: str, choice: str) -> str:
    """Answer, again if asked again (as Airflow does for an answer given as it asks); gives how the run ended."""

    def over() -> bool:
        if up.admin.states(DAG, run_id)["ask"] == "awaiting_input":
            assert who.answer(run_id, choice).status_code == 200
        return up.admin.states(DAG, run_id)["ask"] in {"success", "failed"}

    wait(over, "the answer is never heard")
    return up.admin.ended(DAG, run_id)


def stored(up: Up, what: str) -> tuple[str, list[tuple[Any, ...]]]:
    """The status of a draft and the steps of its life."""
    with server.running(up.home) as url, psycopg.connect(url) as connection:
        number, status = connection.execute(
            "SELECT draft_id, status FROM drafts WHERE digest = %s", [what]
        ).fetchone() or (0, "")
        steps = "SELECT event, by_name FROM draft_events WHERE draft_id = %s ORDER BY draft_event_id"
        return status, connection.execute(steps, [number]).fetchall()


def test_who_submitted_cannot_approve_and_another_can(up: Up, digests: dict[str, str]) -> None:
    farida, victor = up.person("farida"), up.person("victor")
    mine = ask(farida, "CALAE")
    for name in ("camille", "rene", "nadia"):
        assert up.person(name).answer(mine, "Approve").status_code == 403
    assert stored(up, digests["CALAE"]) == ("soumis", [("soumis", "farida")])
    assert heard(up, farida, mine, "Approve") == "failed"
    assert up.admin.states(DAG, mine) == {"look": "success", "ask": "success", "approve": "failed"}
    assert stored(up, digests["CALAE"]) == ("soumis", [("soumis", "farida")])

    other = ask(farida, "CALAE")
    assert heard(up, victor, other, "Approve") == "success"
    assert stored(up, digests["CALAE"]) == ("approuve", [("soumis", "farida"), ("approuve", "victor")])
    assert farida.answer(other, "Approve").status_code == 409


def test_the_question_shows_the_digest_that_the_answer_is_bound_to(up: Up, digests: dict[str, str]) -> None:
    victor = up.person("victor")
    run_id = ask(victor, "AMF")
    path = f"/dags/{DAG}/dagRuns/{run_id}/taskInstances/ask/-1/hitlDetails"
    shown = victor.get(path.replace("+", "%2B").replace(":", "%3A"))
    assert digests["AMF"] in shown["body"]
    assert shown["defaults"] is None

    call(
        up.home,
        "reject",
        QUARTER,
        "--convention",
        "AMF",
        "--by",
        "farida",
        "--digest",
        digests["AMF"],
        "--reason",
        "à revoir",
    )
    call(up.home, "draft", QUARTER, "--convention", "AMF", "--cutoff", "2026-04-16")
    changed = digest(up.home, "AMF")
    assert changed != digests["AMF"]
    submit(up.home, "AMF", "camille", changed)

    assert heard(up, victor, run_id, "Approve") == "failed"
    assert stored(up, digests["AMF"])[0] == "brouillon"
    assert stored(up, changed) == ("soumis", [("soumis", "camille")])


def test_silence_approves_nothing(up: Up, digests: dict[str, str]) -> None:
    run_id = ask(up.person("victor"), "SPORT")
    airflow = server.airflow_url(up.home).replace("postgresql+psycopg2", "postgresql")
    late = "UPDATE task_instance SET trigger_timeout = now() - interval '1 minute' WHERE dag_id = %s AND run_id = %s AND task_id = 'ask'"
    with psycopg.connect(airflow, autocommit=True) as connection:

        def over() -> bool:  # the thirty days; said again, since Airflow may write its own end of the wait after ours
            assert connection.execute(late, [DAG, run_id]).rowcount == 1
            return up.admin.states(DAG, run_id).get("ask") == "failed"

        wait(over, "silence lasts for ever")
    assert up.admin.ended(DAG, run_id) == "failed"
    assert up.admin.states(DAG, run_id)["approve"] == "upstream_failed"
    assert stored(up, digests["SPORT"]) == ("soumis", [("soumis", "camille")])


def test_no_approves_nothing_and_leaves_the_statement_submitted(up: Up, digests: dict[str, str]) -> None:
    victor = up.person("victor")
    run_id = ask(victor, "ENSEIGNE")
    assert heard(up, victor, run_id, "Reject") == "success"
    assert up.admin.states(DAG, run_id)["approve"] == "skipped"
    assert stored(up, digests["ENSEIGNE"]) == ("soumis", [("soumis", "camille")])


def test_nothing_is_asked_about_what_nobody_submitted(up: Up, digests: dict[str, str]) -> None:
    run_id = up.person("farida").trigger(DAG, quarter="2026-T2", convention="CALAE")
    assert up.admin.ended(DAG, run_id) == "failed"
    assert up.admin.states(DAG, run_id)["ask"] == "upstream_failed"
