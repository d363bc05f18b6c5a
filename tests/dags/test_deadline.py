"""A run that goes past its deadline under a real scheduler: the watch has it to tell."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from etl import settings
from etl.jobs.running import init
from etl.scheduler import home as scheduler_home
from etl.scheduler import processes
from etl.scheduler.api import Api, wait
from etl.scheduler.deadlines import late
from etl.warehouse import server

SLOW = """
import time
from datetime import timedelta
from airflow.sdk import DAG, DeadlineAlert, DeadlineReference, SyncCallback, task

told = SyncCallback("etl.scheduler.deadlines.late")
alert = DeadlineAlert(
    name="retard", reference=DeadlineReference.DAGRUN_QUEUED_AT, interval=timedelta(seconds=2), callback=told
)
with DAG("slow", schedule=None, deadline=[alert]):

    @task
    def rest():
        time.sleep(600)

    rest()
"""


def test_the_dags_of_the_chain_have_a_deadline_that_tells_the_watch(airflow: scheduler_home.AirflowHome) -> None:
    from airflow.dag_processing.dagbag import DagBag

    dags = DagBag().dags
    for dag_id in ("ingest_journal", "ingest_fiches", "reconcile", "settle_quarter"):
        (alert,) = dags[dag_id].deadline
        assert alert.callback.path == f"{late.__module__}.{late.__name__}"
        assert timedelta(minutes=30) < alert.interval < timedelta(hours=5)


@pytest.mark.long
def test_a_run_past_its_deadline_is_a_notice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, dags = tmp_path / "home", tmp_path / "dags"
    dags.mkdir()
    (dags / "slow.py").write_text(SLOW, encoding="utf-8")
    monkeypatch.setenv("SAISINES_HOME", str(made))
    with server.running(made, create=True):
        init.run(made, None, None, "test", settings.now())
        airflow = scheduler_home.prepare(made, server.airflow_url(made), processes.free_port())
        configured = airflow.folder / "airflow.cfg"
        shipped = f"dags_folder = {scheduler_home.configuration.dags_folder()}"
        text_ = configured.read_text(encoding="utf-8")
        assert shipped in text_
        configured.write_text(text_.replace(shipped, f"dags_folder = {dags}"), encoding="utf-8")
        with processes.migrating(airflow):
            pass
        with processes.running(airflow):
            api = Api(airflow)
            assert wait(lambda: api.healthy() and api.dags() == ["slow"], 600)
            api.unpause("slow")
            api.trigger("slow")
            assert wait(lambda: kept(made) == [("data", "RUN_LATE", {"dag": "slow"})], 600), kept(made)


def kept(home: Path) -> list[tuple[Any, ...]]:
    with server.connect(home) as engine, engine.begin() as connection:
        return [tuple(row) for row in connection.execute(text("select role, kind, detail from notices"))]
