"""The DAGs that take in, over declared sources: one that fails stops no other, what came is told, the run is red."""

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from etl import settings
from etl.jobs.running import init, sample
from etl.scheduler.home import AirflowHome
from etl.warehouse import server
from etl.warehouse.server import connect

SOURCES = """
sources:
  - {{nom: absente, type: sftp, porte: journal, connexion: nulle-part, chemin: /depot}}
  - {{nom: boite, type: dossier, porte: journal, chemin: {inbox}/journal}}
  - {{nom: vide, type: dossier, porte: journal, chemin: {inbox}/vide}}
  - {{nom: service, type: http, porte: journal, connexion: service, chemin: /exports.json}}
  - {{nom: fiches, type: dossier, porte: fiches, chemin: {inbox}/fiches}}
"""


CONTENT = "id_appel;debut;suite;saisine_ref;association\nS1;2026-02-02T10:00:00+01:00;information;;\n"


@pytest.fixture
def service(airflow: AirflowHome, tmp_path: Path) -> Iterator[None]:
    """An HTTP service that lists one export, and the connection to it as `airflow connections add` keeps it."""
    (tmp_path / "service").mkdir()
    (tmp_path / "service" / "s.csv").write_text(CONTENT, encoding="utf-8")
    listed = {"files": [{"url": "/s.csv", "name": "s.csv", "received_at": "2026-02-03T08:00:00+01:00"}]}
    (tmp_path / "service" / "exports.json").write_text(json.dumps(listed))
    handler = partial(SimpleHTTPRequestHandler, directory=str(tmp_path / "service"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    add = ["connections", "add", "service", "--conn-type", "http", "--conn-host", "127.0.0.1"]
    command = [Path(sys.executable).with_name("airflow"), *add, "--conn-port", str(server.server_address[1])]
    subprocess.run(command, check=True, capture_output=True)
    yield
    server.shutdown()
    server.server_close()


@pytest.fixture
def home(airflow: AirflowHome, service: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A home with five sources, of which one has no connection and one nothing."""
    inbox = tmp_path / "inbox"
    sample.run(inbox, 40)
    with server.running(tmp_path / "home", create=True):
        (tmp_path / "home" / "sources.yaml").write_text(SOURCES.format(inbox=inbox), encoding="utf-8")
        monkeypatch.setenv("SAISINES_HOME", str(tmp_path / "home"))
        monkeypatch.delenv("SAISINES_SOURCES", raising=False)
        init.run(tmp_path / "home", inbox / "conventions", inbox / "associations.csv", "test", settings.now())
        yield tmp_path / "home"
        shutil.rmtree(inbox)


@pytest.mark.long
def test_a_source_that_fails_stops_no_other_and_the_run_is_red(home: Path) -> None:
    from airflow.dag_processing.dagbag import DagBag

    run = DagBag().dags["ingest_journal"].test()
    states = {(task.task_id, task.map_index): str(task.state) for task in run.get_task_instances()}
    assert states == {
        ("sources", -1): "success",
        ("take", 0): "failed",
        ("take", 1): "success",
        ("take", 2): "skipped",
        ("take", 3): "success",
        ("announce", -1): "success",
        ("tell", -1): "upstream_failed",
    }
    assert str(run.state) == "failed"
    with connect(home) as engine, engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT DISTINCT kind, status FROM deliveries").all()
        served = connection.exec_driver_sql("SELECT received_on FROM deliveries WHERE file_name = 's.csv'").scalar_one()
    assert [tuple(row) for row in found] == [("journal", "received")]
    assert served.isoformat() == "2026-02-03"
