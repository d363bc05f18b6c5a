"""Airflow as somebody signed in sees it by its REST API, for the tests that run it for real."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx

from etl.scheduler.configuration import dags_folder

ENDED = {"success", "failed"}
PATIENCE = 600  # seconds: the machine may be busy with everything else


def wait(until: Callable[[], Any], what: str, seconds: float = PATIENCE, every: float = 1.0) -> Any:
    """What `until` gives as soon as it is true; fails the test when the time is up."""
    deadline = time.monotonic() + seconds
    while not (found := until()):
        assert time.monotonic() < deadline, what
        time.sleep(every)
    return found


class Person:
    """Somebody signed in by name and password."""

    def __init__(self, url: str, name: str, password: str) -> None:
        self.web = httpx.Client(base_url=url, trust_env=False, timeout=300)
        answer = self.web.post("/auth/token", json={"username": name, "password": password})
        assert answer.status_code == 201, answer.text
        self.token = answer.json()["access_token"]
        self.web.headers["Authorization"] = f"Bearer {self.token}"

    def get(self, path: str) -> Any:
        answer = self.web.get(f"/api/v2{path}")
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
        return answer.json()

    def trigger(self, dag_id: str, **conf: Any) -> str:
        answer = self.web.post(f"/api/v2/dags/{dag_id}/dagRuns", json={"logical_date": None, "conf": conf})
        assert answer.status_code == 200, answer.text[:500]
        return str(answer.json()["dag_run_id"])

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.get(f"/dags/{dag_id}/dagRuns?limit=100&order_by=id")["dag_runs"]
        return found

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        path = f"/dags/{dag_id}/dagRuns/{quote(run_id)}/taskInstances?limit=100"
        found: list[dict[str, Any]] = self.get(path)["task_instances"]
        return found

    def states(self, dag_id: str, run_id: str) -> dict[str, str]:
        """The state of each task of a run; of mapped ones, the last in order."""
        return {task["task_id"]: task["state"] for task in self.tasks(dag_id, run_id)}

    def ended(self, dag_id: str, run_id: str, seconds: float = PATIENCE) -> str:
        """The final state of a run, once it has one."""
        path = f"/dags/{dag_id}/dagRuns/{quote(run_id)}"

        def state() -> str | None:
            found = str(self.get(path)["state"])
            return found if found in ENDED else None

        return str(wait(state, f"{dag_id} {run_id} did not end", seconds))

    def read(self) -> None:
        """Wait until every DAG file there is has been read: they are one after the other, in an order that files' dates give."""
        files = {path.stem for path in dags_folder().glob("*.py") if "with DAG(" in path.read_text(encoding="utf-8")}
        wait(lambda: files <= {dag["dag_id"] for dag in self.get("/dags?limit=100")["dags"]}, "DAG files are not read")

    def idle(self, *dag_ids: str) -> None:
        """Wait until no run of these DAGs goes on."""
        wait(
            lambda: all(run["state"] in ENDED for dag_id in dag_ids for run in self.runs(dag_id)),
            f"{dag_ids} still run",
        )

    def answer(self, run_id: str, choice: str) -> httpx.Response:
        """Answer the question of a run of `approve_statement`."""
        path = f"/api/v2/dags/approve_statement/dagRuns/{quote(run_id)}/taskInstances/ask/-1/hitlDetails"
        return self.web.patch(path, json={"chosen_options": [choice], "params_input": {}})
