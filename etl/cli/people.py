"""Commands of the coordinator: `decide`, `proposals`."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from etl import settings
from etl.cli.proposals import proposals
from etl.cli.ways import say
from etl.model.errors import UsageError

KINDS = "confirm_match, reject_match, accept, refuse, requalify, dispute, register_saisine, withdraw"


def decide(
    kind: Annotated[str | None, typer.Argument(help=f"La décision : {KINDS}.", metavar="GENRE")] = None,
    reference: Annotated[str | None, typer.Option("--reference", help="La saisine.", metavar="RÉFÉRENCE")] = None,
    association: Annotated[str | None, typer.Option("--association", help="L’association.", metavar="CODE")] = None,
    code: Annotated[
        str | None, typer.Option("--code", help="Le code accepté, ou ce que « withdraw » défait.", metavar="CODE")
    ] = None,
    written: Annotated[
        str | None, typer.Option("--written", help="La référence telle que la fiche l’écrit.", metavar="TEXTE")
    ] = None,
    convention: Annotated[
        str | None, typer.Option("--convention", help="La convention nouvelle.", metavar="CODE")
    ] = None,
    qualite: Annotated[str | None, typer.Option("--qualite", help="La qualité nouvelle.", metavar="QUALITÉ")] = None,
    new_association: Annotated[
        str | None, typer.Option("--new-association", help="L’association nouvelle.", metavar="CODE")
    ] = None,
    day: Annotated[
        str | None, typer.Option("--day", help="Le jour : JOURNAL_GAP, register_saisine.", metavar="JOUR")
    ] = None,
    by: Annotated[str | None, typer.Option("--by", help="Qui décide.", metavar="NOM")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Pourquoi.", metavar="TEXTE")] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="Un fichier de décisions, pris en entier ou pas du tout.", metavar="CSV"),
    ] = None,
) -> None:
    """Enregistre une décision, ou un fichier de décisions. Rien ne s’efface : « withdraw » défait la dernière."""
    from etl.jobs.matching import decide as job
    from etl.jobs.matching.acts import fingerprints
    from reports.french import count

    if (kind is None) == (file is None):
        raise UsageError("Donnez une décision (GENRE et ses options), ou --file CSV.")
    one = {
        "kind": kind, "reference": reference, "association": association, "code": code, "written": written, "convention": convention,
        "qualite": qualite, "new_association": new_association, "day": day, "author": by, "reason": reason,
    }  # fmt: skip
    given = job.read_decisions(file) if file else [one]
    made = job.run(settings.home(), given, settings.now(), fingerprints)
    say(f"{count(len(made), 'décision enregistrée', 'décisions enregistrées')}. Ensuite : saisines draft TRIMESTRE")


commands: dict[str, Callable[..., None]] = {"decide": decide, "proposals": proposals}
