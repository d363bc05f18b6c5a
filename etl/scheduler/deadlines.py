"""What Airflow calls when a run goes past its deadline. Apart from the jobs, because reading a DAG file imports it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def late(context: Mapping[str, Any]) -> None:
    """Keep it for the next message of the watch.

    Args:
        context: `dag_run`, as data.
    """
    from etl.jobs.watching import notices

    notices.late(context)
