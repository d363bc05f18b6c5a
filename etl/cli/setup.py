"""Commands that prepare: `init`, `conventions`, `sample`, `demo`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from etl import settings
from etl.cli import ways
from etl.cli.ways import By, say
from etl.model.errors import SaisinesError

conventions = typer.Typer(
    name="conventions",
    help="Les fichiers de convention : vérifier, appliquer un changement à deux personnes.",
    no_args_is_help=True,
)
Folder = Annotated[Path, typer.Argument(help="Le dossier des fichiers de convention.", metavar="DOSSIER")]


def init(
    folder: Annotated[
        Path | None,
        typer.Option(
            "--conventions", help="Les fichiers de convention ; par défaut, le jeu d’exemple.", metavar="DOSSIER"
        ),
    ] = None,
    register: Annotated[
        Path | None, typer.Option("--associations", help="Le registre des associations.", metavar="CSV")
    ] = None,
    by: Annotated[
        str | None, typer.Option("--by", help="Qui charge ; par défaut, le compte du système.", metavar="NOM")
    ] = None,
    backups: Annotated[
        Path | None,
        typer.Option(
            "--backup",
            help="Où sauvegarder un entrepôt d’une version plus ancienne avant de le mettre à niveau ; par défaut, SAISINES_BACKUPS.",
            metavar="DOSSIER",
        ),
    ] = None,
) -> None:
    """Crée ou met à jour l’entrepôt et charge les conventions et le registre. Sans danger si c’est déjà fait."""
    from etl.jobs.running import init as job

    home, by = settings.home(), by or settings.system_user()
    report = job.run(home, folder, register, by, settings.now(), backups or settings.backups())
    if report.saved:
        say(f"Sauvegarde d’avant la mise à niveau : {report.saved}")
    say(f"Entrepôt {'créé ou mis à jour' if report.migrated else 'à jour'} dans {home}.")
    if report.conventions:
        say(f"Conventions chargées : {', '.join(report.conventions)}.")
    for what, label in (
        ("added", "ajoutées"),
        ("changed", "changées"),
        ("bank_changed", "coordonnées bancaires à confirmer"),
        ("absent", "absentes du fichier, gardées"),
    ):
        if codes := report.associations.get(what):
            say(f"Associations {label} : {len(codes)}.")
    say("Ensuite : saisines ingest DOSSIER")


def sample(
    folder: Annotated[Path, typer.Argument(help="Le dossier à écrire, neuf ou vide.", metavar="DOSSIER")],
    saisines: Annotated[int, typer.Option("--saisines", help="Le nombre de saisines.", metavar="N")] = 3000,
    seed: Annotated[
        int, typer.Option("--seed", help="La graine du hasard : la même donne les mêmes fichiers.", metavar="S")
    ] = 116006,
) -> None:
    """Écrit une boîte de réception inventée et vraisemblable : journal, fiches, registre, conventions."""
    from etl.jobs.running import sample as job

    made = job.run(folder, saisines, seed, progress=ways.progress())
    ways.done()
    say(f"{made.saisines} saisines et {made.associations} associations dans {folder} :")
    say(f"{made.journal_files} journaux, {made.fiche_files} fichiers de fiches.")
    say(f"Ensuite : saisines init --conventions {folder / 'conventions'} --associations {folder / 'associations.csv'}")
    say(f"          saisines ingest {folder} --file-dates")


def demo(
    saisines: Annotated[
        int, typer.Option("--saisines", help="La taille de l’exemple, la première fois.", metavar="N")
    ] = 3000,
) -> None:
    """Du néant aux relevés d’un trimestre d’exemple, par les vrais DAG sur un vrai ordonnanceur."""
    from etl.jobs.running import demo as job

    job.run(settings.home(), settings.now(), say, saisines)


@conventions.command("check")
def check(folder: Folder) -> None:
    """Vérifie des fichiers de convention : dit tout ce qui ne va pas, fichier et ligne. Ne charge rien."""
    from etl.jobs.settlement import conventions as job

    if errors := job.check(folder):
        for error in errors:
            say(error)
        raise SaisinesError(f"{len(errors)} erreur{'s' if len(errors) > 1 else ''} dans {folder} : rien n’est chargé.")
    say(f"{folder} : aucun défaut.")


@conventions.command("apply")
def apply(
    folder: Folder,
    by: By,
    digest: Annotated[
        str | None,
        typer.Option("--digest", help="L’empreinte de la différence, pour la seconde personne.", metavar="EMPREINTE"),
    ] = None,
) -> None:
    """Montre ce qu’un changement de fichiers change, en texte et en euros ; une seconde personne l’applique en nommant son empreinte."""
    from etl.jobs.settlement import conventions_apply, simulate

    shown = conventions_apply.run(settings.home(), folder, by, settings.now(), digest, simulate.compare)
    for text in shown.texts:
        say(text)
    for text in simulate.told(shown.money):
        say(text)
    if shown.digest is None:
        say("Aucune différence avec les fichiers en vigueur.")
    elif shown.applied:
        say(f"Appliqué par {by}, sur proposition de {shown.by}.")
    else:
        say(f"Proposé par {shown.by}. Une autre personne l’applique par :")
        say(f"  saisines conventions apply {folder} --by NOM --digest {shown.digest}")


commands: dict[str, Callable[..., None]] = {"init": init, "sample": sample, "demo": demo}
