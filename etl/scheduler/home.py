"""Airflow's folder in our home: configuration, secrets, logs.

For a demonstration or one small machine: accounts are Airflow's simple ones, and everything listens on the loopback.
"""

from __future__ import annotations

import json
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from configparser import RawConfigParser
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

USER = "saisines"
HOST = "127.0.0.1"


@dataclass(frozen=True)
class AirflowHome:
    """Where Airflow keeps its things, and how to speak to it.

    Attributes:
        folder: what AIRFLOW_HOME is set to.
        port: of the API server, on the loopback.
        password: of the only user, an administrator.
    """

    folder: Path
    port: int
    password: str

    @property
    def url(self) -> str:
        """Address of the API and of the pages."""
        return f"http://{HOST}:{self.port}"

    @property
    def logs(self) -> Path:
        """Where every process and task writes; nothing of it comes to the terminal."""
        return self.folder / "logs"


def prepare(
    home: Path, database: str, port: int, parallelism: int = 2, people: Mapping[str, str] = MappingProxyType({})
) -> AirflowHome:
    """Write the configuration; secrets are made the first time and kept.

    Args:
        home: the project's home.
        database: SQLAlchemy address of Airflow's metadata.
        port: free port of the loopback for the API server.
        parallelism: tasks at a time on this machine.
        people: other accounts and their passwords, who may only look at Airflow's own pages.

    Returns:
        The folder, ready for the services to start.
    """
    folder = home / "airflow"
    for needed in (folder, folder / "logs"):
        needed.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = _secrets(folder / "secrets.json")
    made = AirflowHome(folder, port, known["password"])
    _write(folder / "passwords.json", json.dumps({USER: made.password, **people}))
    _write(folder / "airflow.cfg", _text(_settings(made, database, known, parallelism, people)))
    return made


def _secrets(path: Path) -> dict[str, str]:
    if not path.exists():
        made = {
            "fernet_key": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "jwt_secret": secrets.token_hex(64),
            "secret_key": secrets.token_hex(32),
            "password": secrets.token_urlsafe(18),
        }
        _write(path, json.dumps(made))
    read: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return read


def _write(path: Path, text: str) -> None:
    """Write a file that its owner alone can read, whole or not at all."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def _settings(
    made: AirflowHome, database: str, known: dict[str, str], parallelism: int, people: Mapping[str, str]
) -> dict[str, dict[str, object]]:
    return {
        "core": {
            "dags_folder": dags_folder(),
            "executor": "LocalExecutor",
            "parallelism": parallelism,
            "max_active_tasks_per_dag": parallelism,
            "load_examples": False,
            "fernet_key": known["fernet_key"],
            "simple_auth_manager_users": ",".join([f"{USER}:admin", *(f"{one}:viewer" for one in people)]),
            "simple_auth_manager_passwords_file": made.folder / "passwords.json",
            "execution_api_server_url": f"{made.url}/execution/",
        },
        "database": {"sql_alchemy_conn": database, "load_default_connections": False},
        "api": {
            "host": HOST,
            "port": made.port,
            "base_url": made.url,
            "workers": 1,
            "secret_key": known["secret_key"],
            "instance_name": "Saisines",
        },
        "api_auth": {"jwt_secret": known["jwt_secret"]},
        "logging": {
            "base_log_folder": made.logs,
            "logging_level": "WARNING",
            "colored_console_log": False,
            "file_task_handler_new_folder_permissions": "0o700",
            "file_task_handler_new_file_permissions": "0o600",
        },
        "dag_processor": {"parsing_processes": 1, "min_file_process_interval": 60},
        "scheduler": {"enable_health_check": False, "catchup_by_default": False},
        "usage_data_collection": {"enabled": False},
    }


def dags_folder() -> Path:
    """The DAG files: beside the package `etl`, in the sources as in an installed wheel."""
    return Path(__file__).resolve().parents[2] / "dags"


def _text(settings: dict[str, dict[str, object]]) -> str:
    parser = RawConfigParser()
    for section, options in settings.items():
        parser[section] = {key: str(value).replace("%", "%%") for key, value in options.items()}
    lines = ["# Written at every start: change nothing here."]
    for section in parser.sections():
        lines += ["", f"[{section}]", *(f"{key} = {value}" for key, value in parser.items(section))]
    return "\n".join(lines) + "\n"
