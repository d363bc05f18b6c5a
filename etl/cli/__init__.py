"""The `saisines` command: arguments in, jobs called. Everything heavy is imported inside the command that needs it."""

import sys

from etl.model.errors import ManyErrors, SaisinesError, UsageError

INTERRUPTED = 130


def main() -> None:
    """Run the command line. Exit status: 0 done; 1 the data does not allow it; 2 bad usage."""
    from typer.exceptions import TyperException

    from etl.cli.app import app

    try:
        status = app(prog_name="saisines", standalone_mode=False)
    except TyperException as error:
        from etl.cli.usage import told

        _stop(told(error), 2)
    except UsageError as error:
        _stop(str(error), 2)
    except ManyErrors as error:
        _stop("\n".join(error.errors), 1)
    except SaisinesError as error:
        _stop(str(error), 1)
    except OSError as error:
        _stop(f"{error.filename or 'Écriture'} : {error.strerror or error} ; vérifiez la place et les droits.", 1)
    except Exception as error:
        if not _is_away(error):
            raise
        _stop(f"La base de données s’est dérobée ({_first_line(error)}) ; rien n’a été fait à moitié : relancez.", 1)
    if status == INTERRUPTED:  # typer makes it of a KeyboardInterrupt
        _stop("Interrompu : rien de ce qui était en cours n’a été enregistré.", INTERRUPTED)
    raise SystemExit(status)


def _is_away(error: Exception) -> bool:
    """Whether a driver of the database says that it was cut, locked or full; none of the three need be imported for it."""
    return any(one.__name__ == "OperationalError" for one in type(error).__mro__)


def _first_line(error: Exception) -> str:
    """What the driver says, without the statement and its values."""
    return str(getattr(error, "orig", error)).strip().partition("\n")[0]


def _stop(message: str, status: int) -> None:
    print(f"saisines : {message}", file=sys.stderr)
    raise SystemExit(status)
