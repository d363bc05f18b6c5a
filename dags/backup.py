"""When everything is saved: every night."""

from airflow.sdk import DAG, CronTriggerTimetable, task
from airflow.sdk.exceptions import AirflowSkipException

from dags.defaults import DEFAULT_ARGS, PARIS, START

DOC = """
### Sauvegarde

Toutes les nuits à 2 h 30 : la base et les fichiers reçus, d'un même instant, dans un fichier chiffré du dossier
`SAISINES_BACKUPS`, puis relu de bout en bout. Les quatorze dernières sauvegardes sont gardées. Ignorée (*skipped*)
quand `SAISINES_BACKUPS` n'est pas renseigné.

**En cas d'échec** : la phrase de l'erreur dit ce qui manque (la clé, la place, les droits) ; rien n'est écrit à moitié.
`saisines backup DOSSIER` la refait à la main. **Pour restaurer** : `saisines restore FICHIER`, voir
`docs/donnees-personnelles.md`.
"""
KEPT = 14

with DAG(
    dag_id="backup",
    dag_display_name="Sauvegarde",
    doc_md=DOC,
    schedule=CronTriggerTimetable("30 2 * * *", timezone=PARIS),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["exploitation"],
):

    @task
    def save() -> int:
        """Write a backup, prove it by reading it again; gives its size in bytes."""
        from etl import settings
        from etl.jobs.privacy import backup as job
        from etl.jobs.privacy import restore

        folder = settings.backups()
        if folder is None:
            raise AirflowSkipException("SAISINES_BACKUPS n'est pas renseigné")
        made = job.run(settings.home(), folder, settings.now(), KEPT)
        restore.check(made.path)
        return made.size

    save()
