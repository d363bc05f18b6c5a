"""`saisines subject`: what is held about a person, and erasing what the law lets go, the accounts staying whole."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl import settings
from etl.engine.compute import compute
from etl.jobs import people
from etl.jobs.intake import storing
from etl.jobs.privacy import purge
from etl.model import reference as references
from etl.model.errors import SaisinesError, UsageError
from etl.model.quarter import civil_day
from etl.sources import landing
from etl.sources.journal import pseudonym_of
from etl.warehouse import deliveries, purging, subjects, watch
from etl.warehouse.server import connect
from etl.warehouse.subjects import Subject

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

NOT_HELD = (
    "Votre nom, votre adresse, votre téléphone : la fédération règle les associations sans les connaître.",
    "Le numéro dont vous avez appelé : il n’est jamais lu, même sous pseudonyme.",
    "Le récit des faits, les commentaires des fiches, le contenu des séances : ils ne sont jamais repris.",
    "L’identifiant que la plate-forme vous donne : seule son empreinte sous clé l’est, jusqu’à la clôture de vos saisines.",
    "Ce que détiennent la plate-forme et l’association qui vous a reçu : adressez-vous aussi à elles.",
)
KEPT_BY_LAW = (
    "Les lignes de relevés, les décisions et les faits codés qui les justifient (dates et nombre de séances, issue) sont gardés "
    "10 ans : ce sont des pièces comptables (C. com., art. L. 123-22 ; RGPD, art. 17, § 3, b). Elles ne portent que la référence."
)
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Erased:
    """What an erasure did.

    Attributes:
        people: persons whom no saisine leads to any more.
        calls: calls without a saisine emptied of their details.
        refused: refused rows deleted.
        outcomes: outcomes of impossible supports deleted.
        files: landed copies deleted.
        files_left: landed copies that also tell of saisines that are not closed: they go with the purge.
    """

    people: int
    calls: int
    refused: int
    outcomes: int
    files: int
    files_left: int


def show(home: Path, reference: str | None, person: str | None, by: str, at: datetime) -> dict[str, Any]:
    """Everything held about a saisine, or about the person whom the platform knows by an identifier; the reading is written down.

    Args:
        home: the folder of the state.
        reference: of a saisine, as the person gives it.
        person: the platform's identifier, which is used here and kept nowhere.
        by: who asks for it.
        at: the instant.

    Raises:
        SaisinesError: no such saisine, a reference with an error, another key of pseudonyms.
    """
    by = people.given(by)
    with connect(home) as engine:
        closed = purge.find_closed(engine, civil_day(at))
        with engine.begin() as connection:
            subject = _find(connection, engine, reference, person, civil_day(at))
            for one in subject.references:
                watch.save_reading(connection, one, "subject", by, settings.system_user(), at)
            return {
                "saisines": {one: "close" if one in closed.references else "ouverte" for one in subject.references},
                "detenu": subjects.load_held(connection, subject),
                "fichiers": subjects.load_files(connection, subject),
                "non_detenu": list(NOT_HELD),
                "gardé_par_la_loi": KEPT_BY_LAW,
            }


def erase(home: Path, reference: str | None, person: str | None, by: str, reason: str, at: datetime) -> Erased:
    """Erase of a person what no account needs, when all the saisines asked for are closed. No draft changes.

    Raises:
        SaisinesError: as `show`, or a saisine is not closed.
    """
    by, reason, today = people.given(by), people.reason_given(reason), civil_day(at)
    with connect(home, role="purge") as engine, engine.begin() as connection:
        storing.lock(connection)
        closed = purge.find_closed(engine, today)
        subject = _find(connection, engine, reference, person, today)
        _refuse_open(subject.references, closed.references)
        purging.allow(connection)
        done, paths = _erase(connection, subject, closed, today)
        detail = {**asdict(done), "references": list(subject.references), "reason": reason}
        watch.save_act(connection, "erasure", detail, by, settings.system_user(), at)
        paths = sorted(set(paths) - purging.still_needed(connection, paths))
    for path in paths:
        landing.remove(home, path)
    return done


def _find(connection: Connection, engine: Engine, reference: str | None, person: str | None, today: date) -> Subject:
    """What leads to the person."""
    if (reference is None) == (person is None):
        raise UsageError("Donnez la référence d’une saisine, ou --person IDENTIFIANT.")
    pseudonym = _pseudonym(connection, person) if person else None
    asked = subjects.load_references(connection, pseudonym) if pseudonym else [_canonical(str(reference))]
    told = _answers(engine, asked, today)
    if reference and not subjects.load_pseudonyms(connection, asked) and not told and not _known(connection, asked):
        raise SaisinesError(f"{asked[0]} : aucune saisine de cette référence ; vérifiez-la.")
    return Subject(
        asked, [pseudonym] if pseudonym else [], [key for key, _ in told], sorted({*asked, *(one for _, one in told)})
    )


def _canonical(written: str) -> str:
    found = references.parse(written)
    if found is None:
        raise SaisinesError(f"{written} : ce n’est pas une référence de saisine (FV26-000123-W) ; vérifiez-la.")
    return found


def _pseudonym(connection: Connection, person: str) -> str:
    key = settings.pseudonym_key(make=False)
    deliveries.check_key(connection, settings.key_id(key))
    return pseudonym_of(key)(person.strip())


def _known(connection: Connection, asked: Collection[str]) -> bool:
    return any(subjects.load_held(connection, Subject(asked, [], [], asked)).values())


def _answers(engine: Engine, asked: Collection[str], today: date) -> list[tuple[int, str]]:
    """The fiches that the rules take for these saisines: key, and reference as written."""
    tables = purge.tables_of(engine, today)
    found = compute(tables, {"match", "saisine"})
    numbers = {row["saisine"] for row in found["saisine"].to_pylist() if row["reference"] in asked}
    places = {
        (row["association"], row["written"], row["received_on"])
        for row in found["match"].to_pylist()
        if row["saisine"] in numbers
    }
    fiches = tables["fiche"].select(["association", "written", "received_on", "fiche_id"]).to_pylist()
    return [
        (row["fiche_id"], row["written"])
        for row in fiches
        if (row["association"], row["written"], row["received_on"]) in places
    ]


def _refuse_open(asked: Collection[str], closed: Collection[str]) -> None:
    if still := sorted(set(asked) - set(closed)):
        raise SaisinesError(
            f"{still[0]} : saisine non close, ses pièces servent encore à payer ; elle le sera six mois après la forclusion de son "
            "dernier acte. Rien n’est effacé."
        )


def _erase(
    connection: Connection, subject: Subject, closed: purge.Closed, today: date
) -> tuple[Erased, Collection[str]]:
    names = {*subject.people, *subjects.load_pseudonyms(connection, subject.references)}
    calls = purging.empty_calls(connection, today + timedelta(days=1), only=names)
    unlinked = purging.unlink_people(connection, closed.references, only=names)
    refused = subjects.forget_refused(connection, subject)
    end = datetime.combine(today + timedelta(days=1), time(), UTC)
    outcomes = purging.forget_outcomes(connection, subject.references, end)
    mine = [row["delivery_id"] for row in subjects.load_files(connection, subject) if row["garde"]]
    needed = closed.needed | set(purging.open_deliveries(connection, closed.references))
    paths, _ = purging.forget_files(connection, today + timedelta(days=1), needed, only=mine)
    return Erased(unlinked, calls, refused, outcomes, len(paths), len(set(mine) & needed)), paths
