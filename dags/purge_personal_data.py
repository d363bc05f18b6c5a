"""When personal data go: every month."""

from airflow.sdk import DAG, CronTriggerTimetable, task

from dags.defaults import DEFAULT_ARGS, PARIS, START

DOC = """
### Purge des données personnelles

Le 2 de chaque mois à 4 h : efface ce qui a dépassé sa durée de conservation (`etl/retention.yaml`, ou `retention.yaml`
du dossier d'état). Ne touche que les saisines closes ; aucun relevé, passé ou à venir, n'en change. Chaque passage
laisse une ligne dans la table `audit`, avec ses comptes.

**Pour voir sans effacer** : `saisines purge --dry-run`.

**En cas d'échec** : rien n'est purgé à moitié, la base est remise comme avant ; la phrase de l'erreur dit quoi corriger,
le plus souvent une ligne de `retention.yaml`. Relancer ensuite.
"""

with DAG(
    dag_id="purge_personal_data",
    dag_display_name="Purge des données personnelles",
    doc_md=DOC,
    schedule=CronTriggerTimetable("0 4 2 * *", timezone=PARIS),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["données personnelles"],
):

    @task
    def purge() -> dict[str, int]:
        """Purge; gives how many of each kind went."""
        from dataclasses import asdict

        from etl import settings
        from etl.jobs.privacy import purge as job

        return asdict(job.run(settings.home(), settings.now()))

    purge()
