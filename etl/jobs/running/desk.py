"""`saisines desk`: the desk on the loopback over the sample quarter, with one account of the demonstration per role."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from subprocess import Popen
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from etl.jobs.intake import inbox
from etl.jobs.matching import reconcile
from etl.jobs.running import init, sample
from etl.jobs.running.demo import QUARTER
from etl.jobs.running.demonstration import claim
from etl.jobs.settlement import draft
from etl.model.errors import SaisinesError
from etl.scheduler import processes
from etl.scheduler.api import wait
from etl.scheduler.home import AirflowHome, prepare
from etl.warehouse import server

# Accounts of the demonstration: invented first names, each with a role of etl/web/matrix.py.
PEOPLE = {
    "camille": "coordination",
    "louis": "coordination",
    "farida": "finance",
    "victor": "finance",
    "nadia": "data",
    "paule": "psychologue",
    "rene": "reader",
}
LABELS = {
    "coordination": "coordination",
    "finance": "finance",
    "data": "données",
    "reader": "lecture",
    "psychologue": "psychologue",
}
BY = "demo"
STARTED_SECONDS = 180

Say = Callable[[str], None]


def run(home: Path, at: datetime, say: Say, saisines: int = 3000, port: int | None = None) -> None:
    """Serve the desk until interrupted; the first time, make the sample quarter it shows.

    Args:
        home: of a demonstration; one that holds real work is refused, because its accounts would open it.
        at: the instant.
        say: told what goes on, in French.
        saisines: size of the sample, the first time.
        port: of the loopback; a free one by default.

    Raises:
        SaisinesError: the home is not a demonstration's, or Airflow does not start.
    """
    claim(home)
    with server.running(home, create=True):
        people = _people(home)
        airflow = prepare(home, server.airflow_url(home), port or processes.free_port(), people=people)
        with processes.migrating(airflow):
            _load(home, at, say, saisines)
        say("Démarrage d’Airflow, qui porte le bureau…")
        with processes.running(airflow, ["api-server"]) as started:
            _wait_ready(airflow, started)
            _tell(airflow, people, say)
            while True:
                time.sleep(1)
                processes.check_alive(airflow, started)


def _people(home: Path) -> dict[str, str]:
    """The accounts and their passwords, made the first time; the roles are written where the desk reads them."""
    path = home / "desk" / "accounts.json"
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps({name: secrets.token_urlsafe(9) for name in PEOPLE}), encoding="utf-8")
    (home / "bureau.json").write_text(json.dumps(PEOPLE, indent=1) + "\n", encoding="utf-8")
    known: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return known


def _load(home: Path, at: datetime, say: Say, saisines: int) -> None:
    """The sample quarter, received on the days its files say, reconciled and drafted; again takes in nothing twice."""
    folder, quarter = home / "inbox", str(QUARTER)
    if (home / "out" / quarter).exists():
        return
    say(f"Exemple de {saisines} saisines de {quarter} : quelques dizaines de secondes, la première fois…")
    if not folder.exists():
        sample.run(folder, saisines, quarter=quarter)
    init.run(home, folder / "conventions", folder / "associations.csv", BY, at)
    for kind in ("journal", "fiches"):
        inbox.run(home, folder, kind, at)
    reconcile.run(home, at)
    draft.run(home, quarter, at)


def _wait_ready(airflow: AirflowHome, started: dict[str, Popen[bytes]]) -> None:
    opener = build_opener(ProxyHandler({}))

    def answers() -> bool:
        processes.check_alive(airflow, started)
        try:
            with opener.open(f"{airflow.url}/api/v2/version", timeout=5):
                return True
        except (URLError, ConnectionError, TimeoutError):
            return False

    if not wait(answers, STARTED_SECONDS):
        raise SaisinesError(f"Airflow ne répond pas ; ses journaux sont dans {airflow.logs}.")


def _tell(airflow: AirflowHome, people: dict[str, str], say: Say) -> None:
    say("")
    say(f"Le bureau : {airflow.url}/bureau/")
    say("")
    say("  compte      mot de passe    rôle")
    for name, password in people.items():
        say(f"  {name:<10}  {password:<14}  {LABELS[PEOPLE[name]]}")
    say("")
    say("Données inventées, comptes de démonstration, sur cette machine seulement. Ctrl+C arrête tout.")
