"""Pages from templates: everything that comes from outside is escaped, everything that people read is French."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse
from markupsafe import Markup

from etl.engine.proposals import label
from etl.jobs.payment.payment_list import WHY
from etl.jobs.story.words import DECISION_STATES, DECISIONS, KINDS, MATCHES, RECEIVED_HOW, STATES, STATUTS, act_name
from etl.model.codes import MODE_NAMES
from etl.model.money import euros
from etl.model.quarter import PARIS
from etl.model.tariff_text import percent
from etl.web import words
from etl.web.access import Visitor, token
from etl.web.charts import fall
from etl.web.matrix import ROLES
from etl.web.whence import whence
from reports import french

if TYPE_CHECKING:
    from jinja2 import Environment

# What a page says after something was done: the key travels in the address, never the sentence.
DONE = {
    "decide": "Enregistré. Le rapprochement est refait ; la page le montre dès qu’il est prêt.",
    "actualise": "Le rapprochement est à jour.",
    "etabli": "Brouillons établis.",
    "soumis": "Brouillon soumis à la finance.",
    "approuve": "Relevé approuvé. Il reste à le finaliser.",
    "rejete": "Relevé renvoyé en brouillon.",
    "finalise": "Relevé finalisé : son numéro est définitif.",
    "paye": "Lot de virements préparé : téléchargez-le et donnez-le à la banque.",
    "constate": "Constat enregistré.",
    "suite": "Suite notée.",
    "relance": "Relance envoyée.",
    "relance_notee": "Relance notée : cette association ne sera pas relancée avant deux semaines.",
    "rien": "Aucun bénéficiaire n’est à payer : pas de fichier. Les raisons sont en regard de chacun.",
    "propose": "Changement proposé. Une autre personne l’applique depuis « À confirmer ».",
    "applique": "Changement appliqué : les prochains brouillons en tiennent compte.",
    "inchange": "Rien ne change : le texte est celui en vigueur.",
    "confirme": "Coordonnées confirmées.",
}


STATUSES = {"brouillon": "Brouillon", "soumis": "Soumis", "approuve": "Approuvé", "finalise": "Finalisé"}
LEAVE = "/api/v2/auth/logout"  # Airflow's: the session is its own
PAYMENTS = {
    "a_payer": "à payer",
    "bloque": "bloqué",
    "transmis": "transmis à la banque",
    "rejete": "rejeté par la banque",
    "paye": "payé",
}


def page(request: Request, who: Visitor, template: str, *, status: int = 200, **data: Any) -> HTMLResponse:  # noqa: ANN401
    """A page in the desk's frame.

    Args:
        request: answered.
        who: reads it.
        template: file of etl/web/templates.
        status: of the answer.
        data: the template's own.
    """
    base = request.scope.get("root_path", "")
    frame = {
        "base": base,
        "leave": LEAVE,
        "who": who,
        "role": ROLES[who.role],
        "path": request.url.path.removeprefix(base),
        "token": token(request.app.state.secret, who),
        "done": DONE.get(request.query_params.get("fait", "")),
        "here": str(request.url.path) + (f"?{request.url.query}" if request.url.query else ""),
    }
    return HTMLResponse(environment().get_template(template).render(frame | data), status)


def back(request: Request, path: str, done: str | None = None, **query: str) -> RedirectResponse:
    """To a page of the desk after a form was taken, so that reloading it repeats nothing."""
    told = query | ({"fait": done} if done else {})
    mark = "&" if "?" in path else "?"
    return RedirectResponse(
        request.scope.get("root_path", "") + path + (mark + urlencode(told) if told else ""), status_code=303
    )


def own_path(request: Request, given: str, otherwise: str) -> str:
    """A path that a form gives to come back to, if it is one of the desk's; without the note of what was done before."""
    base = request.scope.get("root_path", "")
    inside = given.startswith(base + "/") and "//" not in given and "\\" not in given
    return _without_note(given.removeprefix(base)) if inside else otherwise


def _without_note(path: str) -> str:
    head, _, query = path.partition("?")
    kept = "&".join(part for part in query.split("&") if part and not part.startswith("fait="))
    return f"{head}?{kept}" if kept else head


@cache
def environment() -> Environment:
    """The templates with their filters; autoescape is on for all of them."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("etl.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "euros": euros, "day": french.day, "number": french.number, "count": french.count, "days_in": words.days, "shortened": words.shortened,
        "instant": instant, "quarter": french.quarter, "query": urlencode, "iban": french.iban, "share": french.share,
        "act": act_name, "status": french_status, "rate": french.percent, "pct": lambda pct_e4: percent(pct_e4) if pct_e4 else "",
    }  # fmt: skip
    made.globals |= {
        "SEVERITIES": french.SEVERITIES, "QUALITES": french.QUALITES, "ISSUES": french.ISSUES, "KINDS": KINDS,
        "PRESTATIONS": french.PRESTATIONS, "MODES": MODE_NAMES, "STATUTS": STATUTS, "DECISIONS": DECISIONS, "DECISION_STATES": DECISION_STATES,
        "MATCHES": MATCHES, "STATES": STATES, "RECEIVED_HOW": RECEIVED_HOW, "severity": severity, "PAYMENTS": PAYMENTS, "PAYMENT_WHY": WHY,
        "evidence": label, "bits": bits, "confidence": words.confidence, "REFUSALS": words.REFUSALS, "said": words.detail, "fall": fall,
        "whence": whence, "FATES": words.FATES,
    }  # fmt: skip
    return made


def instant(value: datetime | None) -> str:
    """An instant as people read it, in Paris."""
    return f"{value.astimezone(PARIS):%d/%m/%Y à %H:%M}" if value else ""


def severity(code: str) -> Markup:
    """A severity as a letter in a shape and a word: never a colour alone."""
    word = french.SEVERITIES[code]
    return Markup('<span class="grave grave-{0}"><b aria-hidden="true">{0}</b> {1}</span>').format(code, word)


def bits(value: float) -> str:
    """A weight of evidence, signed, one decimal: each point doubles the odds."""
    return f"{value:+.1f}".replace("-", french.MINUS).replace(".", ",")


def french_status(code: str) -> str:
    """A status of a statement as people read it."""
    return STATUSES[code]


def query_of(given: Mapping[str, Any], **changes: object) -> str:
    """The same query with some fields changed; empty ones are left out."""
    merged = {**given, **changes}
    return urlencode({name: value for name, value in merged.items() if value not in (None, "", 0)})
