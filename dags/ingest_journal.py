"""When the platform's exports are taken in: every morning."""

from airflow.sdk import DAG, CronTriggerTimetable, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.defaults import DEFAULT_ARGS, JOURNAL, PARIS, START, late

DOC = """
### Journal de la plate-forme

Tous les jours à 6 h : prend ce que le dossier `journal/` de la boîte de réception contient de nouveau.
Un fichier est pris en entier ou pas du tout ; le même fichier une seconde fois ne change rien.

* `take` charge les fichiers et l'annonce au rapprochement ; ignorée (*skipped*) quand rien n'est nouveau.
* `tell` échoue si un fichier n'a pas pu être lu, quand d'autres ont été chargés.

**En cas d'échec** : `saisines deliveries list` dit quels fichiers, et pourquoi.
Corriger le fichier ou le remplacer : le passage suivant le reprend.
"""

with DAG(
    dag_id="ingest_journal",
    dag_display_name="Journal de la plate-forme",
    doc_md=DOC,
    schedule=CronTriggerTimetable("0 6 * * *", timezone=PARIS),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    deadline=late(hours=1),
    tags=["entrée", "journal"],
):

    @task(outlets=[JOURNAL])
    def take() -> int:
        """Take in the new files; gives the number that could not be, and is skipped when there is no new one."""
        from etl import settings
        from etl.jobs import inbox

        taken = inbox.run(settings.home(), settings.inbox(), "journal", settings.now())
        if not taken.received:
            raise AirflowSkipException("rien de nouveau")
        return taken.failed

    @task
    def tell(failed: int) -> None:
        """Show in red that some files could not be taken in: the others are, and go on."""
        from etl.jobs import inbox

        inbox.refuse(failed)

    tell(take())
