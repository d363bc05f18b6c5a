"""Another tariff: tried on a quarter without writing anything, proposed by one person, applied by another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from etl import settings
from etl.jobs.settlement import conventions_apply, simulate
from etl.model.errors import SaisinesError
from etl.warehouse.reference import load_convention_files, load_pending_set
from etl.warehouse.server import connect
from etl.web import snapshot
from etl.web.access import Visitor, sent, visitor
from etl.web.render import back, page

LARGEST = 100_000  # characters of one convention file


def tariffs(request: Request, who: Visitor = Depends(visitor)) -> Response:
    """The text of a convention file, to be changed and tried."""
    files = _files()
    chosen = request.query_params.get("fichier", "")
    chosen = chosen if chosen in files else next(iter(files), "")
    text = files[chosen].decode() if chosen else ""
    return _page(request, who, chosen, text)


def _page(
    request: Request, who: Visitor, chosen: str, text: str, quarter: str = "", made: Mapping[str, Any] | None = None
) -> Response:
    asked = quarter or snapshot.shown().snapshot.quarter
    files = list(_files())
    return page(request, who, "tariffs.html", files=files, chosen=chosen, text=text, quarter=asked, made=made)


def _files(set_id: int | None = None) -> dict[str, bytes]:
    with connect(settings.home(), role="desk") as engine, engine.connect() as connection:
        return load_convention_files(connection, set_id)


@contextmanager
def _folder(files: dict[str, bytes]) -> Iterator[Path]:
    """The files in a folder of their own, as the jobs read them, for as long as they do."""
    with TemporaryDirectory(prefix="saisines-baremes-") as made:
        for name, content in files.items():
            (Path(made) / Path(name).name).write_bytes(content)
        yield Path(made)


def _changed(form: FormData) -> tuple[str, str, dict[str, bytes]]:
    """The file that a form changes, its text, and the whole set with it."""
    files, chosen, text = _files(), str(form.get("fichier", "")), str(form.get("texte", "")).replace("\r\n", "\n")
    if chosen not in files:
        raise SaisinesError("Ce fichier de convention n’existe pas : choisissez-le dans la liste.")
    if len(text) > LARGEST:
        raise SaisinesError("Ce texte est trop long pour un fichier de convention.")
    return chosen, text, files | {chosen: text.encode()}


def try_tariff(request: Request, who: Visitor = Depends(visitor), form: FormData = Depends(sent)) -> Response:
    """What the quarter would be under the text given, and the difference. Writes nothing."""
    chosen, text, files = _changed(form)
    quarter = str(form.get("quarter", ""))
    with _folder(files) as folder:
        made = simulate.run(settings.home(), quarter, folder, settings.now())
    return _page(request, who, chosen, text, quarter, made)


def propose_files(request: Request, who: Visitor = Depends(visitor), form: FormData = Depends(sent)) -> Response:
    """Propose the text, in the name of the person signed in."""
    _, _, files = _changed(form)
    with _folder(files) as folder:
        shown = conventions_apply.run(settings.home(), folder, who.name, settings.now(), None, simulate.compare)
    return back(request, "/a-confirmer", "propose" if shown.digest else "inchange")


def apply_files(request: Request, who: Visitor = Depends(visitor), form: FormData = Depends(sent)) -> Response:
    """Put in force what another person proposed, if it still is what the page showed."""
    with connect(settings.home(), role="desk") as engine, engine.connect() as connection:
        pending = load_pending_set(connection)
    if pending is None:
        raise SaisinesError("Aucun changement de convention n’attend.")
    with _folder(_files(pending["set_id"])) as folder:
        digest = str(form.get("digest", ""))
        conventions_apply.run(settings.home(), folder, who.name, settings.now(), digest, simulate.compare)
    snapshot.shown()
    return back(request, "/a-confirmer", "applique")
