"""Demonstrations and real work never meet: not in a home, not on a server, not in an inbox."""

from collections.abc import Callable
from pathlib import Path

import pytest

from etl import settings
from etl.jobs.running import demo, demonstration, desk, up
from etl.model.errors import SaisinesError

DEMONSTRATIONS: list[Callable[[Path], None]] = [
    lambda home: demo.run(home, settings.now(), print),
    lambda home: desk.run(home, settings.now(), print),
]


@pytest.fixture(autouse=True)
def _nothing_real(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in settings.real_work():
        monkeypatch.delenv(name)


@pytest.mark.parametrize("run", DEMONSTRATIONS)
@pytest.mark.parametrize("real", ["postgres", "inbox"])
def test_a_home_of_real_work_is_left_alone(run: Callable[[Path], None], real: str, tmp_path: Path) -> None:
    (tmp_path / real).mkdir()
    with pytest.raises(SaisinesError, match="n’est pas d’une démonstration"):
        run(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [real]


@pytest.mark.parametrize("run", DEMONSTRATIONS)
@pytest.mark.parametrize(
    "variable", ["SAISINES_DATABASE_URL", "SAISINES_INBOX", "SAISINES_SOURCES", "SAISINES_BACKUPS"]
)
def test_a_demonstration_does_not_follow_the_environment_to_real_work(
    run: Callable[[Path], None], variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    demonstration.claim(tmp_path)
    monkeypatch.setenv(variable, "postgresql://production/saisines")
    with pytest.raises(SaisinesError, match=variable):
        run(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [demonstration.MARK]


@pytest.mark.parametrize("start", [up.run, up.watch])
def test_nothing_real_is_done_in_a_demonstration(start: Callable[..., None], tmp_path: Path) -> None:
    demonstration.claim(tmp_path)
    with pytest.raises(SaisinesError, match="est une démonstration"):
        start(tmp_path, print)
    assert [path.name for path in tmp_path.iterdir()] == [demonstration.MARK]
