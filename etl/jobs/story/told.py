"""The story of a saisine in French: sections of lines, each two spaces further in than what it explains."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from etl.jobs.story.money_told import acts, stated, upcoming
from etl.jobs.story.words import (
    DECISION_STATES,
    MATCHES,
    RECEIVED_HOW,
    REPAIRS,
    STATES,
    STATUTS,
    decision_name,
    detail_name,
    qualite,
)
from etl.model.codes import MODE_NAMES, PRESTATION_NAMES
from etl.model.money import euros
from reports import french

Story = Mapping[str, Any]
COMMANDS = {
    "accept": ("pour l’accepter", "accept --reference {reference} --code {code}"),
    "withdraw": ("pour y mettre fin", "withdraw --reference {reference} --code dispute"),
}


def told(story: Story) -> list[str]:
    """A story as lines for people."""
    sections = (
        (f"Saisine {story['reference']}", _summary(story)),
        ("Le journal", _journal(story)),
        ("Les associations saisies", _seizures(story)),
        ("Les fiches retour", _fiches(story)),
        ("Les lignes refusées", _refused(story)),
        ("Sous quels termes", _terms(story)),
        ("Les écarts", _discrepancies(story)),
        ("Les décisions", _decisions(story)),
        ("Les actes", acts(story)),
        ("Ce qui est réglé", stated(story)),
        ("Le prochain relevé", upcoming(story)),
    )
    lines: list[str] = []
    for title, body in sections:
        if section := list(body):
            lines += [*([""] if lines else []), title, *(f"  {line}" for line in section)]
    return lines


def _inside(lines: Iterable[str]) -> Iterator[str]:
    return (f"  {line}" for line in lines)


def _named(story: Story, code: str | None) -> str:
    """An association: its code and its name."""
    name = story["names"].get(code)
    return f"{code} {name}" if name else str(code)


def _summary(story: Story) -> Iterator[str]:
    terms = story["terms"]
    if not terms:
        yield "Le journal reçu ne la connaît pas : seuls des relevés la nomment."
    else:
        who = [
            f"convention {terms['convention']['value'] or 'inconnue'}",
            f"qualité {qualite(terms['qualite']['value'])}",
        ]
        who += [f"département {terms['departement']}"] if terms["departement"] else []
        who += ["urgente"] if terms["urgent"] else []
        yield f"Ouverte le {french.day(terms['opened_on'])}, {', '.join(who)}."
    yield f"Au {french.day(story['as_of'])} : {', '.join(_standing(story))}."


def _standing(story: Story) -> Iterator[str]:
    """Where it stands, in a few words."""
    if story["next"]["closed"]:
        yield "close"
    if story["next"]["blocked_by"]:
        yield f"bloquée ({', '.join(story['next']['blocked_by'])})"
    yield f"{euros(story['stated']['sum_cents'])} réglés"
    yield f"{euros(story['next']['total_cents'])} au prochain relevé"
    if story["not_paid"]:
        yield french.count(len(story["not_paid"]), "acte non payé en entier", "actes non payés en entier")
    open_ones = [row for row in story["discrepancies"] if row["severity"] in "BH" and not row["decision"]]
    if open_ones:
        yield french.count(len(open_ones), "écart à lever", "écarts à lever")


def _source(delivery: Story, noun: str = "reçue") -> str:
    """Whence a row came, in one line."""
    sheet = f"feuille {delivery['sheet']}, " if delivery["sheet"] not in {None, "CSV"} else ""
    how = RECEIVED_HOW[delivery["received_how"]]
    file = delivery["file"] or "fichier sans nom"
    day = french.day(delivery["received_on"])
    return f"livraison {delivery['number']}, {file}, {sheet}ligne {delivery['row']}, {noun} le {day} ({how})"


def _withdrawal(delivery: Story) -> Iterator[str]:
    if gone := delivery["withdrawn"]:
        yield f"livraison retirée le {french.day(gone['on'])} par {gone['by']} : {gone['reason']}"


def _journal(story: Story) -> Iterator[str]:
    for row in story["journal"]:
        given = [f"confiée à {row['association']}"] if row["association"] else []
        given += [f"convention {row['convention']}"] if row["convention"] else []
        given += [f"qualité {qualite(row['qualite'])}"] if row["qualite"] else []
        given += ["urgente"] if row["urgence"] else []
        call = (
            f"à {row['time'][:5]}, appel {row['id_appel']}" if row["id_appel"] else f"par la décision {row['decision']}"
        )
        yield f"{french.day(row['on'])} {call} : {', '.join(given) or 'rien de nouveau'}"
        if row["replaced"]:
            yield "  ne compte plus : le même appel a été reçu à nouveau"
        if row["delivery"]:
            yield from _inside([_source(row["delivery"]), *_withdrawal(row["delivery"])])


def _seizures(story: Story) -> Iterator[str]:
    for row in story["seizures"]:
        until = f"au {french.day(row['to'])}" if row["to"] else "sans fin"
        payee = f", payée à {row['payee']}" if row["payee"] not in {None, row["association"]} else ""
        yield f"{_named(story, row['association'])} : du {french.day(row['from'])} {until}{payee}"
    if not story["seizures"] and story["terms"]:
        yield "Le journal ne nomme aucune association."


def _fiches(story: Story) -> Iterator[str]:
    for row in story["fiches"]:
        yield f"{row['association']}, version {row['version']} : {_content(row)}"
        yield from _inside([_source(row["delivery"]), *_withdrawal(row["delivery"])])
        yield f"  {_match(story, row)}"
        yield f"  {STATES[row['state']]}{_unseized(story, row)}"
        if row["state"] not in {"same", "older", "revised"}:
            yield from _inside(_sessions(row))
    if not story["fiches"]:
        yield "Aucune fiche reçue."


def _unseized(story: Story, row: Story) -> str:
    """The name of a sender that is in no seizure."""
    return f" ({_named(story, row['association'])})" if row["state"] == "WRONG_ASSOCIATION" else ""


def _content(row: Story) -> str:
    told = row["content"]
    said = [french.ISSUES.get(told["issue"], told["issue"]).lower()]
    said += [f"premier contact le {french.day(told['date_premier_contact'])}"] if told["date_premier_contact"] else []
    said += [french.count(told["tentatives"], "tentative")] if told["tentatives"] is not None else []
    counts = [f"{told[f'nb_{nature}']} {nature.upper()}" for nature in ("psy", "jur", "soc") if told[f"nb_{nature}"]]
    said += [f"{' et '.join(counts)} déclarés"] if counts else []
    said += [f"clôture le {french.day(told['date_cloture'])}"] if told["date_cloture"] else []
    said += ["sans dates (bordereau)"] if row["layout"] == "bordereau" else []
    return ", ".join(said)


def _match(story: Story, row: Story) -> str:
    match = row["match"]
    if match["how"] == "repaired":
        return f"référence réparée : « {row['written']} » lue {story['reference']} ({REPAIRS[match['repair']]}), seule saisine possible"
    if match["how"] == "ambiguous" and len(match["candidates"]) == 1:
        known = match["candidates"][0]
        return f"référence ambiguë : « {row['written']} » est à une correction de {known}, qui a déjà une fiche exacte"
    if match["how"] == "ambiguous":
        return f"référence ambiguë : « {row['written']} » peut désigner {' ou '.join(match['candidates'])}"
    return f"{MATCHES[match['how']]} : « {row['written']} »"


def _sessions(row: Story) -> Iterator[str]:
    for one in row["sessions"]:
        hour = f" à {one['heure']}" if one["heure"] else ""
        mode = MODE_NAMES.get(one["mode"], one["mode"])
        what = f"{PRESTATION_NAMES[one['prestation']]} du {french.day(one['day'])}{hour}, {mode}"
        yield f"{what} : {STATUTS.get(one['statut'], one['statut'])} (Entretiens, ligne {one['row']})"


def _refused(story: Story) -> Iterator[str]:
    for row in story["refused"]:
        yield row["sentence"]
        became = {
            "corrigee": f"corrigée par la livraison {row['outcome_delivery']}",
            "rejouee": "acceptée depuis, jugée à nouveau",
        }.get(row["outcome"], "en quarantaine")
        yield from _inside([_source(row["delivery"]), became, *_withdrawal(row["delivery"])])


def _terms(story: Story) -> Iterator[str]:
    terms = story["terms"]
    if not terms:
        return
    for name, label in (("convention", "Convention"), ("qualite", "Qualité")):
        term = terms[name]
        value = qualite(term["value"]) if name == "qualite" else term["value"] or "inconnue"
        yield f"{label} {value} : {_whence(term)}"
    if tariff := terms["tariff"]:
        ceiling = tariff["plafond_saisine_cents"]
        limit = "sans plafond par saisine" if ceiling is None else f"plafond de {euros(ceiling)} par saisine"
        yield f"Barème du jour de l’ouverture : {tariff['clause']} ; {limit}"


def _whence(term: Story) -> str:
    whence = term["whence"]
    if whence == "statement":
        other = term["journal"] if term["journal"] not in {None, term["value"]} else None
        told = f"figée par {term['statement']}, qui a réglé sous ce terme"
        return f"{told} (le journal dit maintenant {other})" if other else told
    words: dict[str | None, Callable[[], str]] = {
        "decision": lambda: f"requalifiée par la décision {term['decision']}",
        "journal": lambda: _by_journal(term),
        "line": lambda: "celle de la ligne appelée, la plate-forme n’en ayant pas donné",
        "fiche": lambda: f"donnée par la fiche de {term['association']}, le journal ne la disant pas",
        None: lambda: "ni le journal ni une fiche ne la donnent",
    }
    return str(words[whence]())


def _by_journal(term: Story) -> str:
    if term["decision"]:
        return f"donnée par la décision {term['decision']}, qui a rétabli la saisine"
    return f"donnée par le journal, appel du {french.day(term['told_on'])}"


def _discrepancies(story: Story) -> Iterator[str]:
    for severity, rows in groupby(story["discrepancies"], lambda row: row["severity"]):
        yield french.SEVERITIES[severity]
        for row in rows:
            detail = detail_name(row["code"], row["detail"] or row["written"] or "")
            yield f"  {row['code']}{f' ({detail})' if detail else ''} : {row['sentence']}"
            if row["decision"]:
                yield f"    accepté par la décision {row['decision']}"
            elif row["remedy"] and severity in "BH":
                yield f"    {_remedy(story, row)}"


def _remedy(story: Story, row: Story) -> str:
    if row["remedy"] not in COMMANDS:
        return f"pour le lever : {row['remedy']}"
    label, command = COMMANDS[row["remedy"]]
    named = command.format(reference=story["reference"], code=row["code"])
    return f"{label} : saisines decide {named} --by NOM --reason TEXTE"


def _decisions(story: Story) -> Iterator[str]:
    for row in story["decisions"]:
        by = f"{row['author']}, le {french.day(row['decided_on'])}"
        yield f"{row['number']}. {decision_name(row)} – {by} : {row['reason']}"
        state = DECISION_STATES[row["state"]]
        if row["withdrawn_by"]:
            state += f" par la décision {row['withdrawn_by']}"
        yield from [f"   {state}"] if state else []
