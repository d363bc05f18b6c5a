"""What every DAG here shares: whose it is, which failures are tried again, and the news they send each other.

A file that only this folder's DAG files import; Airflow finds no DAG in it (see `.airflowignore`).
"""

from datetime import timedelta

import pendulum
from airflow.sdk import (
    Asset,
    DeadlineAlert,
    DeadlineReference,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    SyncCallback,
)

PARIS = "Europe/Paris"
START = pendulum.datetime(2026, 1, 1, tz=PARIS)

# Something new was accepted from a source. The x- scheme says that Airflow has nothing to read there.
JOURNAL = Asset(name="journal", uri="x-saisines://journal")
FICHES = Asset(name="fiches", uri="x-saisines://fiches")
RECONCILIATION = Asset(name="rapprochement", uri="x-saisines://rapprochement")
STATEMENT = Asset(name="releve", uri="x-saisines://releve")

# What the data do not allow (SaisinesError), or a mistake in the code, will not be allowed in two minutes either:
# only a network, a disk or a database that was away (AwayError, and what was not yet given that name) is tried again.
# The three drivers of the database each have their own name for it: refused, cut, locked, its disk full.
_DRIVERS = ["sqlalchemy.exc.OperationalError", "psycopg.OperationalError", "adbc_driver_manager.OperationalError"]
AWAY = ["etl.model.errors.AwayError", OSError, *_DRIVERS]
RETRIES = ExceptionRetryPolicy(rules=[RetryRule(exception=AWAY)], default=RetryAction.FAIL)
DEFAULT_ARGS = {
    "owner": "ingenierie",
    "retries": 3,
    "retry_delay": timedelta(minutes=2),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(minutes=15),
    "retry_policy": RETRIES,
}


def late(hours: int) -> list[DeadlineAlert]:
    """The watch tells of a run that is not over so long after it was queued; of one never made, `etl/jobs/watching/overdue.py`."""
    told = SyncCallback("etl.scheduler.deadlines.late")
    queued, hours_after = DeadlineReference.DAGRUN_QUEUED_AT, timedelta(hours=hours)
    return [DeadlineAlert(name="retard", reference=queued, interval=hours_after, callback=told)]
