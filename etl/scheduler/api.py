"""A small client of Airflow's REST API: what the demonstration and `up` need of it, and no more."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from http.client import HTTPException
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from etl.model.errors import AwayError, SaisinesError
from etl.scheduler.home import USER, AirflowHome

ENDED = ("success", "failed")
PARTS = ("metadatabase", "scheduler", "dag_processor")
ALL_PARTS = (*PARTS, "triggerer")
TIMEOUT = 120  # seconds for one answer, on a machine that computes
_open = build_opener(ProxyHandler({})).open  # the loopback is never reached through a proxy


class Api:
    """A session with one Airflow, signed in when it first needs to be."""

    def __init__(self, airflow: AirflowHome) -> None:
        self._airflow = airflow
        self._token = ""

    @property
    def logs(self) -> Path:
        """Where the tasks write."""
        return self._airflow.logs

    def healthy(self, parts: tuple[str, ...] = PARTS) -> bool:
        """Whether the API answers and the other parts have shown signs of life."""
        try:
            health = self._send("GET", "/api/v2/monitor/health", signed=False)
        except AwayError:
            return False
        return all(health[part]["status"] == "healthy" for part in parts)

    def dags(self) -> list[str]:
        """Ids of the DAGs that were found."""
        return sorted(dag["dag_id"] for dag in self._send("GET", "/api/v2/dags?limit=100")["dags"])

    def import_errors(self) -> list[str]:
        """DAG files that cannot be read, and why."""
        errors = self._send("GET", "/api/v2/importErrors")["import_errors"]
        return [f"{error['filename']} : {error['stack_trace'].strip().splitlines()[-1]}" for error in errors]

    def unpause(self, dag_id: str) -> None:
        """Let a DAG run."""
        self._send("PATCH", f"/api/v2/dags/{dag_id}", {"is_paused": False})

    def trigger(self, dag_id: str, conf: dict[str, Any] | None = None) -> str:
        """Ask for a run now; gives its id."""
        body = {"logical_date": None, "conf": conf or {}}
        run_id: str = self._send("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)["dag_run_id"]
        return run_id

    def fail(self, dag_id: str, run_id: str) -> None:
        """Mark a run, and what it was doing, as failed."""
        self._send("PATCH", f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id)}", {"state": "failed"})

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """Runs of a DAG, the latest first."""
        found: list[dict[str, Any]] = self._send("GET", f"/api/v2/dags/{dag_id}/dagRuns?order_by=-id&limit=20")[
            "dag_runs"
        ]
        return found

    def is_called(self, dag_id: str) -> bool:
        """Whether news that set a DAG off wait for the run that will be made of them."""
        return bool(self._send("GET", f"/api/v2/dags/{dag_id}/assets/queuedEvents")["queued_events"])

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Task instances of a run."""
        path = f"/api/v2/dags/{dag_id}/dagRuns/{quote(run_id)}/taskInstances?limit=200"
        found: list[dict[str, Any]] = self._send("GET", path)["task_instances"]
        return found

    def _send(self, verb: str, path: str, body: dict[str, Any] | None = None, signed: bool = True) -> Any:  # noqa: ANN401
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if signed:
            headers["Authorization"] = f"Bearer {self._sign_in()}"
        data = None if body is None else json.dumps(body).encode()
        request = Request(self._airflow.url + path, data, headers, method=verb)
        try:
            with _open(request, timeout=TIMEOUT) as answer:
                return json.load(answer)
        except HTTPError as error:
            raise SaisinesError(
                f"Airflow a refusé {verb} {path} ({error.code}) ; voir {self._airflow.logs}."
            ) from error
        except (OSError, HTTPException) as error:  # refused, cut, or silent for too long
            raise AwayError(f"Airflow ne répond pas ; relancez la commande, ou voyez {self._airflow.logs}.") from error

    def _sign_in(self) -> str:
        if not self._token:
            body = {"username": USER, "password": self._airflow.password}
            self._token = self._send("POST", "/auth/token", body, signed=False)["access_token"]
        return self._token


def wait(until: Callable[[], bool], seconds: float, every: float = 0.5) -> bool:
    """Ask again and again until it is so; gives False when the time is up."""
    deadline = time.monotonic() + seconds
    while not until():
        if time.monotonic() > deadline:
            return False
        time.sleep(every)
    return True
