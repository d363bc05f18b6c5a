"""Commands of the books: `entries`, `accrual`, `repayments`, `payments`."""

from collections.abc import Callable
from typing import Annotated

import typer

from etl import settings
from etl.cli import ways
from etl.cli.ways import By, Out, Quarter, Reason, say

repayments = typer.Typer(
    name="repayments",
    help="Les ordres de reversement : lister, écrire, dire comment l’un fut soldé.",
    no_args_is_help=True,
)
payments = typer.Typer(
    name="payments", help="Où en est le paiement de chaque bénéficiaire ; le dire à la main.", no_args_is_help=True
)
Number = Annotated[str, typer.Argument(help="Le numéro du relevé.", metavar="NUMÉRO")]
Payee = Annotated[str, typer.Argument(help="L’association bénéficiaire.", metavar="CODE")]


def entries(
    since: Annotated[str, typer.Option("--since", help="Le premier jour.", metavar="JOUR")],
    until: Annotated[str, typer.Option("--until", help="Le dernier jour, compris.", metavar="JOUR")],
    convention: Annotated[
        str | None, typer.Option("--convention", help="Seulement cette convention.", metavar="CODE")
    ] = None,
    out: Out = None,
) -> None:
    """Écrit les écritures d’une période au format du FEC : relevés, virements, rejets, reversements soldés."""
    from etl.jobs.issuing import entries as job
    from etl.model.errors import UsageError
    from etl.model.money import euros
    from reports.french import count

    first, last = ways.day(since, "--since"), ways.day(until, "--until")
    if first is None or last is None:
        raise UsageError("--since et --until : deux jours sont attendus.")
    written = job.run(settings.home(), first, last, convention, out)
    say(
        f"{count(written.entries, 'écriture')}, {euros(written.debit_cents)} au débit et au crédit, dans {written.file}"
    )
    if written.to_review:
        say(f"{written.to_review} sans date de validation : en attente de la banque, ou à vérifier.")


def accrual(
    year: Annotated[int, typer.Argument(help="L’année civile à clore.", metavar="ANNÉE", min=2015, max=2999)],
    out: Out = None,
) -> None:
    """Écrit les provisions de clôture, à vérifier : actes connus hors relevé, fiches manquantes estimées."""
    from etl.jobs.issuing import accrual as job
    from etl.model.money import euros

    made = job.run(settings.home(), year, settings.now(), out)
    head = ("convention", "actes", "montant", "fiches manquantes", "estimation", "à provisionner")
    rows = [
        (
            one.convention,
            str(one.known_acts),
            euros(one.known_cents),
            str(one.missing),
            euros(one.estimated_cents),
            euros(one.known_cents + one.estimated_cents),
        )
        for one in made.provisions
    ]
    ways.table([head, *rows], right=frozenset({1, 2, 3, 4, 5}))
    say(f"Le détail : {made.workbook}")
    say(f"Les écritures, à vérifier : {made.entries}" if made.entries else "Rien à provisionner : aucune écriture.")


@repayments.command("list")
def list_repayments() -> None:
    """Liste ce que des associations doivent et qu’aucun relevé ne peut récupérer."""
    from etl.jobs.issuing import repayments as job
    from etl.model.money import euros

    orders = job.run_list(settings.home())
    if not orders:
        say("Aucun ordre de reversement.")
        return
    rows = [
        (one.number, one.payee, euros(one.amount_cents), "soldé" if one.settled_on else "dû", one.why) for one in orders
    ]
    ways.table([("relevé", "association", "montant", "état", "pourquoi"), *rows], right=frozenset({2}))


@repayments.command("write")
def write_repayments(out: Out = None) -> None:
    """Écrit l’ordre de reversement de chaque somme encore due, un PDF par association."""
    from etl.jobs.issuing import repayments as job
    from etl.model.money import euros
    from reports.french import count

    made = job.run(settings.home(), out)
    for order in made:
        say(f"{order.payee} {euros(order.amount_cents)} : {order.file}")
    say(f"{count(len(made), 'ordre de reversement écrit', 'ordres de reversement écrits')}.")


@repayments.command("settle")
def settle(number: Number, payee: Payee, by: By, reason: Reason) -> None:
    """Dit qu’un ordre de reversement est soldé, et comment : la somme n’est plus reportée d’un relevé à l’autre."""
    from etl.jobs.issuing import repayments as job
    from etl.model.money import euros

    cents = job.settle(settings.home(), number, payee, by, reason, settings.now())
    say(f"{payee} : {euros(cents)} soldés. L’écriture est dans « saisines entries », à vérifier.")


@payments.command("list")
def list_payments(quarter: Quarter, convention: ways.Convention) -> None:
    """Liste les bénéficiaires des relevés d’un trimestre : montant, état, et pourquoi l’un est retenu."""
    from etl.jobs.payment import payment_list as job
    from etl.model.money import euros

    rows = [
        (one["number"], one["payee"], euros(one["payable_cents"]), one["state"], one["why"])
        for one in job.run(settings.home(), quarter, convention)
    ]
    ways.table([("relevé", "association", "à payer", "état", "pourquoi"), *rows], right=frozenset({2}))


@payments.command("paid")
def paid(number: Number, payee: Payee, by: By, reason: Reason) -> None:
    """Dit qu’un bénéficiaire est payé : son virement est passé, ou il l’a été autrement (chèque, hors SEPA)."""
    _told(number, payee, "paye", by, reason)


@payments.command("returned")
def returned(number: Number, payee: Payee, by: By, reason: Reason) -> None:
    """Dit qu’un virement est revenu : le bénéficiaire peut être du lot suivant."""
    _told(number, payee, "rejete", by, reason)


def _told(number: str, payee: str, state: str, by: str, reason: str) -> None:
    from etl.jobs.payment import payment_list as job

    job.tell(settings.home(), number, payee, state, by, reason, settings.now())
    say(f"{payee} sur {number} : {'payé' if state == 'paye' else 'rejeté, à payer de nouveau'}.")


commands: dict[str, Callable[..., None]] = {"entries": entries, "accrual": accrual}
