"""A real run of the DAGs from files with poisoned names to a draft: what lineage, logs, metrics, and mail tell of it."""

import json
import os
import re
import shutil
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from post_office import Mailbox, connection, served

from etl import settings
from etl.jobs.running import init
from etl.jobs.watching import notices, status
from etl.jobs.watching.status_told import lines
from etl.model.quarter import PARIS
from etl.scheduler import home as scheduler_home
from etl.scheduler import processes
from etl.scheduler.api import ENDED, Api, wait
from etl.scheduler.home import AirflowHome
from etl.scheduler.processes import free_port
from etl.warehouse import server

CONTRACT = Path(__file__).parents[3] / "shared" / "contract"
CASE = CONTRACT / "cases" / "one-clean-quarter"
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(not CASE.is_dir(), reason="the contract's worked cases are not beside the project"),
]

POISON = ["Zoé_MARTIN", "zoemartin", "DUPONTJEAN", "secretconfidentiel", "0611223344", "BENEF77"]
NAME, MAILNAME, FOLDER, FREE, PHONE, PERSON = POISON
REFERENCE = re.compile(r"FV[ -]?\d{2}[ -]?\d{6}[ -]?[0-9A-Z]", re.IGNORECASE)
PSEUDONYM = re.compile(r"[0-9a-f]{64}")
FILE = re.compile(r"\w\.(csv|xlsx|ods)\b", re.IGNORECASE)


def poisoned(folder: Path) -> None:
    """The case's inbox, under names of persons, with rows that are refused and files that cannot be read."""
    for batch, kind, day in (("1", "journal", "2026-04-02"), ("2", "fiches", "2026-04-10")):
        shutil.copytree(CASE / batch / kind, folder / kind)
        for path in [path for path in (folder / kind).rglob("*") if path.is_file()]:
            path.rename(path.with_name(f"{NAME} {path.name}"))
        noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=PARIS).timestamp()
        for path in (folder / kind).rglob("*.*"):
            os.utime(path, (noon, noon))
    row = {"id_appel": FREE, "debut": FREE, "numero_appelant": PHONE, "suite": "saisine", "saisine_ref": NAME}
    row |= {"association": FOLDER, "beneficiaire": PERSON}
    text = "\n".join([";".join(row), ";".join(row.values())]) + "\n"
    (folder / "journal" / f"{NAME} 2.csv").write_text(text, encoding="utf-8")
    (folder / "journal" / f"{FREE}.csv").write_bytes(b"\x00\x01" + FREE.encode())
    bordereau = f"saisine_ref;issue;commentaire\n{NAME};{FREE};{FREE}\nFV26-999999-Z;soutien_impossible;{PHONE}\n"
    known = next(path for path in (folder / "fiches").iterdir() if path.is_dir())
    (known / f"{MAILNAME}.csv").write_text(bordereau, encoding="utf-8")
    (folder / "fiches" / FOLDER).mkdir()
    (folder / "fiches" / FOLDER / f"{MAILNAME}.csv").write_text(bordereau, encoding="utf-8")


@pytest.fixture(scope="module")
def metrics() -> Iterator[socket.socket]:
    """A UDP listener, as a StatsD server is."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(0.2)
        yield listener


@pytest.fixture(scope="module")
def port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def home(airflow: AirflowHome, tmp_path_factory: pytest.TempPathFactory, metrics: socket.socket, port: int) -> Any:
    made = tmp_path_factory.mktemp("home")
    poisoned(made / "inbox")
    with pytest.MonkeyPatch.context() as patch, server.running(made, create=True):
        patch.setenv("SAISINES_HOME", str(made))
        patch.delenv("SAISINES_INBOX", raising=False)
        patch.setenv("SAISINES_LOG", str(made / "logs.jsonl"))
        patch.setenv("SAISINES_STATSD", f"127.0.0.1:{metrics.getsockname()[1]}")
        patch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", connection(port))
        for role in ("COORDINATION", "FINANCE", "DATA", "PSYCHOLOGUE"):
            patch.setenv(f"SAISINES_MAIL_{role}", f"{role.lower()}@federation.example")
        init.run(made, CONTRACT / "conventions", CASE / "associations.csv", "test", settings.now())
        yield made


def run(dag_id: str, **how: Any) -> dict[str, str]:
    from airflow.dag_processing.dagbag import DagBag

    return {task.task_id: str(task.state) for task in DagBag().dags[dag_id].test(**how).get_task_instances()}


@pytest.fixture(scope="module")
def states(home: Path) -> dict[str, dict[str, str]]:
    """The states of the tasks of every DAG of the chain, run one after the other."""
    done = {dag_id: run(dag_id) for dag_id in ("ingest_journal", "ingest_fiches", "reconcile")}
    done["settle_quarter"] = run("settle_quarter", run_conf={"quarter": "2026-T1"})
    return done


@pytest.fixture(scope="module")
def told(states: dict[str, dict[str, str]], home: Path, port: int) -> Mailbox:
    """What the watch wrote, with the mail server away for its first run."""
    box = Mailbox()
    with pytest.raises(OSError):  # by the job: the DAG tries again for minutes
        notices.look(home, settings.now())
        notices.tell(home, settings.now())
    with served(box, port):
        assert run("watch") == {"look": "success", "tell": "success"}
        assert run("watch") == {"look": "success", "tell": "success"}
    return box


@pytest.fixture(scope="module")
def packets(told: Mailbox, metrics: socket.socket) -> list[str]:
    """The lines of all packets that arrived."""
    found: list[str] = []
    try:
        while True:
            found += metrics.recv(65536).decode().split("\n")
    except TimeoutError:
        return found


@pytest.fixture(scope="module")
def events(states: dict[str, dict[str, str]], airflow: AirflowHome) -> list[dict[str, Any]]:
    """The lineage events of the whole session."""
    return [json.loads(line) for line in (airflow.logs / "lineage.jsonl").read_text(encoding="utf-8").splitlines()]


def links(events: list[dict[str, Any]]) -> dict[str, tuple[set[str], set[str]]]:
    """What each completed job read and made."""
    return {
        one["job"]["name"]: ({i["name"] for i in one.get("inputs", [])}, {o["name"] for o in one.get("outputs", [])})
        for one in events
        if one["eventType"] == "COMPLETE"
    }


def clean(text: str) -> None:
    for word in POISON:
        assert word.lower() not in text.lower(), word
    for pattern in (REFERENCE, PSEUDONYM, FILE):
        assert not pattern.search(text), pattern.search(text)


def test_the_poisoned_inbox_goes_through_to_the_drafts(states: dict[str, dict[str, str]], home: Path) -> None:
    assert states["ingest_journal"]["take"] == states["ingest_fiches"]["take"] == "success"
    assert states["ingest_journal"]["tell"] != "success"
    assert states["reconcile"] == {"reconcile": "success"}
    assert len(list((home / "out" / "2026-T1").glob("*/releve.json"))) == 4


def test_lineage_leads_from_the_journal_by_the_reconciliation_to_the_statement(events: list[dict[str, Any]]) -> None:
    chain = links(events)
    assert chain["ingest_journal.announce"][1] == {"journal"}
    assert chain["ingest_fiches.announce"][1] == {"fiches"}
    assert chain["reconcile.reconcile"] == ({"journal", "fiches"}, {"rapprochement"})
    assert chain["settle_quarter.draft"] == ({"rapprochement"}, {"releve"})
    assert {one["job"]["namespace"] for one in events} == {"saisines"}


def test_lineage_holds_links_only(events: list[dict[str, Any]]) -> None:
    clean(json.dumps(events, ensure_ascii=False))
    assert {name for one in events for name in one["run"].get("facets", {})} <= {"parent", "processing_engine"}
    assert {name for one in events for name in one["job"].get("facets", {})} <= {"jobType"}
    assert "def " not in json.dumps(events)


def test_each_job_leaves_a_line_with_its_counts(told: Mailbox, home: Path) -> None:
    text = (home / "logs.jsonl").read_text(encoding="utf-8")
    events = [json.loads(line) for line in text.splitlines()]
    by_event = {line["event"]: line for line in events}
    assert set(by_event) == {"ingest", "reconcile", "draft", "watch", "notice"}
    assert by_event["reconcile"]["counts"]["saisines"] > 0
    drafted = {name: count for line in events if line["event"] == "draft" for name, count in line["counts"].items()}
    assert drafted["total_cents.CALAE"] > 0
    assert by_event["draft"]["quarter"] == "2026-T1"
    assert sum(line["counts"]["rejected"] for line in events if line["event"] == "ingest") >= 2
    assert sum(line["counts"]["failed_files"] for line in events if line["event"] == "ingest") == 1
    assert next(line["outcome"] for line in events if line["event"] == "notice") == "failed"
    clean(text)


def test_each_job_sends_its_rows_refusals_amounts_and_duration(packets: list[str]) -> None:
    found = {line.partition(":")[0]: line.partition(":")[2] for line in packets}
    assert re.fullmatch(r"\d+\|ms", found["saisines.ingest.duration"])
    assert found["saisines.reconcile.done"] == "1|c"
    assert re.fullmatch(r"[1-9]\d*\|g", found["saisines.draft.total_cents.CALAE"])
    assert {
        "saisines.ingest.accepted",
        "saisines.ingest.rejected",
        "saisines.draft.lines",
        "saisines.watch.new",
    } <= set(found)
    assert all(re.fullmatch(r"saisines\.[A-Za-z0-9_.]+:-?\d+\|(c|g|ms)", line) for line in packets)
    clean("\n".join(packets))


def test_the_watch_writes_what_it_found_once_and_nothing_of_whom(told: Mailbox) -> None:
    assert {one.rcpt_tos[0].partition("@")[0] for one in told.envelopes} == {"coordination", "data", "psychologue"}
    text = "".join(told.texts) + "".join(one["Subject"] for one in told.messages)
    assert "Livraisons refusées : 1" in text
    assert "BAD_REFERENCE" in text
    clean(text.replace("Message-ID", ""))


def test_the_logs_of_a_real_airflow_hold_none_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    poisoned(home / "inbox")
    monkeypatch.setenv("SAISINES_HOME", str(home))
    for name in ("SAISINES_INBOX", "SAISINES_LOG", "SAISINES_STATSD"):  # of the house of the other tests
        monkeypatch.delenv(name, raising=False)
    with server.running(home, create=True):
        init.run(home, CONTRACT / "conventions", CASE / "associations.csv", "test", settings.now())
        made = scheduler_home.prepare(home, server.airflow_url(home), free_port())
        with processes.migrating(made):
            pass
        with processes.running(made):
            api = Api(made)
            chain = ["reconcile", "ingest_fiches", "ingest_journal"]
            assert wait(lambda: api.healthy() and set(chain) <= set(api.dags()), 600)
            for dag_id in chain:
                api.unpause(dag_id)
            api.trigger("ingest_journal")
            assert wait(lambda: failures(api, "ingest_journal") == 1 and ended(api, "reconcile") == "success", 600)
            # Early in the day Airflow adds the run of the morning by itself, and a good run ends the failure of the one before: fail last.
            (home / "inbox" / "journal" / f"{FREE} 2.csv").write_bytes(b"\x00\x02" + FREE.encode())
            api.trigger("ingest_journal")
            assert wait(lambda: failures(api, "ingest_journal") == 2, 600)
            told = {}  # the last screen: the fiches' own run may have set off another reconciliation

            def quiet() -> bool:
                told["found"] = status.run(home, settings.now())
                told["screen"] = "\n".join(lines(told["found"]))
                return bool(re.search(r"reconcile +terminé il y a \d+ min", told["screen"]))

            assert wait(quiet, 600), told["screen"]
    found, screen = told["found"], told["screen"]
    assert {"DAG_FAILED", "DELIVERY_REFUSED", "ROWS_REFUSED", "SUPPORT_IMPOSSIBLE"} <= set(found.wanting)
    assert re.search(r"ingest_journal +ÉCHEC il y a \d+ min +prochain \d\d", screen)
    clean(screen)
    logs = {path: path.read_text(encoding="utf-8", errors="replace") for path in made.logs.rglob("*.log")}
    assert any("SaisinesError" in text for text in logs.values())  # it is there that failures are told
    for text in logs.values():
        clean(text)
    lineage = (made.logs / "lineage.jsonl").read_text(encoding="utf-8")
    assert "reconcile.reconcile" in lineage
    clean(lineage)
    (told_,) = [path.read_text(encoding="utf-8") for path in (home / "logs").glob("*.jsonl")]
    assert '"event": "reconcile"' in told_
    clean(told_)


def failures(api: Api, dag_id: str) -> int | None:
    """How many runs of a DAG failed, once none is under way."""
    states = [run["state"] for run in api.runs(dag_id)]
    return states.count("failed") if set(states) <= set(ENDED) else None


def ended(api: Api, dag_id: str) -> str | None:
    """How the last run of a DAG ended, when it has."""
    return next((run["state"] for run in api.runs(dag_id) if run["state"] in ENDED), None)
