"""The queue of discrepancies: filtered, sorted, counted and paged by the server; one decision for a selection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from etl import settings
from etl.engine.reasons import sentences
from etl.jobs.matching.decision_rules import OF_A_DAY
from etl.model.errors import SaisinesError
from etl.web import deciding, snapshot
from etl.web.access import Visitor, sent, visitor
from etl.web.render import back, own_path, page, query_of
from etl.web.snapshot import Snapshot

PER_PAGE = 50
AGES = (("", "Tous"), ("30", "plus de 30 jours"), ("90", "plus de 90 jours"), ("180", "plus de 180 jours"), ("365", "plus d’un an"))  # fmt: skip
STAKES = (("", "Tous"), ("1", "quelque chose"), ("10000", "100 € et plus"), ("50000", "500 € et plus"))
STATES = (("", "À voir"), ("ouvert", "À décider"), ("decide", "Acceptés"), ("tous", "Tous"))
SORTS = {
    "severity": "rank {0}, stake_cents desc nulls last, age_days desc nulls last",
    "code": "code {0}", "reference": "coalesce(reference, written) {0} nulls last", "association": "association {0} nulls last",
    "convention": "convention {0} nulls last", "age": "age_days {0} nulls last", "stake": "stake_cents {0} nulls last",
}  # fmt: skip
# Each filter as a condition on `queue`; the words of the form are only ever bound, never written into the query.
FILTERS = {
    "severity": "severity = $severity",
    "code": "code = $code",
    "convention": "convention = $convention",
    "association": "association = $association",
    "age": "age_days > $age::int",
    "stake": "stake_cents >= $stake::bigint",
    "text": "replace(concat_ws(' ', reference, written), '-', '') ilike '%' || replace($text, '-', '') || '%'",
}
STATE_FILTERS = {
    "": "(decision_id is null and severity <> 'I')",
    "ouvert": "(decision_id is null and severity in ('B', 'H'))",
    "decide": "decision_id is not null",
    "tous": "true",
}
FACETS = ("severity", "code", "convention", "association")


def queue(request: Request, who: Visitor = Depends(visitor)) -> Response:
    """A page of the queue."""
    shown = snapshot.shown()
    given = _given(request.query_params)
    database, where, bound = shown.snapshot, *conditions(given)
    total, stake = _sums(database, where, bound)
    pages = max(1, -(-total // PER_PAGE))
    number = min(pages, max(1, int(given["page"]) if given["page"].isdecimal() else 1))
    found = database.rows(
        f"select * from queue where {where} order by {order(given['sort'])}, id limit {PER_PAGE} offset {PER_PAGE * (number - 1)}",
        bound,
    )
    recent, seen = deciding.since(settings.home(), database.last_decision)
    return page(
        request, who, "queue.html",
        shown=shown, given=given, total=total, stake=stake, page=number, pages=pages, seen=seen,
        rows=[row | {"decided": recent.get(row["reference"])} for row in found],
        facets={name: facet(database, given, name) for name in FACETS},
        sentences=sentences(), ages=AGES, stakes=STAKES, states=STATES, filtered=any(given[name] for name in (*FILTERS, "state")),
        sorts={name: _link(given, sort=_turned(given["sort"], name), page="") for name in SORTS},
        previous=_link(given, page=number - 1), next=_link(given, page=number + 1),
    )  # fmt: skip


def _sums(database: Snapshot, where: str, bound: Mapping[str, str]) -> tuple[int, int]:
    """How many discrepancies, and the cents at stake, each saisine counted once."""
    each = f"select max(stake_cents) as cents, count(*) as n from queue where {where} group by coalesce(reference, id)"
    row = database.rows(f"select sum(n)::bigint as n, sum(cents)::bigint as cents from ({each})", bound)[0]
    return row["n"] or 0, row["cents"] or 0


def _given(query: Mapping[str, str]) -> dict[str, str]:
    """The fields of the address, those that mean nothing left empty."""
    given = {name: query.get(name, "").strip()[:80] for name in (*FILTERS, "state", "sort", "page")}
    for name in ("age", "stake"):
        given[name] = given[name] if given[name].isdecimal() and len(given[name]) < 9 else ""
    given["state"] = given["state"] if given["state"] in STATE_FILTERS else ""
    given["sort"] = given["sort"] if given["sort"].removeprefix("-") in SORTS else "severity"
    return given


def conditions(given: Mapping[str, str], but: str = "") -> tuple[str, dict[str, str]]:
    """The condition that the filters make, and its values; `but` leaves one filter out."""
    bound = {name: given[name] for name in FILTERS if given[name] and name != but}
    return " and ".join([STATE_FILTERS[given["state"]], *(FILTERS[name] for name in bound)]), bound


def order(sort: str) -> str:
    """How rows are ordered: a name of `SORTS`, after a minus for the other way."""
    return SORTS[sort.removeprefix("-")].format("desc" if sort.startswith("-") else "asc")


def facet(database: Snapshot, given: Mapping[str, str], name: str) -> list[dict[str, Any]]:
    """How many rows each value of a filter would give, the other filters kept."""
    where, bound = conditions(given, name)
    by = "min(rank)" if name == "severity" else name
    return database.rows(
        f"select {name} as value, count(*) as n from queue where {where} and {name} is not null group by {name} order by {by}",
        bound,
    )


def _turned(sort: str, name: str) -> str:
    """The sort that a click on a column asks for: large ages and amounts first, then the other way."""
    first = f"-{name}" if name in {"age", "stake"} else name
    other = name if first != name else f"-{name}"
    return other if sort == first else first


def _link(given: Mapping[str, Any], **changes: object) -> str:
    return f"?{query_of(given, **changes)}"


def decide_many(request: Request, who: Visitor = Depends(visitor), form: FormData = Depends(sent)) -> Response:
    """Accept the chosen discrepancies, all or none, with one reason."""
    chosen = [str(one) for one in form.getlist("id")]
    if not chosen:
        raise SaisinesError("Aucun écart n’est choisi : cochez des lignes, puis recommencez.")
    known = {row["id"]: row for row in snapshot.shown().snapshot.rows("select * from queue where acceptable")}
    missing = [one for one in chosen if one not in known]
    if missing:
        raise SaisinesError("La liste a changé depuis que la page est ouverte : rechargez-la et choisissez à nouveau.")
    wanted = dict.fromkeys(_subject(known[one]) for one in chosen)
    given = [{"kind": "accept", "code": code, "reference": reference, "day": day} for code, reference, day in wanted]
    deciding.record(given, who, str(form.get("reason", "")), int(str(form.get("seen") or 0)))
    return back(request, own_path(request, str(form.get("retour", "")), "/ecarts"), "decide")


def _subject(row: Mapping[str, Any]) -> tuple[str, str | None, str | None]:
    """What an acceptance names: a code and a saisine, or a day without a journal."""
    of_a_day = row["code"] == OF_A_DAY
    return row["code"], row["reference"], row["detail"] if of_a_day else None


def refresh(request: Request, form: FormData = Depends(sent)) -> Response:
    """Make the snapshot of the present state and wait for it."""
    snapshot.refreshed()
    return back(request, own_path(request, str(form.get("retour", "")), "/"), "actualise")
