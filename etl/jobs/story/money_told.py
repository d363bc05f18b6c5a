"""The acts and amounts of a story in French, the arithmetic written out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from etl.jobs.story.words import KINDS, act_name
from etl.model.codes import MODE_NAMES, PRESTATION_NAMES, QUALITE_NAMES
from etl.model.money import NARROW, euros
from etl.model.tariff_text import percent
from reports import french

Story = Mapping[str, Any]


def acts(story: Story) -> Iterator[str]:
    """Each act: due or why not, and its arithmetic."""
    usual = story["terms"]["convention"]["value"] if story["terms"] else None
    for act in story["acts"]:
        under = f" sous {act['convention']}" if act["convention"] not in {None, usual} else ""
        yield f"{act_name(act)}, {act['association']}{under} : {_verdict(act)}"
        for reason in act["reasons"]:
            yield f"  {reason['code']} : {reason['sentence']}{_more(reason)}"
        if act["money"]:
            yield from (f"  {line}" for line in _money(act, act["money"]))
    if not story["acts"]:
        yield "Aucun acte."


def _verdict(act: Story) -> str:
    """What becomes of an act, in a few words."""
    told: dict[str, Callable[[], str]] = {
        "due": lambda: f"dû, {_next(act)}" if act["next"] else "dû, rien à régler",
        "stated": lambda: f"déjà réglé, {_stated(act)}",
        "partly": lambda: f"payé en partie, {_next(act)}" if act["next"] else f"payé en partie, {_stated(act)}",
        "not_paid": lambda: "non payé",
        "kept": lambda: f"reste réglé, {_stated(act)}",
        "taken_back": lambda: f"repris, {_next(act)}" if act["next"] else "repris par un relevé antérieur",
        "blocked": lambda: "en attente, la saisine est bloquée",
        "closed": lambda: "saisine close, plus rien n’est calculé",
        "no_line": lambda: "pas de ligne",
    }
    return told[act["status"]]()


def _next(act: Story) -> str:
    line = act["next"]
    told = f"{euros(line['amount_cents'])} au prochain relevé"
    return f"{told} ({KINDS[line['kind']]} de {line['corrects']})" if line["corrects"] else told


def _stated(act: Story) -> str:
    stated = act["stated"]
    return f"{euros(stated['cents'])} ({stated['statement']})" if stated else ""


def _more(reason: Story) -> str:
    """What the case adds to the sentence of a reason."""
    if "barred_after" in reason:
        declared, last = french.day(reason["received_on"]), french.day(reason["barred_after"])
        return f" Déclaré le {declared}, il pouvait l’être jusqu’au {last}."
    if "payable" in reason:
        declared = french.count(reason["declared"], "déclaré")
        dated = f", {french.count(reason['dated'], 'daté')}" if reason["dated"] else ""
        return f" {declared}{dated} : {reason['payable']} au plus."
    if reason.get("saisines"):
        return f" Voir {', '.join(reason['saisines'])}."
    return ""


def _money(act: Story, money: Story) -> Iterator[str]:
    yield arithmetic(act, money)
    yield f"clause : {money['clause']}"
    caps = [told for told in map(cap, money["caps"]) if told]
    if caps:
        yield f"plafonds : {' ; '.join(caps)}"
    if 0 < money["paid_cents"] != money["price_cents"]:
        yield f"reste à payer après plafonds : {euros(money['paid_cents'])}"


def arithmetic(act: Story, money: Story) -> str:
    """`60,00 € (1er de la saisine) × (100 + 15) % = 69,00 € : OM +15 % (outre-mer)`."""
    base = euros(money["base_cents"])
    if act["prestation"] in {"PSY", "JUR", "SOC"}:
        base += f" ({_rank(money['rank'])} {PRESTATION_NAMES[act['prestation']].lower()} de la saisine)"
    if not money["uplifts"]:
        return f"{base}, sans majoration"
    rates = "".join(f" {rate[0]} {rate[1:].rstrip('%' + NARROW)}" for rate in _rates(money))
    named = ", ".join(
        f"{row['code']} {rate} ({_when(row)})" for row, rate in zip(money["uplifts"], _rates(money), strict=True)
    )
    return f"{base} × (100{rates}){NARROW}% = {_exact(money)}{euros(money['price_cents'])} ; {named}"


def _rank(number: int) -> str:
    return "1er" if number == 1 else f"{number}e"


def _rates(money: Story) -> list[str]:
    return [percent(row["pct_e4"]) for row in money["uplifts"]]


def _when(uplift: Story) -> str:
    """When an uplift applies."""
    value = str(uplift["value"])
    return {
        "urgence": "urgence",
        "outre_mer": "outre-mer",
        "mode": MODE_NAMES.get(value, value),
        "qualite": f"qualité {QUALITE_NAMES.get(value, value)}",
    }[uplift["kind"]]


def _exact(money: Story) -> str:
    """The exact product, when it is no whole number of cents."""
    exact = Fraction(money["base_cents"] * (1_000_000 + money["pct_e4"]), 100_000_000)
    if (exact * 100).denominator == 1:
        return ""
    digits = f"{exact.numerator * 10**8 // exact.denominator:09d}"
    whole, decimals = digits[:-8], digits[-8:].rstrip("0")
    return f"{whole},{decimals}{NARROW}€, arrondi à "


def cap(cap: Story) -> str:
    """What a cap allowed and what was left of it."""
    if cap["kind"] == "number":
        per = "par saisine" if cap["per"] == "saisine" else f"par bénéficiaire en {cap['year']}"
        return f"{cap['limit']} {per}, {french.count(cap['used'], 'compté')} avant"
    if cap["kind"] == "saisine":
        return f"{euros(cap['limit_cents'])} par saisine, il en restait {euros(cap['left_cents'])}"
    if cap["closed"]:
        return f"enveloppe {cap['year']} close le {french.day(cap['closes_on'])}"
    return f"enveloppe {cap['year']} de {euros(cap['limit_cents'])}, il en restait {euros(cap['left_cents'])}"


def stated(story: Story) -> Iterator[str]:
    """The lines of finalised statements, by statement, and their sum; what they list as not paid."""
    made = story["stated"]
    for one in made["statements"]:
        yield f"{one['number']} du {french.day(one['finalised_on'])} : {euros(one['total_cents'])}"
        yield from (f"  {_line(line)}" for line in one["lines"])
    yield (
        f"En tout : {euros(made['sum_cents'])}"
        if made["statements"]
        else "Aucun relevé finalisé ne règle cette saisine."
    )
    unpaid: dict[str, list[str]] = {}
    for row in made["not_paid"]:
        unpaid.setdefault(f"{act_name(row)}, {row['association']} : {row['reason']}", []).append(row["number"])
    yield from (f"non payé, {act} ({', '.join(numbers)})" for act, numbers in unpaid.items())


def _line(line: Story) -> str:
    """A line of a statement or of the next draft."""
    kind = KINDS[line["kind"]]
    kind += f" de {line['corrects']}" if line["corrects"] else ""
    kind += ", reprise de la ligne" if line["taken_back"] else ""
    return f"{act_name(line)}, {line['association']} : {euros(line['amount_cents'])} ({kind})"


def upcoming(story: Story) -> Iterator[str]:
    """What the next draft would say, and what it waits for."""
    made = story["next"]
    yield f"Brouillon {made['quarter']} à l’arrêté du {french.day(made['cutoff'])} : {euros(made['total_cents'])}"
    yield from (f"  {_line(line)}" for line in made["lines"])
    if made["closed"]:
        yield "La saisine est close : plus aucun acte n’y entre."
    if made["blocked_by"]:
        yield f"La saisine est bloquée : {', '.join(made['blocked_by'])}. Rien de nouveau n’est payé d’ici là."
    if made["gaps"]:
        days = french.count(len(made["gaps"]), "jour sans journal", "jours sans journal")
        yield f"Le relevé ne sera finalisé qu’une fois expliqués {days}, à partir du {french.day(made['gaps'][0])}."
