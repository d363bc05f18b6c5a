"""Commands of safekeeping and of personal data: `backup`, `restore`, `purge`, `rekey`, `subject`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from etl import settings
from etl.cli import ways
from etl.cli.ways import By, Reason, say


def backup(
    folder: Annotated[Path, typer.Argument(help="Le dossier des sauvegardes, sur un autre disque.", metavar="DOSSIER")],
    keep: Annotated[
        int | None,
        typer.Option("--keep", help="Combien de sauvegardes garder ici ; par défaut, toutes.", metavar="N"),
    ] = None,
) -> None:
    """Sauvegarde la base et les fichiers reçus, d’un même instant, dans un fichier chiffré."""
    from etl.jobs.privacy import backup as job
    from reports.french import count

    made = job.run(settings.home(), folder, settings.now(), keep, ways.progress())
    ways.done()
    say(f"{made.path} : {made.rows} lignes, {made.files} fichiers reçus, {made.size / 1e6:.1f} Mo.")
    say(f"SHA-256 : {made.sha256}")
    if made.missing:
        say(
            f"Attention : {count(made.missing, 'fichier reçu manque', 'fichiers reçus manquent')} dans {settings.home()} ; vérifiez le disque."
        )
    if made.dropped:
        say(f"{count(len(made.dropped), 'ancienne sauvegarde effacée', 'anciennes sauvegardes effacées')}.")
    say(
        f"Chiffrée avec la clé {settings.key_id(settings.storage_key())} : sans elle, rien ne se restaure ; gardez-la ailleurs."
    )


def restore(
    path: Annotated[Path, typer.Argument(help="La sauvegarde.", metavar="FICHIER")],
    by: Annotated[
        str | None, typer.Option("--by", help="Qui restaure ; par défaut, le compte du système.", metavar="NOM")
    ] = None,
    check: Annotated[
        bool,
        typer.Option("--check", help="Lit la sauvegarde de bout en bout et dit ce qu’elle contient, sans rien écrire."),
    ] = False,
) -> None:
    """Restaure une sauvegarde dans un dossier d’état vide : tout, ou rien."""
    from etl.jobs.privacy import restore as job

    if check:
        told = job.check(path, ways.progress())
    else:
        told = job.run(settings.home(), path, by or settings.system_user(), settings.now(), ways.progress())
    ways.done()
    say(f"Sauvegarde du {told.made_at:%d/%m/%Y à %H:%M} UTC : {told.rows} lignes, {told.files} fichiers reçus.")
    if check:
        say("Elle est entière et lisible avec la clé d’ici.")
        return
    say(f"Restaurée dans {settings.home()}{', et mise à niveau' if told.migrated else ''}.")
    if told.pseudonym_key_id and told.pseudonym_key_id != _pseudonym_key_id():
        say(
            f"La clé des pseudonymes ({told.pseudonym_key_id}) n’est pas ici : sans elle, aucun journal nouveau ne sera pris ; "
            "renseignez SAISINES_PSEUDONYM_KEY ou remettez pseudonymes.key à sa place."
        )
    say("Ensuite : saisines draft TRIMESTRE (les mêmes empreintes qu’avant)")


def purge(
    by: Annotated[
        str | None, typer.Option("--by", help="Qui purge ; par défaut, le compte du système.", metavar="NOM")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compte ce qui serait effacé, sans rien effacer.")] = False,
) -> None:
    """Efface ce qui a dépassé sa durée de conservation, des seules saisines closes. Aucun relevé n’en change."""
    from etl.jobs.privacy import purge as job
    from etl.jobs.privacy.retention import read_retention
    from reports.french import count

    home = settings.home()
    kept = read_retention(home)
    done = job.run(home, settings.now(), by or settings.system_user(), dry_run=dry_run, progress=ways.progress())
    ways.done()
    say(f"{count(done.closed, 'saisine close', 'saisines closes')}. {'Seraient effacés' if dry_run else 'Effacés'} :")
    rows: list[tuple[str, ...]] = [("donnée", "après", "depuis", "nombre")]
    rows += [(name, f"{one.months} mois", one.since, str(getattr(done, name))) for name, one in kept.items()]
    rows += [("refus", f"{kept['fichiers'].months} mois", "avec leur fichier", str(done.refus))]
    ways.table(rows, right=frozenset({3}))
    if dry_run:
        say("Ensuite : saisines purge --by NOM")


rekey = typer.Typer(
    name="rekey",
    help="Changer de clé : celle des pseudonymes, ou celle qui chiffre les fichiers reçus et les sauvegardes.",
    no_args_is_help=True,
)
NewKey = Annotated[
    Path,
    typer.Option(
        "--new-key", help="Le fichier de la nouvelle clé, hors du dossier d’état ; tiré s’il manque.", metavar="FICHIER"
    ),
]


@rekey.command("pseudonyms")
def rekey_pseudonyms(
    new_key: NewKey,
    by: By,
    reason: Reason,
    forget: Annotated[
        bool,
        typer.Option("--forget", help="Les personnes dont les journaux ne sont plus là reçoivent un numéro au hasard."),
    ] = False,
) -> None:
    """Redonne à chaque personne un pseudonyme, sous une nouvelle clé. Aucun relevé n’en change ; l’ancienne est refusée ensuite."""
    from etl.jobs.privacy import rekey as job
    from reports.french import count

    new = settings.new_key(new_key, settings.PSEUDONYMS)
    done = job.pseudonyms(settings.home(), new, by, reason, settings.now(), forget=forget, progress=ways.progress())
    ways.done()
    say(
        f"{count(done.people, 'personne')} sous la clé {settings.key_id(new)}, {count(done.calls, 'appel')}, {done.forgotten} sans suite possible."
    )
    _tell_key(settings.PSEUDONYMS, new_key)


@rekey.command("files")
def rekey_files(new_key: NewKey, by: By, reason: Reason) -> None:
    """Chiffre les fichiers reçus avec une nouvelle clé. Les sauvegardes d’avant gardent l’ancienne."""
    from etl.jobs.privacy import rekey as job
    from reports.french import count

    new = settings.new_key(new_key, settings.STORAGE)
    done = job.storage(settings.home(), new, by, reason, settings.now(), ways.progress())
    ways.done()
    say(f"{count(done, 'fichier reçu chiffré', 'fichiers reçus chiffrés')} avec la clé {settings.key_id(new)}.")
    _tell_key(settings.STORAGE, new_key)


def _tell_key(secret: settings.Secret, new_key: Path) -> None:
    from etl.jobs.privacy import rekey as job

    kept = job.put_key(secret, new_key)
    if kept is None:
        say(f"Donnez maintenant à {secret.variable} la nouvelle clé, celle de {new_key}, avant toute autre commande.")
    else:
        say(f"La nouvelle clé est en place ; l’ancienne est gardée dans {kept}, pour les sauvegardes d’avant.")


subject = typer.Typer(
    name="subject",
    help="Droits des personnes : dire tout ce qui est détenu sur l’une d’elles, effacer ce que la loi permet.",
    no_args_is_help=True,
)
OfSaisine = Annotated[str | None, typer.Argument(help="La référence d’une saisine.", metavar="RÉFÉRENCE")]
OfPerson = Annotated[
    str | None,
    typer.Option(
        "--person",
        help="L’identifiant donné par la plate-forme ; « - » le demande sans l’afficher.",
        metavar="IDENTIFIANT",
    ),
]


@subject.command("show")
def subject_show(
    by: By,
    reference: OfSaisine = None,
    person: OfPerson = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Écrit la réponse en JSON dans ce fichier.", metavar="FICHIER")
    ] = None,
) -> None:
    """Dit tout ce qui est détenu sur une saisine ou une personne, et ce qui ne l’est pas. La consultation est tracée."""
    import json

    from etl.jobs.files import write_atomically
    from etl.jobs.privacy import subject as job

    told = job.show(settings.home(), reference, _asked(person), by, settings.now())
    if out:
        write_atomically(out, json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True, default=str).encode())
        say(f"Réponse écrite dans {out}.")
    for name, state in told["saisines"].items():
        say(f"Saisine {name} : {state}.")
    rows: list[tuple[str, ...]] = [("table", "lignes")]
    ways.table(rows + [(name, str(len(held))) for name, held in told["detenu"].items()], right=frozenset({1}))
    say(
        f"Fichiers reçus qui en parlent : {len(told['fichiers'])}, dont {sum(row['garde'] for row in told['fichiers'])} encore gardés."
    )
    say("Ce qui n’est pas détenu :")
    for line in told["non_detenu"]:
        say(f"  - {line}")


@subject.command("erase")
def subject_erase(by: By, reason: Reason, reference: OfSaisine = None, person: OfPerson = None) -> None:
    """Efface d’une personne ce qu’aucune pièce comptable n’exige, quand ses saisines sont closes. Aucun relevé n’en change."""
    from etl.jobs.privacy import subject as job
    from reports.french import count

    done = job.erase(settings.home(), reference, _asked(person), by, reason, settings.now())
    say(
        f"Effacés : {count(done.people, 'pseudonyme')}, {count(done.calls, 'appel')}, {count(done.refused, 'ligne refusée', 'lignes refusées')},"
    )
    say(
        f"{count(done.outcomes, 'suite')} de soutien impossible, {count(done.files, 'fichier reçu', 'fichiers reçus')}."
    )
    if done.files_left:
        say(f"Parlent aussi de saisines ouvertes : {count(done.files_left, 'fichier')}, que la purge effacera.")
    say(job.KEPT_BY_LAW)


def _asked(person: str | None) -> str | None:
    return str(typer.prompt("Identifiant", hide_input=True)) if person == "-" else person


def _pseudonym_key_id() -> str | None:
    """The id of the key of pseudonyms that is here; None without one, and none is made."""
    from etl.model.errors import SaisinesError

    try:
        return settings.key_id(settings.pseudonym_key(make=False))
    except SaisinesError:
        return None


commands: dict[str, Callable[..., None]] = {"backup": backup, "restore": restore, "purge": purge}
