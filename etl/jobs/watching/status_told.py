"""`saisines status` in French: one screen, section by section, what needs somebody at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from etl.jobs.watching.notices_told import KINDS
from etl.jobs.watching.status import STATES, Status
from etl.model.money import euros
from etl.model.quarter import PARIS

WIDTH = 14
RUN_STATES = {
    "success": "terminé",
    "failed": "ÉCHEC",
    "running": "en cours",
    "queued": "en attente",
    None: "jamais passé",
}
JOBS = {
    "ingest": "réception",
    "reconcile": "rapprochement",
    "draft": "brouillons",
    "finalise": "finalisation",
    "pay": "virements",
    "watch": "veille",
    "notice": "courriels",
    "report": "comptes rendus",
    "remind": "rappels",
    "tidy": "ménage",
}
STATE_NAMES = dict(zip(STATES, ("brouillon", "soumis", "approuvé", "finalisé"), strict=True))
HOUSE = {
    "COMPONENT_DOWN": "Un composant d’Airflow est arrêté : « saisines down », puis « saisines up »",
    "DISK_FULL": "Disque presque plein",
    "NOTICES_WAIT": "Avis non envoyés depuis plus d’un jour : connexion smtp_default, adresses SAISINES_MAIL_…",
}


def lines(status: Status) -> Iterator[str]:
    """The screen."""
    facts = status.facts
    yield f"Saisines, le {_instant(status.at, status.at)}"
    yield from _section("Airflow", [_components(facts)])
    yield from _section("DAG", [_dag(row, status.at) for row in facts["dags"]])
    yield from _section("Travaux", [_job(row, status.at) for row in facts["jobs"]])
    yield from _section("Reçu", [*_received(facts, status.at), _quarantine(facts)])
    yield from _section("Journal", _gaps(facts["gaps"]))
    yield from _section("Relevés", [_statements(row) for row in facts["statements"]])
    yield from _section("Enveloppes", [_envelope(row) for row in facts["envelopes"]])
    yield from _section("Avis", [_notices(facts["notices"], status.at)])
    yield from _section(
        "Sauvegarde", [f"la dernière {_ago(facts['backup_at'], status.at)}" if facts["backup_at"] else "aucune"]
    )
    yield from _section("Disque", [_disk(facts["disk"])])
    yield ""
    yield from _wanting(status.wanting)


def _section(title: str, rows: list[str]) -> Iterator[str]:
    for place, row in enumerate(rows):
        yield f"  {title if place == 0 else '':<{WIDTH}}{row}"


def _components(facts: Mapping[str, Any]) -> str:
    down = [name for name, alive in facts["components"].items() if not alive]
    if len(down) == len(facts["components"]):
        return "arrêté sur cette machine (« saisines up »)"
    return "en marche" if not down else f"ARRÊTÉS : {', '.join(down)}"


def _dag(row: Mapping[str, Any], at: datetime) -> str:
    state, ended = ("failed", row["failed_at"]) if row["failed_at"] else (row["state"], row["ended_at"])
    last = f"{RUN_STATES.get(state, state)} {_ago(ended, at) if ended else ''}".strip()
    following = "en pause" if row["is_paused"] else f"prochain {_instant(row['next_at'], at)}" if row["next_at"] else ""
    return f"{row['dag_id']:<22}{last:<28}{following}".rstrip()


def _job(row: Mapping[str, Any], at: datetime) -> str:
    name, seconds = JOBS.get(row["job"], row["job"]), row["duration_ms"] / 1000
    took = f"{_ago(row['ran_at'], at)}, en {seconds:.1f} s".replace(".", ",")
    good = (
        ""
        if row["outcome"] == "done"
        else f"ÉCHEC ; le dernier bon {_ago(row['done_at'], at) if row['done_at'] else ': jamais'}"
    )
    return f"{name:<22}{took:<28}{good}".rstrip()


def _received(facts: Mapping[str, Any], at: datetime) -> Iterator[str]:
    for row in facts["received"]:
        until = f", raconte jusqu’au {row['until_on']:%d/%m/%Y}" if row["until_on"] else ""
        yield f"{row['kind']:<22}{row['delivery_count']} livraison(s), la dernière le {row['received_on']:%d/%m/%Y}{until}"
    for row in facts["sources"]:
        yield f"source {row['source']:<15}lue en entier {_ago(row['pulled_at'], at) if row['pulled_at'] else ': jamais'}"


def _quarantine(facts: Mapping[str, Any]) -> str:
    rows = facts["quarantine"]
    waiting = f"{rows['rows']} ligne(s) de {rows['deliveries']} livraison(s)" if rows["rows"] else "vide"
    files = f" ; {facts['refused_files']} fichier(s) illisible(s)" if facts["refused_files"] else ""
    held = f" ; {facts['held_files']} fichier(s) retenu(s)" if facts["held_files"] else ""
    return f"{'quarantaine':<22}{waiting}{files}{held}"


def _gaps(days: list[date]) -> list[str]:
    shown = ", ".join(f"{day:%d/%m/%Y}" for day in days[:5])
    return (
        [f"{len(days)} jour(s) sans appel à expliquer : {shown}{'…' if len(days) > 5 else ''}"]
        if days
        else ["sans trou"]
    )


def _statements(row: Mapping[str, Any]) -> str:
    counts = [f"{row[state]} {STATE_NAMES[state]}(s)" for state in STATES if row[state]]
    counts += [f"{row['parked']} parqué(s)"] if row["parked"] else []
    return f"{row['quarter']:<22}{', '.join(counts)}"


def _envelope(row: Mapping[str, Any]) -> str:
    share = 100 * row["stated_cents"] // row["amount_cents"] if row["amount_cents"] else 0
    reached = f" ; un brouillon atteint {row['reached_percent']} %" if row["reached_percent"] else ""
    name, stated = f"{row['convention']} {row['year']}", euros(row["stated_cents"])
    return f"{name:<22}{stated} relevés sur {euros(row['amount_cents'])} ({share} %){reached}"


def _notices(facts: Mapping[str, Any], at: datetime) -> str:
    if not facts["untold"]:
        return "tous envoyés"
    nobody = f" ; sans adresse : {', '.join(facts['without_address'])}" if facts["without_address"] else ""
    return f"{facts['untold']} à envoyer, le plus ancien {_ago(facts['oldest_at'], at)}{nobody}"


def _disk(disk: Mapping[str, int]) -> str:
    return f"base {_bytes(disk['database'])}, fichiers reçus {_bytes(disk['landed'])}, libre {_bytes(disk['free'])} sur {_bytes(disk['total'])}"


def _wanting(wanting: Mapping[str, int]) -> Iterator[str]:
    if not wanting:
        yield "Tout va bien : rien n’attend personne."
        return
    yield "À faire :"
    for code, count in wanting.items():
        kind = KINDS.get(code)
        yield f"  – {kind.title} : {count}. {kind.mend}".rstrip() if kind else f"  – {HOUSE[code]}."


def _bytes(count: int) -> str:
    for unit in ("o", "Ko", "Mo"):
        if count < 1024:
            return f"{count} {unit}"
        count //= 1024
    return f"{count} Go"


def _instant(then: datetime, at: datetime) -> str:
    local = then.astimezone(PARIS)
    return (
        f"{local:%H h %M}"
        if local.date() == at.astimezone(PARIS).date() and then != at
        else f"{local:%d/%m/%Y à %H h %M}"
    )


def _ago(then: datetime, at: datetime) -> str:
    minutes = max(0, int((at - then).total_seconds() // 60))
    if minutes < 60:
        return f"il y a {minutes} min"
    return f"il y a {minutes // 60} h" if minutes < 48 * 60 else f"il y a {minutes // 1440} jours"
