"""When what only grows is cut: every Sunday night."""

from airflow.sdk import DAG, CronTriggerTimetable, task

from dags.defaults import DEFAULT_ARGS, PARIS, START

DOC = """
### Ménage

Le dimanche à 3 h 30 : efface les journaux de tâches de plus d'un an, met de côté ceux des composants et le lignage dès
20 Mo (cinq versions gardées), et fait oublier à Airflow ses exécutions de plus d'un an (la dernière de chaque DAG reste).
Rien de l'entrepôt n'est touché.

**En cas d'échec** : `airflow/logs/db-clean.log` dit ce que la base d'Airflow refuse ; le reste est fait. Relancer, ou
attendre le dimanche suivant.
"""

with DAG(
    dag_id="tidy_up",
    dag_display_name="Ménage",
    doc_md=DOC,
    schedule=CronTriggerTimetable("30 3 * * 0", timezone=PARIS),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["exploitation"],
):

    @task
    def tidy() -> dict[str, int]:
        """Cut what only grows; gives how many files were deleted and turned over."""
        from etl import settings
        from etl.jobs.running import tidy as job

        return job.run(settings.home(), settings.now())

    tidy()
