"""The reminders' DAG against a real mail server: one message an association, no reference in any, none twice."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from post_office import Mailbox, connection, served

from etl import settings
from etl.jobs.intake import inbox
from etl.jobs.running import init, sample
from etl.scheduler.home import AirflowHome
from etl.scheduler.processes import free_port
from etl.warehouse import server

AT = datetime(2026, 4, 20, 8, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def filled(airflow: AirflowHome, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A home with a small invented quarter, on an embedded server of its own."""
    home, box = tmp_path_factory.mktemp("reminded"), tmp_path_factory.mktemp("box") / "in"
    sample.run(box, 60)
    with pytest.MonkeyPatch.context() as patch, server.running(home, create=True):
        patch.setenv("SAISINES_HOME", str(home))
        patch.setattr(settings, "now", lambda: AT)
        init.run(home, box / "conventions", box / "associations.csv", "installation", AT)
        for kind in ("journal", "fiches"):
            inbox.run(home, box, kind, AT)
        yield home


def remind(age_days: int = 15) -> Any:
    from airflow.dag_processing.dagbag import DagBag

    task = DagBag().get_dag("remind_associations").get_task("remind")
    return task.python_callable(params={"every_days": 14, "age_days": age_days})


@pytest.mark.long
def test_each_association_is_written_to_once_and_no_saisine_is_named(
    filled: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from airflow.sdk.exceptions import AirflowSkipException

    with pytest.raises(
        AirflowSkipException, match="smtp_default"
    ):  # nothing is configured: the lists are ready all the same
        remind()
    lists = sorted((filled / "out" / "associations").glob("*/fiches-attendues.xlsx"))
    assert lists
    box, port = Mailbox(), free_port()
    monkeypatch.setenv("AIRFLOW_CONN_SMTP_DEFAULT", connection(port))
    with served(box, port):
        assert remind() == len(lists)
        assert remind() == 0
    assert sorted(one.rcpt_tos[0].split("@")[1] for one in box.envelopes) == [
        f"{path.parent.name.lower()}.example" for path in lists
    ]
    for message, text in zip(box.messages, box.texts, strict=True):
        assert not re.search(r"FV\d\d", text + str(message["Subject"]))
        assert "https://fiches.federation.example/AAV" in text
        assert not list(message.iter_attachments())
