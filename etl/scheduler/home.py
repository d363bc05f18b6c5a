"""Airflow's folder in our home: secrets, logs, and the configuration written at every start.

Everything listens on the loopback. A demonstration has Airflow's simple accounts; `saisines up` has FAB's, with roles.
"""

from __future__ import annotations

import json
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from etl.model.errors import SaisinesError
from etl.scheduler import configuration
from etl.scheduler.configuration import HOST

USER = "saisines"
FIRST_PASSWORD = "premier-mot-de-passe"
WEB = """# Comptes et connexion (Flask-AppBuilder). Écrit une fois : à vous de le modifier, par exemple pour OIDC
# (docs/exploitation.md, « Connexion par OIDC »).
from flask_appbuilder.const import AUTH_DB

AUTH_TYPE = AUTH_DB
BABEL_DEFAULT_LOCALE = "fr"
LANGUAGES = {"fr": {"flag": "fr", "name": "Français"}}
WTF_CSRF_ENABLED = True
"""


@dataclass(frozen=True)
class AirflowHome:
    """Where Airflow keeps its things, and how to speak to it.

    Attributes:
        folder: what AIRFLOW_HOME is set to.
        port: of the API server, on the loopback.
        password: of the first administrator, `USER`, as it was made.
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
    """Write the configuration of a demonstration; secrets are made the first time and kept.

    Args:
        home: the project's home.
        database: SQLAlchemy address of Airflow's metadata.
        port: free port of the loopback for the API server.
        parallelism: tasks at a time on this machine.
        people: other accounts and their passwords, who may only look at Airflow's own pages.

    Returns:
        The folder, ready for the services to start.
    """
    made, known = _folder(home, port)
    accounts = {USER: made.password, **people}
    _write(made.folder / "passwords.json", json.dumps(accounts))
    base = configuration.base(made.folder, port, database, known, parallelism)
    _configure(made, configuration.merged(base, configuration.demonstration(made.folder, accounts)))
    return made


def prepare_real(
    home: Path, database: str, port: int, parallelism: int, extra: configuration.Settings | None = None
) -> AirflowHome:
    """Write the configuration of real work: accounts with roles, DAGs that run by themselves.

    Args:
        home: the project's home.
        database: SQLAlchemy address of Airflow's metadata.
        port: of the loopback for the API server.
        parallelism: tasks at a time on this machine.
        extra: options that have the last word, another executor for instance.
    """
    made, known = _folder(home, port)
    web = made.folder / "webserver_config.py"
    if not web.exists():
        _write(web, WEB)
        _write(made.folder / FIRST_PASSWORD, made.password + "\n")
    base = configuration.base(made.folder, port, database, known, parallelism)
    _configure(made, configuration.merged(base, configuration.real(made.folder), extra or {}))
    return made


def known(home: Path) -> AirflowHome | None:
    """Airflow's folder as it was last prepared, or None when it never was."""
    folder = home / "airflow"
    if not (folder / "airflow.cfg").exists():
        return None
    from configparser import RawConfigParser

    read = RawConfigParser()
    read.read(folder / "airflow.cfg", encoding="utf-8")
    return AirflowHome(folder, read.getint("api", "port"), _secrets(folder / "secrets.json")["password"])


def _folder(home: Path, port: int) -> tuple[AirflowHome, dict[str, str]]:
    folder = home / "airflow"
    for needed in (folder, folder / "logs"):
        needed.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = _secrets(folder / "secrets.json")
    return AirflowHome(folder, port, made["password"]), made


def _configure(made: AirflowHome, settings: configuration.Settings) -> None:
    _write(made.folder / "airflow.cfg", configuration.text(settings))


def _secrets(path: Path) -> dict[str, str]:
    if not path.exists():
        made = {
            "fernet_key": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "jwt_secret": secrets.token_hex(64),
            "secret_key": secrets.token_hex(32),
            "password": secrets.token_urlsafe(18),
        }
        _write(path, json.dumps(made))
    try:
        read: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SaisinesError(
            f"{path} : secrets abîmés ; remettez ce fichier, ou effacez-le : d’autres seront tirés, "
            "chacun se reconnectera et les connexions d’Airflow seront à ressaisir."
        ) from error
    return read


def _write(path: Path, text: str) -> None:
    """Write a file that its owner alone can read, whole or not at all."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
