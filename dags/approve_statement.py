"""When finance is asked to approve a submitted statement in Airflow: on demand, and only by a person's answer."""

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import DAG, Param, task

from dags.defaults import DEFAULT_ARGS, START

DOC = """
### Approbation d'un relevé

Pour qui travaille dans Airflow plutôt qu'au bureau : *Trigger* avec le trimestre et la convention d'un brouillon **soumis**.

* `look` montre le brouillon : son total et son empreinte ;
* `ask` attend la réponse d'une personne (*Required Actions*), trente jours au plus ;
* `approve` approuve ce brouillon-là, au nom de qui a répondu.

Qui a soumis ne peut approuver. *Reject*, ou le silence, n'approuve rien : le relevé reste soumis.

**En cas d'échec** : le journal de la tâche le dit. Une empreinte qui a changé se soumet à nouveau ; puis *Trigger*.
"""

with DAG(
    dag_id="approve_statement",
    dag_display_name="Approbation d'un relevé",
    doc_md=DOC,
    schedule=None,
    start_date=START,
    catchup=False,
    max_active_runs=16,  # each waits for somebody: none makes another wait
    default_args=DEFAULT_ARGS,
    params={
        "quarter": Param(
            "", type="string", pattern=r"^[0-9]{4}-T[1-4]$", title="Trimestre", description="Par exemple 2026-T1."
        ),
        "convention": Param("", type="string", minLength=1, title="Convention", description="Son code."),
    },
    tags=["relevés"],
):

    @task
    def look(params: dict[str, Any]) -> dict[str, Any]:
        """The submitted draft, as it is put before whoever approves."""
        from etl import settings
        from etl.jobs.settlement import approval

        return approval.submitted(settings.home(), params["quarter"], params["convention"])

    @task
    def approve(shown: dict[str, Any], answer: dict[str, Any]) -> None:
        """Approve that draft, as the person who answered."""
        from etl import settings
        from etl.jobs.settlement import approval

        approval.approve(settings.home(), shown, answer, settings.now())

    shown = look()
    ask = ApprovalOperator(
        task_id="ask",
        doc_md="Une personne répond ; personne ne répond à sa place.",
        subject="Approuver le relevé {{ params.convention }} {{ params.quarter }} ?",
        body="{{ ti.xcom_pull(task_ids='look')['told'] }}",
        response_timeout=timedelta(days=30),  # no default answer: at the end the task fails and nothing is approved
        retry_delay=timedelta(seconds=5),  # it asks again: Airflow can lose an early answer (its issue 66374)
    )
    shown >> ask
    approve(shown, ask.output)
