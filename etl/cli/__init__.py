"""The `saisines` command: arguments in, jobs called. Everything heavy is imported inside the command that needs it."""

import sys

from etl.model.errors import ManyErrors, SaisinesError, UsageError


def main() -> None:
    """Run the command line. Exit status: 0 done; 1 the data does not allow it; 2 bad usage."""
    from etl.cli.app import app

    try:
        app()
    except UsageError as error:
        _stop(str(error), 2)
    except ManyErrors as error:
        _stop("\n".join(error.errors), 1)
    except SaisinesError as error:
        _stop(str(error), 1)
    except KeyboardInterrupt:
        _stop("Interrompu : rien de ce qui était en cours n’a été enregistré.", 130)


def _stop(message: str, status: int) -> None:
    print(f"saisines : {message}", file=sys.stderr)
    raise SystemExit(status)
