"""Commands that pay and issue: `pay`, `documents`, `statements`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from etl import settings
from etl.cli import ways
from etl.cli.ways import By, Out, Quarter, say

associations = typer.Typer(
    name="associations", help="Le registre : confirmer un changement de coordonnées bancaires.", no_args_is_help=True
)


@associations.command("confirm")
def confirm(
    code: Annotated[str, typer.Argument(help="L’association dont les coordonnées ont changé.", metavar="CODE")],
    by: By,
    how: Annotated[str, typer.Option("--how", help="Comment elles ont été vérifiées.", metavar="TEXTE")],
) -> None:
    """Confirme les nouvelles coordonnées bancaires d’une association : une autre personne que celle qui les a chargées."""
    from etl.warehouse.reference import save_bank_confirmation
    from etl.warehouse.server import connect

    with connect(settings.home()) as engine, engine.begin() as connection:
        save_bank_confirmation(connection, code, by, how, settings.now())
    say(f"{code} : coordonnées bancaires confirmées par {by}.")


def pay(
    quarter: Quarter,
    convention: ways.Convention,
    by: By,
    out: Out = None,
    returned: Annotated[
        Path | None, typer.Option("--returned", help="La réponse de la banque (pain.002).", metavar="FICHIER")
    ] = None,
) -> None:
    """Écrit le lot de virements des bénéficiaires encore à payer, ou prend la réponse de la banque."""
    from etl.jobs.payment import pay as job
    from etl.model.money import euros
    from reports.french import count

    if returned:
        counts = job.take_answer(settings.home(), returned, by, settings.now())
        paid_now = count(counts.get("paye", 0), "virement payé", "virements payés")
        say(f"Réponse prise : {paid_now}, {count(counts.get('rejete', 0), 'rejeté')}.")
        return
    folder = out or settings.home() / "out" / "virements"
    for paid in job.run(settings.home(), quarter, convention, by, folder, settings.now()):
        if paid.file is None:
            say(f"{paid.number} : aucun bénéficiaire à payer, pas de fichier.")
        else:
            say(f"{paid.number} : {count(paid.payees, 'virement')}, {euros(paid.total_cents)}, dans {paid.file}")
        if paid.sent:
            say(f"  {paid.sent} déjà transmis à la banque : « saisines pay … --returned FICHIER » prend sa réponse.")
        for code, why in paid.held:
            say(f"  {code} retenu : {why}")


def documents(
    number: Annotated[str, typer.Argument(help="Le numéro du relevé.", metavar="NUMÉRO")],
    out: Out = None,
) -> None:
    """Refait tous les documents d’un relevé finalisé, à l’octet près : classeur, PDF, avis, écritures, virements, reversements, compte rendu."""
    from etl.jobs.issuing import issue as job

    folder = job.run(settings.home(), number, out, ways.progress())
    ways.done()
    say(f"Documents de {number} dans {folder}")


def statements() -> None:
    """Liste les relevés finalisés et les reprises."""
    from etl.model.money import euros
    from etl.warehouse.server import connect
    from etl.warehouse.statements import load_statements

    with connect(settings.home()) as engine, engine.connect() as connection:
        rows = load_statements(connection)
    if not rows:
        say("Aucun relevé n’est finalisé. Ensuite : saisines draft TRIMESTRE")
        return
    head = ("numéro", "finalisé le", "par", "lignes", "total")
    shown = [
        (
            row["number"],
            str(row["finalised_on"]),
            row["finalised_by"],
            str(row["line_count"]),
            euros(row["total_cents"]),
        )
        for row in rows
    ]
    ways.table([head, *shown], right=frozenset({3, 4}))


commands: dict[str, Callable[..., None]] = {"pay": pay, "documents": documents, "statements": statements}
