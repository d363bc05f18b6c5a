"""The transfers of a finalised statement: a numbered batch for the bank, its file again as it was made, what the bank answers."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from fastapi import Depends, HTTPException, Response
from starlette.datastructures import UploadFile

from etl import settings
from etl.jobs.payment import pay as job
from etl.jobs.payment import payment_told
from etl.model.errors import SaisinesError
from etl.warehouse.drafts import load_draft
from etl.warehouse.payments import load_batches
from etl.warehouse.query import Row
from etl.warehouse.server import connect
from etl.warehouse.statements import load_statement_of
from etl.web.asked import Asked, asked

FOLDER = ("out", "virements")  # in the home, as `saisines pay` writes them
LARGEST = 20_000_000  # bytes of a bank's answer


def pay(asked: Asked = Depends(asked)) -> Response:
    """Make the batch of the payees still to be paid."""
    home = settings.home()
    quarter, convention, _ = asked.key
    made = job.run(home, quarter, convention, asked.who.name, home.joinpath(*FOLDER), settings.now())
    return asked.back("paye" if any(one.file for one in made) else "rien")


def transfers(quarter: str, convention: str, digest: str, place: int) -> Response:
    """The file of a batch, if it still is the one that was recorded."""
    home, batch = settings.home(), _batch(quarter, convention, digest, place)
    for path in home.joinpath(*FOLDER).glob("**/*.xml"):
        content = path.read_bytes()
        if sha256(content).hexdigest() == batch["file_sha256"]:
            name = f"{batch['message_id']}.xml"
            headers = {"Content-Disposition": f'attachment; filename="{name}"'}
            return Response(content, media_type="application/xml", headers=headers)
    raise HTTPException(
        404, "Le fichier de ce lot n’est plus dans out/virements : il a été fait par la commande, ailleurs."
    )


def _final(quarter: str, convention: str, digest: str) -> Row:
    """The finalised statement of a draft.

    Raises:
        HTTPException: 404: it is not finalised.
    """
    with connect(settings.home(), role="desk") as engine, engine.connect() as connection:
        final = load_statement_of(connection, load_draft(connection, convention, quarter, digest)["draft_id"])
    if final is None:
        raise HTTPException(404, "Ce relevé n’est pas finalisé.")
    return final


def _batch(quarter: str, convention: str, digest: str, place: int) -> Row:
    final = _final(quarter, convention, digest)
    with connect(settings.home(), role="desk") as engine, engine.connect() as connection:
        batches = load_batches(connection, final["statement_id"])
    batch = next((one for one in batches if one["place"] == place), None)
    if batch is None:
        raise HTTPException(404, "Aucun lot ne porte ce numéro.")
    return batch


async def bank_answer(asked: Asked = Depends(asked)) -> Response:
    """Take the bank's answer (pain.002) to one of our files."""
    from starlette.concurrency import run_in_threadpool

    given = asked.form.get("reponse")
    content = await given.read(LARGEST + 1) if isinstance(given, UploadFile) else b""
    if not content:
        raise SaisinesError(
            "Aucun fichier n’est joint : choisissez la réponse de la banque (pain.002), puis recommencez."
        )
    if len(content) > LARGEST:
        raise SaisinesError("Ce fichier est trop lourd pour une réponse de banque : vérifiez que c’est la bonne pièce.")
    counts = await run_in_threadpool(_taken, content, asked.who.name)
    return asked.back("", payes=str(counts.get("paye", 0)), rejetes=str(counts.get("rejete", 0)))


def _taken(content: bytes, by: str) -> dict[str, int]:
    with NamedTemporaryFile(prefix="saisines-reponse-", suffix=".xml") as file:
        file.write(content)
        file.flush()
        return job.take_answer(settings.home(), Path(file.name), by, settings.now())


def told_by_hand(place: int, asked: Asked = Depends(asked)) -> Response:
    """Say by hand that a transfer was paid, or came back."""
    batch, state = _batch(*asked.key, place), asked.field("state")
    payment_told.run(
        settings.home(), batch["batch_id"], asked.field("payee"), state, asked.who.name, asked.field("reason"), settings.now()
    )  # fmt: skip
    return asked.back("constate")


def paid_apart(asked: Asked = Depends(asked)) -> Response:
    """Say that a payee was paid without a transfer of ours."""
    payee, reason = asked.field("payee"), asked.field("reason")
    job.paid_apart(settings.home(), _final(*asked.key)["number"], payee, asked.who.name, reason, settings.now())
    return asked.back("constate")
