"""A machine without memory or disk for a computation is told from a wrong computation: the DAGs try it again."""

import duckdb
import pytest

from etl.engine import compute
from etl.model.errors import AwayError


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
