"""What everybody at the desk may see: totals and charts, without a case, a person or a small number."""

from __future__ import annotations

from fastapi import Depends, Request, Response

from etl import settings
from etl.model.quarter import Quarter
from etl.warehouse.drafts import load_drafts
from etl.warehouse.server import connect
from etl.warehouse.statements import load_statements
from etl.web import charts, snapshot
from etl.web.access import Visitor, visitor
from etl.web.render import page
from etl.web.snapshot import Snapshot
from reports import french

SMALL = 5  # numbers below it are hidden from readers


def overview(request: Request, who: Visitor = Depends(visitor)) -> Response:
    """Where things stand."""
    shown = snapshot.shown()
    made = shown.snapshot
    counts = made.rows(
        "select count(*) as saisines, count(received_on) as returned, median(contact_days)::int as contact_days from returned"
    )[0]
    severities = made.rows(
        "select severity, count(*) as n from queue where decision_id is null group by severity order by min(rank)"
    )
    return page(
        request, who, "overview.html",
        shown=shown, counts=counts, severities=severities, statements=totals(made),
        drawn=[weeks(made), envelope(made), returns(made), delays(made)],
    )  # fmt: skip


def weeks(made: Snapshot) -> charts.Chart:
    """Saisines by week of opening."""
    rows = made.rows(
        "select date_trunc('week', opened_on)::date as week, count(*) as n from returned group by 1 order by 1"
    )
    points = [(f"{row['week']:%d/%m}", row["n"]) for row in rows][-26:]
    return charts.columns(
        "Saisines reçues", ("Semaine du", "Saisines"), points, "Par semaine d’ouverture, du lundi.", least=SMALL
    )


def returns(made: Snapshot) -> charts.Chart:
    """The share of saisines whose fiche came back, by convention."""
    rows = made.rows(
        "select convention, count(*) as n, count(received_on) as back from returned"
        " where convention is not null group by 1 having count(*) >= 5 order by 1"
    )
    parts = [(row["convention"], *_returned(row["back"], row["n"])) for row in rows]
    return charts.shares(
        "Fiches revenues", ("Convention", "Revenues"), parts, "Part des saisines dont une fiche est arrivée."
    )


def _returned(back: int, n: int) -> tuple[int, int, str]:
    """What came back of a number, neither part of which is told where it is small."""
    if 0 < back < SMALL:
        return 0, n, f"moins de {SMALL} de {french.number(n)}"
    if 0 < n - back < SMALL:
        return n, n, f"presque toutes, de {french.number(n)}"
    return back, n, f"{french.share(back, n)} de {french.number(n)}"


def delays(made: Snapshot) -> charts.Chart:
    """Days from the opening to the first contact."""
    bins = [
        ("0", 0, 0), ("1", 1, 1), ("2", 2, 2), ("3–4", 3, 4), ("5–7", 5, 7), ("8–14", 8, 14), ("15+", 15, 9999),
    ]  # fmt: skip
    rows = {
        row["contact_days"]: row["n"]
        for row in made.rows("select contact_days, count(*) as n from returned where contact_days >= 0 group by 1")
    }
    points = [(label, sum(n for days, n in rows.items() if low <= days <= high)) for label, low, high in bins]
    return charts.columns(
        "Délai du premier contact",
        ("Jours", "Saisines"),
        points,
        "Nombre de saisines selon les jours écoulés depuis leur ouverture.",
        least=SMALL,
    )


def envelope(made: Snapshot) -> charts.Chart:
    """What finalised statements and the present computation consume of each envelope of the quarter's year."""
    year = made.about["year"]
    used = {
        row["convention"]: row["cents"]
        for row in made.rows("select convention, sum(paid_cents)::bigint as cents from paid where year(act_date) = $year group by 1", {"year": year})
    }  # fmt: skip
    known = made.rows("select * from envelope where year = $year", {"year": year})
    parts = [(row["convention"], int(used.get(row["convention"], 0)), row["amount_cents"]) for row in known]
    return charts.envelopes(sorted(parts), year)


def totals(made: Snapshot) -> list[dict[str, object]]:
    """The last total of each convention for the last quarters: finalised, else the last draft."""
    home = settings.home()
    with connect(home, role="desk") as engine, engine.connect() as connection:
        drafts, stated = load_drafts(connection), load_statements(connection)
    found = {(row["quarter"], row["convention"]): (row["total_cents"], row["status"]) for row in drafts}
    for row in stated:
        if row["kind"] == "releve":
            found[row["quarter"], row["convention"]] = (row["total_cents"], "finalise")
    ordered = sorted(found.items(), key=lambda item: (-Quarter.parse(item[0][0]).start.toordinal(), item[0][1]))
    return [
        {"quarter": quarter, "convention": code, "total_cents": cents, "status": status}
        for (quarter, code), (cents, status) in ordered[:12]
    ]
