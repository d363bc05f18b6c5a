"""The DAGs that take in, over declared sources: one that fails stops no other, what came is told, the run is red."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from etl import settings
from etl.jobs import init, sample
from etl.scheduler.home import AirflowHome
from etl.warehouse import server
from etl.warehouse.server import connect

SOURCES = """
sources:
  - {{nom: absente, type: sftp, porte: journal, connexion: nulle-part, chemin: /depot}}
  - {{nom: boite, type: dossier, porte: journal, chemin: {inbox}/journal}}
  - {{nom: vide, type: dossier, porte: journal, chemin: {inbox}/vide}}
  - {{nom: fiches, type: dossier, porte: fiches, chemin: {inbox}/fiches}}
"""


@pytest.fixture
def home(airflow: AirflowHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A home with four sources, of which one has no connection and one nothing."""
    inbox = tmp_path / "inbox"
    sample.run(inbox, 40)
    with server.running(tmp_path / "home", create=True):
        (tmp_path / "home" / "sources.yaml").write_text(SOURCES.format(inbox=inbox), encoding="utf-8")
        monkeypatch.setenv("SAISINES_HOME", str(tmp_path / "home"))
        monkeypatch.delenv("SAISINES_SOURCES", raising=False)
        init.run(tmp_path / "home", inbox / "conventions", inbox / "associations.csv", "test", settings.now())
        yield tmp_path / "home"
        shutil.rmtree(inbox)


def test_a_source_that_fails_stops_no_other_and_the_run_is_red(home: Path) -> None:
    from airflow.dag_processing.dagbag import DagBag

    run = DagBag().dags["ingest_journal"].test()
    states = {(task.task_id, task.map_index): str(task.state) for task in run.get_task_instances()}
    assert states == {
        ("sources", -1): "success",
        ("take", 0): "failed",
        ("take", 1): "success",
        ("take", 2): "skipped",
        ("announce", -1): "success",
        ("tell", -1): "upstream_failed",
    }
    assert str(run.state) == "failed"
    with connect(home) as engine, engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT DISTINCT kind, status FROM deliveries").all()
    assert [tuple(row) for row in found] == [("journal", "received")]
