"""Commands that start and stop everything: `up`, `down`."""

from collections.abc import Callable
from typing import Annotated

import typer

from etl import settings
from etl.cli.ways import say


def up(
    port: Annotated[
        int | None,
        typer.Option("--port", help="Le port sur cette machine ; par défaut 8080, puis le dernier.", metavar="PORT"),
    ] = None,
    foreground: Annotated[
        bool, typer.Option("--foreground", help="Reste au premier plan : pour systemd ou un conteneur.")
    ] = False,
) -> None:
    """Démarre Airflow et le bureau sur cette machine, pour de vrai ; détaché du terminal, jusqu’à « saisines down »."""
    from etl.jobs.running import up as job

    (job.watch if foreground else job.run)(settings.home(), say, port)


def down() -> None:
    """Arrête ce que « saisines up » a démarré, y compris ce qu’un arrêt brutal aurait laissé."""
    from etl.jobs.running import up as job

    job.down(settings.home(), say)


commands: dict[str, Callable[..., None]] = {"up": up, "down": down}
