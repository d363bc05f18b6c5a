"""A home with a register, sources declared in it, and real servers that a test starts and stops."""

import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from etl.jobs.intake import held, pull
from etl.jobs.running import init
from etl.warehouse.server import connect, running

sys.path.insert(0, str(Path(__file__).parents[2] / "unit" / "sources"))

AT = datetime(2026, 7, 20, 9, 30, tzinfo=UTC)
REGISTER = """code;nom;siret;rna;departement;iban;bic;titulaire;email;active_du;active_au;successeur
AAV001;Association une;;;13;;;;fiches@une.example;2020-01-01;;
AAV002;Association deux;;;75;;;;contact@deux.example;2020-01-01;;
AAV003;Association trois;;;75;;;;commune@partagee.example;2020-01-01;;
AAV004;Association quatre;;;75;;;;commune@partagee.example;2020-01-01;;
"""


class Desk:
    """A home, and what a test asks of it."""

    def __init__(self, home: Path, patch: pytest.MonkeyPatch) -> None:
        self.home, self._patch, self._declared = home, patch, ""

    def declare(self, text: str) -> None:
        """Add sources to `sources.yaml`."""
        self._declared += text
        (self.home / "sources.yaml").write_text("sources:\n" + self._declared, encoding="utf-8")

    def connection(self, name: str, **facts: object) -> None:
        """An Airflow connection, as the environment gives it."""
        from airflow.sdk.execution_time.cache import SecretCache

        SecretCache.reset()
        self._patch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(facts))

    def pull(self, name: str, at: datetime = AT) -> pull.Taken:
        """One pass."""
        return pull.run(self.home, name, at)

    def held(self) -> list[dict[str, object]]:
        """What waits for somebody."""
        return held.run_list(self.home)

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """The rows of a query."""
        with connect(self.home) as engine, engine.begin() as connection:
            return [tuple(row) for row in connection.execute(text(query))]

    def received(self) -> list[tuple[object, ...]]:
        """What counts as received: origin, name, day, who says the day."""
        return self.ask(
            "SELECT origin, file_name, received_on::text, received_how FROM deliveries"
            " WHERE status = 'received' ORDER BY delivery_id"
        )


@pytest.fixture(scope="session")
def _airflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Hooks read connections from the environment; Airflow's own folder is out of the way."""
    if "airflow" in sys.modules:
        yield
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AIRFLOW_HOME", str(tmp_path_factory.mktemp("airflow")))
        patch.setenv("AIRFLOW__CORE__LOAD_EXAMPLES", "False")
        yield


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, _airflow: None) -> Iterator[Desk]:
    """A fresh home with four associations; two of them share an address."""
    home, register = tmp_path / "home", tmp_path / "associations.csv"
    register.write_text(REGISTER, encoding="utf-8")
    monkeypatch.setenv("SAISINES_HOME", str(home))
    monkeypatch.delenv("SAISINES_SOURCES", raising=False)
    monkeypatch.delenv("SAISINES_INBOX", raising=False)
    with running(home, create=True):
        init.run(home, None, register, "installation", AT)
        yield Desk(home, monkeypatch)


def dated(path: Path, instant: str) -> None:
    """Give a file its instant."""
    at = datetime.fromisoformat(instant).timestamp()
    os.utime(path, (at, at))
