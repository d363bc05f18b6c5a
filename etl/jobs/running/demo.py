"""`saisines demo`: from nothing to the statements of a sample quarter, through the real DAGs on a real scheduler."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from etl.jobs.running import init, sample
from etl.jobs.running.demonstration import claim
from etl.model.errors import SaisinesError
from etl.model.money import euros
from etl.model.quarter import Quarter, civil_day
from etl.scheduler import processes, runs
from etl.scheduler.api import Api, wait
from etl.scheduler.home import AirflowHome, prepare
from etl.warehouse import server

QUARTER = Quarter(2026, 1)  # its tariffs are those of the worked cases
LAST_CUTOFF_DAYS = 20  # the longest delay of the sample's conventions
INGESTION, RECONCILIATION, SETTLEMENT = ["ingest_journal", "ingest_fiches"], "reconcile", "settle_quarter"
STARTED_SECONDS, RUN_SECONDS = 180, 900
BY = "demo"

Say = Callable[[str], None]


@dataclass(frozen=True)
class Statement:
    """A draft as it lies in its folder."""

    convention: str
    cutoff: str
    total_cents: int
    lines: int
    not_paid: int
    parked: list[str]
    digest: str
    path: Path


def run(home: Path, at: datetime, say: Say, saisines: int = 3000) -> None:
    """Make the sample in the home, run the DAGs over it, and tell what came out. Again: says that nothing changed.

    Args:
        home: of the demonstration; one that holds real work is refused.
        at: the instant.
        say: told what goes on and what came out, line by line, in French.
        saisines: size of the sample, the first time.

    Raises:
        SaisinesError: something stops it; running it again goes on from there.
    """
    quarter = _quarter(at)
    with _alone(home):
        before = _statements(home / "out" / str(quarter))
        _run_dags(home, quarter, at, say, saisines)
        after = _statements(home / "out" / str(quarter))
    if not after:
        raise SaisinesError(
            f"Aucun relevé n’a été établi ; les journaux d’Airflow sont dans {home / 'airflow' / 'logs'}."
        )
    _tell(home, quarter, after, say)
    if {s.convention: s.digest for s in before} == {s.convention: s.digest for s in after}:
        say("Rien n’a changé depuis la démonstration précédente : mêmes fichiers, mêmes relevés, mêmes empreintes.")


def _quarter(at: datetime) -> Quarter:
    """The sample's quarter; where the clock stands before its end, the last one that is over."""
    today = civil_day(at)
    quarter = QUARTER
    while (today - quarter.end).days <= LAST_CUTOFF_DAYS + 10:
        quarter = quarter.previous
    return quarter


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Hold the home for one demonstration at a time, and keep it apart from a home of real work."""
    claim(home)
    lock = os.open(home / "demo.running", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise SaisinesError(f"Une démonstration tourne déjà dans {home} ; attendez sa fin.") from error
    finally:
        os.close(lock)


def _run_dags(home: Path, quarter: Quarter, at: datetime, say: Say, saisines: int) -> None:
    inbox = home / "inbox"
    if inbox.exists():
        say(f"1/5 Boîte de réception d’exemple : déjà là, dans {inbox}")
    else:
        say(f"1/5 Boîte de réception d’exemple dans {inbox}")
        sample.run(inbox, saisines, quarter=str(quarter), progress=lambda text: say(f"  {text}"))
    say("2/5 Entrepôt et conventions (PostgreSQL embarqué)")
    with server.running(home, create=True):
        airflow = prepare(home, server.airflow_url(home), processes.free_port())
        with processes.migrating(airflow):  # eight seconds that need not be waited for
            init.run(home, inbox / "conventions", inbox / "associations.csv", BY, at)
        say("3/5 Démarrage d’Airflow (ordonnanceur, lecture des DAG, API)")
        with processes.running(airflow) as started:
            _follow(_ready(airflow, started), str(quarter), say)
        say(f"  Airflow arrêté ; ses journaux sont dans {airflow.logs}")


def _ready(airflow: AirflowHome, started: dict[str, subprocess.Popen[bytes]]) -> Api:
    api = Api(airflow)

    def found() -> bool:
        processes.check_alive(airflow, started)
        if not api.healthy():
            return False
        if errors := api.import_errors():
            raise SaisinesError(f"DAG illisible : {errors[0]}")
        return set(api.dags()) >= {*INGESTION, RECONCILIATION, SETTLEMENT}

    if not wait(found, STARTED_SECONDS):
        raise SaisinesError(
            f"Airflow n’est pas prêt après {STARTED_SECONDS} s ; ses journaux sont dans {airflow.logs}."
        )
    return api


def _follow(api: Api, quarter: str, say: Say) -> None:
    dag_ids = [*INGESTION, RECONCILIATION, SETTLEMENT]
    runs.give_up(api, dag_ids)
    past = set(runs.known(api, dag_ids))
    say("4/5 Réception et rapprochement (DAG ingest_journal, ingest_fiches, reconcile)")
    api.unpause(RECONCILIATION)
    runs.start(api, INGESTION, past)
    runs.follow(api, [*INGESTION, RECONCILIATION], past, say, RUN_SECONDS)
    say(f"5/5 Relevés de {quarter} (DAG settle_quarter)")
    api.unpause(SETTLEMENT)
    api.trigger(SETTLEMENT, {"quarter": quarter})
    runs.follow(api, [SETTLEMENT], past, say, RUN_SECONDS)


def _statements(folder: Path) -> list[Statement]:
    return [_statement(path) for path in sorted(folder.glob("*/releve.json"))]


def _statement(path: Path) -> Statement:
    data: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Statement(
        data["convention"],
        data["cutoff"],
        data["total_cents"],
        len(data["lines"]),
        len(data["not_paid"]),
        data["parked"],
        data["digest"],
        path,
    )


def _tell(home: Path, quarter: Quarter, statements: list[Statement], say: Say) -> None:
    folder = home / "out" / str(quarter)
    say("")
    say(f"Relevés de {quarter} (brouillons, montants d’exemple)")
    for one in statements:
        parked = f" · parqué : {', '.join(one.parked)}" if one.parked else ""
        counts = f"{one.lines:>6} lignes, {one.not_paid:>4} actes non payés"
        say(f"  {one.convention:<9} {euros(one.total_cents):>14}  {counts}, arrêté au {one.cutoff}{parked}")
    say(f"  {'Total':<9} {euros(sum(one.total_cents for one in statements)):>14}")
    _tell_discrepancies(folder / "discrepancies.json", say)
    _tell_next(folder, statements[0], say)


def _tell_discrepancies(path: Path, say: Say) -> None:
    found = json.loads(path.read_text(encoding="utf-8"))["discrepancies"]
    say("")
    say(f"Écarts ({len(found)}), par code : B bloque, H met en attente, W est payé et signalé, I informe")
    counted = Counter((one["severity"], one["code"]) for one in found)
    for (severity, code), count in sorted(
        counted.items(), key=lambda item: ("BHWI".index(item[0][0]), -item[1], item[0][1])
    ):
        say(f"  {severity}  {code:<32} {count:>6}")


def _tell_next(folder: Path, first: Statement, say: Say) -> None:
    stated = [line["saisine"] for line in json.loads(first.path.read_text(encoding="utf-8"))["lines"]]
    say("")
    say("Où regarder ensuite")
    say(f"  {first.path.with_name('releve.xlsx')}   le relevé en classeur")
    say(f"  {folder / 'discrepancies.json'}   tous les écarts")
    say(f"  saisines explain {stated[0] if stated else 'RÉFÉRENCE'}   l’histoire d’une saisine")
    say("  saisines quarantine list   les lignes refusées, et pourquoi")
    say("")
