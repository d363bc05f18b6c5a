"""`saisines up` as an operator lives with it: real components, real accounts, driven by Airflow's REST API."""

import os
import re
import shutil
import signal
import stat
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil
import psycopg
import pytest
from airflow_rest import wait
from installed_home import LAST, PEOPLE, QUARTERS, Up, call, files, password

from etl.scheduler import processes
from etl.warehouse import server

pytestmark = [pytest.mark.long, pytest.mark.timeout(3600)]
PAGES = ("/", "/ecarts", "/releves", "/baremes", "/livraisons", "/soutiens-impossibles")
ANSWERS = {
    "camille": (200, 200, 200, 403, 403, 200),
    "farida": (200, 403, 200, 200, 403, 403),
    "nadia": (200, 403, 403, 403, 200, 403),
    "rene": (200, 403, 403, 403, 403, 403),
    "lea": (200, 403, 403, 403, 403, 200),
    "passant": (403, 403, 403, 403, 403, 403),
}
DAGS = ("ingest_journal", "ingest_fiches", "reconcile", "settle_quarter", "approve_statement")
# Mornings of two cutoffs a quarter: the common one, and SPORT's.
MORNINGS = (
    "2026-01-16",
    "2026-01-21",
    "2026-04-16",
    "2026-04-21",
    "2026-07-16",
    "2026-07-21",
    "2026-10-16",
    "2026-10-21",
)


def test_it_is_up_with_every_component_and_nothing_of_it_is_open_to_others(
    up: Up, record_property: Callable[[str, object], None]
) -> None:
    record_property("seconds_to_ready", round(up.seconds))
    assert processes.components(up.home) == dict.fromkeys(processes.COMPONENTS, True)
    listening = {
        one.laddr.ip for one in psutil.net_connections("tcp") if one.pid in _pids(up.home) and one.status == "LISTEN"
    }
    assert listening == {"127.0.0.1"}
    for path in (up.home / "airflow").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name
    assert "Déjà démarré" in call(up.home, "up")


def test_the_schedules_are_there_and_wait_for_nobody(up: Up) -> None:
    dags = {dag["dag_id"]: dag for dag in up.admin.get("/dags?limit=100")["dags"]}
    assert set(DAGS) <= set(dags)
    assert not [name for name, dag in dags.items() if dag["is_paused"] or dag["has_import_errors"]]
    for name in ("ingest_journal", "ingest_fiches", "settle_quarter"):
        assert dags[name]["next_dagrun_run_after"], name


@pytest.mark.parametrize("name", ANSWERS)
def test_the_desk_answers_each_role_by_token_and_by_cookie(name: str, up: Up) -> None:
    person = up.person(name)
    cookies = {"_token": person.token}
    for page, status in zip(PAGES, ANSWERS[name], strict=True):
        assert person.web.get(f"/bureau{page}").status_code == status, page
        answer = httpx.get(f"{up.url}/bureau{page}", cookies=cookies, trust_env=False, timeout=60)
        assert answer.status_code == status, page


def test_nobody_passes_without_signing_in_and_the_administrator_has_no_desk(up: Up) -> None:
    anonymous = httpx.get(f"{up.url}/bureau/", headers={"Accept": "text/html"}, trust_env=False, timeout=60)
    assert (anonymous.status_code, anonymous.headers["location"]) == (303, "/auth/login?next=/bureau/")
    assert httpx.get(f"{up.url}/api/v2/dags", trust_env=False, timeout=60).status_code == 401
    assert up.admin.web.get("/bureau/").status_code == 403


def test_somebody_signs_in_by_the_page_and_comes_back_to_the_desk(up: Up) -> None:
    with httpx.Client(base_url=up.url, trust_env=False, follow_redirects=True, timeout=60) as browser:
        page = browser.get("/bureau/ecarts", headers={"Accept": "text/html"})
        assert "Nom d'utilisateur" in page.text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        assert token is not None
        form = {"csrf_token": token[1], "username": "camille", "password": password("camille")}
        assert browser.post(page.url, data={**form, "password": "autre"}).url.path.startswith("/auth/login")
        back = browser.post(page.url, data=form)
        assert back.status_code == 200
        assert back.url.path == "/bureau/ecarts"
        assert all(cookie.has_nonstandard_attr("HttpOnly") for cookie in browser.cookies.jar)
        assert browser.get("/bureau/livraisons").status_code == 403


def test_a_role_does_in_airflow_what_it_is_for_and_no_more(up: Up) -> None:
    may = {name: up.person(name).web for name in PEOPLE}
    for name in ("nadia", "rene"):
        assert (
            may[name].patch("/api/v2/dags/settle_quarter", json={"is_paused": False}).status_code
            == {"nadia": 200, "rene": 403}[name]
        )
    body = {"logical_date": None, "conf": {}}
    assert may["rene"].post("/api/v2/dags/settle_quarter/dagRuns", json=body).status_code == 403
    assert may["camille"].post("/api/v2/dags/ingest_journal/dagRuns", json=body).status_code == 403
    for path in ("connections", "variables", "eventLogs", "config"):
        assert {may[name].get(f"/api/v2/{path}").status_code for name in PEOPLE} == {403}, path


def test_files_dropped_are_taken_in_and_set_the_reconciliation_off_in_spite_of_one_that_is_broken(
    up: Up, dropped: Path, inbox: Path, record_property: Callable[[str, object], None]
) -> None:
    nadia, before = up.person("nadia"), len(up.admin.runs("reconcile"))
    assert up.admin.ended("ingest_journal", nadia.trigger("ingest_journal")) == "success"
    rows, started = _contacts(up.home), time.monotonic()
    assert rows > 0
    shutil.copy2(inbox / "journal" / LAST, up.home / LAST)
    (up.home / LAST).rename(dropped / "journal" / LAST)  # at once
    run_id = nadia.trigger("ingest_journal")
    wait(lambda: _contacts(up.home) > rows, "no rows of the journal", every=0.2)
    record_property("seconds_from_drop_and_trigger_to_rows", round(time.monotonic() - started, 1))
    assert up.admin.ended("ingest_journal", run_id) == "success"
    up.admin.ended("ingest_fiches", nadia.trigger("ingest_fiches"))
    up.admin.idle("ingest_fiches")
    red = [run["dag_run_id"] for run in up.admin.runs("ingest_fiches") if run["state"] == "failed"]
    assert red  # the schedule's own run, when it came first
    states = up.admin.states("ingest_fiches", red[0])
    assert (states["take"], states["tell"]) == ("success", "failed")
    wait(lambda: len(up.admin.runs("reconcile")) > before, "the reconciliation did not start")
    up.admin.idle("reconcile")
    made = up.admin.runs("reconcile")[before:]
    assert {(run["run_type"], run["state"]) for run in made} == {("asset_triggered", "success")}


def test_a_disk_that_was_away_is_tried_again_and_a_wrong_quarter_is_not(up: Up, dropped: Path) -> None:
    camille = up.person("camille")

    def drafts(run_id: str) -> list[dict[str, Any]]:
        return [task for task in up.admin.tasks("settle_quarter", run_id) if task["task_id"] == "draft"]

    up.admin.idle("settle_quarter", "reconcile")
    out = up.home / "out"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    (out / "2026-T1").write_bytes(b"in the way of the folder")
    run_id = camille.trigger("settle_quarter", quarter="2026-T1")
    wait(lambda: "up_for_retry" in [task["state"] for task in drafts(run_id)], "no second try")
    (out / "2026-T1").unlink()
    assert up.admin.ended("settle_quarter", run_id) == "success"
    tries = {task["map_index"]: task["try_number"] for task in drafts(run_id)}
    assert tries.keys() == {0, 1}
    assert max(tries.values()) == 2
    refused = camille.web.post(
        "/api/v2/dags/settle_quarter/dagRuns", json={"logical_date": None, "conf": {"quarter": "2026-Q1"}}
    )
    assert refused.status_code == 400


def test_four_past_quarters_are_those_of_the_command_line(up: Up, dropped: Path, by_command_line: Path) -> None:
    shutil.rmtree(up.home / "out")
    nadia = up.person("nadia")
    for day in MORNINGS:
        wait(lambda: _no_backfill(up), "a backfill does not end")
        body = {"dag_id": "settle_quarter", "from_date": f"{day}T00:00:00+01:00", "to_date": f"{day}T23:00:00+01:00"}
        answer = nadia.web.post("/api/v2/backfills", json={**body, "reprocess_behavior": "none", "max_active_runs": 1})
        assert answer.status_code == 200, answer.text
    wait(lambda: _no_backfill(up), "a backfill does not end")
    up.admin.idle("settle_quarter")
    done = [run for run in up.admin.runs("settle_quarter") if run["run_type"] == "backfill"]
    assert [run["state"] for run in done] == ["success"] * len(MORNINGS)
    expected = files(by_command_line)
    assert len(expected) == len(QUARTERS) * 4
    assert files(up.home / "out") == expected
    assert files(up.home / "out", "discrepancies.json") == files(by_command_line, "discrepancies.json")


def test_the_sunday_cleaning_deletes_old_logs_and_has_airflow_forget_old_runs(up: Up, dropped: Path) -> None:
    nadia, logs = up.person("nadia"), up.home / "airflow" / "logs"
    run_id = nadia.trigger("ingest_journal")
    assert up.admin.ended("ingest_journal", run_id) == "success"
    old, ago = next(logs.glob(f"dag_id=ingest_journal/run_id={run_id}/**/*.log")), time.time() - 400 * 86_400
    os.utime(old, (ago, ago))
    with psycopg.connect(server.airflow_url(up.home).replace("postgresql+psycopg2", "postgresql")) as connection:
        aged = "UPDATE dag_run SET start_date = start_date - interval '400 days' WHERE dag_id = 'ingest_journal' AND run_id = %s"
        assert connection.execute(aged, [run_id]).rowcount == 1
    assert up.admin.ended("tidy_up", nadia.trigger("tidy_up")) == "success"
    assert not old.exists()
    left = [run["dag_run_id"] for run in up.admin.runs("ingest_journal")]
    assert run_id not in left
    assert left


def test_what_is_killed_is_started_again(up: Up) -> None:
    up.admin.idle(*DAGS)  # a task of a scheduler that is killed is only missed after minutes
    victim = next(pid for pid, name in processes._alive(up.home / "airflow").items() if name == "scheduler")
    os.kill(victim, signal.SIGKILL)
    wait(lambda: victim not in _pids(up.home) and all(processes.components(up.home).values()), "not started again")
    run_id = up.person("nadia").trigger("reconcile")
    assert up.admin.ended("reconcile", run_id) == "success"


def test_down_stops_what_a_killed_watcher_left_and_up_starts_again_over_it(up: Up) -> None:
    watcher, left = int((up.home / "up.lock").read_text(encoding="ascii")), _pids(up.home)
    os.kill(watcher, signal.SIGKILL)
    wait(lambda: not psutil.pid_exists(watcher) or psutil.Process(watcher).status() == psutil.STATUS_ZOMBIE, "alive")
    with ThreadPoolExecutor(2) as both:  # asked for twice at once, it is up once
        said = [each.result() for each in [both.submit(call, up.home, "up") for _ in range(2)]]
    assert "Prêt" in "".join(said)
    assert not left & _pids(up.home)
    assert processes.components(up.home) == dict.fromkeys(processes.COMPONENTS, True)
    again = int((up.home / "up.lock").read_text(encoding="ascii"))
    os.kill(again, signal.SIGKILL)
    assert "Arrêté" in call(up.home, "down")
    assert "Rien ne tournait" in call(up.home, "down")
    assert processes.components(up.home) == dict.fromkeys(processes.COMPONENTS, False)
    here = str(up.home)
    assert not [one.pid for one in psutil.process_iter(["cwd"]) if (one.info["cwd"] or "").startswith(here)]


def _pids(home: Path) -> set[int]:
    return set(processes._alive(home / "airflow"))


def _no_backfill(up: Up) -> bool:
    return all(one["completed_at"] for one in up.admin.get("/backfills?dag_id=settle_quarter&limit=100")["backfills"])


def _contacts(home: Path) -> int:
    """How many calls the warehouse holds."""
    with server.running(home) as url, psycopg.connect(url) as connection:
        return int((connection.execute("SELECT count(*) FROM contacts").fetchone() or [0])[0])
