"""The documents of a statement. Finance gets each of them with every line and amount, in an edition that does not bear the days of the acts."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fastapi import Depends, HTTPException, Response

from etl import settings
from etl.jobs.issuing import documents, issue
from etl.jobs.settlement.draft import as_json
from etl.model.money import euros
from etl.warehouse.drafts import load_draft, unpack
from etl.warehouse.query import Row
from etl.warehouse.server import connect
from etl.warehouse.statements import load_statement_of
from etl.web.access import Visitor, visitor
from etl.web.fields import finance_edition
from etl.web.matrix import sees

DAYS = "document d’un relevé, les jours des actes"
MEDIA = {
    "json": "application/json", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "txt": "text/plain; charset=utf-8", "pdf": "application/pdf", "csv": "text/csv; charset=utf-8", "zip": "application/zip",
}  # fmt: skip
# Each document and what it is for, in the order that people look for them.
DOCUMENTS = {
    "releve.pdf": "le relevé à signer",
    "releve.xlsx": "le classeur : lignes, non payés, écarts, contrôles",
    "lignes.csv": "les lignes seules, pour un tableur",
    "ecritures.txt": "les écritures comptables (FEC)",
    "releve.json": "les données",
    "notes.zip": "la note de chaque association",
    "tout.zip": "tous ces documents ensemble",
}
OF_FINAL = {"ecritures.txt"}
NOTE, NOTE_END = "note-", ".pdf"


def offered(final: Row | None) -> dict[str, str]:
    """The documents of a statement and what each is for; journal entries are those of a finalised one."""
    return {name: what for name, what in DOCUMENTS.items() if final or name not in OF_FINAL}


def document(quarter: str, convention: str, digest: str, document: str, who: Visitor = Depends(visitor)) -> Response:
    """A document of a statement, as this person may hold it."""
    whole = sees(who.role, DAYS)
    with connect(settings.home(), role="engine") as engine:
        with engine.connect() as connection:
            row = load_draft(connection, convention, quarter, digest)
            final = load_statement_of(connection, row["draft_id"])
        if document not in offered(final) and not document.startswith(NOTE):
            raise HTTPException(404, "Ce relevé n’a pas ce document.")
        content = _content(engine, row, final, document, whole)
    edition = "" if whole or document in OF_FINAL else "edition-finance-"
    name = f"{final['number'] if final else f'{convention}-{quarter}-brouillon'}-{edition}{document}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=MEDIA[document.rpartition(".")[2]], headers=headers)


def _content(engine: Any, row: Row, final: Row | None, name: str, whole: bool) -> bytes:  # noqa: ANN401
    stored = unpack(final["statement"] if final else row["statement"])
    if name == "lignes.csv":
        return _csv(stored["lines"], whole)
    home, key = settings.home(), (row["quarter"], row["convention"], row["digest"])
    if name == "releve.json":
        return as_json(stored if whole else finance_edition(stored))
    made = documents.finalised(engine, final["number"]) if final else documents.drafted(engine, home, *key)
    return rendered(made if whole else made | {"statement": finance_edition(made["statement"])}, name)


def rendered(made: issue.Snapshot, name: str) -> bytes:
    """A document of a snapshot.

    Raises:
        HTTPException: 404: the statement has no note for that association.
    """
    from reports.fec import render_fec, statement_entries
    from reports.note import render_note
    from reports.releve_pdf import render_statement_pdf
    from reports.workbook import render_workbook

    if name.startswith(NOTE):
        code = name.removeprefix(NOTE).removesuffix(NOTE_END)
        if not name.endswith(NOTE_END) or code not in {one["code"] for one in made["statement"]["payees"]}:
            raise HTTPException(404, "Ce relevé n’a pas de note pour cette association.")
        return render_note(made, code)
    if name.endswith(".zip"):
        return _zipped((path, content) for path, content in issue.rendered(made) if name == "tout.zip" or "/" in path)
    if name == "ecritures.txt":
        return render_fec(statement_entries(made))
    return render_statement_pdf(made) if name == "releve.pdf" else render_workbook(made)


def _zipped(papers: Iterable[tuple[str, bytes]]) -> bytes:
    """The documents in one archive; the same bytes for the same documents."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in papers:
            archive.writestr(zipfile.ZipInfo(path, (1980, 1, 1, 0, 0, 0)), content)
    return made.getvalue()


def _csv(lines: Iterable[Mapping[str, Any]], whole: bool) -> bytes:
    """The lines: UTF-8 with its mark, semicolons, as French Excel reads them; the day of the act for whoever may see it."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    columns = {title: name for title, name in COLUMNS.items() if whole or name != "act_date"}
    writer.writerow(columns)
    writer.writerows(_cells(line, columns.values()) for line in lines)
    return ("\ufeff" + text.getvalue()).encode()


COLUMNS = {
    "saisine": "saisine", "association": "association", "prestation": "prestation", "jour": "act_date", "n°": "nth",
    "nature": "kind", "base": "base_cents", "majoration %": "uplift_pct", "montant": "amount_cents", "clause": "tariff",
    "corrige": "corrects",
}  # fmt: skip


WORDS = {"saisine", "association", "prestation", "kind", "tariff", "corrects"}  # the rest are numbers and days


def _cells(line: Mapping[str, Any], names: Iterable[str]) -> Iterator[str]:
    for name in names:
        value = _plain(line[name]) if name.endswith("_cents") else line[name]
        text = "" if value is None else str(value)
        starts_formula = text[:1] in {"=", "+", "@", "\t", "\r"} or (text.startswith("-") and name in WORDS)
        yield f"'{text}" if starts_formula else text


def _plain(cents: int | None) -> str:
    """Euros as a spreadsheet reads them: `-12,50`."""
    if cents is None:
        return ""
    return euros(cents).replace("\u202f", "").replace("\u2212", "-").removesuffix("€")
