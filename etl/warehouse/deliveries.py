"""Deliveries: what was received, once per content and origin, with control totals and the results of its checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, text, update

from etl.model.errors import SaisinesError
from etl.warehouse.query import Row, many
from etl.warehouse.tables import deliveries, delivery_checks

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One file as taken in.

    Attributes:
        sha256: of its bytes, 64 hexadecimal digits.
        origin: the association's code, or the name of the source profile.
        kind: `journal` or `fiches`.
        layout: `classeur` or `bordereau` for fiches, the profile's name for a journal.
        file_name: as its sender named it, for the reader of lists and stories; never logged.
        landed: path of the untouched copy, relative to the home.
        received_on: civil day on which it first reached the federation.
        received_how: `source` (the mail server's or SFTP's word), `by_hand` (--received-on), `read` (day of reading).
        key_id: which key made its pseudonyms.
        failure: one French sentence when the file failed, which makes its status `failed`.
    """

    sha256: str
    origin: str
    kind: str
    received_on: date
    received_how: str
    rows_read: int = 0
    rows_accepted: int = 0
    rows_rejected: int = 0
    rows_duplicate: int = 0
    rows_ignored: int = 0
    layout: str | None = None
    file_name: str | None = None
    landed: str | None = None
    size_bytes: int | None = None
    key_id: str | None = None
    failure: str | None = None


def save_deliveries(connection: Connection, made: Sequence[Delivery], at: datetime) -> list[int]:
    """Record deliveries; gives their keys in the same order.

    Raises:
        sqlalchemy.exc.IntegrityError: one is received already (another process was faster), or its totals do not hold.
    """
    if not made:
        return []
    rows = [asdict(one) | {"status": "failed" if one.failure else "received", "recorded_at": at} for one in made]
    result = connection.execute(
        insert(deliveries).returning(deliveries.c.delivery_id, sort_by_parameter_order=True), rows
    )
    return [row.delivery_id for row in result]


def load_received(connection: Connection, contents: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Row]:
    """Of these (sha256, origin), those that count as received, with their row of `deliveries`."""
    query = select(deliveries).where(
        deliveries.c.status == "received", deliveries.c.sha256.in_([sha256 for sha256, _ in contents])
    )
    found = {(row["sha256"], row["origin"]): row for row in many(connection, query)}
    return {content: found[content] for content in contents if content in found}


def load_deliveries(connection: Connection) -> list[Row]:
    """All deliveries, in order of arrival."""
    return many(connection, select(deliveries).order_by(deliveries.c.delivery_id))


def save_checks(
    connection: Connection, delivery_id: int, suite: str, success: bool, result: Mapping[str, Any], at: datetime
) -> None:
    """Keep the results of a suite of expectations on a delivery, as data."""
    row = {"delivery_id": delivery_id, "suite": suite, "success": success, "result": dict(result), "recorded_at": at}
    connection.execute(insert(delivery_checks), row)


def save_withdrawal(connection: Connection, delivery_id: int, by: str, reason: str, at: datetime) -> None:
    """Withdraw a delivery: its rows then never counted.

    Raises:
        SaisinesError: no such delivery, or it does not count as received any more.
    """
    row = connection.execute(
        select(deliveries.c.status).where(deliveries.c.delivery_id == delivery_id).with_for_update()
    ).first()
    if row is None:
        raise SaisinesError(f"Livraison {delivery_id} inconnue ; « saisines deliveries list » donne les numéros.")
    if row.status != "received":
        state = {"failed": "a échoué à la lecture", "withdrawn": "est déjà retirée"}[row.status]
        raise SaisinesError(f"La livraison {delivery_id} {state} : rien à retirer.")
    change = {"status": "withdrawn", "withdrawn_at": at, "withdrawn_by": by, "withdrawn_reason": reason}
    connection.execute(update(deliveries).where(deliveries.c.delivery_id == delivery_id).values(change))


def check_key(connection: Connection, key_id: str) -> None:
    """Refuse a second key of pseudonyms: one person would get two, and caps and doubles would go unseen."""
    query = text(
        "SELECT key_id FROM deliveries WHERE key_id IS NOT NULL AND status <> 'failed' "
        "ORDER BY delivery_id DESC LIMIT 1"
    )
    known = connection.execute(query).scalar()
    if known is not None and known != key_id:
        raise SaisinesError(
            f"La clé des pseudonymes ({key_id}) n’est pas celle de l’entrepôt ({known}) ; "
            "rétablissez SAISINES_PSEUDONYM_KEY ou le fichier de clé."
        )
