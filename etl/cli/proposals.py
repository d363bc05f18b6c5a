"""The command `proposals`: fiches without a saisine, the saisines they may answer, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from etl import settings
from etl.cli import ways
from etl.cli.ways import AsJson, say

if TYPE_CHECKING:
    from etl.engine.proposals import Candidate, Proposal

STANDINGS = {"chosen": " — proposée", "tied": " — à égalité avec une autre : à vous de départager", "other": ""}


def proposals(
    association: Annotated[
        str | None, typer.Option("--association", help="Seulement les fiches de cette association.", metavar="CODE")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Propose des saisines aux fiches qui n’en ont pas, indice par indice. Rien n’est payé sans décision."""
    from etl.jobs.matching import propose as job
    from reports.french import count

    found = [one for one in job.run(settings.home(), settings.now()) if association in (None, one.association)]
    if as_json:
        ways.say_json({"proposals": [job.as_data(one) for one in found]})
        return
    for one in found:
        if one.candidates:
            _tell(one)
    _tell_without([one for one in found if not one.candidates])
    say(f"{count(len(found), 'fiche')} sans saisine.")
    if any(one.candidates for one in found):
        say(
            "0 bit : une chance sur deux. Chaque bit de plus double les chances, chaque bit de moins les divise par deux."
        )
        say("Pour confirmer : copiez la commande d’une saisine, remplissez --by et --reason. Rien n’est payé avant.")


def _tell(proposal: Proposal) -> None:
    say(f"Fiche « {proposal.written} » de {proposal.association}, reçue le {proposal.received_on:%d/%m/%Y}")
    for place, one in enumerate(proposal.candidates, 1):
        say(f"  {place}. {one.reference} : {_bits(one.bits)} bits{STANDINGS[one.standing]}")
        _tell_why(proposal, one)
    say()


def _tell_without(found: list[Proposal]) -> None:
    if found:
        say("Sans proposition : aucune saisine sans fiche de l’association n’était ouverte à la réception.")
        head = ("association", "référence écrite", "reçue le")
        ways.table([head, *((one.association, one.written, f"{one.received_on:%d/%m/%Y}") for one in found)])
        say()


def _tell_why(proposal: Proposal, candidate: Candidate) -> None:
    from etl.engine.proposals import label
    from etl.jobs.matching.propose import confirm_command

    rows: list[tuple[str, ...]] = [("indice", "la fiche", "la saisine", "", "bits", "total")]
    rows += [
        (
            label(piece.evidence),
            piece.value_fiche or "—",
            piece.value_saisine or "—",
            label(piece.evidence, piece.level) if piece.level else "",
            _bits(piece.bits),
            _bits(piece.running),
        )
        for piece in candidate.pieces
    ]
    ways.table(rows, right=frozenset({4, 5}))
    say(f"  {confirm_command(proposal, candidate)}")


def _bits(bits: float) -> str:
    return f"{bits:+.1f}".replace("-", "−").replace(".", ",")
