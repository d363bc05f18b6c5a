"""What a decision may be (rules §10): the columns each kind uses, the codes that can be accepted, why others cannot."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from etl.model.codes import QUALITES
from etl.model.text import near
from etl.sources.cells import sigle

# Of each kind: the columns it must have, those it may have. Author and reason are always asked.
COLUMNS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "confirm_match": (("reference", "association", "written"), ()),
    "reject_match": (("reference", "association", "written"), ()),
    "accept": (("reference", "code"), ()),
    "refuse": (("reference",), ()),
    "requalify": (("reference",), ("convention", "qualite", "new_association")),
    "dispute": (("reference",), ()),
    "register_saisine": (("reference", "day", "association"), ("convention", "qualite")),
    "withdraw": (("reference", "code"), ()),
}
# JOURNAL_GAP is about a day, not about a saisine.
OF_A_DAY = "JOURNAL_GAP"
OF_A_DAY_COLUMNS = (("day", "code"), ())

BLOCKS = ("CONVENTION_NOT_IN_FORCE", "INELIGIBLE_BENEFICIARY", "QUALITE_UNKNOWN", "INACTIVE_ASSOCIATION", "DISPUTED")
OF_A_FICHE = (
    "WRONG_ASSOCIATION", "NO_SHOW_AND_SESSIONS", "SESSION_BEFORE_SAISINE", "SESSION_IN_FUTURE", "SESSION_AFTER_CLOSURE",
    "SESSION_AFTER_CONVENTION", "SESSION_OUTSIDE_SEIZURE", "DUPLICATE_SESSION", "SESSION_IMPLAUSIBLE",
    "SESSION_ELSEWHERE", "SESSIONS_UNDATED", "NO_SHOW_WITHOUT_ATTEMPTS", "FIRST_CONTACT_BEFORE_SAISINE",
    "FIRST_CONTACT_IN_FUTURE", "SESSION_COUNT_MISMATCH", "TIME_BARRED", "BEFORE_TAKEOVER", "STATED_ACT_DROPPED",
)  # fmt: skip
ACCEPTED = (*BLOCKS, *OF_A_FICHE, "DUPLICATE_SAISINE", OF_A_DAY)

_BY_AMENDMENT = "un plafond, une enveloppe ou un prix se change par un avenant, non par une décision"
WHY_NOT: Mapping[str, str] = {
    "UNKNOWN_CONVENTION": "requalifiez la saisine, ou ajoutez le fichier de la convention",
    "UNKNOWN_ASSOCIATION": "requalifiez la saisine, ou complétez le registre",
    "TARIFF_GAP": "complétez le fichier de la convention",
    "RIVAL_VERSIONS": "retirez l’une des deux livraisons (saisines deliveries withdraw)",
    "AMBIGUOUS_MATCH": "confirmez le bon rapprochement (confirm_match)",
    "FICHE_WITHOUT_SAISINE": "confirmez un rapprochement (confirm_match) ou rétablissez la saisine (register_saisine)",
    "FIRST_CONTACT_MISSING": "demandez la date à l’association",
    "MISSING_FICHE": "demandez la fiche à l’association",
    "LATE_CHANGE": "requalifiez la saisine (requalify)",
    "REFUSED": "retirez le refus (withdraw)",
    "IBAN_CHANGED": "une autre personne doit confirmer les coordonnées bancaires",
    "BAD_IDENTIFIER": "corrigez le registre",
} | dict.fromkeys(("CAP_EXCEEDED", "CAP_AMOUNT", "ENVELOPE_EXCEEDED", "ENVELOPE_CLOSED", "NO_TARIFF"), _BY_AMENDMENT)


@dataclass(frozen=True)
class Known:
    """What decisions may name: codes of conventions and of associations, and the day they are made."""

    conventions: Collection[str]
    associations: Collection[str]
    today: date

    def code(self, written: str | None) -> str | None:
        """A code as its register writes it, whatever capitals and spaces it was typed with; else as it was typed."""
        folded = sigle(written or "")
        return next((code for code in (*self.conventions, *self.associations) if sigle(code) == folded), written)


def problems(decision: Mapping[str, Any], known: Known) -> Iterator[str]:
    """Say in French all that is wrong with a decision, its columns once read (`etl.jobs.matching.decision_file.typed`).

    A reference that the journal does not hold yet is not wrong: decisions are keyed on content and may come first.
    """
    kind = decision["kind"]
    if kind not in COLUMNS:
        close = near(kind or "", tuple(COLUMNS))
        yield f"décision « {kind or ''} » inconnue{close} ; attendues : {', '.join(COLUMNS)}."
        return
    yield from _columns(decision)
    yield from _code(decision)
    yield from _named(decision, known)
    if kind == "requalify" and not any(decision[name] for name in COLUMNS["requalify"][1]):
        yield "requalify : donnez la convention, la qualité ou l’association (convention, qualite, new_association)."


def _columns(decision: Mapping[str, Any]) -> Iterator[str]:
    kind = decision["kind"]
    of_a_day = kind in {"accept", "withdraw"} and decision["code"] == OF_A_DAY
    needed, allowed = OF_A_DAY_COLUMNS if of_a_day else COLUMNS[kind]
    for name in (*needed, "author", "reason"):
        if not decision[name]:
            yield f"{kind} : {name} manque."
    used = {"kind", "author", "reason", *needed, *allowed}
    for name, value in decision.items():
        if value and name not in used:
            yield f"{kind} : {name} n’y sert à rien ; laissez cette colonne vide."


def _code(decision: Mapping[str, Any]) -> Iterator[str]:
    kind, code = decision["kind"], decision["code"]
    if not code or kind not in {"accept", "withdraw"}:
        return
    if kind == "withdraw" and code == "accept":
        yield "withdraw : nommez le code accepté, non « accept »."
    elif code in WHY_NOT:
        yield f"{code} ne s’accepte pas : {WHY_NOT[code]}."
    elif code not in ACCEPTED and (kind == "accept" or code not in COLUMNS or code == "withdraw"):
        also = tuple(COLUMNS) if kind == "withdraw" else ()
        yield f"« {code} » n’est pas un code qui s’accepte{near(code, (*ACCEPTED, *also))}."


def _named(decision: Mapping[str, Any], known: Known) -> Iterator[str]:
    convention, qualite, day = decision["convention"], decision["qualite"], decision["day"]
    if convention and convention not in known.conventions:
        yield f"convention « {convention} » inconnue{near(convention, tuple(known.conventions))}."
    if qualite and qualite not in QUALITES:
        yield f"qualité « {qualite} » inconnue ; attendues : {', '.join(QUALITES)}."
    # An association that left the register may still have written something, so only those that are seized are checked.
    for name in ("new_association", "association") if decision["kind"] == "register_saisine" else ("new_association",):
        if decision[name] and decision[name] not in known.associations:
            close = near(decision[name], tuple(known.associations))
            yield f"association « {decision[name]} » absente du registre{close}."
    if day and day > known.today:
        yield f"le {day:%d/%m/%Y} n’est pas encore passé."
