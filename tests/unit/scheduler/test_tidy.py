"""What only grows is cut: old logs go, large ones are turned over while who writes goes on, the rest stays."""

import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from etl.jobs.running import tidy

AT = datetime(2030, 1, 6, 2, 30, tzinfo=UTC)


def written(path: Path, days: int, content: str = "x") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    at = (AT - timedelta(days=days)).timestamp()
    os.utime(path, (at, at))
    return path


def test_logs_of_more_than_a_year_go_with_their_folders_and_others_stay(tmp_path: Path) -> None:
    logs = tmp_path / "airflow" / "logs"
    old = [
        written(logs / "dag_id=watch" / "run_id=a" / "task_id=look" / "attempt=1.log", 366),
        written(logs / "dag_processor" / "2028-01-01" / "x.log", 400),
        written(tmp_path / "logs" / "saisines-2028-12.jsonl", 370),
    ]
    kept = [
        written(logs / "dag_id=watch" / "run_id=b" / "task_id=look" / "attempt=1.log", 364),
        written(logs / "scheduler.log", 900),
        written(tmp_path / "logs" / "saisines-2030-01.jsonl", 0),
        written(tmp_path / "landing" / "ab" / "abcd", 900),
    ]
    assert [tidy._delete(path, AT - tidy.KEPT) for path in tidy._dated(tmp_path) if path in old] == [True] * 3
    assert not any(tidy._delete(path, AT - tidy.KEPT) for path in tidy._dated(tmp_path))
    assert [path.exists() for path in (*old, *kept)] == [False] * 3 + [True] * 4
    assert not (logs / "dag_id=watch" / "run_id=a").exists()
    assert not (logs / "dag_processor" / "2028-01-01").exists()


def test_a_large_file_is_turned_over_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidy, "ROTATED_BYTES", 10)
    logs = tmp_path / "airflow" / "logs"
    logs.mkdir(parents=True)
    with (logs / "lineage.jsonl").open("ab", buffering=0) as writer:
        for number in range(8):
            assert not any(tidy._rotate(path) for path in tidy._growing(tmp_path))
            writer.write(f"line number {number}\n".encode())
            assert [path.name for path in tidy._growing(tmp_path) if tidy._rotate(path)] == ["lineage.jsonl"]
        writer.write(b"short\n")
    found = {path.name: path.read_text() for path in logs.iterdir()}
    assert found.pop("lineage.jsonl") == "short\n"
    assert found == {f"lineage.jsonl.{n}": f"line number {8 - n}\n" for n in range(1, tidy.ROTATIONS + 1)}
    assert stat.S_IMODE((logs / "lineage.jsonl.1").stat().st_mode) & 0o077 == 0
