"""Commands of the quarter: `reconcile`, `draft`, the life of a statement, `simulate`, `explain`, `takeover`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from etl import settings
from etl.cli import ways
from etl.cli.ways import AsJson, By, Convention, Digest, Out, Quarter, Reason, say


def reconcile(as_json: AsJson = False) -> None:
    """Refait les saisines, les rapprochements et les écarts, à l’instant présent."""
    from etl.engine.plan import rules
    from etl.jobs.matching import reconcile as job

    found = job.run(settings.home(), settings.now(), ways.progress())
    ways.done()
    if as_json:
        ways.say_json(job.summary(found) | {"discrepancies": found.discrepancies})
        return
    say(f"{found.saisines} saisines, dont {found.with_fiche} avec une fiche.")
    late = [row for row in found.returns if row["awaited"]]
    awaited = sum(row["awaited"] for row in late)
    say(f"{awaited} fiches attendues de {len(late)} associations sur {len(found.returns)} ; « --json » dit lesquelles.")
    known = rules()
    head = ("écart", "gravité", "nombre", "")
    rows = [
        (code, known[code].severity or "", str(count), known[code].sentence or "")
        for code, count in found.by_code.items()
    ]
    ways.table([head, *rows], right=frozenset({2}))
    say("Ensuite : saisines draft TRIMESTRE ; saisines explain RÉFÉRENCE raconte une saisine.")


def draft(
    quarter: Quarter,
    convention: Annotated[
        str | None, typer.Option("--convention", help="Seulement cette convention.", metavar="CODE")
    ] = None,
    cutoff: Annotated[
        str | None, typer.Option("--cutoff", help="L’arrêté ; par défaut, celui de la convention.", metavar="JOUR")
    ] = None,
    out: Out = None,
) -> None:
    """Établit les brouillons de relevé : données, classeur et écarts. N’importe quel jour, autant de fois qu’on veut."""
    from etl.jobs.settlement import draft as job

    made = job.run(
        settings.home(), quarter, settings.now(), convention, ways.day(cutoff, "--cutoff"), out, ways.progress()
    )
    ways.done()
    _tell(made)
    folder = (out or settings.home() / "out") / quarter
    say(f"Relevés et écarts dans {folder}")
    say(f"Ensuite : saisines submit {quarter} --convention CODE --by NOM --digest EMPREINTE")


def _tell(statements: list[dict[str, Any]]) -> None:
    from etl.model.money import euros

    head = ("convention", "arrêté", "total", "lignes", "non payé", "écarts", "état", "empreinte")
    rows = [
        (
            one["convention"],
            one["cutoff"],
            euros(one["total_cents"]),
            str(len(one["lines"])),
            str(len(one["not_paid"])),
            str(len(one["discrepancies"])),
            "parqué" if one["parked"] else one["status"],
            one["digest"],
        )
        for one in statements
    ]
    ways.table([head, *rows], right=frozenset({2, 3, 4, 5}))
    for one in statements:
        if one["parked"]:
            first = ", ".join(f"{reason['code']} {reason['detail']}" for reason in one["parked"][:3])
            say(f"  {one['convention']} parqué : {first}{'…' if len(one['parked']) > 3 else ''}")


def submit(quarter: Quarter, convention: Convention, by: By, digest: Digest) -> None:
    """La coordination soumet un brouillon à la finance, et écrit les avis provisoires à envoyer aux associations."""
    from etl.jobs.issuing import issue
    from etl.jobs.settlement import statement_life as job

    job.submit(settings.home(), quarter, convention, digest, by, settings.now())
    folder = issue.provisional(settings.home(), quarter, convention, digest, progress=ways.progress())
    ways.done()
    say(f"Relevé {convention} {quarter} soumis par {by} ; avis provisoires dans {folder / 'notes'}")
    say("Ensuite : saisines approve, par une autre personne.")


def approve(quarter: Quarter, convention: Convention, by: By, digest: Digest) -> None:
    """La finance approuve un brouillon soumis par quelqu’un d’autre."""
    from etl.jobs.settlement import statement_life as job

    job.approve(settings.home(), quarter, convention, digest, by, settings.now())
    say(f"Relevé {convention} {quarter} approuvé par {by}. Ensuite : saisines finalise.")


def reject(quarter: Quarter, convention: Convention, by: By, digest: Digest, reason: Reason) -> None:
    """Renvoie en brouillon un relevé soumis ou approuvé, en disant pourquoi."""
    from etl.jobs.settlement import statement_life as job

    job.reject(settings.home(), quarter, convention, digest, by, reason, settings.now())
    say(f"Relevé {convention} {quarter} renvoyé en brouillon par {by}.")


def finalise(quarter: Quarter, convention: Convention, by: By, digest: Digest) -> None:
    """Finalise un relevé approuvé : recalcule, vérifie l’empreinte, donne le numéro. Définitif."""
    from etl.jobs.settlement import draft as drafting
    from etl.jobs.settlement import statement_life as job

    done = job.finalise(settings.home(), quarter, convention, digest, by, settings.now(), drafting.recompute)
    if done.number is None:
        say(f"Relevé {convention} {quarter} : {job.NOTHING} ; il reste en brouillon.")
        return
    say(f"Relevé {done.number} {'déjà finalisé' if done.already else 'finalisé'}.")
    say(f"Ensuite : saisines pay {quarter} --convention {convention} --by NOM --out DOSSIER")


def takeover(
    file: Annotated[Path, typer.Argument(help="La liste des lignes déjà payées.", metavar="CSV")],
    until: Annotated[
        str,
        typer.Option(
            "--until", help="La date de reprise : les actes antérieurs hors liste ne sont pas payés.", metavar="JOUR"
        ),
    ],
    by: By,
    reason: Reason,
) -> None:
    """Reprend ce qui a été payé à la main, une fois par convention."""
    from etl.jobs.settlement import takeover as job
    from etl.model.errors import UsageError
    from etl.model.money import euros
    from reports.french import count

    day = ways.day(until, "--until")
    if day is None:
        raise UsageError("--until : un jour est attendu.")
    for taken in job.run(settings.home(), file, day, by, reason, settings.now()):
        say(f"{taken.number} : {count(taken.lines, 'ligne')}, {euros(taken.total_cents)}.")


def simulate(
    quarter: Quarter,
    folder: Annotated[
        Path, typer.Option("--conventions", help="Les autres fichiers de convention.", metavar="DOSSIER")
    ],
    quarters: Annotated[
        int, typer.Option("--quarters", help="Combien de trimestres, celui-ci le dernier.", metavar="N", min=1, max=8)
    ] = 1,
    out: Annotated[
        Path | None, typer.Option("--out", help="Où écrire la différence ligne à ligne.", metavar="DOSSIER")
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Comme si aucun relevé n’était finalisé : ce qu’il aurait coûté en tout.")
    ] = False,
) -> None:
    """Ce que serait le trimestre sous d’autres fichiers de convention, et la différence. N’écrit rien dans l’entrepôt."""
    from etl.jobs.settlement import simulate as job

    made = job.run(settings.home(), quarter, folder, settings.now(), quarters, out, ways.progress(), fresh)
    ways.done()
    for text in job.told(made):
        say(text)


def explain(
    reference: Annotated[str, typer.Argument(help="La référence, par exemple FV26-000123-W.", metavar="RÉFÉRENCE")],
    as_json: AsJson = False,
) -> None:
    """Raconte une saisine : lignes reçues, rapprochement, écarts, décisions, barème, calculs, relevés. Chaque lecture est notée."""
    from etl.jobs.story import explain as job

    story = job.run(settings.home(), reference, settings.system_user(), settings.now())
    if as_json:
        ways.say_json(story)
        return
    for text in job.told(story):
        say(text)


commands: dict[str, Callable[..., None]] = {
    "reconcile": reconcile,
    "draft": draft,
    "submit": submit,
    "approve": approve,
    "reject": reject,
    "finalise": finalise,
    "takeover": takeover,
    "simulate": simulate,
    "explain": explain,
}
