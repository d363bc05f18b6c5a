"""When the watch looks at what came, ran and waits, and writes to whom it concerns: every hour."""

from airflow.sdk import DAG, CronTriggerTimetable, task

from dags.defaults import DEFAULT_ARGS, PARIS, START

DOC = """
### Veille

Toutes les heures, à la minute 40 : cherche dans l'entrepôt ce que quelqu'un doit savoir, et l'écrit par courriel,
une seule fois : livraisons refusées, lignes en quarantaine, jours sans journal, sources muettes, conventions
parquées, relevés à approuver, enveloppes à 70, 90 et 100 %, soutiens impossibles, exécutions en échec,
en retard ou jamais créées, brouillons manquants ou jamais signés.

* `look` : ce qui est nouveau est gardé dans la table `notices` ;
* `tell` : un message par rôle, par la connexion `smtp_default`. Serveur de courriel absent : nouvel essai,
  puis l'heure suivante ; rien n'est perdu, rien n'est dit deux fois.

Des nombres, des codes et des liens seulement : ni nom de fichier, ni référence, ni personne.

**En cas d'échec** de `tell` : vérifier la connexion `smtp_default` et les adresses (`SAISINES_MAIL_…`,
docs/surveillance.md). `saisines status` montre la même chose à l'écran.
"""

with DAG(
    dag_id="watch",
    dag_display_name="Veille",
    doc_md=DOC,
    schedule=CronTriggerTimetable("40 * * * *", timezone=PARIS),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    tags=["veille"],
):

    @task
    def look() -> int:
        """Find what is to be told; gives how much of it is new."""
        from etl import settings
        from etl.jobs.watching import notices

        return notices.look(settings.home(), settings.now())

    @task
    def tell() -> int:
        """Write to whom it concerns what was not told yet; gives how many messages left."""
        from etl import settings
        from etl.jobs.watching import notices

        return notices.tell(settings.home(), settings.now()).messages

    look() >> tell()
