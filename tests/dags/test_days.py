"""On which civil day a run is, whatever the clocks do, and which statements that day makes."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from etl import settings
from etl.jobs.running import init
from etl.jobs.settlement import due as job
from etl.model.convention_set import DEFAULT
from etl.model.quarter import PARIS, Quarter, civil_day
from etl.scheduler.home import AirflowHome
from etl.warehouse import server

ALL = ["AMF", "CALAE", "ENSEIGNE"]


def instants(expression: str, first: datetime, last: datetime) -> list[datetime]:
    """When Airflow itself would run such a schedule, in UTC."""
    from airflow.timetables.base import DataInterval, TimeRestriction
    from airflow.timetables.trigger import CronTriggerTimetable
    from pendulum import instance

    timetable = CronTriggerTimetable(expression, timezone="Europe/Paris")
    restriction = TimeRestriction(earliest=instance(first), latest=instance(last), catchup=True)
    found, before = [], None
    while info := timetable.next_dagrun_info(last_automated_data_interval=before, restriction=restriction):
        found.append(info.run_after)
        before = DataInterval.exact(info.run_after)
    return found


@pytest.fixture(scope="module")
def schedules(airflow: AirflowHome) -> dict[str, Any]:
    from airflow.dag_processing.dagbag import DagBag

    return {dag_id: dag.timetable for dag_id, dag in DagBag().dags.items()}


@pytest.mark.parametrize("dag_id", ["settle_quarter", "ingest_journal"])
def test_a_daily_dag_runs_once_on_every_civil_day_of_a_year(dag_id: str, schedules: dict[str, Any]) -> None:
    start, end = datetime(2026, 1, 1, tzinfo=PARIS), datetime(2027, 1, 1, tzinfo=PARIS)
    days = [civil_day(at) for at in instants(schedules[dag_id].expression, start, end)]
    assert days == [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]


@pytest.mark.parametrize(("day", "runs"), [(date(2026, 3, 29), 92), (date(2026, 10, 25), 100), (date(2026, 6, 1), 96)])
def test_the_quarters_of_an_hour_go_on_when_the_clocks_change(day: date, runs: int, schedules: dict[str, Any]) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)
    end = datetime(day.year, day.month, day.day, 23, 59, tzinfo=PARIS).astimezone(UTC)
    found = instants(schedules["ingest_fiches"].expression, start, end)
    assert len(found) == runs
    assert {(later - earlier).total_seconds() for earlier, later in pairwise(found)} == {900}


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-06-30T21:59:59+00:00", date(2026, 6, 30)),
        ("2026-06-30T22:30:00+00:00", date(2026, 7, 1)),
        ("2026-07-01T00:30:00+02:00", date(2026, 7, 1)),
        ("2026-03-31T23:59:59.999+02:00", date(2026, 3, 31)),
        ("2026-12-31T23:00:00+00:00", date(2027, 1, 1)),
        ("2026-03-29T00:59:59+00:00", date(2026, 3, 29)),
        ("2026-10-25T00:30:00+00:00", date(2026, 10, 25)),
        ("2026-10-25T01:30:00+00:00", date(2026, 10, 25)),
    ],
)
def test_the_day_of_a_run_is_the_civil_day_in_paris(instant: str, day: date) -> None:
    assert civil_day(datetime.fromisoformat(instant)) == day


def test_the_last_day_of_a_quarter_is_in_it_and_the_next_is_not() -> None:
    quarter = Quarter.parse("2026-T2")
    assert Quarter.of(date(2026, 6, 30)) == quarter
    assert Quarter.of(date(2026, 7, 1)) == quarter.next
    assert quarter.start <= date(2026, 6, 30) < quarter.end == date(2026, 7, 1)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A home with the default conventions."""
    made = tmp_path_factory.mktemp("due")
    with server.running(made, create=True):
        init.run(made, None, None, "test", settings.now())
        yield made


def due_on(home: Path, day: date) -> list[tuple[str, str]]:
    """Convention and quarter of each draft due on a day."""
    return [(code, group["quarter"]) for group in job.due(home, day) for code in group["conventions"]]


def test_each_convention_is_due_once_a_quarter_the_day_after_its_cutoff(home: Path) -> None:
    found: dict[str, list[tuple[date, str]]] = {}
    for day in (date(2026, month, day) for month in range(1, 13) for day in (1, 14, 15, 16, 17, 20, 21, 22, 28)):
        for code, quarter in due_on(home, day):
            found.setdefault(code, []).append((day, quarter))
    for code in ALL:
        assert found[code] == [
            (date(2026, 1, 16), "2025-T4"),
            (date(2026, 4, 16), "2026-T1"),
            (date(2026, 7, 16), "2026-T2"),
            (date(2026, 10, 16), "2026-T3"),
        ]
    assert [day for day, _ in found["SPORT"]] == [date(2026, month, 21) for month in (1, 4, 7, 10)]


@pytest.fixture(scope="module")
def without_delay(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A home whose conventions close on the last day of the quarter itself."""
    made, folder = tmp_path_factory.mktemp("due0"), tmp_path_factory.mktemp("conventions")
    for file in Path(DEFAULT).glob("*.yaml"):
        text = file.read_text(encoding="utf-8").replace("arrete_jours: 15", "arrete_jours: 0")
        (folder / file.name).write_text(text, encoding="utf-8")
    with server.running(made, create=True):
        init.run(made, folder, None, "test", settings.now())
        yield made


@pytest.mark.parametrize(
    ("instant", "due"),
    [
        ("2026-06-30T21:30:00+00:00", []),  # 23:30 in Paris: the quarter is not over
        ("2026-06-30T22:30:00+00:00", ALL),  # 00:30 in Paris, still June in UTC
        ("2026-07-01T00:30:00+02:00", ALL),  # the same instant, written otherwise
        ("2026-07-01T21:59:00+00:00", ALL),
        ("2026-07-01T22:30:00+00:00", []),  # 2 July in Paris
    ],
)
def test_at_the_end_of_a_quarter_the_day_is_that_of_paris(instant: str, due: list[str], without_delay: Path) -> None:
    found = due_on(without_delay, civil_day(datetime.fromisoformat(instant)))
    assert sorted(code for code, _ in found) == due
    assert {quarter for _, quarter in found} <= {"2026-T2"}
