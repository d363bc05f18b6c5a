"""What the referent psychologist does of a support that an association cannot give. It moves no money: another association comes by the journal."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from etl.jobs import people
from etl.model.errors import SaisinesError
from etl.model.reference import parse
from etl.warehouse.server import connect
from etl.warehouse.supports import save_support_outcome

OUTCOMES = {
    "en_cours": "suivi en cours",
    "association": "confiée à une autre association",
    "referent": "soutenue par le psychologue référent",
    "autre_aide": "orientée vers une autre aide",
    "renonce": "la personne renonce",
    "injoignable": "la personne ne répond plus",
}


def run(home: Path, reference: str, outcome: str, reason: str, by: str, account: str, at: datetime) -> None:
    """Record an outcome; the last one of a saisine stands, those before are kept.

    Args:
        home: the folder of the state.
        reference: of the saisine, in any writing.
        outcome: a key of `OUTCOMES`.
        reason: why; required.
        by: the person.
        account: the system user.
        at: the instant.

    Raises:
        SaisinesError: no reference, no such outcome, or no reason.
    """
    known = parse(reference)
    if known is None:
        raise SaisinesError(f"« {reference} » n’est pas une référence : elle s’écrit comme FV26-000123-W.")
    if outcome not in OUTCOMES:
        raise SaisinesError(f"« {outcome} » n’est pas une suite : choisissez l’une de celles de la page.")
    reason, by = people.reason_given(reason), people.given(by)
    with connect(home) as engine, engine.begin() as connection:
        save_support_outcome(connection, known, outcome, reason, by, account, at)
