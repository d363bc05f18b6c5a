"""Runs of DAGs as somebody watches them: started, followed task by task, given up when a command was interrupted."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from etl.model.errors import SaisinesError
from etl.scheduler.api import ENDED, Api, wait

OWN_START_SECONDS = 6  # a DAG that is due starts by itself as soon as it is let run
FRENCH = {
    "running": "en cours",
    "success": "terminé",
    "failed": "échec",
    "skipped": "rien à faire",
    "up_for_retry": "nouvel essai",
}

Run = tuple[str, str]  # DAG id, run id


def known(api: Api, dag_ids: Iterable[str]) -> dict[Run, str]:
    """The runs there are, with their state."""
    return {(dag_id, run["dag_run_id"]): run["state"] for dag_id in dag_ids for run in api.runs(dag_id)}


def give_up(api: Api, dag_ids: Iterable[str]) -> None:
    """Mark as failed the runs that an interrupted command left: nobody works on them any more."""
    for (dag_id, run_id), state in known(api, dag_ids).items():
        if state not in ENDED:
            api.fail(dag_id, run_id)


def start(api: Api, dag_ids: list[str], past: set[Run]) -> None:
    """Let DAGs run; for those whose schedule has nothing due, ask for a run.

    Args:
        api: of a running Airflow.
        dag_ids: which DAGs.
        past: the runs there were before.
    """
    for dag_id in dag_ids:
        api.unpause(dag_id)

    def still() -> list[str]:
        begun = {dag_id for dag_id, _ in known(api, dag_ids).keys() - past}
        return [dag_id for dag_id in dag_ids if dag_id not in begun]

    if not wait(lambda: not still(), OWN_START_SECONDS):
        for dag_id in still():
            api.trigger(dag_id)


def follow(api: Api, dag_ids: list[str], past: set[Run], say: Callable[[str], None], seconds: float) -> dict[Run, str]:
    """Wait for the end of every run that is not of the past, and of those that they set off, saying what each task does.

    Returns:
        The new runs with their final state.

    Raises:
        SaisinesError: a task failed, or the time is up.
    """
    told: dict[tuple[Any, ...], str] = {}

    def ended() -> bool:
        new = {run: state for run, state in known(api, dag_ids).items() if run not in past}
        for dag_id, run_id in new:
            _tell(api, dag_id, run_id, told, say)
        if not new or any(state not in ENDED for state in new.values()):
            return False
        # What has ended called whom it calls; a run made of that between the two questions is seen by the third.
        return not any(api.is_called(dag_id) for dag_id in dag_ids) and known(api, dag_ids).keys() - past == new.keys()

    if not wait(ended, seconds):
        raise SaisinesError(
            f"Airflow n’a pas fini en {seconds:.0f} s ({', '.join(dag_ids)}) ; relancez la commande, elle reprend."
        )
    new = {run: state for run, state in known(api, dag_ids).items() if run not in past}
    for (dag_id, run_id), state in new.items():
        if state == "failed":
            raise SaisinesError(
                f"{dag_id} a échoué ; la raison est dans {api.logs / f'dag_id={dag_id}' / f'run_id={run_id}'}."
            )
    return new


def _tell(api: Api, dag_id: str, run_id: str, told: dict[tuple[Any, ...], str], say: Callable[[str], None]) -> None:
    for task in api.tasks(dag_id, run_id):
        key, state = (dag_id, run_id, task["task_id"], task["map_index"]), task["state"]
        unnamed = task["map_index"] >= 0 and state == "running"  # one of many: told when it has its name
        if state in FRENCH and told.get(key) != state and not unnamed:
            told[key] = state
            name = task.get("rendered_map_index")
            took = f" ({task['duration']:.0f} s)" if state == "success" and task["duration"] else ""
            say(f"  {dag_id} · {task['task_id']}{f' {name}' if name else ''} : {FRENCH[state]}{took}")
