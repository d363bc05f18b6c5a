"""What goes wrong around a command is one line on standard error, and the exit status says which kind it is."""

import psycopg
import pytest
from adbc_driver_manager import OperationalError as ByArrow
from sqlalchemy.exc import OperationalError

from etl import cli
from etl.model.errors import AwayError, SaisinesError, UsageError

CUT = "server closed the connection unexpectedly\nThis probably means …"


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (SaisinesError("non ; faites ceci."), 1, "non ; faites ceci."),
        (UsageError("mal écrit."), 2, "mal écrit."),
        (AwayError("plus tard."), 1, "plus tard."),
        (OSError(28, "No space left on device", "/srv/x"), 1, "/srv/x : No space left on device ; vérifiez la place"),
        (psycopg.OperationalError(CUT), 1, "dérobée (server closed the connection unexpectedly)"),
        (OperationalError("INSERT … Mme Durand", {}, psycopg.errors.DiskFull(CUT)), 1, "dérobée (server closed"),
        (ByArrow(CUT, status_code=10), 1, "dérobée (server closed"),
        (KeyboardInterrupt(), 130, "Interrompu"),
    ],
)
def test_a_failure_is_one_line_and_a_status(error, status, words, monkeypatch, capsys):
    def fails():
        raise error

    monkeypatch.setattr("etl.cli.app.app", fails)
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr().err
    assert (stopped.value.code, said.count("\n")) == (status, 1)
    assert words in said
    assert "Durand" not in said


def test_a_mistake_of_ours_is_not_hidden(monkeypatch):
    def fails():
        raise KeyError("x")

    monkeypatch.setattr("etl.cli.app.app", fails)
    with pytest.raises(KeyError):
        cli.main()
