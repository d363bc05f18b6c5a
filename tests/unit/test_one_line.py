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
    ],
)
def test_a_failure_is_one_line_and_a_status(error, status, words, monkeypatch, capsys):
    def fails(**_):
        raise error

    monkeypatch.setattr("etl.cli.app.app", fails)
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    said = capsys.readouterr().err
    assert (stopped.value.code, said.count("\n")) == (status, 1)
    assert words in said
    assert "Durand" not in said


def test_a_mistake_of_ours_is_not_hidden(monkeypatch):
    def fails(**_):
        raise KeyError("x")

    monkeypatch.setattr("etl.cli.app.app", fails)
    with pytest.raises(KeyError):
        cli.main()


def test_what_is_interrupted_says_so(monkeypatch, capsys):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("etl.jobs.matching.reconcile.run", interrupted)
    assert run(["reconcile"], monkeypatch, capsys) == (
        130,
        "saisines : Interrompu : rien de ce qui était en cours n’a été enregistré.\n",
    )


def run(arguments, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["saisines", *arguments])
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    return stopped.value.code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("drat", "commande « drat » inconnue (voulait-on écrire draft ?) ; « saisines --help » l’explique."),
        ("draft", "TRIMESTRE manque ; « saisines draft --help » l’explique."),
        ("draft 2026-T1 --nope", "option --nope inconnue ; « saisines draft --help » l’explique."),
        ("draft 2026-T1 --ou", "option --ou inconnue (voulait-on écrire --out ?) ; « saisines draft --help »"),
        ("draft 2026-T1 2026-T2", "« 2026-T2 » est de trop ; « saisines draft --help » l’explique."),
        ("draft 2026-T1 --out", "--out attend une valeur ; « saisines --help » l’explique."),
        ("submit 2026-T1 --convention CALAE --by x", "--digest manque ; « saisines submit --help » l’explique."),
        ("ingest x --json=oui", "--json n’attend pas de valeur ; « saisines --help » l’explique."),
        ("deliveries withdraw x --by a --reason b", "N attend un nombre entier ; « saisines deliveries withdraw"),
        ("deliveries xxx", "commande « xxx » inconnue ; « saisines deliveries --help » l’explique."),
    ],
)
def test_an_ill_written_command_is_one_french_line(written, said, monkeypatch, capsys):
    status, error = run(written.split(), monkeypatch, capsys)
    assert (status, error.count("\n")) == (2, 1)
    assert error.startswith(f"saisines : {said}")


def test_a_command_only_begun_shows_its_help(monkeypatch, capsys):
    status, error = run(["deliveries"], monkeypatch, capsys)
    assert status == 2
    assert "withdraw" in error
