"""When the journal and the fiches are brought together: after either has brought something new."""

from airflow.sdk import DAG, task

from dags.defaults import DEFAULT_ARGS, FICHES, JOURNAL, RECONCILIATION, START, late

DOC = """
### Rapprochement

Dès que le journal **ou** des fiches ont apporté du nouveau : refait les saisines, dit quelle fiche répond à laquelle,
et liste les écarts. Seules les saisines que quelque chose a touchées sont recalculées, avec celles qui en dépendent ; le résultat
est celui d'un calcul de tout : l'ordre d'arrivée et le nombre de passages ne changent rien.

**Pour la suite** : `saisines reconcile` affiche le même résultat ; `saisines explain RÉFÉRENCE` raconte une saisine.
"""

with DAG(
    dag_id="reconcile",
    dag_display_name="Rapprochement",
    doc_md=DOC,
    schedule=JOURNAL | FICHES,
    start_date=START,
    catchup=False,
    max_active_runs=1,
    default_args=DEFAULT_ARGS,
    deadline=late(hours=2),
    tags=["rapprochement"],
):

    @task(inlets=[JOURNAL, FICHES], outlets=[RECONCILIATION])
    def reconcile() -> dict[str, int]:
        """Reconcile everything received so far; gives the number of discrepancies by code."""
        from etl import settings
        from etl.jobs.matching import reconcile as job

        return job.run(settings.home(), settings.now()).by_code

    reconcile()
