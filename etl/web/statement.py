"""One statement: its lines filtered, what changed since the draft before, its life, its documents."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote

from fastapi import Depends, HTTPException, Request, Response

from etl import settings
from etl.engine.reasons import sentences
from etl.jobs import issue
from etl.jobs.draft import as_json
from etl.model.money import euros
from etl.warehouse.drafts import load_draft, load_drafts, load_events, unpack
from etl.warehouse.payments import load_batches, load_payees
from etl.warehouse.query import Row
from etl.warehouse.server import connect
from etl.warehouse.statements import load_statement_of
from etl.web.access import Visitor, visitor
from etl.web.fields import line as without_day
from etl.web.matrix import sees
from etl.web.render import page, query_of

PER_PAGE = 100
FILTERS = ("association", "prestation", "kind", "text")
DAYS = "date d’un entretien ou d’un premier contact"
DOCUMENT = "document qui les porte (releve.json, .xlsx, .pdf)"
MEDIA = {
    "json": "application/json", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "txt": "text/plain; charset=utf-8", "pdf": "application/pdf", "csv": "text/csv; charset=utf-8",
}  # fmt: skip
FULL = ("releve.json", "releve.xlsx", "releve.pdf")  # they bear the days of sessions
BARE = ("lignes.csv", "ecritures.txt")


def statement(
    request: Request, quarter: str, convention: str, digest: str, who: Visitor = Depends(visitor)
) -> Response:
    """The page of a draft or of the statement that finalised it."""
    with connect(settings.home()) as engine, engine.connect() as connection:
        row = load_draft(connection, convention, quarter, digest)
        before = _before(load_drafts(connection, row["quarter"]), row)
        earlier = load_draft(connection, convention, row["quarter"], before["digest"]) if before else None
        events = load_events(connection, row["draft_id"])
        final = load_statement_of(connection, row["draft_id"])
        payees = load_payees(connection, final["statement_id"]) if final else []
        batches = load_batches(connection, final["statement_id"]) if final else []
    data, given = (
        unpack(row["statement"]),
        {name: request.query_params.get(name, "")[:80] for name in (*FILTERS, "page")},
    )
    lines = [one for one in data["lines"] if _kept(one, given)]
    pages = max(1, -(-len(lines) // PER_PAGE))
    number = min(pages, max(1, int(given["page"]) if given["page"].isdecimal() else 1))
    days = sees(who.role, DAYS)
    part = lines[PER_PAGE * (number - 1) : PER_PAGE * number]
    return page(
        request, who, "statement.html",
        row=row, data=data, final=final, payees=payees or data["payees"], batches=batches, events=events, given=given, days=days,
        lines=[one if days else without_day(one) | {"saisine": one["saisine"]} for one in part],
        found=len(lines), sum_cents=sum(one["amount_cents"] for one in lines), page=number, pages=pages,
        link=lambda other: "?" + query_of(given, page=other) + "#t-lignes",
        values={name: sorted({one[name] for one in data["lines"]}) for name in ("association", "prestation", "kind")},
        unpaid=_unpaid(data["not_paid"]), before=before, changes=changes(unpack(earlier["statement"]), data) if earlier else None,
        documents=_allowed(who, final), submitted_by=_submitter(events), sentences=sentences(),
        address=f"/releves/{row['quarter']}/{quote(convention)}/{row['digest']}",
    )  # fmt: skip


def _allowed(who: Visitor, final: Row | None) -> list[str]:
    """The documents that this person is given; journal entries are those of a finalised statement."""
    bare = [name for name in BARE if final or name != "ecritures.txt"]
    return [*FULL, *bare] if sees(who.role, DOCUMENT) else bare


def _before(drafts: Iterable[Row], row: Row) -> Row | None:
    """The draft made just before of the same quarter and convention."""
    same = [one for one in drafts if one["convention"] == row["convention"] and one["draft_id"] < row["draft_id"]]
    return same[-1] if same else None


def _kept(line: Mapping[str, Any], given: Mapping[str, str]) -> bool:
    exact = all(given[name] in ("", line[name]) for name in ("association", "prestation", "kind"))
    return exact and given["text"].replace("-", "").upper() in line["saisine"].replace("-", "")


def _unpaid(acts: Iterable[Mapping[str, Any]]) -> list[tuple[str, int]]:
    """The acts not paid, counted by reason."""
    counts: dict[str, int] = {}
    for act in acts:
        counts[act["reason"]] = counts.get(act["reason"], 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _submitter(events: Iterable[Row]) -> str:
    return next((str(one["by_name"]) for one in reversed(list(events)) if one["event"] == "soumis"), "")


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What each saisine and association gains or loses from one draft to the next, the largest first."""
    sums: dict[tuple[str, str], list[int]] = {}
    for place, data in enumerate((before, after)):
        for line in data["lines"]:
            sums.setdefault((line["saisine"], line["association"]), [0, 0])[place] += line["amount_cents"]
    found = [
        {"saisine": saisine, "association": association, "before_cents": old, "after_cents": new, "difference_cents": new - old}
        for (saisine, association), (old, new) in sums.items()
        if old != new
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-abs(one["difference_cents"]), one["saisine"]))


def document(
    request: Request, quarter: str, convention: str, digest: str, document: str, who: Visitor = Depends(visitor)
) -> Response:
    """A document of a statement; those with days of sessions are not given to whoever may not see them."""
    allowed = (*FULL, *BARE) if sees(who.role, DOCUMENT) else BARE
    if document not in allowed:
        raise HTTPException(
            403 if document in FULL else 404, "Ce document porte des dates d’entretien : il est à la coordination."
        )
    with connect(settings.home()) as engine:
        with engine.connect() as connection:
            row = load_draft(connection, convention, quarter, digest)
            final = load_statement_of(connection, row["draft_id"])
        content = _content(engine, row, final, document)
    name = f"{final['number'] if final else f'{convention}-{quarter}-brouillon'}-{document}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=MEDIA[document.rpartition(".")[2]], headers=headers)


def _content(engine: Any, row: Row, final: Row | None, name: str) -> bytes:  # noqa: ANN401
    stored = unpack(final["statement"] if final else row["statement"])
    if name == "releve.json":
        return as_json(stored)
    if name == "lignes.csv":
        return _csv(stored["lines"])
    home, key = settings.home(), (row["quarter"], row["convention"], row["digest"])
    made = issue.finalised(engine, final["number"]) if final else issue.drafted(engine, home, *key)
    return _rendered(made, name)


def _rendered(made: issue.Snapshot, name: str) -> bytes:
    from reports.fec import render_fec, statement_entries
    from reports.releve_pdf import render_statement_pdf
    from reports.workbook import render_workbook

    if name == "ecritures.txt":
        return render_fec(statement_entries(made))
    return render_statement_pdf(made) if name == "releve.pdf" else render_workbook(made)


def _csv(lines: Iterable[Mapping[str, Any]]) -> bytes:
    """The lines for finance, without the day of the act: UTF-8 with its mark, semicolons, as French Excel reads them."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";")
    writer.writerow(
        ["saisine", "association", "prestation", "n°", "nature", "base", "majoration %", "montant", "clause", "corrige"]
    )
    writer.writerows(_cells(line) for line in lines)
    return ("\ufeff" + text.getvalue()).encode()


def _cells(line: Mapping[str, Any]) -> Iterator[str]:
    names = (
        "saisine",
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
    told = [_plain(line[name]) if name.endswith("_cents") else line[name] for name in names]
    for value in told:
        text = "" if value is None else str(value)
        yield f"'{text}" if text[:1] in "=+@\t\r" and text else text


def _plain(cents: int | None) -> str:
    """Euros as a spreadsheet reads them: `-12,50`."""
    if cents is None:
        return ""
    return euros(cents).replace("\u202f", "").replace("\u2212", "-").removesuffix("€")
