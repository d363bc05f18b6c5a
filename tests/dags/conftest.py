"""An Airflow of its own for the tests of the DAGs, set up as the project sets it up; none is imported at a test file's top."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from etl.scheduler import configuration, home, processes
from etl.warehouse import server


@pytest.fixture(scope="session")
def airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[home.AirflowHome]:
    """Airflow's folder and its database, in an embedded PostgreSQL that lives as long as the session."""
    root = tmp_path_factory.mktemp("airflow")
    with pytest.MonkeyPatch.context() as patch, server.running(root, create=True):
        made = home.prepare(root, server.airflow_url(root), processes.free_port())
        patch.setenv("AIRFLOW_HOME", str(made.folder))
        patch.setenv("AIRFLOW_CONFIG", str(made.folder / "airflow.cfg"))
        with processes.migrating(made):
            pass
        patch.setattr(*_without_deadlines())
        yield made
        if (loaded := sys.modules.get("airflow.settings")) is not None:
            loaded.dispose_orm()  # before its server goes


def _without_deadlines() -> tuple[Any, str, Any]:
    """`dag.test()` of Airflow 3.3 fails at the end of a run that has a deadline, whose alert it never stored."""
    from airflow.sdk import DAG

    test = DAG.test

    def test_without(dag: DAG, *given: Any, **named: Any) -> Any:
        dag.deadline = None
        return test(dag, *given, **named)

    return DAG, "test", test_without


@pytest.fixture(scope="session")
def dag_files() -> list[Path]:
    """Every DAG file there is."""
    ignored = (configuration.dags_folder() / ".airflowignore").read_text(encoding="utf-8").split()
    return sorted(path for path in configuration.dags_folder().glob("*.py") if path.name not in ignored)
