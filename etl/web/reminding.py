"""Reminders of missing fiches: what would be sent, its workbook, and the sending, signed by the person signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from fastapi import Depends, HTTPException, Request, Response
from starlette.datastructures import FormData

from etl import settings
from etl.jobs import people
from etl.jobs.issuing import remind as job
from etl.jobs.issuing.awaited import NO_CONVENTION, next_cutoffs
from etl.model.errors import SaisinesError
from etl.warehouse.server import connect
from etl.warehouse.watch import save_act
from etl.web import snapshot
from etl.web.access import Visitor, sent, visitor
from etl.web.render import back

if TYPE_CHECKING:
    from reports.reminder import Reminder

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AWAITED = """
    select reference, convention, opened_on, awaited_until, date_diff('day', opened_on, $today::date) as age_days
    from returned where association = $association and awaited order by opened_on"""


def reminder(association: str) -> Response:
    """The workbook of what an association still has to send, to join to a message."""
    made = preview(snapshot.shown().snapshot, association)
    if made is None:
        raise HTTPException(404, "Aucune fiche n’est attendue de cette association.")
    headers = {"Content-Disposition": f'attachment; filename="relance-{quote(association)}.xlsx"'}
    return Response(made.workbook, media_type=XLSX, headers=headers)


def preview(made: snapshot.Snapshot, association: str) -> Reminder | None:
    """The reminder of an association, as it would leave today; None when nothing is to be asked for yet."""
    rows = made.rows(AWAITED, {"today": made.day, "association": association})
    named = next((row for row in made.computed.register if row["code"] == association), None) if rows else None
    due = [row for row in rows if row["age_days"] >= job.AGE_DAYS]
    if not due or named is None:
        return None
    cutoffs = next_cutoffs(made.conventions, made.day)
    told = {"barred_on": "awaited_until", "reference": "reference", "opened_on": "opened_on"}
    awaited = [
        {name: row[column] for name, column in told.items()}
        | {"convention": row["convention"] or NO_CONVENTION, "cutoff": cutoffs.get(row["convention"])}
        for row in due
    ]
    return job.letter(settings.home(), named, awaited, made.day)


def remind(
    request: Request, association: str, who: Visitor = Depends(visitor), form: FormData = Depends(sent)
) -> Response:
    """Send the reminder of one association, or write down that it left by other means."""
    prepared = job.run(settings.home(), settings.now(), association)
    if not prepared:
        raise SaisinesError(
            f"Rien n’est à relancer chez {association} : aucune fiche n’est attendue depuis deux semaines."
        )
    by_mail = form.get("moyen") == "courriel"
    if by_mail and not prepared[0].email:
        raise SaisinesError(f"Le registre ne donne pas d’adresse à {association} : relancez autrement, puis notez-le.")
    _leave(prepared, who, str(form.get("reason", "")), by_mail)
    return back(request, f"/retours?association={quote(association)}", "relance" if by_mail else "relance_notee")


def remind_all(request: Request, who: Visitor = Depends(visitor), form: FormData = Depends(sent)) -> Response:
    """Send the reminders of all the associations that are due one and have an address."""
    prepared = [one for one in job.run(settings.home(), settings.now()) if one.email]
    if not prepared:
        raise SaisinesError(
            "Aucune association à relancer : toutes l’ont été depuis deux semaines, ou n’ont pas d’adresse au registre."
        )
    _leave(prepared, who, str(form.get("reason", "")), by_mail=True)
    return back(request, "/retours", "relance")


def _leave(prepared: list[job.Prepared], who: Visitor, reason: str, by_mail: bool) -> None:
    home, at, reason = settings.home(), settings.now(), people.reason_given(reason)
    if by_mail:
        left = job.send(home, prepared, at)
        if left.refused and not left.keys:
            raise SaisinesError("Le serveur de courriel n’accepte pas cette adresse : corrigez-la au registre.")
    else:
        job.record(home, prepared, at)
    detail = {"associations": [one.association for one in prepared], "by_mail": by_mail, "reason": reason}
    with connect(home, role="desk") as engine, engine.begin() as connection:
        save_act(connection, "reminder", detail, who.name, settings.system_user(), at)
