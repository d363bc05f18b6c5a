"""`saisines explain`: the whole story of one saisine, as data and in French. Each reading is written down."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl.jobs.matching.near_references import near
from etl.jobs.story import acts as story_acts
from etl.jobs.story import money as story_money
from etl.jobs.story import nearby as story_nearby
from etl.jobs.story import sources as story_sources
from etl.jobs.story import terms as story_terms
from etl.jobs.story.facts import Computed, Facts, Row, compute_all, gather_facts
from etl.jobs.story.told import told
from etl.model.errors import SaisinesError
from etl.model.quarter import civil_day
from etl.model.reference import compact, format, parse
from etl.warehouse import stories, watch
from etl.warehouse.server import connect

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["read", "run", "told"]


def run(
    home: Path, reference: str, account: str, at: datetime, *, by: str | None = None, how: str = "explain"
) -> dict[str, Any]:
    """Tell the story of a saisine as known at an instant, and write that it was read.

    Args:
        home: the folder of the state.
        reference: in any writing.
        account: the system user.
        at: the instant; what is received after its civil day is not seen.
        by: who reads, when known.
        how: `explain` or `desk`.

    Returns:
        The story as data that JSON can hold, days as ISO text; no pseudonym, no telephone number.

    Raises:
        SaisinesError: no saisine has this reference; near ones are proposed.
    """
    with connect(home) as engine:
        with engine.connect() as connection:
            known = _known(connection, reference, civil_day(at))
        day = civil_day(at)
        computed = story_nearby.kept(home, engine, day, known) or compute_all(engine, day)
        with closing(computed.database), engine.begin() as connection:
            story = read(connection, computed, known)
            watch.save_reading(connection, known, how, by, account, at)
    return story


def read(connection: Connection, computed: Computed, reference: str) -> dict[str, Any]:
    """The story of a known saisine, from tables computed before. Writes nothing: the caller writes down who reads."""
    facts = gather_facts(connection, computed, reference)
    acts = story_acts.acts(facts)
    story = {
        "reference": reference,
        "as_of": computed.day,
        "journal": story_sources.journal(facts),
        "seizures": story_terms.seizures(facts),
        "fiches": story_sources.fiches(facts),
        "refused": story_sources.refused(facts),
        "terms": story_terms.terms(facts),
        "discrepancies": story_terms.discrepancies(facts),
        "decisions": story_terms.decisions(facts),
        "acts": acts,
        "not_paid": story_money.not_paid(acts),
        "stated": story_money.stated(facts),
        "next": story_money.upcoming(facts),
        "names": _names(facts),
    }
    plain: dict[str, Any] = _plain(story)
    return plain


def _names(facts: Facts) -> dict[str, str]:
    """The names of the associations that the story speaks of, by code."""
    told = {row["association"] for name in ("contacts", "fiches", "stated") for row in facts.received[name]}
    told |= {row["association"] for row in facts.rows["seizure"]}
    return {row["code"]: row["nom"] for row in facts.computed.register if row["code"] in told}


def _plain(value: Any) -> Any:  # noqa: ANN401 - data of any depth
    """The same data as JSON holds it: days as ISO text."""
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value.isoformat() if isinstance(value, date) else value


def _known(connection: Connection, written: str, day: date) -> str:
    """The reference that was written, if a saisine has it.

    Raises:
        SaisinesError: it is none, or nothing received speaks of it.
    """
    reference = parse(written)
    if reference and stories.load_known(connection, [reference]):
        return reference
    close = stories.load_known(connection, [format(one) for one in near(written)])
    hint = f" Vouliez-vous dire {' ou '.join(close)} ?" if close else ""
    if reference is None:
        raise SaisinesError(
            f"« {written} » n’est pas une référence : elle s’écrit comme FV26-000123-W, "
            f"le dernier caractère contrôlant les autres.{hint}"
        )
    raise SaisinesError(f"Aucune saisine {reference} au journal reçu.{_elsewhere(connection, reference, day)}{hint}")


def _elsewhere(connection: Connection, reference: str, day: date) -> str:
    """Who speaks of a reference that the journal does not have: withdrawn journals, fiches."""
    rows: list[Row] = stories.load_contacts(connection, reference, day)
    if rows:
        return f" La livraison {rows[0]['delivery_id']}, qui la nommait, est retirée."
    fiches = stories.load_fiches(connection, [compact(reference)], day)
    if not fiches:
        return ""
    first = fiches[0]
    return (
        f" Une fiche de {first['association']} l’écrit (livraison {first['delivery_id']}, ligne {first['row_number']}) ; "
        "si le journal a perdu cette saisine, register_saisine la rétablit."
    )
