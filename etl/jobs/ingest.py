"""`saisines ingest`: files landed, read, judged and stored; each whole or not at all, all in one transaction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl import settings
from etl.jobs import corrections, storing
from etl.jobs.judging import Given, Judged, Progress, judge
from etl.jobs.storing import Made, Stored
from etl.model.errors import SaisinesError, UsageError
from etl.sources import inbox, landing
from etl.sources.cells import PARIS, sigle
from etl.sources.inbox import JOURNAL, Found, Unknown
from etl.sources.intake import Content, read_content
from etl.sources.landing import Landed
from etl.sources.profile import load_profile
from etl.warehouse import deliveries
from etl.warehouse.deliveries import Delivery

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

RECEIVED = "recu"
KNOWN = "deja_recu"
FAILED = "echec"
BY_HAND = "by_hand"
READ = "read"


@dataclass(frozen=True)
class FileReport:
    """What became of a file, with its control totals: read = accepted + rejected + duplicate + ignored.

    Attributes:
        name: what people know it by.
        kind: `journal` or `fiches`.
        origin: the association's code, or the source profile.
        status: `recu`, `deja_recu` (same bytes, same origin: nothing changed) or `echec`.
        delivery_id: of the warehouse, also of the earlier delivery it repeats.
        reasons: how many rows were refused for each code.
        failure: why it failed, in French.
    """

    name: str
    kind: str
    origin: str
    status: str
    delivery_id: int | None = None
    read: int = 0
    accepted: int = 0
    rejected: int = 0
    duplicate: int = 0
    ignored: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    failure: str | None = None


@dataclass(frozen=True)
class Report:
    """What a run did.

    Attributes:
        files: in the order in which they were given.
        unknown: files that are neither journal nor fiches, and why.
        corrected: how many rows refused before were accepted now, from a corrected file.
    """

    files: Sequence[FileReport]
    unknown: Sequence[Unknown] = ()
    corrected: int = 0

    @property
    def failed(self) -> list[FileReport]:
        """The files that were not taken in."""
        return [file for file in self.files if file.status == FAILED]

    @property
    def changed(self) -> bool:
        """Whether anything was taken in."""
        return any(file.status == RECEIVED for file in self.files)

    def totals(self) -> dict[str, int]:
        """The control totals of the files taken in, added up."""
        taken = [file for file in self.files if file.status == RECEIVED]
        names = ("read", "accepted", "rejected", "duplicate", "ignored")
        return {"files": len(taken)} | {name: sum(getattr(file, name) for file in taken) for name in names}


@dataclass(frozen=True)
class Incoming:
    """A file on its way in: where it lies, where it landed, what it holds or why it failed."""

    found: Found
    landed: Landed
    content: Content | None = None
    failure: str | None = None

    @property
    def identity(self) -> tuple[str, str]:
        """What makes it the same delivery: its bytes and its origin."""
        return self.landed.sha256, self.found.origin


def as_json(report: Report) -> dict[str, Any]:
    """The report as data, for `--json`."""
    return {
        "files": [asdict(file) for file in report.files],
        "unknown": [asdict(file) for file in report.unknown],
        "corrected": report.corrected,
        "totals": report.totals(),
    }


def run(
    home: Path,
    paths: Sequence[Path],
    at: datetime,
    *,
    profile: str | None = None,
    received_on: date | None = None,
    received_how: str | None = None,
    receptions: Mapping[Path, date] | None = None,
    secret: bytes | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> Report:
    """Take files in.

    Args:
        home: the folder of the state.
        paths: folders that hold `journal/` and `fiches/<code>/`, or single files.
        at: the instant of the run.
        profile: the source profile of the journals; the platform's by default.
        received_on: the day on which the files reached the federation; that of the run by default.
        received_how: `source` when the mail server or SFTP says so; else `by_hand` or `read` follow from the above.
        receptions: the day of each file, where the source gives one a file; the others have that of the run.
        secret: the key of the pseudonyms; that of the settings by default.
        progress: told of the stage (`land`, `read`, `judge`, `save`), what is done and the total.

    Raises:
        SaisinesError: nothing to read, a path that does not exist, a reception in the future, another key.
    """
    day = _reception(received_on, at)
    load_profile(profile) if profile else None
    found, unknown = inbox.find(paths, profile)
    if not found:
        raise SaisinesError(_nothing(paths, unknown))
    from etl.warehouse.server import connect

    with connect(home) as engine:
        how = received_how or (BY_HAND if received_on else READ)
        run_ = Run(engine, home, day, how, receptions or {}, at, secret or settings.pseudonym_key(), progress)
        return replace(run_.take_in(found), unknown=unknown)


def _reception(received_on: date | None, at: datetime) -> date:
    today = at.astimezone(PARIS).date()
    if received_on and received_on > today:
        raise UsageError(
            f"--received-on {received_on.isoformat()} est dans le futur ; la réception ne peut suivre la lecture."
        )
    return received_on or today


def _nothing(paths: Sequence[Path], unknown: Sequence[Unknown]) -> str:
    if unknown:
        return f"{unknown[0].name} : {unknown[0].why}."
    places = ", ".join(map(str, paths))
    return f"{places} : aucun fichier à lire ; déposez les journaux dans journal/ et les fiches dans fiches/<code>/."


@dataclass(frozen=True)
class Run:
    """One run, with what all its steps need.

    Attributes:
        engine: of the warehouse.
        home: the folder of the state.
        received_on: the reception of the files of the run that have none of their own.
        received_how: who says so.
        receptions: the reception of each file, by its path.
        at: the instant of the run.
        secret: the key of the pseudonyms.
        progress: what is told of the steps.
    """

    engine: Engine
    home: Path
    received_on: date
    received_how: str
    receptions: Mapping[Path, date]
    at: datetime
    secret: bytes
    progress: Progress

    def take_in(self, found: Sequence[Found]) -> Report:
        """Land, read, judge and store files."""
        with self.engine.connect() as connection:
            known = storing.known_codes(connection)
        landed = self._land([replace(one, origin=_origin(one, known)) for one in found])
        with self.engine.connect() as connection:
            received = deliveries.load_received(connection, [one.identity for one in landed if not one.failure])
        read = self._read(landed, received)
        given = [
            Given(place, one.found.origin, self._received_on(one), one.content)
            for place, one in enumerate(read)
            if one.content
        ]
        judged = (
            judge(sorted(given, key=lambda one: (one.received_on, read[one.delivery].identity)), known, self.progress)
            if given
            else None
        )
        self.progress("save", 0, 1)
        with self.engine.begin() as connection:
            report = self._save(connection, read, judged)
        self.progress("save", 1, 1)
        return report

    def _land(self, found: Sequence[Found]) -> list[Incoming]:
        incoming = []
        for done, one in enumerate(found):
            self.progress("land", done, len(found))
            try:
                content = landing.read_bytes(one.path, one.name)
            except SaisinesError as error:
                incoming.append(Incoming(one, Landed("", "", 0), failure=error.message))
                continue
            incoming.append(Incoming(one, landing.land(self.home, content)))
        self.progress("land", len(found), len(found))
        return incoming

    def _read(self, landed: Sequence[Incoming], received: Mapping[tuple[str, str], Any]) -> list[Incoming]:
        """Read what is new, each (content, origin) once: the copy that reached the federation first."""
        seen = set(received)
        read = list(landed)
        for done, place in enumerate(sorted(range(len(landed)), key=lambda place: self._received_on(landed[place]))):
            self.progress("read", done, len(landed))
            one = landed[place]
            if not one.failure and one.identity not in seen:
                read[place] = self._read_one(one)
            seen.add(one.identity)
        self.progress("read", len(landed), len(landed))
        return read

    def _read_one(self, one: Incoming) -> Incoming:
        content = landing.read_landed(self.home, one.landed.path, one.landed.sha256)
        try:
            if content is None:
                raise SaisinesError(
                    f"{one.found.name} : la copie reçue est abîmée ; vérifiez le disque et recommencez."
                )
            return replace(
                one, content=read_content(content, one.found.name, one.found.kind, one.found.origin, self.secret)
            )
        except SaisinesError as error:
            return replace(one, failure=error.message)

    def _save(self, connection: Connection, read: Sequence[Incoming], judged: Judged | None) -> Report:
        """Store a run, in its transaction; nothing of a file that another run took in meanwhile."""
        storing.lock(connection)
        if any(one.content and one.found.kind == JOURNAL for one in read):
            deliveries.check_key(connection, settings.key_id(self.secret))
        received = deliveries.load_received(connection, [one.identity for one in read if not one.failure])
        made = {
            place: Made(self._delivery(one), one.content)
            for place, one in enumerate(read)
            if one.content is not None and one.identity not in received
        }
        stored, corrected = storing.Stored(), 0
        if judged and made:
            waiting = corrections.load_waiting(connection)
            stored = storing.save(connection, made, judged, self.at)
            corrected = corrections.link(connection, waiting, stored, self.at)
        storing.save_failures(
            connection, [self._delivery(one) for one in read if one.failure and one.landed.sha256], self.at
        )
        reasons = _reasons(judged)
        return Report(
            [_reported(place, read, stored, received, reasons) for place in range(len(read))], corrected=corrected
        )

    def _received_on(self, one: Incoming) -> date:
        return self.receptions.get(one.found.path, self.received_on)

    def _delivery(self, one: Incoming) -> Delivery:
        has_pseudonyms = one.found.kind == JOURNAL and not one.failure
        return Delivery(
            sha256=one.landed.sha256,
            origin=one.found.origin,
            kind=one.found.kind,
            layout=one.content.layout if one.content else None,
            file_name=one.found.name,
            landed=one.landed.path,
            size_bytes=one.landed.size,
            received_on=self._received_on(one),
            received_how=self.received_how,
            key_id=settings.key_id(self.secret) if has_pseudonyms else None,
            failure=one.failure,
        )


def _origin(found: Found, known: Mapping[str, str]) -> str:
    """The code of an association as its register writes it; the name of a profile."""
    code = sigle(found.origin)
    return found.origin if found.kind == JOURNAL else known.get(code, code)


def _reasons(judged: Judged | None) -> dict[int, Counter[str]]:
    reasons: dict[int, Counter[str]] = {}
    for row in judged.refused if judged else ():
        reasons.setdefault(row.delivery, Counter()).update(row.codes)
    return reasons


def _reported(
    place: int,
    read: Sequence[Incoming],
    stored: Stored,
    received: Mapping[tuple[str, str], Mapping[str, Any]],
    reasons: Mapping[int, Counter[str]],
) -> FileReport:
    """Say what became of a file; one that was given twice in a run is known the second time."""
    one = read[place]
    first = next(
        (n for n, its in enumerate(read) if its.identity == one.identity and (its.content or its.failure)), place
    )
    failure = read[first].failure or one.failure
    base = FileReport(one.found.name, one.found.kind, one.found.origin, FAILED, failure=failure)
    if failure:
        return base
    if place in stored.ids:
        made = stored.deliveries[place]
        return replace(
            base,
            status=RECEIVED,
            delivery_id=stored.ids[place],
            read=made.rows_read,
            accepted=made.rows_accepted,
            rejected=made.rows_rejected,
            duplicate=made.rows_duplicate,
            ignored=made.rows_ignored,
            reasons=dict(sorted(reasons.get(place, Counter()).items())),
        )
    known = received.get(one.identity)
    return replace(base, status=KNOWN, delivery_id=known["delivery_id"] if known else stored.ids.get(first))
