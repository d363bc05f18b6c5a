"""The last and next runs of Airflow's DAGs, read where the desk runs inside Airflow; elsewhere there is nothing to tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import text

LAST_AND_NEXT = """select dag.dag_id, coalesce(dag.dag_display_name, dag.dag_id) as name,
    dag.is_paused, dag.next_dagrun_create_after as next_at, last.state, last.end_date as ended_at
    from dag left join lateral (select state, end_date from dag_run where dag_run.dag_id = dag.dag_id order by id desc limit 1) as last on true
    where not dag.is_stale order by dag.dag_id"""
STATES = {"success": "terminé", "failed": "échec", "running": "en cours", "queued": "en attente"}

Runs = Callable[[], list[dict[str, Any]]]


def of_airflow() -> list[dict[str, Any]]:
    """One row per DAG: its last run's state and end, when the next is due, whether it is paused."""
    from airflow.utils.session import create_session

    with create_session() as session:
        rows = session.execute(text(LAST_AND_NEXT)).mappings()
        return [{**row, "state": STATES.get(row["state"], row["state"])} for row in rows]
