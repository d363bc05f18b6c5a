"""What Airflow's own database says of the DAGs, read beside the warehouse without importing Airflow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

from etl.warehouse.query import Row, many
from etl.warehouse.server import AIRFLOW

if TYPE_CHECKING:
    from sqlalchemy import Engine

_DAGS = """
SELECT dag.dag_id, dag.is_paused, dag.next_dagrun_create_after AS next_at, last.state, last.end_date AS ended_at,
    (SELECT max(r.end_date) FROM dag_run r WHERE r.dag_id = dag.dag_id AND r.state = 'success') AS done_at,
    (SELECT max(r.end_date) FROM dag_run r WHERE r.dag_id = dag.dag_id AND r.state = 'failed') AS failed_at
FROM dag LEFT JOIN LATERAL (
    SELECT state, end_date FROM dag_run r WHERE r.dag_id = dag.dag_id ORDER BY id DESC LIMIT 1) AS last ON true
WHERE NOT dag.is_stale ORDER BY dag.dag_id"""


def load_dags(engine: Engine) -> list[Row] | None:
    """Of each DAG: its last run, the ends of its last good and failed ones, when the next is due; None where Airflow's database is elsewhere.

    Args:
        engine: of the warehouse; Airflow's database is the one named `airflow` on the same server.
    """
    from sqlalchemy import create_engine
    from sqlalchemy.exc import SQLAlchemyError

    beside = create_engine(engine.url.set(database=AIRFLOW), connect_args={"connect_timeout": 5})
    try:
        with beside.connect() as connection:
            return many(connection, text(_DAGS))
    except SQLAlchemyError:  # no such database, not ours to read, or not migrated yet
        return None
    finally:
        beside.dispose()
