"""When associations are reminded of the fiches they owe: every Monday morning, each at most once in two weeks."""

from typing import Any

from airflow.sdk import DAG, CronTriggerTimetable, Param, task

from dags.defaults import DEFAULT_ARGS, PARIS, START

DOC = """
### Rappels aux associations

Chaque lundi à 8 h : met dans le dossier de chaque association à relancer la liste de ses fiches attendues et le modèle
prérempli, puis lui écrit **combien** il en manque et où les trouver ; aucune référence ne voyage par courriel.
Une association n'est relancée qu'une fois par période (14 jours), quoi qu'il arrive entre-temps.

**Sans connexion SMTP** (`smtp_default` dans Admin › Connections, avec `from_email` dans ses extras), la tâche est
passée : les classeurs sont prêts, le bureau peut les remettre. **Si le serveur tombe au milieu**, ce qui est parti est
noté, et le reste part à la reprise. Une association sans adresse au registre reste au bureau.
L'adresse du dossier et celle qui répond se donnent dans `federation.yaml` (`lien_associations`, `contact`).
"""

with DAG(
    dag_id="remind_associations",
    dag_display_name="Rappels aux associations",
    doc_md=DOC,
    schedule=CronTriggerTimetable("0 8 * * 1", timezone=PARIS),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    params={
        "every_days": Param(14, type="integer", minimum=1, title="Au plus une fois en tant de jours"),
        "age_days": Param(15, type="integer", minimum=0, title="Saisines ouvertes depuis tant de jours"),
    },
    tags=["associations"],
):

    @task
    def remind(params: dict[str, Any]) -> int:
        """Write the workbooks, send the messages, write down each one that leaves; gives how many did."""
        from airflow.sdk.exceptions import AirflowSkipException

        from etl import settings
        from etl.jobs.issuing import remind as job
        from etl.model.errors import SaisinesError

        home, at = settings.home(), settings.now()
        due = job.run(home, at, every_days=params["every_days"], age_days=params["age_days"])
        try:
            return len(job.send(home, due, at).keys)
        except SaisinesError as unset:
            raise AirflowSkipException(str(unset)) from None

    remind()
