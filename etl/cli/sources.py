"""Commands of the sources that pull: `sources list`, `pull`, `held`, `attribute`, `discard`."""

from typing import Annotated

import typer

from etl import settings
from etl.cli import ways
from etl.cli.ways import AsJson, By, Reason, say

sources = typer.Typer(
    name="sources",
    help="Les sources où les fichiers sont pris, et les fichiers retenus faute de savoir de qui ils sont.",
    no_args_is_help=True,
)
Number = Annotated[int, typer.Argument(help="Le numéro du fichier retenu.", metavar="N")]


@sources.command("list")
def list_sources(as_json: AsJson = False) -> None:
    """Liste les sources déclarées (sources.yaml) et leur dernier passage complet."""
    from etl.jobs.intake import pull

    rows = pull.run_list(settings.home())
    if as_json:
        ways.say_json({"sources": rows})
        return
    head = ("nom", "type", "porte", "connexion", "dernier passage complet")
    shown = [
        (row["nom"], row["type"], row["porte"], row["connexion"] or "", str(row["pulled_at"] or "")) for row in rows
    ]
    ways.table([head, *shown])


@sources.command("pull")
def pull(
    name: Annotated[str, typer.Argument(help="Le nom de la source.", metavar="NOM")], as_json: AsJson = False
) -> None:
    """Fait un passage sur une source, comme les DAG : pour l’essayer. Les connexions sont celles d’Airflow (AIRFLOW_CONN_…)."""
    from dataclasses import asdict

    from etl.jobs.intake import pull as job
    from reports.french import count

    taken = job.run(settings.home(), name, settings.now())
    if as_json:
        ways.say_json(asdict(taken))
        return
    say(
        f"Fichiers : {count(taken.received, 'reçu')}, {count(taken.known, 'déjà reçu', 'déjà reçus')},"
        f" {taken.failed} en échec, {count(taken.held, 'retenu')}."
    )
    say("Ensuite : saisines sources held" if taken.held else "Ensuite : saisines deliveries list")


@sources.command("held")
def list_held(as_json: AsJson = False) -> None:
    """Liste les fichiers retenus : personne ne peut dire de quelle association ils sont, ou rien ne le prouve."""
    from etl.jobs.intake import held as job
    from reports.french import count

    rows = job.run_list(settings.home())
    if as_json:
        ways.say_json({"held": rows})
        return
    if not rows:
        say("Aucun fichier retenu.")
        return
    head = ("n°", "source", "reçu le", "fichier", "de", "motif")
    shown = [
        (
            str(row["held_file_id"]),
            row["source"],
            str(row["received_on"]),
            row["file_name"],
            row["said"] or "",
            row["reason"],
        )
        for row in rows
    ]
    ways.table([head, *shown], right=frozenset({0}))
    say(
        f"{count(len(rows), 'fichier')}. Ensuite : saisines sources attribute N --association CODE --by NOM --reason TEXTE"
    )


@sources.command("attribute")
def attribute(
    number: Number,
    association: Annotated[str, typer.Option("--association", help="Le code de l’association.", metavar="CODE")],
    by: By,
    reason: Reason,
) -> None:
    """Dit de quelle association est un fichier retenu, et le reçoit à la date que sa source donne."""
    from etl.jobs.intake import held as job
    from etl.jobs.intake.ingest import KNOWN

    report = job.attribute(settings.home(), number, association, by, reason, settings.now())
    if report.status == KNOWN:
        say(f"{report.name} : déjà reçu de {report.origin}, rien ne change.")
        return
    say(
        f"{report.name} reçu de {report.origin} : {report.read} lignes lues = {report.accepted} acceptées"
        f" + {report.rejected} refusées + {report.duplicate} doubles + {report.ignored} ignorées."
    )
    say("Ensuite : saisines reconcile")


@sources.command("discard")
def discard(number: Number, by: By, reason: Reason) -> None:
    """Écarte un fichier retenu : il n’est de personne."""
    from etl.jobs.intake import held as job

    job.discard(settings.home(), number, by, reason, settings.now())
    say(f"Fichier retenu {number} écarté.")
