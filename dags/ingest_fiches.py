"""When the associations' fiches are taken in: every quarter of an hour."""

from airflow.sdk import DAG, CronTriggerTimetable

from dags.defaults import DEFAULT_ARGS, FICHES, PARIS, START, late
from dags.taking import take_in

DOC = """
### Fiches retour

Tous les quarts d'heure : prend ce que les sources qui portent des fiches (`sources.yaml`) ont de nouveau ;
sans déclaration, les dossiers `fiches/<association>/` de la boîte de réception.
Un fichier est pris en entier ou pas du tout ; le même fichier une seconde fois ne change rien.

* `take` : une source ; l'une peut échouer sans arrêter les autres ; ignorée (*skipped*) quand rien n'est nouveau.
* `announce` prévient le rapprochement dès que quelque chose est entré.
* `tell` échoue si un fichier n'a pas pu être lu, quand d'autres ont été chargés.

**En cas d'échec** : `saisines deliveries list` dit quels fichiers, et pourquoi ; corriger le fichier ou le remplacer,
le passage suivant le reprend. Une source absente est reprise d'elle-même : voir `docs/sources.md`.
Un fichier dont l'association n'est pas sûre est retenu : `saisines sources held`.
"""

with DAG(
    dag_id="ingest_fiches",
    dag_display_name="Fiches retour",
    doc_md=DOC,
    schedule=CronTriggerTimetable("*/15 * * * *", timezone=PARIS),
    start_date=START,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    deadline=late(hours=1),
    tags=["entrée", "fiches"],
):
    take_in("fiches", FICHES)
