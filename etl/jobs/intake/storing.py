"""Deliveries and their rows, into the warehouse, within the caller's transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select, text

from etl.jobs.intake.judging import Judged, Refusal
from etl.sources import shapes
from etl.sources.cells import sigle
from etl.sources.intake import Content
from etl.sources.kept import CONTACT, FICHE, SESSION
from etl.warehouse import deliveries, quarantine, reference, rows
from etl.warehouse.deliveries import Delivery
from etl.warehouse.tables import contacts as contacts_table
from etl.warehouse.tables import deliveries as deliveries_table

if TYPE_CHECKING:
    import pyarrow as pa
    from sqlalchemy import Connection

LOCK = "saisines ingest"

# What makes two rows of the journal the same row.
_SAID = (
    *(
        "id_appel",
        "debut",
        "duree_s",
        "canal",
        "statut",
        "numero_appele",
        "suite",
        "saisine_ref",
        "convention",
        "association",
    ),
    *("qualite", "departement", "urgence", "beneficiaire"),
)


@dataclass(frozen=True)
class Made:
    """A delivery about to be stored: its identity and what it holds."""

    delivery: Delivery
    content: Content


@dataclass(frozen=True)
class Stored:
    """What was stored.

    Attributes:
        deliveries: the deliveries by the place the run knows them by, with their totals.
        ids: their keys.
        accepted: the accepted rows by kind, with `delivery_id` and `row_id`.
    """

    deliveries: Mapping[int, Delivery] = field(default_factory=dict)
    ids: Mapping[int, int] = field(default_factory=dict)
    accepted: Mapping[str, pa.Table] = field(default_factory=dict)


def lock(connection: Connection) -> None:
    """Let one run store at a time, until the end of the transaction."""
    connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": LOCK})


def known_codes(connection: Connection) -> dict[str, str]:
    """The codes of the registers, by their capitals without spaces."""
    codes = [str(row["code"]) for row in reference.load_associations(connection)]
    codes += list(reference.load_fingerprints(connection))
    return {sigle(code): code for code in codes}


def save(connection: Connection, made: Mapping[int, Made], judged: Judged, at: datetime) -> Stored:
    """Store deliveries, their accepted rows, their refused rows and the results of their checks.

    Args:
        connection: in a transaction that holds `lock`.
        made: the deliveries, by the place the run knows them by; rows of others are left out.
        judged: their rows.
        at: the instant of the run.
    """
    order = sorted(
        made, key=lambda place: (made[place].delivery.kind, made[place].delivery.origin, made[place].delivery.sha256)
    )
    accepted = {kind: of_deliveries(frame, order) for kind, frame in judged.accepted.items()}
    refused = [row for row in judged.refused if row.delivery in made]
    totals = _totals(connection, made, accepted, refused)
    ids = dict(zip(order, deliveries.save_deliveries(connection, [totals[place] for place in order], at), strict=True))
    keyed = {kind: placed(frame, ids, {}) for kind, frame in accepted.items()}
    save_rows(connection, keyed, {place: (one.content.layout, one.delivery.origin) for place, one in made.items()})
    quarantine.save_refused(connection, [_refused(row, ids[row.delivery]) for row in refused], at)
    for (place, suite), result in judged.checks.items():
        if place in ids:
            deliveries.save_checks(connection, ids[place], suite, result["success"], result, at)
    return Stored(totals, ids, keyed)


def save_rows(connection: Connection, accepted: Mapping[str, pa.Table], said: Mapping[int, tuple[str, str]]) -> None:
    """Store accepted rows.

    Args:
        connection: in the transaction of their deliveries.
        accepted: by kind, with `delivery_id`.
        said: layout and origin of each delivery, by its place.
    """
    tables = as_tables(accepted, said)
    rows.save_contacts(connection, tables[CONTACT])
    rows.save_fiches(connection, tables[FICHE], tables[SESSION])


def as_tables(accepted: Mapping[str, pa.Table], said: Mapping[int, tuple[str, str]]) -> dict[str, pa.Table]:
    """Accepted rows as the typed tables of the warehouse, without their keys."""
    import pyarrow as pa

    fiches = accepted[FICHE]
    for rank, name in enumerate(("layout", "origin")):
        column = [said[place][rank] for place in fiches["delivery"].to_pylist()]
        fiches = fiches.append_column(name, pa.array(column, pa.string()))
    return {
        CONTACT: shapes.contacts(accepted[CONTACT]),
        FICHE: shapes.fiches(fiches),
        SESSION: shapes.sessions(accepted[SESSION]),
    }


def placed(frame: pa.Table, ids: Mapping[int, int], first: Mapping[int, int]) -> pa.Table:
    """Give rows the keys they will have: those of their delivery and their own.

    Args:
        frame: accepted rows, those of a delivery together.
        ids: the key of each delivery.
        first: the place of the first of these rows among those of its delivery; 0 by default.
    """
    import numpy
    import pyarrow as pa

    places, starts, which = numpy.unique(frame["delivery"].to_numpy(), return_index=True, return_inverse=True)
    keys = numpy.array([ids[place] for place in places.tolist()], "int64")
    begins = numpy.array([first.get(place, 0) for place in places.tolist()], "int64")
    row_id = (keys * rows.ROWS_PER_DELIVERY + begins - starts)[which] + numpy.arange(len(frame))
    return frame.append_column("delivery_id", pa.array(keys[which])).append_column("row_id", pa.array(row_id))


def of_deliveries(frame: pa.Table, places: Sequence[int]) -> pa.Table:
    """Of rows, those of some deliveries, by the places that the run knows them by."""
    import pyarrow as pa
    import pyarrow.compute as pc

    return frame.filter(pc.is_in(frame["delivery"], pa.array(places, pa.int64())))


def _totals(
    connection: Connection, made: Mapping[int, Made], accepted: Mapping[str, pa.Table], refused: Sequence[Refusal]
) -> dict[int, Delivery]:
    """Count what became of the rows of each delivery."""
    copied = Counter(_copies(connection, accepted[CONTACT]))
    taken = sum((Counter(frame["delivery"].to_pylist()) for frame in accepted.values()), Counter[int]())
    rejected = Counter(row.delivery for row in refused)
    return {
        place: replace(
            one.delivery,
            rows_read=one.content.read,
            rows_accepted=taken[place] - copied[place],
            rows_rejected=rejected[place],
            rows_duplicate=copied[place],
            rows_ignored=one.content.ignored,
        )
        for place, one in made.items()
    }


def _copies(connection: Connection, frame: pa.Table) -> list[int]:
    """The deliveries of the rows that say what a row of the same call, received before, says already.

    A copy counts as duplicate and is stored all the same: if the delivery of the first is withdrawn, it stands in.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    calls = frame["id_appel"].value_counts()
    seen = _known_contents(connection, calls.field("values").to_pylist())
    twice = calls.field("values").filter(pc.greater(calls.field("counts"), 1)).to_pylist()
    doubtful = frame.filter(pc.is_in(frame["id_appel"], pa.array([*twice, *(said[0] for said in seen)], pa.string())))
    found = []
    for place, said in zip(doubtful["delivery"].to_pylist(), shapes.content(doubtful, _SAID), strict=True):
        if said in seen:
            found.append(place)
        seen.add(said)
    return found


def _known_contents(connection: Connection, calls: Sequence[str]) -> set[tuple[Any, ...]]:
    known = contacts_table.c
    query = (
        select(
            *(
                known.id_appel,
                known.debut_at,
                known.duree_s,
                known.canal,
                known.statut,
                known.numero_appele,
                known.suite,
            ),
            *(known.reference, known.convention, known.association, known.qualite, known.departement, known.urgence),
            known.beneficiaire,
        )
        .join(deliveries_table, deliveries_table.c.delivery_id == known.delivery_id)
        .where(deliveries_table.c.status == "received", known.id_appel == text("ANY(:calls)"))
    )
    return {tuple(map(_as_read, row)) for row in connection.execute(query, {"calls": list(calls)})} if calls else set()


def _as_read(value: Any) -> Any:  # noqa: ANN401 - a column of the warehouse
    """A stored value as the canonical text it was made from."""
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, int) else value


def _refused(row: Refusal, delivery_id: int) -> quarantine.RefusedRow:
    return quarantine.RefusedRow(
        delivery_id=delivery_id,
        kind=row.kind,
        row_number=row.row_number,
        columns=row.columns,
        codes=row.codes,
        sentence=row.sentence,
        sheet=row.sheet,
        row_key=row.row_key,
        cells=row.cells,
    )


def save_failures(connection: Connection, failed: Sequence[Delivery], at: datetime) -> list[int]:
    """Record files that failed; the same failure of the same file, met again at each reading, is said once."""
    table = deliveries_table.c
    query = select(table.sha256, table.origin, table.failure).where(
        table.status == "failed", table.sha256.in_([one.sha256 for one in failed])
    )
    known = {tuple(row) for row in connection.execute(query)} if failed else set()
    new = {(one.sha256, one.origin, one.failure): one for one in failed}
    return deliveries.save_deliveries(connection, [one for said, one in new.items() if said not in known], at)
