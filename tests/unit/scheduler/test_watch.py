"""What `saisines up` and `down` do around Airflow, without starting it: one at a time, said in one line, nothing left."""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from etl.jobs.running import up
from etl.model.errors import SaisinesError
from etl.scheduler import home, processes
from etl.scheduler.api import wait

URL = "postgresql+psycopg2://saisines@/airflow?host=%2Ftmp%2Fx&port=5432"
BRIEF = [sys.executable, "-c", "raise SystemExit(3)"]


def test_nothing_is_started_where_there_is_no_warehouse(tmp_path: Path) -> None:
    with pytest.raises(SaisinesError, match="pas encore d’entrepôt"):
        up.run(tmp_path, print)
    assert not (tmp_path / "airflow").exists()


def test_down_says_that_nothing_ran(tmp_path: Path) -> None:
    said: list[str] = []
    up.down(tmp_path, said.append)
    assert said == ["Rien ne tournait."]
    assert not up.is_up(tmp_path)


def test_two_watchers_do_not_share_a_home(tmp_path: Path) -> None:
    with up._only_one(tmp_path):
        holder = subprocess.run(
            [sys.executable, "-c", f"from pathlib import Path; from etl.jobs.running import up; print(up._watcher(Path({str(tmp_path)!r})))"],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert holder.stdout.strip() == str(os.getpid())
        with pytest.raises(SaisinesError, match="tourne déjà"), up._only_one(tmp_path):
            pass
    assert up._watcher(tmp_path) is None


def test_a_look_at_the_lock_does_not_keep_a_watcher_from_starting(tmp_path: Path) -> None:
    with (tmp_path / "up.lock").open("w") as looking:
        fcntl.flock(looking, fcntl.LOCK_SH)
        threading.Timer(0.3, lambda: fcntl.flock(looking, fcntl.LOCK_UN)).start()
        with up._only_one(tmp_path):
            assert (tmp_path / "up.lock").read_text(encoding="ascii") == str(os.getpid())


def test_a_port_that_is_taken_is_said_in_one_line() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(SaisinesError, match=f"Le port {other.getsockname()[1]} est pris"):
            up._refuse_taken(other.getsockname()[1])


def test_a_component_that_ends_is_started_again_until_told_to_stop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, said, begun = home.prepare_real(tmp_path, URL, 8765, 2), list[str](), list[str]()
    monkeypatch.setattr(up, "WATCH_SECONDS", 0.05)
    monkeypatch.setattr(up, "PATIENCE_SECONDS", (0, 0.1))
    monkeypatch.setattr(up.server, "running", lambda home: (tmp_path / "postgres").open("a"))

    def start_again(airflow: home.AirflowHome, name: str, started: processes.Started) -> None:
        begun.append(name)
        if len(begun) < 3:
            started[name] = subprocess.Popen(BRIEF)
        else:
            started[name] = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(processes, "start_again", start_again)
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    started: processes.Started = {"scheduler": subprocess.Popen(BRIEF)}
    try:
        up._keep(tmp_path, made, started, said.append)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        started["scheduler"].kill()
        started["scheduler"].wait()
    assert begun == ["scheduler"] * 3
    assert len(said) == 3
    assert "scheduler s’est arrêté (code 3)" in said[0]


def test_real_work_has_accounts_with_roles_and_keeps_what_its_operator_wrote(tmp_path: Path) -> None:
    made = home.prepare_real(tmp_path, URL, 8765, 4)
    text = (made.folder / "airflow.cfg").read_text(encoding="utf-8")
    assert "fab_auth_manager.FabAuthManager" in text
    assert "simple_auth_manager" not in text
    assert (made.folder / "premier-mot-de-passe").read_text(encoding="utf-8").strip() == made.password
    web = made.folder / "webserver_config.py"
    web.write_text("AUTH_TYPE = 4\n", encoding="utf-8")
    (made.folder / "premier-mot-de-passe").unlink()
    home.prepare_real(tmp_path, URL, 9000, 4, {"core": {"executor": "CeleryExecutor"}})
    assert web.read_text(encoding="utf-8") == "AUTH_TYPE = 4\n"
    assert not (made.folder / "premier-mot-de-passe").exists()
    again = home.known(tmp_path)
    assert again is not None
    assert (again.port, again.password) == (9000, made.password)
    assert "CeleryExecutor" in (made.folder / "airflow.cfg").read_text(encoding="utf-8")


def test_the_components_of_a_home_are_known_by_their_numbers_and_births(tmp_path: Path) -> None:
    made = home.prepare_real(tmp_path, URL, 8765, 2)
    assert set(processes.components(tmp_path).values()) == {False}
    started = {"scheduler": subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])}
    try:
        processes._remember(made, started)
        assert processes.components(tmp_path) == dict.fromkeys(processes.COMPONENTS, False) | {"scheduler": True}
    finally:
        started["scheduler"].kill()
        started["scheduler"].wait()
    assert wait(lambda: not any(processes.components(tmp_path).values()), 5)


def test_every_role_of_the_desk_is_an_account_s_role_and_only_finance_answers_approvals() -> None:
    from etl.scheduler import accounts
    from etl.web.matrix import ROLES

    assert set(accounts.ROLES) == set(ROLES.values())
    assert [role for role, may in accounts.ROLES.items() if ("can_edit", "HITL Detail") in may] == ["Finance"]
    forbidden = {"Connections", "Variables", "Configurations", "Users", "Roles", "Audit Logs"}
    assert not [role for role, may in accounts.ROLES.items() if forbidden & {resource for _, resource in may}]
