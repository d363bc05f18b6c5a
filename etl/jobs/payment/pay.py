"""`saisines pay`: a numbered batch of the payees that are still to be paid, and what the bank answers (outputs.md §3)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl import settings
from etl.jobs import people
from etl.jobs.files import write_atomically
from etl.jobs.issuing import documents, transfers
from etl.jobs.settlement.inputs import payee_checks
from etl.jobs.watching.ran import ran
from etl.model.calendar import target_day_from
from etl.model.errors import SaisinesError
from etl.model.quarter import Quarter, civil_day
from etl.warehouse import payments, statements, watch
from etl.warehouse.reference import load_associations
from etl.warehouse.server import connect

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from reports.payment import PaymentFile

CHECKS = ("batch_is_its_payees", "statement_is_paid_or_waits")
STATES = {
    "a_payer": "à payer",
    "bloque": "bloqué",
    "transmis": "transmis à la banque",
    "rejete": "rejeté",
    "paye": "payé",
}
CHANGED = "Coordonnées bancaires changées, en attente de confirmation."
DONE = ("transmis", "paye")  # nobody waits for these
LEAD_DAYS = 1  # banks ask for the file the day before


@dataclass(frozen=True)
class Paid:
    """What was done for one statement.

    Attributes:
        file: written; None when nobody is to be paid.
        held: who waits for somebody, and why, in words.
        sent: how many are with the bank already, by an earlier batch.
    """

    number: str
    file: Path | None
    total_cents: int
    payees: int
    held: list[tuple[str, str]]
    sent: int


def run(home: Path, quarter: str, convention: str, by: str, out: Path, at: datetime) -> list[Paid]:
    """Make a batch for each finalised statement of a convention and quarter that has payees to pay.

    Args:
        home: the folder of the state.
        quarter: `2026-T1`.
        convention: its code.
        by: who does it.
        out: the folder to write to.
        at: the instant.

    Raises:
        SaisinesError: nothing is finalised, or the payer's bank details are wrong.
    """
    by = people.given(by)
    with ran(home, "pay", at, quarter=quarter, convention=convention) as counts, connect(home) as engine:
        with engine.connect() as connection:
            found = finalised(connection, str(Quarter.parse(quarter)), convention)
        made = [_pay(engine, row, by, out, at) for row in found]
        counts |= {name: sum(getattr(one, name) for one in made) for name in ("total_cents", "payees")}
        counts |= {"batches": sum(one.file is not None for one in made), "held": sum(len(one.held) for one in made)}
    return made


def take_answer(home: Path, file: Path, by: str, at: datetime) -> dict[str, int]:
    """Take the bank's answer (pain.002): transfers paid, or rejected, which the next batch can pay. Counts by state.

    Raises:
        SaisinesError: the file is no answer, or answers another file than ours.
    """
    from reports.payment_return import read_payment_return

    by = people.given(by)
    try:
        answer = read_payment_return(file.read_bytes())
    except OSError as error:
        raise SaisinesError(f"{file} : lecture impossible ({error.strerror}) ; vérifiez le chemin.") from error
    counts: dict[str, int] = {}
    with connect(home) as engine, engine.begin() as connection:
        for item in payments.load_items_of(connection, answer.message_id):
            found = answer.of(item["end_to_end_id"])
            if found is None or found.state == "transmis" or item["state"] in (found.state, "rejete"):
                continue  # what came back stays so: its payee may be in another batch by now
            payments.save_answer(connection, item["end_to_end_id"], found.state, found.reason_code or None, at)
            counts[found.state] = counts.get(found.state, 0) + 1
        watch.save_act(
            connection, "bank_answer", {"message_id": answer.message_id, **counts}, by, settings.system_user(), at
        )
        for statement_id in {item["statement_id"] for item in payments.load_items_of(connection, answer.message_id)}:
            check(connection, statement_id)
    return counts


def paid_apart(home: Path, number: str, payee: str, by: str, reason: str, at: datetime) -> None:
    """Say that a payee was paid without a transfer of ours: by a cheque, out of the SEPA area, by a batch of another tool.

    Args:
        home: the folder of the state.
        number: of the finalised statement.
        payee: its code.
        by: who says so.
        reason: how it was paid; required, kept in `audit`.
        at: the instant.

    Raises:
        SaisinesError: no such statement or payee, nothing to pay, or a transfer is under way.
    """
    by, reason = people.given(by), people.reason_given(reason)
    with connect(home) as engine, engine.begin() as connection:
        statement = statements.load_statement(connection, number)
        rows = payments.load_payees(connection, statement["statement_id"], lock=True) if statement else []
        row = next((row for row in rows if row["payee"] == payee), None)
        if statement is None or row is None:
            raise SaisinesError(f"{number} : aucun bénéficiaire {payee} ; « saisines payments list » les donne.")
        if row["payable_cents"] <= 0 or row["state"] not in ("a_payer", "rejete"):
            raise SaisinesError(f"{payee} est {STATES[row['state']]} sur {number} : rien n’est à payer autrement.")
        payments.save_payee_state(connection, statement["statement_id"], payee, "paye", reason, at)
        detail = {"number": number, "payee": payee, "amount_cents": row["payable_cents"], "reason": reason}
        watch.save_act(connection, "paid_apart", detail, by, settings.system_user(), at)
        check(connection, statement["statement_id"])


def check(connection: Connection, statement_id: int) -> None:
    """Run the checks of `sql/checks` that are about payments, on one statement.

    Raises:
        CheckError: what is paid, excluded and carried does not add up; nothing of it may be kept.
    """
    from etl.engine.compute import compute
    from etl.engine.schema import table

    batches = payments.load_batches(connection, statement_id)
    rows = {
        "statement_payee": payments.load_payees(connection, statement_id),
        "payment_batch": batches,
        "payment_item": [item for one in batches for item in payments.load_items(connection, one["batch_id"])],
    }
    compute({name: table(name, found) for name, found in rows.items()}, CHECKS)


def finalised(connection: Connection, quarter: str, convention: str) -> list[dict[str, Any]]:
    """The finalised statements of a convention and quarter, in order.

    Raises:
        SaisinesError: there is none.
    """
    found = [row for row in statements.load_statements(connection, convention) if row["quarter"] == quarter]
    if not found:
        raise SaisinesError(f"Aucun relevé {convention} {quarter} n’est finalisé : finalisez-le, puis payez.")
    return found


def _pay(engine: Engine, statement: dict[str, Any], by: str, out: Path, at: datetime) -> Paid:
    from reports.payment import render_payment

    snapshot = documents.finalised(engine, statement["number"])
    with engine.begin() as connection:
        rows = payments.load_payees(connection, statement["statement_id"], lock=True)
        place = payments.next_batch(connection, statement["statement_id"])
        payees = _payees(connection, rows)
        day = target_day_from(civil_day(at) + timedelta(days=LEAD_DAYS))
        made = render_payment(
            statement["number"], place, snapshot["federation"], payees, day, transfers.made_at(statement)
        )
        file = _save(connection, statement, place, made, payees, by, out, at, day)
        check(connection, statement["statement_id"])
    states = {row["payee"]: row["state"] for row in rows}
    left = [one for one in made.held if one.payable_cents > 0 and states[one.code] not in DONE]
    waiting = [(one.code, " ".join(one.reasons)) for one in left]
    sent = sum(row["state"] == "transmis" for row in rows)
    return Paid(statement["number"], file, made.total_cents, len(made.identifiers), waiting, sent)


def held(register: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Why associations of the register may not be paid, in words, by code."""
    found: dict[str, list[str]] = {}
    for one in payee_checks(register):
        found.setdefault(one["association"], []).append(CHANGED if one["code"] == "IBAN_CHANGED" else one["detail"])
    return found


def _payees(connection: Connection, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The payees with their bank details of today: unchecked or unconfirmed ones are held, saying why."""
    register = {row["code"]: row for row in load_associations(connection)}
    stopped = held(list(register.values()))
    unknown = {"nom": "", "iban": None, "bic": None, "titulaire": None}
    return [
        {
            **{name: register.get(row["payee"], unknown)[name] for name in unknown},
            "code": row["payee"],
            "nom": register.get(row["payee"], unknown)["nom"] or row["payee"],
            "payable_cents": row["payable_cents"],
            "state": row["state"],
            "held": stopped.get(row["payee"], []) + ([row["why"]] if row["state"] == "bloque" else []),
        }
        for row in rows
    ]


def _save(
    connection: Connection,
    statement: dict[str, Any],
    place: int,
    made: PaymentFile,
    payees: list[dict[str, Any]],
    by: str,
    out: Path,
    at: datetime,
    day: date,
) -> Path | None:
    if made.xml is None:
        return None
    batch = {
        "statement_id": statement["statement_id"], "place": place, "message_id": made.message_id, "execution_on": day,
        "file_sha256": hashlib.sha256(made.xml).hexdigest(), "made_by": by, "account": settings.system_user(), "made_at": at,
    }  # fmt: skip
    items = [
        {
            "payee": one["code"], "beneficiary": one["code"], "end_to_end_id": made.identifiers[one["code"]],
            "amount_cents": one["payable_cents"], "iban": one["iban"], "bic": one["bic"], "titulaire": one["titulaire"] or one["nom"],
        }
        for one in payees
        if one["code"] in made.identifiers
    ]  # fmt: skip
    payments.save_batch(connection, batch, items)
    watch.save_act(
        connection,
        "payment_batch",
        {"message_id": made.message_id, "total_cents": made.total_cents},
        by,
        settings.system_user(),
        at,
    )
    file = out / f"{made.message_id}.xml"
    write_atomically(file, made.xml)
    return file
