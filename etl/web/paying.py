"""The transfers of a finalised statement: a numbered batch for the bank, and its file again as it was made."""

from __future__ import annotations

from hashlib import sha256

from fastapi import Depends, HTTPException, Request, Response
from starlette.datastructures import FormData

from etl import settings
from etl.jobs import pay as job
from etl.warehouse.drafts import load_draft
from etl.warehouse.payments import load_batches
from etl.warehouse.server import connect
from etl.warehouse.statements import load_statement_of
from etl.web.access import Visitor, sent, visitor
from etl.web.render import back

FOLDER = ("out", "virements")  # in the home, as `saisines pay` writes them


def pay(
    request: Request,
    quarter: str,
    convention: str,
    digest: str,
    who: Visitor = Depends(visitor),
    form: FormData = Depends(sent),
) -> Response:
    """Make the batch of the payees still to be paid."""
    home = settings.home()
    made = job.run(home, quarter, convention, who.name, home.joinpath(*FOLDER), settings.now())
    done = "paye" if any(one.file for one in made) else "rien"
    return back(request, f"/releves/{quarter}/{convention}/{digest}", done)


def transfers(quarter: str, convention: str, digest: str, place: int) -> Response:
    """The file of a batch, if it still is the one that was recorded."""
    home = settings.home()
    with connect(home) as engine, engine.connect() as connection:
        final = load_statement_of(connection, load_draft(connection, convention, quarter, digest)["draft_id"])
        batches = load_batches(connection, final["statement_id"]) if final else []
    batch = next((one for one in batches if one["place"] == place), None)
    if batch is None:
        raise HTTPException(404, "Aucun lot ne porte ce numéro.")
    for path in home.joinpath(*FOLDER).glob("**/*.xml"):
        content = path.read_bytes()
        if sha256(content).hexdigest() == batch["file_sha256"]:
            name = f"{batch['message_id']}.xml"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return Response(content, media_type="application/xml", headers=headers)
    raise HTTPException(
        404, "Le fichier de ce lot n’est plus dans out/virements : il a été fait par la commande, ailleurs."
    )
