"""The command that says where everything stands: `status`."""

from collections.abc import Callable

import typer

from etl import settings
from etl.cli.ways import AsJson, say, say_json


def status(as_json: AsJson = False) -> None:
    """Dit en un écran où tout en est ; code 0 si rien n’attend personne, 1 sinon."""
    from etl.jobs.watching import status as job
    from etl.jobs.watching.status_told import lines

    found = job.run(settings.home(), settings.now())
    if as_json:
        say_json({"at": found.at, **found.facts, "wanting": found.wanting})
    else:
        for line in lines(found):
            say(line)
    if found.wanting:
        raise typer.Exit(1)


commands: dict[str, Callable[..., None]] = {"status": status}
