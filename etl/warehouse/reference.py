"""Reference data: convention files as sets of texts, the register of associations with its dated bank details."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import func, insert, select, text, update
from sqlalchemy.dialects import postgresql

from etl.model.errors import SaisinesError
from etl.warehouse.query import Row, first, many
from etl.warehouse.tables import associations, bank_details, convention_files, convention_sets

if TYPE_CHECKING:
    from sqlalchemy import Connection

REFERENCE_LOCK = 0x5A152  # advisory lock of those who change reference data
REGISTER_FIELDS = ("code", "nom", "siret", "rna", "departement", "email", "active_du", "active_au", "successeur")
BANK_FIELDS = ("iban", "bic", "titulaire")


def lock_reference(connection: Connection) -> None:
    """One process at a time changes reference data, until the end of its transaction."""
    connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": REFERENCE_LOCK})


class StoredFile(NamedTuple):
    """A convention file as stored: name, code, fingerprint of what it says (etl.model.convention_file), YAML text."""

    name: str
    code: str
    fingerprint: str
    content: str


def load_convention_set(connection: Connection) -> Row | None:
    """The set in force: its row of `convention_sets`, None before the first `init`."""
    query = (
        select(convention_sets)
        .where(convention_sets.c.status == "applique")
        .order_by(convention_sets.c.applied_at.desc(), convention_sets.c.set_id.desc())
        .limit(1)
    )
    return first(connection, query)


def load_pending_set(connection: Connection) -> Row | None:
    """The set that waits for a second person, if any."""
    return first(connection, select(convention_sets).where(convention_sets.c.status == "en_attente"))


def load_convention_files(connection: Connection, set_id: int | None = None) -> dict[str, bytes]:
    """The bytes of each file by name, as `etl.model.convention_set.read_set` takes them; empty when there is no set.

    Args:
        connection: any.
        set_id: another set than the one in force.
    """
    if set_id is None:
        in_force = load_convention_set(connection)
        set_id = in_force["set_id"] if in_force else None
    query = select(convention_files.c.name, convention_files.c.content).where(convention_files.c.set_id == set_id)
    return {row.name: row.content.encode() for row in connection.execute(query.order_by(convention_files.c.name))}


def load_fingerprints(connection: Connection) -> dict[str, str]:
    """The fingerprint of each file of the set in force, by code."""
    in_force = load_convention_set(connection)
    query = select(convention_files.c.code, convention_files.c.fingerprint)
    query = query.where(convention_files.c.set_id == (in_force["set_id"] if in_force else None))
    return {row.code: row.fingerprint for row in connection.execute(query.order_by(convention_files.c.code))}


def save_convention_set(
    connection: Connection,
    files: Sequence[StoredFile],
    by: str,
    at: datetime,
    *,
    digest: str | None = None,
    difference: Mapping[str, Any] | None = None,
) -> int:
    """Keep a complete set of files: in force at once, or pending when a digest says that a second person must agree."""
    row: dict[str, Any] = {"loaded_at": at, "loaded_by": by, "digest": digest, "difference": difference}
    row |= {"status": "en_attente"} if digest else {"status": "applique", "applied_at": at, "applied_by": by}
    made = int(connection.execute(insert(convention_sets).values(row).returning(convention_sets.c.set_id)).scalar_one())
    connection.execute(insert(convention_files), [{"set_id": made, **file._asdict()} for file in files])
    return made


def save_set_status(connection: Connection, set_id: int, status: str, by: str | None, at: datetime | None) -> None:
    """Apply (`applique`, by whom and when) or drop (`abandonne`) a pending set."""
    change = {"status": status, "applied_by": by, "applied_at": at}
    connection.execute(update(convention_sets).where(convention_sets.c.set_id == set_id).values(change))


def load_associations(connection: Connection) -> list[Row]:
    """The register by code, with the last bank details and whether they wait for a confirmation (`bank_waits`)."""
    newest = select(func.max(bank_details.c.bank_details_id)).group_by(bank_details.c.association)
    last = select(bank_details).where(bank_details.c.bank_details_id.in_(newest)).subquery()
    waits = (last.c.replaces_id.is_not(None) & last.c.confirmed_by.is_(None)).label("bank_waits")
    query = select(associations, *(last.c[name] for name in BANK_FIELDS), waits)
    query = query.outerjoin(last, last.c.association == associations.c.code)
    return many(connection, query.order_by(associations.c.code))


def save_associations(
    connection: Connection, rows: Sequence[Mapping[str, Any]], by: str, at: datetime
) -> dict[str, list[str]]:
    """Apply a register: adds and changes rows, removes none; a change of IBAN or holder is kept beside the old one.

    Args:
        connection: in a transaction that holds `lock_reference`.
        rows: `REGISTER_FIELDS` and `BANK_FIELDS`, None when not given.
        by: who loads it.
        at: the instant.

    Returns:
        Codes by what happened: `added`, `changed`, `bank_changed`, `absent` (kept though no longer in the file).
    """
    known = {row["code"]: row for row in load_associations(connection)}
    added = [row for row in rows if row["code"] not in known]
    changed = [row for row in rows if row["code"] in known and _differs(row, known[row["code"]], REGISTER_FIELDS)]
    written = [
        {name: row[name] for name in REGISTER_FIELDS} | {"loaded_at": at, "loaded_by": by} for row in (*added, *changed)
    ]
    if written:
        statement = postgresql.insert(associations)
        replaced = {name: statement.excluded[name] for name in (*REGISTER_FIELDS[1:], "loaded_at", "loaded_by")}
        connection.execute(statement.on_conflict_do_update(index_elements=["code"], set_=replaced), written)
    bank_changed = _save_bank_details(connection, rows, by, at)
    absent = sorted(set(known) - {row["code"] for row in rows})
    return {"added": _codes(added), "changed": _codes(changed), "bank_changed": bank_changed, "absent": absent}


def save_bank_confirmation(connection: Connection, association: str, by: str, how: str, at: datetime) -> None:
    """Confirm the last bank details of an association, by another person than the one who loaded them.

    Raises:
        SaisinesError: nothing waits, or the same person, or nothing said about how it was checked.
    """
    last = _last_bank_details(connection).get(association)
    if last is None or last["replaces_id"] is None or last["confirmed_by"] is not None:
        raise SaisinesError(f"{association} : aucun changement de coordonnées bancaires n’attend de confirmation.")
    if last["loaded_by"].strip().casefold() == by.strip().casefold():
        raise SaisinesError(
            f"{association} : une autre personne que {by}, qui les a chargées, "
            "doit confirmer ces coordonnées bancaires."
        )
    if not how.strip():
        raise SaisinesError(f"{association} : dites comment les coordonnées bancaires ont été vérifiées.")
    change = {"confirmed_by": by, "confirmed_at": at, "how_checked": how}
    connection.execute(
        update(bank_details).where(bank_details.c.bank_details_id == last["bank_details_id"]).values(change)
    )


def _save_bank_details(connection: Connection, rows: Sequence[Mapping[str, Any]], by: str, at: datetime) -> list[str]:
    """Append bank details that are new; gives the codes of those that replace others."""
    last = _last_bank_details(connection)
    new = [row for row in rows if _differs(row, last.get(row["code"], dict.fromkeys(BANK_FIELDS)), BANK_FIELDS)]
    for row in new:
        replaces = last[row["code"]]["bank_details_id"] if row["code"] in last else None
        values = {name: row[name] for name in BANK_FIELDS} | {"association": row["code"], "replaces_id": replaces}
        connection.execute(insert(bank_details), values | {"loaded_at": at, "loaded_by": by})
    return [row["code"] for row in new if row["code"] in last]


def _last_bank_details(connection: Connection) -> dict[str, Row]:
    query = select(bank_details).order_by(bank_details.c.bank_details_id)
    return {row["association"]: row for row in many(connection, query)}


def _differs(row: Mapping[str, Any], known: Mapping[str, Any], fields: Sequence[str]) -> bool:
    return any(row[name] != known[name] for name in fields)


def _codes(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [row["code"] for row in rows]
