"""Command of the desk: `desk`."""

from collections.abc import Callable
from typing import Annotated

import typer

from etl import settings
from etl.cli.ways import say


def desk(
    saisines: Annotated[
        int, typer.Option("--saisines", help="La taille de l’exemple, la première fois.", metavar="N")
    ] = 3000,
    port: Annotated[
        int | None, typer.Option("--port", help="Le port ; par défaut, un port libre.", metavar="PORT")
    ] = None,
) -> None:
    """Ouvre le bureau sur un trimestre d’exemple, sur cette machine : l’adresse et le compte de chaque rôle s’affichent."""
    import signal

    from etl.jobs.running import desk as job

    for asked in (signal.SIGINT, signal.SIGTERM):  # also where a shell started us with interruption ignored
        signal.signal(asked, signal.default_int_handler)
    try:
        job.run(settings.home(), settings.now(), say, saisines, port)
    except KeyboardInterrupt:
        say("Bureau fermé.")


commands: dict[str, Callable[..., None]] = {"desk": desk}
