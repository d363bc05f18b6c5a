"""A machine without memory or disk for a computation is told from a wrong computation: the DAGs try it again."""

from pathlib import Path

import duckdb
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from etl.engine import compute
from etl.engine.schema import SCHEMAS
from etl.model.errors import AwayError
from tests.bench import worlds


@pytest.mark.parametrize("full", [duckdb.IOException, duckdb.OutOfMemoryException])
def test_a_machine_that_is_full_is_away_and_a_mistake_of_ours_is_not(full, monkeypatch):
    def fails(error):
        def register(*_):
            raise error("No space left on device")

        monkeypatch.setattr(compute, "_register", register)
        return compute.compute({})

    with pytest.raises(AwayError, match="manque de mémoire ou de disque"):
        fails(full)
    with pytest.raises(duckdb.ConversionException):
        fails(duckdb.ConversionException)


def test_what_does_not_fit_in_memory_goes_to_a_folder_of_its_owner_that_is_gone_at_the_end(monkeypatch):
    seen = {}

    def spill(connection, _):
        seen["folder"] = Path(connection.execute("select current_setting('temp_directory')").fetchone()[0])
        connection.execute(
            "create table big as select range::varchar || repeat('x', 40) as x from range(3_000_000)"
        ).fetchall()
        seen["files"], seen["mode"] = list(seen["folder"].iterdir()), seen["folder"].stat().st_mode & 0o777

    monkeypatch.setattr(compute, "_register", spill)
    assert compute.compute({}, wanted=(), memory_limit="60MB") == {}
    assert seen["files"]
    assert seen["mode"] == 0o700
    assert not seen["folder"].exists()


def test_inputs_on_disk_give_what_inputs_in_memory_give(tmp_path):
    held = {name: rows for name, rows in worlds.world(300).items() if name in SCHEMAS}
    on_disk = {}
    for name, rows in held.items():
        pq.write_table(rows, tmp_path / name)
        on_disk[name] = ds.dataset(tmp_path / name, schema=SCHEMAS[name])
    ours, theirs = compute.compute(held), compute.compute(on_disk)
    assert ours["line"].num_rows > 500
    for name, rows in ours.items():
        assert sorted(map(repr, rows.to_pylist())) == sorted(map(repr, theirs[name].to_pylist()))
