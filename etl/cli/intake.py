"""Commands that take in: `ingest`, `deliveries`, `quarantine`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from etl import settings
from etl.cli import ways
from etl.cli.ways import AsJson, By, Reason, say
from etl.model.errors import SaisinesError

deliveries = typer.Typer(
    name="deliveries", help="Ce qui a été reçu : lister, retirer une livraison.", no_args_is_help=True
)
quarantine = typer.Typer(
    name="quarantine", help="Les lignes refusées : lister, rejuger, rendre aux associations.", no_args_is_help=True
)
STAGES = {"land": "dépôt", "read": "lecture", "judge": "jugement des lignes", "save": "enregistrement"}
STATUSES = {"recu": "reçu", "deja_recu": "déjà reçu", "echec": "ÉCHEC"}
DELIVERY_STATUSES = {"received": "reçue", "failed": "ÉCHEC", "withdrawn": "retirée"}
Association = Annotated[str | None, typer.Option("--association", help="Seulement cette association.", metavar="CODE")]


def ingest(
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Des dossiers qui contiennent journal/ et fiches/<code>/, ou des fichiers.", metavar="CHEMIN…"
        ),
    ],
    profile: Annotated[
        str | None,
        typer.Option("--profile", help="Le profil du journal : plateforme (par défaut), asterisk…", metavar="NOM"),
    ] = None,
    received_on: Annotated[
        str | None,
        typer.Option("--received-on", help="Le jour de réception, s’il n’est pas celui du chargement.", metavar="JOUR"),
    ] = None,
    file_dates: Annotated[
        bool,
        typer.Option("--file-dates", help="Le jour de réception de chaque fichier est celui que le dossier lui donne."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Reçoit des fichiers : chacun en entier ou pas du tout, avec ses totaux de contrôle. Redonner un fichier ne change rien."""
    from etl.jobs.intake import inbox
    from etl.jobs.intake import ingest as job
    from reports.french import count

    show, now = ways.progress(), settings.now()
    report = job.run(
        settings.home(),
        paths,
        now,
        received_how="source" if file_dates else None,
        receptions=inbox.receptions(paths, now) if file_dates else None,
        profile=profile,
        received_on=ways.day(received_on, "--received-on"),
        progress=lambda stage, done, total: show(f"{STAGES.get(stage, stage)} {done}/{total}"),
    )
    ways.done()
    if as_json:
        ways.say_json(job.as_json(report))
    else:
        _tell(report)
    if report.failed:
        raise SaisinesError(
            f"{count(len(report.failed), 'fichier')} en échec : à corriger et à redonner ; les autres sont reçus."
        )


def _tell(report: Any) -> None:  # noqa: ANN401 - ingest.Report, imported late
    from reports.french import count

    head = ("fichier", "origine", "état", "lues", "acceptées", "refusées", "doubles", "ignorées")
    rows = [
        (
            file.name,
            file.origin,
            STATUSES[file.status],
            *(str(n) for n in (file.read, file.accepted, file.rejected, file.duplicate, file.ignored)),
        )
        for file in report.files
    ]
    ways.table([head, *rows], right=frozenset({3, 4, 5, 6, 7}))
    for file in report.failed:
        say(f"  {file.failure}")
    for unknown in report.unknown:
        say(f"  {unknown.name} : laissé de côté, {unknown.why}")
    totals = report.totals()
    say(
        f"{count(totals['files'], 'fichier reçu', 'fichiers reçus')} : {totals['read']} lignes lues = {totals['accepted']} acceptées"
        f" + {totals['rejected']} refusées + {totals['duplicate']} doubles + {totals['ignored']} ignorées."
    )
    if report.corrected:
        say(f"Refus corrigés : {count(report.corrected, 'ligne')}.")
    if totals["rejected"]:
        say("Ensuite : saisines quarantine list, puis saisines quarantine export --out DOSSIER")
    elif totals["files"]:
        say("Ensuite : saisines reconcile")


@deliveries.command("list")
def list_deliveries(as_json: AsJson = False) -> None:
    """Liste ce qui a été reçu, avec les totaux de contrôle."""
    from etl.jobs.intake import deliveries as job

    rows = [dict(row) for row in job.run_list(settings.home())]
    if as_json:
        ways.say_json({"deliveries": rows})
        return
    head = ("n°", "nature", "origine", "reçu le", "état", "lues", "acceptées", "refusées", "doubles", "ignorées")
    shown = [
        (
            str(row["delivery_id"]),
            row["kind"],
            row["origin"],
            str(row["received_on"]),
            DELIVERY_STATUSES[row["status"]],
            *(str(row[f"rows_{name}"]) for name in ("read", "accepted", "rejected", "duplicate", "ignored")),
        )
        for row in rows
    ]
    ways.table([head, *shown], right=frozenset({0, 5, 6, 7, 8, 9}))


@deliveries.command("withdraw")
def withdraw(
    number: Annotated[int, typer.Argument(help="Le numéro de la livraison.", metavar="N")], by: By, reason: Reason
) -> None:
    """Retire une livraison : ses lignes n’ont jamais compté. Ce qui est finalisé reste ; les mêmes octets peuvent revenir."""
    from etl.jobs.intake import deliveries as job

    job.withdraw(settings.home(), number, by, reason, settings.now())
    say(f"Livraison {number} retirée. Ensuite : saisines reconcile")


@quarantine.command("list")
def list_refused(
    association: Association = None,
    code: Annotated[str | None, typer.Option("--code", help="Seulement ce motif.", metavar="CODE")] = None,
    as_json: AsJson = False,
) -> None:
    """Liste les lignes refusées qui attendent, avec le motif en français."""
    from etl.jobs.intake import quarantine as job
    from reports.french import count

    rows = job.run_list(settings.home(), origin=association, code=code)
    if as_json:
        ways.say_json({"refused": rows})
        return
    if not rows:
        say("Aucune ligne refusée n’attend.")
        return
    head = ("livraison", "origine", "feuille", "ligne", "motif", "phrase")
    shown = [
        (
            str(row["delivery_id"]),
            row["origin"],
            row["sheet"] or "",
            str(row["row_number"]),
            ", ".join(row["codes"]),
            row["sentence"],
        )
        for row in rows
    ]
    ways.table([head, *shown], right=frozenset({0, 3}))
    say(f"{count(len(rows), 'ligne')}. Ensuite : saisines quarantine export --out DOSSIER")


@quarantine.command("replay")
def replay() -> None:
    """Juge de nouveau les lignes gardées, quand une liste ou le registre a changé."""
    from etl.jobs.intake import quarantine as job
    from reports.french import count

    report = job.replay(settings.home(), settings.now())
    say(
        f"{count(report.judged, 'ligne rejugée', 'lignes rejugées')}, dont {count(report.accepted, 'acceptée')}"
        f" et {count(report.judged - report.accepted, 'encore refusée', 'encore refusées')}."
    )


@quarantine.command("export")
def export(
    out: Annotated[
        Path, typer.Option("--out", help="Le dossier où écrire un classeur par association.", metavar="DOSSIER")
    ],
    association: Association = None,
) -> None:
    """Rend à chaque association son classeur : cellules fautives colorées, motif en commentaire, prêt à corriger et renvoyer."""
    from etl.jobs.intake import quarantine_export as job
    from reports.french import count

    made = job.export(settings.home(), out, origin=association)
    for path in made:
        say(str(path))
    say(f"{count(len(made), 'classeur écrit', 'classeurs écrits')}.")


commands: dict[str, Callable[..., None]] = {"ingest": ingest}
