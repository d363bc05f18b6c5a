"""One event a job: what it writes and sends, what it masks, and that it never stops anybody."""

import json
import socket
from pathlib import Path

import pytest

from etl import telemetry
from etl.model.errors import SaisinesError


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SAISINES_LOG", str(tmp_path / "jobs-%Y-%m.jsonl"))
    monkeypatch.delenv("SAISINES_STATSD", raising=False)
    return tmp_path


def told(folder: Path) -> list[dict[str, object]]:
    return [
        json.loads(line) for file in folder.glob("*.jsonl") for line in file.read_text(encoding="utf-8").splitlines()
    ]


def test_an_event_is_a_line_of_the_month_with_its_counts(log: Path) -> None:
    telemetry.tell(log, "ingest", "done", 12, {"accepted": 3})
    telemetry.tell(log, "draft", "failed", 5, {}, quarter="2026-T1", error="SaisinesError")
    first, second = told(log)
    assert (first["event"], first["outcome"], first["duration_ms"], first["counts"]) == (
        "ingest",
        "done",
        12,
        {"accepted": 3},
    )
    assert (second["quarter"], second["error"]) == ("2026-T1", "SaisinesError")
    assert str(first["at"])[:7] in next(log.glob("*.jsonl")).name


@pytest.mark.parametrize(
    "value",
    [
        "Jean Dupont",
        "fiche.xlsx",
        "FV26-000123-W",
        "FV26000123W",
        "fv26000123w",
        "a" * 64,
        "0612345678",
        "/tmp/x",
        "é",
        "",
    ],
)
def test_what_has_not_the_shape_of_a_code_is_masked(value: str, log: Path) -> None:
    telemetry.tell(log, "ingest", "done", 1, {value: 1, f"total_cents.{value}": 2}, convention=value)
    (line,) = told(log)
    assert line["convention"] == telemetry.MASKED
    assert line["counts"] == {}
    assert telemetry.coded("CALAE") == "CALAE"


def test_it_writes_to_standard_error_or_nowhere_when_asked(log: Path, monkeypatch, capsys) -> None:
    monkeypatch.setenv("SAISINES_LOG", "stderr")
    telemetry.tell(log, "pay", "done", 1, {})
    assert json.loads(capsys.readouterr().err)["event"] == "pay"
    monkeypatch.setenv("SAISINES_LOG", "off")
    telemetry.tell(log, "pay", "failed", 1, {})
    assert capsys.readouterr().err == ""
    assert told(log) == []


def test_by_default_the_lines_lie_in_the_home_whose_job_it_was(log: Path, monkeypatch) -> None:
    monkeypatch.delenv("SAISINES_LOG")
    telemetry.tell(log, "pay", "done", 1, {})
    assert len(told(log / "logs")) == 1
    telemetry.tell(log / "missing" / "home", "pay", "done", 1, {})
    assert not (log / "missing").exists()


def test_a_folder_that_cannot_be_written_stops_nobody(log: Path, monkeypatch) -> None:
    monkeypatch.setenv("SAISINES_LOG", str(log / "missing" / "deeper" / "jobs.jsonl"))
    telemetry.tell(log, "pay", "done", 1, {})


def test_metrics_go_to_a_real_listener_in_packets_that_networks_pass(log: Path, monkeypatch) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(5)
        monkeypatch.setenv("SAISINES_STATSD", f"127.0.0.1:{listener.getsockname()[1]}")
        telemetry.tell(log, "ingest", "done", 12, {"accepted": 3})
        assert (
            listener.recv(9000)
            == b"saisines.ingest.done:1|c\nsaisines.ingest.duration:12|ms\nsaisines.ingest.accepted:3|c"
        )
        telemetry.tell(log, "draft", "done", 1, {"total_cents.CALAE": -5})
        assert listener.recv(9000).endswith(
            b"\nsaisines.draft.total_cents.CALAE:0|g\nsaisines.draft.total_cents.CALAE:-5|g"
        )
        telemetry.tell(log, "reconcile", "done", 1, {f"discrepancies.CODE_{n}": n for n in range(60)})
        packets = [listener.recv(9000) for _ in range(3)]
        assert max(map(len, packets)) <= telemetry.PACKET
        assert sum(len(packet.split(b"\n")) for packet in packets) == 62


def test_without_a_server_nothing_leaves_and_one_that_is_away_stops_nobody(log: Path, monkeypatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError

    with monkeypatch.context() as patch:
        patch.setattr(socket, "socket", refuse)
        telemetry.tell(log, "pay", "done", 1, {})
    monkeypatch.setenv("SAISINES_STATSD", "nowhere.invalid:8125")
    telemetry.tell(log, "pay", "done", 1, {})


def test_an_address_that_is_none_is_said(log: Path, monkeypatch) -> None:
    monkeypatch.setenv("SAISINES_STATSD", "8125")
    with pytest.raises(SaisinesError, match="SAISINES_STATSD"):
        telemetry.tell(log, "pay", "done", 1, {})
