"""The life of a statement: brouillon → soumis → approuve → finalise, or back by a refusal (rules §9).

Each step names the digest of a stored draft. Finalising computes the draft again under a lock that all conventions
share, since two of them could state the same session, and writes everything in one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from etl import settings
from etl.jobs import people
from etl.jobs.settlement import receivables
from etl.jobs.watching.ran import ran
from etl.model.errors import SaisinesError
from etl.model.quarter import Quarter, civil_day
from etl.warehouse import drafts, reference, statements
from etl.warehouse.query import Row
from etl.warehouse.server import connect

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

STATES = {"brouillon": "en brouillon", "soumis": "soumis", "approuve": "approuvé", "finalise": "finalisé"}
NOTHING = "ni ligne ni report : rien à finaliser"
LINE_FIELDS = (
    "association",
    "prestation",
    "nth",
    "kind",
    "base_cents",
    "uplift_pct",
    "amount_cents",
    "tariff",
    "corrects",
)
PAYEE_FIELDS = ("total_cents", "carried_in_cents", "payable_cents", "carried_out_cents")


class Drafted(NamedTuple):
    """A draft as computed: the statement's data, digest included, and what they do not show of each line, in order.

    Attributes:
        statement: contract/outputs.md §2.
        extras: one a line: `taken_back`, `undated`, `qualite`.
        snapshot: all else that its documents say, kept with it so that they can be made again years later.
    """

    statement: Mapping[str, Any]
    extras: Sequence[Mapping[str, Any]]
    snapshot: Mapping[str, Any] | None = None


class Finalised(NamedTuple):
    """The number of a statement, None for one with nothing in it, and whether it was finalised before."""

    number: str | None
    already: bool


Draft = Callable[["Engine", str, str, date], Drafted]


def submit(
    home: Path, quarter: str, convention: str, digest: str, by: str, at: datetime, *, desk: bool = False
) -> None:
    """The coordinator hands a draft over to finance. Again changes nothing.

    Args:
        home: the folder of the state.
        quarter: `2026-T1`.
        convention: its code.
        digest: of a stored draft.
        by: who does it.
        at: the instant.
        desk: whether the desk calls, which knows who is signed in.

    Raises:
        SaisinesError: no such draft, it is further on, or another draft of that quarter is under way.
    """
    by = _actor(by, desk)
    with connect(home) as engine, engine.begin() as connection:
        draft = _hold(connection, quarter, convention, digest)
        if draft["status"] == "soumis":
            return
        _refuse_unless(draft, "brouillon")
        other = drafts.load_open_draft(connection, convention, draft["quarter"])
        if other is not None:
            raise SaisinesError(
                f"Un autre brouillon {convention} {quarter} est déjà {STATES[other['status']]} "
                f"(empreinte {other['digest'][:12]}…) ; rejetez-le d’abord."
            )
        _step(connection, draft, "soumis", "soumis", by, at)


def approve(
    home: Path, quarter: str, convention: str, digest: str, by: str, at: datetime, *, desk: bool = False
) -> None:
    """Finance agrees; another person than the one who submitted. Again by the same person changes nothing.

    Args and errors are those of `submit`.
    """
    by = _actor(by, desk)
    with connect(home) as engine, engine.begin() as connection:
        draft = _hold(connection, quarter, convention, digest)
        events = drafts.load_events(connection, draft["draft_id"])
        if draft["status"] == "approuve" and people.same(_last(events, "approuve"), by):
            return
        _refuse_unless(draft, "soumis")
        if people.same(_last(events, "soumis"), by):
            raise SaisinesError(f"{by} a soumis ce brouillon : une autre personne doit l’approuver.")
        _step(connection, draft, "approuve", "approuve", by, at)


def reject(
    home: Path, quarter: str, convention: str, digest: str, by: str, reason: str, at: datetime, *, desk: bool = False
) -> None:
    """Send a submitted or approved draft back, saying why.

    Args and errors are those of `submit`; the reason is mandatory.
    """
    by, reason = _actor(by, desk), people.reason_given(reason)
    with connect(home) as engine, engine.begin() as connection:
        draft = _hold(connection, quarter, convention, digest)
        _refuse_unless(draft, "soumis", "approuve")
        _step(connection, draft, "rejete", "brouillon", by, at, reason)


def finalise(
    home: Path, quarter: str, convention: str, digest: str, by: str, at: datetime, draft: Draft, *, desk: bool = False
) -> Finalised:
    """Give an approved draft its number, for ever. Twice, or from two places at once, gives one statement.

    A statement with no line and nothing carried is not finalised: it goes back to draft, and that is no error.

    Args:
        home: the folder of the state.
        quarter: `2026-T1`.
        convention: its code.
        digest: of the approved draft.
        by: who does it.
        at: the instant.
        draft: computes the draft again; it must only compute.
        desk: whether the desk calls.

    Raises:
        SaisinesError: not approved, not finalisable, or the data have changed since.
    """
    by = _actor(by, desk)
    with (
        ran(home, "finalise", at, quarter=quarter, convention=convention) as counts,
        connect(home) as engine,
        engine.begin() as connection,
    ):
        statements.lock_statements(connection)
        stored = _hold(connection, quarter, convention, digest)
        known = statements.load_statement_of(connection, stored["draft_id"])
        if known is not None:
            return Finalised(known["number"], True)
        _refuse_unless(stored, "approuve")
        _refuse_cutoff(connection, stored, at)
        made = draft(engine, stored["quarter"], convention, stored["cutoff"])
        _refuse_other(stored, made.statement)
        if not made.statement["lines"] and not any(one["carried_in_cents"] for one in made.statement["payees"]):
            _step(connection, stored, "rejete", "brouillon", by, at, NOTHING)
            return Finalised(None, False)
        number = _write(connection, stored, made, by, at)
        _step(connection, stored, "finalise", "finalise", by, at)
        counts |= {"statements": 1, "lines": len(made.statement["lines"]), "total_cents": made.statement["total_cents"]}
        return Finalised(number, False)


def _actor(by: str, desk: bool) -> str:
    if settings.approval_at_desk() and not desk:
        raise SaisinesError(
            "Les relevés se soumettent, s’approuvent et se finalisent au bureau (SAISINES_APPROVAL=desk)."
        )
    return people.given(by)


def _hold(connection: Connection, quarter: str, convention: str, digest: str) -> Row:
    return drafts.load_draft(connection, convention, str(Quarter.parse(quarter)), digest, lock=True)


def _refuse_unless(draft: Row, *wanted: str) -> None:
    if draft["status"] in wanted:
        return
    if draft["status"] == "finalise":
        raise SaisinesError(
            f"Le relevé {draft['convention']} {draft['quarter']} est finalisé : plus rien ne le change."
        )
    expected = " ou ".join(STATES[status] for status in wanted)
    raise SaisinesError(
        f"Le brouillon {draft['convention']} {draft['quarter']} est {STATES[draft['status']]} ; "
        f"il devrait être {expected}."
    )


def _refuse_cutoff(connection: Connection, stored: Row, at: datetime) -> None:
    cutoff, quarter = stored["cutoff"], stored["quarter"]
    if cutoff > civil_day(at):
        raise SaisinesError(f"L’arrêté du {cutoff:%d/%m/%Y} n’est pas encore passé : ce relevé ne peut être finalisé.")
    later = [
        one for one in statements.load_statements(connection, stored["convention"]) if (one["quarter"] or "") >= quarter
    ]
    last = max(later, key=lambda one: one["cutoff"], default=None)
    if last is not None and cutoff < last["cutoff"]:
        raise SaisinesError(
            f"L’arrêté du {cutoff:%d/%m/%Y} précède celui de {last['number']} ({last['cutoff']:%d/%m/%Y}) ; "
            "établissez un brouillon à un arrêté plus récent."
        )


def _refuse_other(stored: Row, statement: Mapping[str, Any]) -> None:
    name = f"{stored['convention']} {stored['quarter']}"
    if statement["digest"] != stored["digest"]:
        raise SaisinesError(
            f"Les données ont changé depuis le brouillon {name} : son empreinte n’est plus la même ; "
            "rejetez-le, puis soumettez le nouveau."
        )
    if statement["parked"]:
        reasons = ", ".join(_told(reason) for reason in statement["parked"])
        raise SaisinesError(
            f"Le relevé {name} est parqué ({reasons}) : il ne peut être finalisé avant que ce soit levé."
        )


def _told(reason: object) -> str:
    """Why a convention is parked: a code, or a code with its detail."""
    return f"{reason['code']} {reason['detail']}" if isinstance(reason, Mapping) else str(reason)


def _write(connection: Connection, stored: Row, made: Drafted, by: str, at: datetime) -> str:
    statement, finalised_on, convention = made.statement, civil_day(at), stored["convention"]
    place = statements.next_place(connection, convention, finalised_on.year)
    number = f"ER-{convention}-{stored['quarter']}-{place:04d}"
    final = {**statement, "status": "finalise", "number": number, "finalised_on": finalised_on.isoformat()}
    in_force = reference.load_convention_set(connection)
    header = {
        "kind": "releve", "number": number, "convention": convention, "quarter": stored["quarter"],
        "cutoff": stored["cutoff"], "civil_year": finalised_on.year, "place": place, "digest": stored["digest"],
        "draft_id": stored["draft_id"], "set_id": in_force["set_id"] if in_force else None,
        "total_cents": statement["total_cents"], "statement": drafts.pack(final),
        "snapshot": drafts.pack(made.snapshot) if made.snapshot is not None else None,
        "finalised_at": at, "finalised_on": finalised_on, "finalised_by": by, "account": settings.system_user(),
    }  # fmt: skip
    lines = [_line(line, extra) for line, extra in zip(statement["lines"], made.extras, strict=True)]
    payees = [{"payee": one["code"], **{name: one[name] for name in PAYEE_FIELDS}} for one in statement["payees"]]
    key = statements.save_statement(connection, header, lines, payees, [_act(act) for act in statement["not_paid"]])
    owed = receivables.unrecoverable(connection, convention, stored["cutoff"], payees)
    statements.save_receivables(connection, key, owed, at)
    return number


def _line(line: Mapping[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: line[name] for name in LINE_FIELDS}
    hidden = {name: extra[name] for name in ("taken_back", "undated", "qualite")}
    return {"reference": line["saisine"], "act_date": date.fromisoformat(line["act_date"]), **kept, **hidden}


def _act(act: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: act[name] for name in ("association", "prestation", "nth", "reason")}
    act_date = date.fromisoformat(act["act_date"]) if act["act_date"] else None
    return {"reference": act["saisine"], "act_date": act_date, **kept}


def _step(
    connection: Connection, draft: Row, event: str, status: str, by: str, at: datetime, reason: str | None = None
) -> None:
    drafts.save_step(connection, draft["draft_id"], event, status, by, settings.system_user(), at, reason)


def _last(events: Sequence[Row], event: str) -> str:
    return next((str(one["by_name"]) for one in reversed(events) if one["event"] == event), "")
