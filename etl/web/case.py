"""One saisine in full: what each source says side by side, how it was matched, what happened, the money and its arithmetic, what can be decided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from etl import settings
from etl.engine.reasons import sentences
from etl.jobs.story import explain, nearby
from etl.jobs.story.facts import Computed
from etl.jobs.story.money_told import arithmetic, cap
from etl.jobs.story.words import MATCHES, REPAIRS
from etl.model.codes import QUALITE_NAMES
from etl.model.errors import SaisinesError
from etl.model.quarter import civil_day
from etl.model.reference import compact, parse
from etl.warehouse import stories, watch
from etl.warehouse.server import connect
from etl.web import deciding, snapshot, timeline
from etl.web.access import Visitor, sent, visitor
from etl.web.fields import for_finance
from etl.web.matrix import sees
from etl.web.render import back, page
from reports.french import count

Story = dict[str, Any]

# Rows of the comparison: label, what the saisine holds, what a fiche says.
COMPARED = (
    ("Ouverte le / datée du", "opened_on", "date_saisine"),
    ("Convention", "convention", "convention"),
    ("Qualité", "qualite", "qualite"),
    ("Département", "departement", "departement"),
)
TOLD = (
    ("Issue", "issue"), ("Premier contact", "date_premier_contact"), ("Tentatives", "tentatives"), ("Psychologiques déclarés", "nb_psy"),
    ("Juridiques déclarés", "nb_jur"), ("Sociaux déclarés", "nb_soc"), ("Clôture", "date_cloture"), ("Signature", "date_signature"),
)  # fmt: skip


SESSIONS = {
    "PSY": ("psychologique", "psychologiques"),
    "JUR": ("juridique", "juridiques"),
    "SOC": ("social", "sociaux"),
}


def find_case(request: Request, reference: str = "") -> Response:
    """To the page of a reference typed in any writing."""
    known = parse(reference)
    if known is None:
        raise SaisinesError(f"« {reference} » n’est pas une référence : elle s’écrit comme FV26-000123-W.")
    return back(request, f"/saisines/{known}")


def case(request: Request, reference: str, who: Visitor = Depends(visitor)) -> Response:
    """The page of a saisine; each reading is written down."""
    shown = snapshot.shown()
    story, seen = read(reference, who, shown)
    if not sees(who.role, "qualité, département"):
        return page(request, who, "case_finance.html", story=for_finance(story), shown=shown)
    return page(
        request, who, "case.html", story=story, shown=shown, seen=seen,
        compared=list(compared(story)), told=list(told(story)), events=timeline.events(story),
        arithmetic=lambda act: arithmetic(act, act["money"]),
        caps=lambda money: " ; ".join(map(cap, money["caps"])), qualites=QUALITE_NAMES, open_ones=open_ones(story), steps=steps,
        conventions=sorted(shown.snapshot.conventions.conventions),
        associations=[(row["code"], row["nom"]) for row in shown.snapshot.computed.register],
        proposals=_waterfalls(story, shown.snapshot), sentences=sentences(),
    )  # fmt: skip


def read(reference: str, who: Visitor, shown: snapshot.Shown) -> tuple[Story, int]:
    """The story of a saisine and the last decision there is; writes down that this person read it.

    Under the decisions of now, also where the results shown elsewhere are of before them.

    Raises:
        SaisinesError: no saisine has this reference.
    """
    known, home = parse(reference), settings.home()
    with connect(home, role="desk") as engine, engine.begin() as connection:
        if known is None or not stories.load_known(connection, [known]):
            raise SaisinesError(f"Aucune saisine {reference} au journal reçu : vérifiez la référence.")
        story = explain.read(connection, _computed(shown, known), known)
        watch.save_reading(connection, known, "desk", who.name, settings.system_user(), settings.now())
    return story, deciding.since(home, 0)[1]


def _computed(shown: snapshot.Shown, reference: str) -> Computed:
    if not shown.stale:
        return shown.snapshot.computed
    home = settings.home()
    with connect(home, role="engine") as engine:
        return nearby.kept(home, engine, civil_day(settings.now()), reference) or shown.snapshot.computed


def steps(match: Mapping[str, Any]) -> str:
    """The way a written reference was resolved, step by step, until the one that applied (rules §2)."""
    how = match["how"]
    if how in {"withdrawn", "elsewhere", "unknown"}:
        return MATCHES[how]
    told = "décision : " + ("oui" if how == "decided" else "aucune")
    if how == "decided":
        return told
    told += " › exacte : " + ("oui" if how == "exact" else "non")
    if how == "exact":
        return told
    if how == "repaired":
        return f"{told} › réparée : {REPAIRS[match['repair']]}, une seule saisine possible"
    return f"{told} › réparée : plusieurs saisines possibles, {', '.join(match['candidates'])}"


def compared(story: Mapping[str, Any]) -> Iterator[tuple[str, Any, list[tuple[Any, bool]]]]:
    """What the saisine holds beside what each fiche says, and whether they differ."""
    terms = story["terms"]
    for label, mine, theirs in COMPARED if terms else ():
        held = terms[mine]["value"] if isinstance(terms[mine], dict) else terms[mine]
        said = [fiche["content"][theirs] for fiche in story["fiches"]]
        yield label, held, [(value, value is not None and held is not None and value != held) for value in said]


def told(story: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """What only fiches say, row by row, those that no fiche says left out."""
    for label, name in TOLD:
        values = [fiche["content"][name] for fiche in story["fiches"]]
        if any(value is not None for value in values):
            yield label, values
    counted = [_counted(fiche["sessions"]) for fiche in story["fiches"]]
    if any(counted):
        yield "Entretiens datés", counted


def _counted(sessions: list[Mapping[str, Any]]) -> str:
    by = {code: sum(one["prestation"] == code for one in sessions) for code in SESSIONS}
    return ", ".join(count(number, *SESSIONS[code]) for code, number in by.items() if number)


def open_ones(story: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The discrepancies that wait for somebody."""
    return [row for row in story["discrepancies"] if row["severity"] in "BHW" and not row["decision"]]


def _waterfalls(story: Mapping[str, Any], made: snapshot.Snapshot) -> list[Any]:
    """The weighed evidence of the fiches that may be about this saisine and are not matched."""
    unsure = [compact(row["written"]) for row in story["fiches"] if row["match"]["how"] == "ambiguous"]
    return made.proposals("written in (select unnest($unsure))", {"unsure": unsure}) if unsure else []


def decide_one(
    request: Request, reference: str, who: Visitor = Depends(visitor), form: FormData = Depends(sent)
) -> Response:
    """One decision on a saisine: what the form's buttons and fields say."""
    fields = ("kind", "code", "association", "written", "convention", "qualite", "new_association")
    given = {name: str(form.get(name, "")).strip() for name in fields}
    deciding.record(
        [given | {"reference": reference}], who, str(form.get("reason", "")), int(str(form.get("seen") or 0))
    )
    return back(request, f"/saisines/{reference}", "decide")
