"""The tree of commands."""

import typer

from etl.cli import books, desk, intake, issuing, payment, people, privacy, running, settlement, setup, sources, watch

app = typer.Typer(
    name="saisines",
    help="Du journal d’appels au règlement trimestriel des associations. Chaque commande dit la suite ; « COMMANDE --help » l’explique.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for commands in (
    setup.commands,
    intake.commands,
    settlement.commands,
    payment.commands,
    books.commands,
    issuing.commands,
    people.commands,
    desk.commands,
    running.commands,
    privacy.commands,
    watch.commands,
):
    for name, command in commands.items():
        app.command(name)(command)
for group in (
    setup.conventions,
    intake.deliveries,
    intake.quarantine,
    payment.associations,
    books.payments,
    books.repayments,
    sources.sources,
    privacy.rekey,
    privacy.subject,
):
    app.add_typer(group)
