"""Commands of what is sent out: `report`, `template`, `remind`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from etl import settings
from etl.cli import ways
from etl.cli.ways import By, Convention, Out, Quarter, say

Association = Annotated[str | None, typer.Option("--association", help="Seulement cette association.", metavar="CODE")]
Folders = Annotated[
    Path | None,
    typer.Option(
        "--out", help="Où écrire, un dossier par association ; par défaut, out/associations/.", metavar="DOSSIER"
    ),
]


def report(quarter: Quarter, convention: Convention, by: By, out: Out = None) -> None:
    """Publie le compte rendu d’une convention au financeur, ou refait celui déjà publié : un trimestre publié ne change plus."""
    from etl.jobs.issuing import report as job

    made = job.run(settings.home(), quarter, convention, by, settings.now(), out)
    say(
        f"Compte rendu {convention} {quarter} {'publié' if made.published_now else 'déjà publié, refait'} dans {made.folder}"
    )
    say(f"{made.masked} chiffres sur {made.cells} ne sont pas publiés, pour que nul ne soit reconnu.")


def template(association: Association = None, out: Folders = None) -> None:
    """Écrit le classeur à remplir de chaque association, ses saisines en cours déjà inscrites."""
    from etl.jobs.issuing import template as job
    from reports.french import count

    paths = job.run(settings.home(), settings.now(), association, out)
    if association:
        say(str(paths[0]))
    elif paths:
        say(f"{count(len(paths), 'classeur')} dans {paths[0].parent.parent}")
    else:
        say("Aucune association au registre.")


def remind(
    association: Association = None,
    out: Folders = None,
    every_days: Annotated[
        int,
        typer.Option(
            "--every-days", help="Pas deux rappels à la même association en moins de jours.", metavar="N", min=1
        ),
    ] = 14,
    age_days: Annotated[
        int,
        typer.Option("--age-days", help="Seulement les saisines ouvertes depuis tant de jours.", metavar="N", min=0),
    ] = 15,
    sent: Annotated[
        bool, typer.Option("--sent", help="Note ces rappels comme envoyés : ils ne le seront pas une deuxième fois.")
    ] = False,
) -> None:
    """Prépare les rappels : la liste dans le dossier de chaque association, le message à côté. Le DAG les envoie chaque lundi."""
    from etl.jobs.files import write_atomically
    from etl.jobs.issuing import remind as job
    from reports.french import count

    now = settings.now()
    due = job.run(settings.home(), now, association, out, every_days, age_days)
    for one in due:
        write_atomically(one.file.with_name("message.txt"), f"{one.subject}\n\n{one.text}".encode())
    rows = [(one.association, str(one.awaited), one.email or "pas d’adresse", str(one.file)) for one in due]
    if not rows:
        say("Aucune association à relancer.")
        return
    ways.table([("association", "fiches", "adresse", "liste"), *rows], right=frozenset({1}))
    if sent:
        job.record(settings.home(), due, now)
        say(f"{count(len(due), 'rappel noté comme envoyé', 'rappels notés comme envoyés')}.")
    else:
        prepared = count(len(due), "rappel prêt", "rappels prêts")
        say(f"{prepared}, message.txt à côté de chaque liste ; « --sent » une fois envoyés.")


commands: dict[str, Callable[..., None]] = {"report": report, "template": template, "remind": remind}
