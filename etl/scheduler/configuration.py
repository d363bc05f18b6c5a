"""What Airflow is told: its configuration as sections and options, and the file that says it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from configparser import RawConfigParser
from pathlib import Path

HOST = "127.0.0.1"
FAB = "airflow.providers.fab.auth_manager.fab_auth_manager.FabAuthManager"
SIMPLE = "airflow.api_fastapi.auth.managers.simple.simple_auth_manager.SimpleAuthManager"
SESSION_MINUTES = 600  # a working day: then everybody signs in again

Settings = dict[str, dict[str, object]]


def base(folder: Path, port: int, database: str, secrets: Mapping[str, str], parallelism: int) -> Settings:
    """What a demonstration and real work have in common.

    Args:
        folder: AIRFLOW_HOME.
        port: of the API server.
        database: SQLAlchemy address of Airflow's metadata.
        secrets: `fernet_key`, `jwt_secret`, `secret_key`.
        parallelism: tasks at a time.
    """
    url = f"http://{HOST}:{port}"
    return {
        "core": {
            "dags_folder": dags_folder(),
            "executor": "LocalExecutor",
            "parallelism": parallelism,
            "max_active_tasks_per_dag": parallelism,
            "load_examples": False,
            "fernet_key": secrets["fernet_key"],
            "execution_api_server_url": f"{url}/execution/",
        },
        "database": {"sql_alchemy_conn": database, "load_default_connections": False},
        "api": {
            "host": HOST,
            "port": port,
            "base_url": url,
            "workers": 1,
            "secret_key": secrets["secret_key"],
            "instance_name": "Saisines",
        },
        "api_auth": {"jwt_secret": secrets["jwt_secret"]},
        "logging": {
            "base_log_folder": folder / "logs",
            "logging_level": "WARNING",
            "colored_console_log": False,
            "file_task_handler_new_folder_permissions": "0o700",
            "file_task_handler_new_file_permissions": "0o600",
        },
        "workers": {
            "execution_api_timeout": 60
        },  # a machine that starts, or computes, answers late: no task fails for it
        "dag_processor": {"parsing_processes": 1, "min_file_process_interval": 60},
        "scheduler": {"enable_health_check": False, "catchup_by_default": False},
        "usage_data_collection": {"enabled": False},
        "openlineage": lineage(folder / "logs" / "lineage.jsonl"),
    }


def lineage(file: Path) -> dict[str, object]:
    """What each run read and made, as OpenLineage events in a file, one JSON line each: see `etl/scheduler/lineage.py`.

    To send them to a server instead, change the inner transport alone: the outer one keeps what is personal in.
    """
    inner = {"type": "file", "log_file_path": str(file), "append": True}
    bare = {"type": "transform", "transformer_class": "etl.scheduler.lineage.Bare", "transport": inner}
    return {
        "namespace": "saisines",
        "transport": json.dumps(bare),
        "extractors": "etl.scheduler.lineage.Declared",
        "emission_policy": json.dumps([{"scope": {}, "controls": {"include_source_code": False}}]),
    }


def demonstration(folder: Path, accounts: Mapping[str, str]) -> Settings:
    """Airflow's simple accounts, with their passwords in clear: the first administers, the others may only look."""
    first, *others = accounts
    return {
        "core": {
            "auth_manager": SIMPLE,
            "simple_auth_manager_users": ",".join([f"{first}:admin", *(f"{one}:viewer" for one in others)]),
            "simple_auth_manager_passwords_file": folder / "passwords.json",
        }
    }


def real(folder: Path) -> Settings:
    """Accounts with roles in Airflow's database (FAB), and DAGs that run as soon as they are there."""
    return {
        "core": {
            "auth_manager": FAB,
            "dags_are_paused_at_creation": False,
            "default_timezone": "Europe/Paris",
        },
        "fab": {
            "config_file": folder / "webserver_config.py",
            "session_max_lifetime_minutes": SESSION_MINUTES,
            "access_denied_message": "Accès refusé : votre rôle ne le permet pas.",
        },
    }


def merged(*parts: Settings) -> Settings:
    """Several sets of options as one; the last to speak of an option is right."""
    made: Settings = {}
    for part in parts:
        for section, options in part.items():
            made[section] = made.get(section, {}) | options
    return made


def text(settings: Settings) -> str:
    """The file `airflow.cfg`."""
    parser = RawConfigParser()
    for section, options in settings.items():
        parser[section] = {key: str(value).replace("%", "%%") for key, value in options.items()}
    lines = ["# Written at every start: change nothing here."]
    for section in parser.sections():
        lines += ["", f"[{section}]", *(f"{key} = {value}" for key, value in parser.items(section))]
    return "\n".join(lines) + "\n"


def dags_folder() -> Path:
    """The DAG files: beside the package `etl`, in the sources as in an installed wheel."""
    return Path(__file__).resolve().parents[2] / "dags"
