"""When the draft statements are made: the morning after a cutoff, or when somebody asks for a quarter."""

from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, Param, task
from airflow.sdk.types import DagRunProtocol

from dags.defaults import DEFAULT_ARGS, PARIS, RECONCILIATION, START, STATEMENT, late

DOC = """
### Relevés du trimestre

Tous les jours à 5 h : établit le brouillon de relevé de chaque convention dont l'arrêté était la veille,
et de celles dont l'arrêté est passé sans brouillon (un matin où rien ne tournait).
Le jour est celui de l'exécution prévue, à Paris ; le trimestre en découle. Rien n'est soumis ni payé ici.

**À la main** : *Trigger*, avec le trimestre (`2026-T1`) : toutes les conventions, chacune à son arrêté.
**Trimestres passés** : *Backfill* sur le lendemain de chaque arrêté. Refaire un brouillon ne change rien si rien n'est arrivé.

* `due` : ce qu'il y a à faire, par trimestre et par arrêté ;
* `draft` : les relevés d'un arrêté ; l'un peut échouer ou être parqué sans arrêter les autres.

**En cas d'échec** : le journal de la tâche dit quelle convention, et pourquoi. Corriger, puis *Clear* sur la tâche.
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
    deadline=late(hours=4),
    params={
        "quarter": Param(
            None,
            type=["null", "string"],
            pattern=r"^[0-9]{4}-T[1-4]$",
            title="Trimestre",
            description="Par exemple 2026-T1 ; vide : les arrêtés passés qui n'ont pas de brouillon.",
        )
    },
    tags=["relevés"],
):

    @task
    def due(params: dict[str, Any], dag_run: DagRunProtocol) -> list[dict[str, Any]]:
        """The drafts to make: of the quarter asked for, else those due on the day of this run."""
        from etl import settings
        from etl.jobs.settlement import due as job
        from etl.model.quarter import civil_day

        if params["quarter"]:
            return job.asked(settings.home(), params["quarter"])
        return job.due(settings.home(), civil_day(dag_run.logical_date or dag_run.run_after))

    @task(
        inlets=[RECONCILIATION],
        outlets=[STATEMENT],
        map_index_template="{{ task.op_kwargs['group']['conventions'] | join(', ') }}",
        max_active_tis_per_dagrun=2,
    )
    def draft(group: dict[str, Any]) -> None:
        """Draft the statements of one cutoff."""
        from etl import settings
        from etl.jobs.settlement import draft as job

        job.run(settings.home(), group["quarter"], settings.now(), convention=group["conventions"])

    draft.expand(group=due())
