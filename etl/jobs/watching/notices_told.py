"""Notices in French, for mail: counts, days, codes and where to look. Nothing here can name a person, a file or a saisine."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from etl.model.money import euros
from etl.warehouse.query import Row

SHOWN = 20  # lines of one kind in a message; the others are counted
Detail = Mapping[str, Any]


@dataclass(frozen=True)
class Kind:
    """How one kind of notice is told.

    Attributes:
        title: above its lines.
        line: one notice.
        page: of the desk, where it is dealt with.
        mend: what to do, when the desk has no page for it.
    """

    title: str
    line: Callable[[Detail], str]
    page: str = ""
    mend: str = ""


def _day(text: str) -> str:
    return f"{date.fromisoformat(text):%d/%m/%Y}"


def _source(detail: Detail) -> str:
    return {"journal": "journal", "fiches": "fiches"}[detail["kind"]]


def _codes(detail: Detail) -> str:
    return ", ".join(f"{code} × {count}" for code, count in sorted(detail["codes"].items()))


def _statement(detail: Detail) -> str:
    return f"{detail['convention']} {detail['quarter']}"


KINDS: dict[str, Kind] = {
    "DELIVERY_REFUSED": Kind(
        "Livraisons refusées",
        lambda d: f"{_source(d)}, origine {d['origin']}, reçue le {_day(d['day'])}",
        "/livraisons",
        "« saisines deliveries list » dit lesquelles et pourquoi ; corriger le fichier et le redéposer.",
    ),
    "ROWS_REFUSED": Kind(
        "Lignes en quarantaine",
        lambda d: f"livraison {d['delivery']} ({_source(d)}, origine {d['origin']}) : {d['rows']} ligne(s) : {_codes(d)}",
        "/quarantaine",
        "« saisines quarantine export » rend à chaque association ses lignes à corriger.",
    ),
    "FILE_HELD": Kind(
        "Fichiers retenus",
        lambda d: f"{_source(d)}, reçu le {_day(d['day'])}",
        "",
        "« saisines sources held » les montre ; « attribute » ou « discard » dit de qui ils sont.",
    ),
    "BACKUP_OLD": Kind(
        "Sauvegarde absente ou trop ancienne",
        lambda d: f"la dernière est du {_day(d['day'])}" if d["day"] else "aucune",
        "",
        "Voir la sauvegarde planifiée ; à la main : « saisines backup ».",
    ),
    "JOURNAL_GAP": Kind(
        "Jours sans journal", lambda d: _day(d["day"]), "/ecarts",
        "Demander l’export de ces jours ; à défaut, accepter chaque jour (« saisines decide accept --code JOURNAL_GAP »).",
    ),
    "SOURCE_SILENT": Kind(
        "Sources muettes",
        lambda d: f"{_source(d)} : rien depuis le {_day(d['since'])} ({d['days']} jours)",
        "/livraisons",
        "Vérifier que la source dépose encore, et que l’ingestion passe.",
    ),
    "SUPPORT_IMPOSSIBLE": Kind(
        "Soutiens impossibles",
        lambda d: f"signalé par {d['association']}",
        "/soutiens-impossibles",
        "Le psychologue référent oriente la personne autrement.",
    ),
    "PARKED": Kind(
        "Conventions parquées",
        lambda d: f"{_statement(d)} : {_codes(d)}",
        "/releves",
        "Le relevé ne peut pas être finalisé avant ; les autres conventions continuent.",
    ),
    "TO_APPROVE": Kind("Relevés à approuver", lambda d: f"{_statement(d)} : {euros(d['total_cents'])}", "/releves"),
    "TO_FINALISE": Kind("Relevés approuvés, à finaliser", lambda d: f"{_statement(d)} : {euros(d['total_cents'])}", "/releves"),
    "ENVELOPE": Kind(
        "Enveloppes", lambda d: f"{d['convention']} {d['year']} : {d['percent']} % atteints", "/",
        "Au-delà de 100 %, les actes ne sont plus payés (ENVELOPE_EXCEEDED).",
    ),
    "NOT_RECONCILED": Kind(
        "Rapprochement en retard", lambda d: f"des lignes reçues le {_day(d['since'])} ne sont pas rapprochées", "",
        "Voir le DAG reconcile ; « saisines reconcile » fait le même travail.",
    ),
    "DRAFT_MISSING": Kind(
        "Brouillons manquants", lambda d: f"{_statement(d)}, arrêté du {_day(d['cutoff'])}", "/releves",
        "Voir le DAG settle_quarter, ou l’établir : « saisines draft TRIMESTRE --convention CODE ».",
    ),
    "UNSIGNED": Kind(
        "Relevés en attente", lambda d: f"{_statement(d)} : {d['status']}, {d['days']} jours après l’arrêté", "/releves"
    ),
    "RUN_LATE": Kind("Exécutions trop longues", lambda d: d["dag"], "", "Voir l’exécution en cours dans Airflow."),
    "DAG_FAILED": Kind("Exécutions en échec", lambda d: d["dag"], "", "La raison est dans le journal de la tâche, dans Airflow."),
    "DAG_SILENT": Kind("Exécutions attendues, jamais créées", lambda d: d["dag"], "", "Vérifier l’ordonnanceur : « saisines status »."),
}  # fmt: skip


def subject_of(rows: Sequence[Row]) -> str:
    """The subject: how many things, of which kinds."""
    titles = list(dict.fromkeys(KINDS[row["kind"]].title.lower() for row in rows))
    more = f" et {len(titles) - 3} autre(s)" if len(titles) > 3 else ""
    return f"[Saisines] {len(rows)} point(s) à voir : {', '.join(titles[:3])}{more}"


def text_of(role: str, rows: Sequence[Row], desk: str | None) -> str:
    """The message: each kind with its lines, what to do, and the page of the desk."""
    parts = [f"À l’attention de : {role}."]
    for name, kind in KINDS.items():
        lines = [f"– {kind.line(row['detail'])}" for row in rows if row["kind"] == name]
        if lines:
            parts.append("\n".join([f"{kind.title} : {len(lines)}", *_short(lines), *_next(kind, desk)]))
    parts.append(
        "Message automatique de Saisines : rien n’est répété tant que rien ne change. Aucune donnée personnelle ici."
    )
    return "\n\n".join(parts)


def _short(lines: list[str]) -> list[str]:
    """The lines, those that say the same counted together, and no more than a reader reads."""
    unique = {line: lines.count(line) for line in dict.fromkeys(lines)}
    told = [line if count == 1 else f"{line} (× {count})" for line, count in unique.items()]
    return told if len(told) <= SHOWN else [*told[:SHOWN], f"… et {len(told) - SHOWN} autres"]


def _next(kind: Kind, desk: str | None) -> list[str]:
    return [part for part in (kind.mend, f"{desk}{kind.page}" if desk and kind.page else "") if part]
