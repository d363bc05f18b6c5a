"""When the draft statements are made: the morning after a convention's cutoff, or when somebody asks for a quarter."""

from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, Param, task
from airflow.sdk.types import DagRunProtocol

from dags.defaults import DEFAULT_ARGS, PARIS, START

DOC = """
### Relevés du trimestre

Tous les jours à 5 h : établit le brouillon de relevé de chaque convention dont l'arrêté était la veille.
Le jour est celui de l'exécution prévue, à Paris ; le trimestre en découle. Rien n'est soumis ni payé ici.

**À la main** : *Trigger*, avec le trimestre (`2026-T1`) : toutes les conventions, chacune à son arrêté.
Refaire un brouillon ne change rien si rien n'est arrivé entre-temps.

* `due` : les relevés à faire, un par convention ;
* `draft` : un relevé ; l'un peut échouer ou être parqué sans arrêter les autres.
"""

with DAG(
    dag_id="settle_quarter",
    dag_display_name="Relevés du trimestre",
    doc_md=DOC,
    schedule=CronTriggerTimetable("0 5 * * *", timezone=PARIS),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params={
        "quarter": Param(
            None,
            type=["null", "string"],
            pattern=r"^[0-9]{4}-T[1-4]$",
            title="Trimestre",
            description="Par exemple 2026-T1 ; vide : les conventions dont l'arrêté était la veille.",
        )
    },
    tags=["relevés"],
):

    @task
    def due(params: dict[str, Any], dag_run: DagRunProtocol) -> list[dict[str, str]]:
        """The statements to draft: of the quarter asked for, else those whose cutoff was the day before this run's."""
        from etl import settings
        from etl.jobs import draft
        from etl.model.quarter import civil_day

        if params["quarter"]:
            return draft.asked(settings.home(), params["quarter"])
        return draft.due(settings.home(), civil_day(dag_run.logical_date or dag_run.run_after))

    @task(map_index_template="{{ task.op_kwargs['statement']['convention'] }}", max_active_tis_per_dagrun=2)
    def draft(statement: dict[str, str]) -> None:
        """Draft one statement."""
        from etl import settings
        from etl.jobs import draft as job

        job.run(settings.home(), statement["quarter"], settings.now(), convention=statement["convention"])

    draft.expand(statement=due())
