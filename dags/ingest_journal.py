"""When the platform's exports are taken in: every morning."""

from airflow.sdk import DAG, CronTriggerTimetable

from dags.defaults import DEFAULT_ARGS, JOURNAL, PARIS, START, late
from dags.taking import take_in

DOC = """
### Journal de la plate-forme

Tous les jours à 6 h : prend ce que les sources qui portent le journal (`sources.yaml`) ont de nouveau ;
sans déclaration, le dossier `journal/` de la boîte de réception.
Un fichier est pris en entier ou pas du tout ; le même fichier une seconde fois ne change rien.

* `take` : une source ; l'une peut échouer sans arrêter les autres ; ignorée (*skipped*) quand rien n'est nouveau.
* `announce` prévient le rapprochement dès que quelque chose est entré.
* `tell` échoue si un fichier n'a pas pu être lu, quand d'autres ont été chargés.

**En cas d'échec** : `saisines deliveries list` dit quels fichiers, et pourquoi ; corriger le fichier ou le remplacer,
le passage suivant le reprend. Une source absente est reprise d'elle-même : voir `docs/sources.md`.
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
    take_in("journal", JOURNAL)
