"""rules.md §4: which fiche counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .base import add_months, hour_order, minutes
from .matching import Match
from .saisines import Saisine, Seizure
from .world import Row, World

VALUES = (
    "layout",
    "version",
    "date_saisine",
    "convention",
    "qualite",
    "departement",
    "tentatives",
    "date_premier_contact",
    "issue",
    "nb_psy",
    "nb_jur",
    "nb_soc",
    "memo_de_vie",
    "date_cloture",
    "date_signature",
)
NATURES = ("psy", "jur", "soc")


@dataclass
class Version:
    """One row of a fiche with its sessions."""

    row: Row
    sessions: list[Row]
    repaired: bool
    received_on: date = date.max

    @property
    def content(self) -> tuple:
        values = tuple(repr(self.row[name]) for name in VALUES)
        return values, tuple(sorted(_session_values(s) for s in self.sessions))

    @property
    def undated(self) -> bool:
        return self.row["layout"] == "bordereau"

    def declared(self, nature: str) -> int | None:
        return self.row[f"nb_{nature}"]


@dataclass
class Group:
    """The fiche of one association, linked ones included, on one saisine: its versions and the one that counts."""

    key: str | None
    seizures: list[Seizure]
    versions: list[Version] = field(default_factory=list)
    counting: Version | None = None
    set_aside: bool = False
    sessions: list[Any] = field(default_factory=list)
    acts: str = ""
    sender: str = ""

    @property
    def fiche(self) -> Version | None:
        """The counting fiche, unless it is set aside."""
        return None if self.set_aside else self.counting

    @property
    def code(self) -> str:
        """The last association seized among those linked: the code that discrepancies bear."""
        return self.seizures[-1].association

    def issue_is(self, issue: str) -> bool:
        return self.fiche is not None and self.fiche.row["issue"] == issue


def _session_values(s: Row) -> tuple:
    return (s["day"], s["heure"] or "", s["nature"], s["mode"], s["statut"])


def build(world: World, saisines: dict[str, Saisine], matches: list[Match]) -> None:
    """Give each saisine its groups, in order of first seizure, each with its counting version."""
    for saisine in saisines.values():
        for seizure in saisine.seizures:
            key = world.end_of_chain(seizure.association)
            saisine.groups.setdefault(key, Group(key, [])).seizures.append(seizure)
        _group(world, saisine, [m for m in matches if m.saisine is saisine])
        _qualite(saisine)
        for group in saisine.groups.values():
            _report_fiche(world, saisine, group)
        _report_missing(world, saisine)


def _group(world: World, s: Saisine, matches: list[Match]) -> None:
    strangers: dict[str | None, Group] = {}
    for match in matches:
        key = world.end_of_chain(match.fiche["association"])
        group = s.groups.get(key) or strangers.setdefault(key, Group(key, []))
        group.versions.append(_version(world, match))
    s.strangers = list(strangers.values())
    for group in s.strangers:
        _wrong_association(world, s, group)
    for group in s.groups.values():
        _choose(world, s, group)


def _version(world: World, match: Match) -> Version:
    sessions = [row for row in world["session"] if row["fiche_group_id"] == match.fiche["fiche_group_id"]]
    sessions.sort(key=lambda row: row["row_number"])
    return Version(match.fiche, sessions, match.how == "repaired", match.fiche["received_on"])


def _wrong_association(world: World, s: Saisine, group: Group) -> None:
    """A fiche from an association never seized; accepted, it is the last seized association's."""
    group.counting, _, _ = counting(group.versions)
    for sender in sorted(_senders(group)):
        world.report("WRONG_ASSOCIATION", "B", s, sender)
    accepted = world.accepted_on(s.reference, "WRONG_ASSOCIATION", str(group.key), acts_fingerprint(group.counting))
    if accepted and s.seizures:
        s.groups[world.end_of_chain(s.last_seized)].versions += group.versions


def _senders(group: Group) -> set[str]:
    """The sender of the version that counts; of the rivals, all."""
    if group.counting:
        return {group.counting.row["association"]}
    latest = max((v.row["version"], v.received_on) for v in group.versions)
    return {v.row["association"] for v in group.versions if (v.row["version"], v.received_on) == latest}


def _choose(world: World, s: Saisine, group: Group) -> None:
    group.counting, rival, revised = counting(group.versions)
    group.acts = acts_fingerprint(group.counting)
    group.sender = str(world.end_of_chain(group.counting.row["association"]) if group.counting else group.key)
    if rival:
        group.set_aside = True
        world.report("RIVAL_VERSIONS", "B", s, group.code)
    elif revised:
        world.report("REVISED_WITHOUT_VERSION", "W", s, group.code)
    if group.counting and no_show_with_sessions(group.counting):
        world.report("NO_SHOW_AND_SESSIONS", "B", s, group.code)
        group.set_aside = not world.accepted_on(s.reference, "NO_SHOW_AND_SESSIONS", group.sender, group.acts)


def counting(versions: list[Version]) -> tuple[Version | None, bool, bool]:
    """The version that counts, whether it has rivals, whether it was revised under one number."""
    if not versions:
        return None, False, False
    highest = max(v.row["version"] for v in versions)
    first: dict[tuple, Version] = {}
    for version in sorted((v for v in versions if v.row["version"] == highest), key=_arrival):
        first.setdefault(version.content, version)
    latest = max(v.received_on for v in first.values())
    last = [v for v in first.values() if v.received_on == latest]
    return (None, True, False) if len(last) > 1 else (last[0], False, len(first) > 1)


def _arrival(version: Version) -> tuple:
    """Reception, then the sessions as they stand and the sender: never the order of loading."""
    return (
        version.received_on,
        [_session_values(s) for s in version.sessions],
        version.row["association"],
        version.repaired,
    )


def no_show_with_sessions(version: Version) -> bool:
    if version.row["issue"] != "injoignable":
        return False
    if version.undated:
        return any(version.declared(nature) for nature in NATURES)
    return any(s["statut"] == "honore" for s in version.sessions)


def acts_fingerprint(version: Version | None) -> str:
    """What a counting version states as acts: (prestation, date, `statut`, number), as a sorted text; "" without one.

    The first acts are of the issue: `PEC` with `date_premier_contact`, `CAR` with `date_cloture`, else the issue
    itself. Then each nature with its declared number, and each dated session with its n-th.
    """
    if version is None:
        return ""
    row = version.row
    dates = {"pris_en_charge": row["date_premier_contact"], "injoignable": row["date_cloture"]}
    name = {"pris_en_charge": "PEC", "injoignable": "CAR"}.get(row["issue"], "-")
    acts = [(name, str(dates.get(row["issue"])), row["issue"], 1)]
    acts += [
        (n.upper(), "", "", (version.declared(n) or 0) if version.undated else version.declared(n)) for n in NATURES
    ]
    if not version.undated:
        acts += [(s["nature"].upper(), str(s["day"]), s["statut"], nth) for s, nth in numbered(version)]
    return ";".join(sorted("|".join(map(str, act)) for act in acts))


def numbered(version: Version) -> list[tuple[Row, int]]:
    """The dated sessions with their n-th among all of that nature and date, by hour (none first) and row."""
    counts: dict[tuple, int] = {}
    out = []
    for s in sorted(version.sessions, key=lambda s: (s["day"], hour_order(minutes(s["heure"])), s["row_number"])):
        key = (s["nature"], s["day"])
        counts[key] = counts.get(key, 0) + 1
        out.append((s, counts[key]))
    return out


# --- what a fiche says otherwise -------------------------------------------------------------------------------------


def _qualite(s: Saisine) -> None:
    """A qualité that the journal never gives is that of the first counting fiche that gives one."""
    if s.qualite is None:
        given = [g.fiche.row["qualite"] for g in s.groups.values() if g.fiche and g.fiche.row["qualite"]]
        s.qualite = given[0] if given else None


def _report_fiche(world: World, s: Saisine, group: Group) -> None:
    if group.counting is None:
        return
    row = group.counting.row
    if group.counting.repaired:
        world.report("REFERENCE_REPAIRED", "W", s, group.code)
    if s.convention and row["convention"] not in (None, s.convention):
        world.report("CONVENTION_MISMATCH", "W", s, group.code)
    from_fiche = not s.journal_qualite and not world.requalified(s.reference, "qualite")
    if not from_fiche and row["qualite"] not in (None, s.qualite):
        world.report("QUALITE_MISMATCH", "W", s, group.code)
    if row["issue"] == "soutien_impossible":
        world.report("SUPPORT_IMPOSSIBLE", "H", s, group.code)


def _report_missing(world: World, s: Saisine) -> None:
    if any(group.versions for group in s.groups.values()):
        return
    tariff = world.tariff(s.convention, s.opened_on)
    months = tariff["forclusion_mois"] if tariff else None
    if months is not None and add_months(s.opened_on, months) < world.cutoff:
        world.report("CLOSED_NO_RETURN", "I", s, s.last_seized)
    else:
        world.report("MISSING_FICHE", "H", s, s.last_seized)
