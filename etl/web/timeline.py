"""What happened to a saisine, in order of days: calls, seizures, contacts, sessions, fiches received, decisions, statements."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from etl.jobs.story.words import DECISIONS, STATUTS
from etl.model.codes import MODE_NAMES, PRESTATION_NAMES
from etl.model.money import euros

Story = Mapping[str, Any]


class Event(NamedTuple):
    """One thing that happened: its ISO day, its kind (the mark on the line), what it was."""

    day: str
    kind: str
    what: str


ORDER = ("call", "seizure", "contact", "session", "fiche", "decision", "statement")


def events(story: Story) -> list[Event]:
    """All events, the oldest first."""
    found = [*_calls(story), *_seizures(story), *_fiches(story), *_decisions(story), *_statements(story)]
    return sorted(dict.fromkeys(found), key=lambda one: (one.day, ORDER.index(one.kind)))


def _calls(story: Story) -> Iterator[Event]:
    for row in story["journal"]:
        if row["counts"]:
            what = "Appel" if row["id_appel"] else "Saisine rétablie par décision"
            yield Event(row["on"], "call", f"{what} à {row['time'][:5]}" if row["id_appel"] else what)


def _seizures(story: Story) -> Iterator[Event]:
    for row in story["seizures"]:
        name = f" {row['name']}" if row["name"] else ""
        yield Event(row["from"], "seizure", f"{row['association']}{name} saisie")


def _fiches(story: Story) -> Iterator[Event]:
    for row in story["fiches"]:
        received = row["delivery"]["received_on"]
        yield Event(received, "fiche", f"Fiche de {row['association']} reçue, version {row['version']}")
        if row["state"] not in {"only", "counts"}:
            continue
        if first := row["content"]["date_premier_contact"]:
            yield Event(first, "contact", f"Premier contact, {row['association']}")
        for one in row["sessions"]:
            hour = f" à {one['heure']}" if one["heure"] else ""
            state = STATUTS.get(one["statut"], one["statut"])
            mode = MODE_NAMES.get(one["mode"], one["mode"])
            yield Event(one["day"], "session", f"{PRESTATION_NAMES[one['prestation']]}{hour}, {mode} : {state}")


def _decisions(story: Story) -> Iterator[Event]:
    for row in story["decisions"]:
        code = f" {row['code']}" if row["code"] else ""
        yield Event(row["decided_on"], "decision", f"{DECISIONS[row['kind']].capitalize()}{code}, {row['author']}")


def _statements(story: Story) -> Iterator[Event]:
    for one in story["stated"]["statements"]:
        yield Event(one["finalised_on"], "statement", f"{one['number']} : {euros(one['total_cents'])}")
