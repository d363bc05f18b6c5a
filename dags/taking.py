"""The picture that both kinds of ingestion share: every source pulled apart from the others, then the news told.

A file that only this folder's DAG files import; Airflow finds no DAG in it (see `.airflowignore`).

    sources ─▶ take (one a source) ─┬─▶ announce ─▶ (reconcile)
                                    └─▶ tell
"""

from datetime import timedelta

from airflow.sdk import Asset, TriggerRule, task
from airflow.sdk.exceptions import AirflowSkipException
from airflow.sdk.types import DagRunProtocol

SLOW = timedelta(hours=1)  # a server that gives a byte a minute is never silent: this ends it


def take_in(kind: str, news: Asset) -> None:
    """Lay out the tasks of a DAG that takes in what the sources of a kind (`journal`, `fiches`) have that is new."""

    @task
    def sources() -> list[str]:
        """The declared sources of that kind, by name."""
        from etl.jobs.intake import pull

        return pull.names(kind)

    @task(map_index_template="{{ task.op_kwargs['source'] }}", execution_timeout=SLOW, max_active_tis_per_dagrun=4)
    def take(source: str) -> int:
        """Take in what is new at a source; gives the number of unreadable files, and is skipped when nothing is new."""
        from etl import settings
        from etl.jobs.intake import pull

        taken = pull.run(settings.home(), source, settings.now())
        if not taken.received:
            raise AirflowSkipException("rien de nouveau")
        return taken.failed

    @task(outlets=[news], trigger_rule=TriggerRule.ALL_DONE)
    def announce(dag_run: DagRunProtocol) -> None:
        """Set the reconciliation off if anything came, even if a source failed or was cut half-way."""
        from etl import settings
        from etl.jobs.intake import pull

        if not pull.news(settings.home(), kind, dag_run.run_after):
            raise AirflowSkipException("rien de nouveau")

    @task(trigger_rule=TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS)
    def tell(failed: list[int]) -> None:
        """Show in red that some files could not be taken in: the others are, and go on."""
        from etl.jobs.intake import pull

        pull.refuse(sum(failed))

    taken = take.expand(source=sources())
    taken >> announce()
    tell(taken)
