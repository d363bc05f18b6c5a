"""`saisines ingest`: files landed, read, judged and stored; each whole or not at all, all in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from etl import settings
from etl.jobs.intake import corrections, storing
from etl.jobs.intake.incoming import Incoming
from etl.jobs.intake.ingest_told import FAILED, KNOWN, RECEIVED, FileReport, Report, as_json, told
from etl.jobs.intake.judging import Given, Judged, Progress, judge
from etl.jobs.intake.storing import Made
from etl.jobs.watching.ran import ran
from etl.model.errors import SaisinesError, UsageError
from etl.sources import inbox, landing
from etl.sources.cells import PARIS, sigle
from etl.sources.inbox import JOURNAL, Found, Unknown
from etl.sources.intake import read_content
from etl.sources.landing import Landed
from etl.sources.profile import load_profile
from etl.warehouse import deliveries
from etl.warehouse.deliveries import Delivery

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

__all__ = ["FAILED", "KNOWN", "RECEIVED", "FileReport", "Incoming", "Report", "as_json", "run", "take"]
BY_HAND = "by_hand"
READ = "read"
SOURCE = "source"


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
    from etl.warehouse.server import running

    how = received_how or (BY_HAND if received_on else READ)
    with running(home):  # without a warehouse nothing lands
        landed = _land(home, found, {one.path: (receptions or {}).get(one.path, day) for one in found}, progress)
        report = take(home, landed, at, received_how=how, secret=secret, progress=progress)
    return replace(report, unknown=unknown)


def take(
    home: Path,
    landed: Sequence[Incoming],
    at: datetime,
    *,
    received_how: str = SOURCE,
    secret: bytes | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> Report:
    """Take in files that landed already: read, judge and store them.

    Args:
        home: the folder of the state.
        landed: the files.
        at: the instant of the run.
        received_how: who says when they were received: `source`, `by_hand` or `read`.
        secret: the key of the pseudonyms; that of the settings by default.
        progress: told of the stage, what is done and the total.

    Raises:
        SaisinesError: no warehouse yet, or another key than that of the warehouse.
    """
    from etl.warehouse.server import connect

    with ran(home, "ingest", at) as counts, connect(home, role="loader") as engine:
        keys = secret or settings.pseudonym_key(), settings.storage_key()
        report = Run(engine, home, received_how, at, *keys, progress).take_in(landed)
        counts |= report.totals() | {"failed_files": len(report.failed), "corrected": report.corrected}
    return report


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


def _land(home: Path, found: Sequence[Found], receptions: Mapping[Path, date], progress: Progress) -> list[Incoming]:
    """Keep the bytes of files of the inbox; what cannot be read stays, with why."""
    incoming, key = [], settings.storage_key()
    for done, one in enumerate(found):
        progress("land", done, len(found))
        try:
            landed, failure = landing.land(home, landing.read_bytes(one.path, one.name), key), None
        except SaisinesError as error:
            landed, failure = Landed("", "", 0), error.message
        incoming.append(Incoming(one, landed, receptions[one.path], failure=failure))
    progress("land", len(found), len(found))
    return incoming


@dataclass(frozen=True)
class Run:
    """One run, with what all its steps need.

    Attributes:
        engine: of the warehouse.
        home: the folder of the state.
        received_how: who says when the files were received.
        at: the instant of the run.
        secret: the key of the pseudonyms.
        storage: the key of the landed files.
        progress: what is told of the steps.
    """

    engine: Engine
    home: Path
    received_how: str
    at: datetime
    secret: bytes
    storage: bytes
    progress: Progress

    def take_in(self, incoming: Sequence[Incoming]) -> Report:
        """Read, judge and store files."""
        with self.engine.connect() as connection:
            known = storing.known_codes(connection)
        landed = [replace(one, found=replace(one.found, origin=_origin(one.found, known))) for one in incoming]
        with self.engine.connect() as connection:
            received = deliveries.load_received(connection, [one.identity for one in landed if not one.failure])
        read = self._read(landed, received)
        given = [
            Given(place, one.found.origin, one.received_on, one.content)
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
        self._forget(landed, received)
        return report

    def _forget(self, landed: Sequence[Incoming], received: Mapping[tuple[str, str], Any]) -> None:
        """Delete again the copies of files whose own were purged: they only lay in the inbox still."""
        purged = {one.landed for one in landed if one.identity in received and not received[one.identity]["landed"]}
        for one in purged - {one.landed for one in landed if one.identity not in received}:
            landing.remove(self.home, one.path)

    def _read(self, landed: Sequence[Incoming], received: Mapping[tuple[str, str], Any]) -> list[Incoming]:
        """Read what is new, each (content, origin) once: the copy that reached the federation first."""
        seen = set(received)
        read = list(landed)
        for done, place in enumerate(sorted(range(len(landed)), key=lambda place: landed[place].received_on)):
            self.progress("read", done, len(landed))
            one = landed[place]
            if not one.failure and one.identity not in seen:
                read[place] = self._read_one(one)
            seen.add(one.identity)
        self.progress("read", len(landed), len(landed))
        return read

    def _read_one(self, one: Incoming) -> Incoming:
        content = landing.read_landed(self.home, one.landed.path, one.landed.sha256, self.storage)
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
        except Exception as error:  # ours to mend; meanwhile the other files are taken in
            fault = f"défaut du programme ({type(error).__name__}), rien n’en est pris"
            return replace(one, failure=f"{one.found.name} : {fault} ; gardez le fichier et signalez-le.")

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
        return told(read, stored, received, judged, corrected)

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
            received_on=one.received_on,
            received_how=self.received_how,
            key_id=settings.key_id(self.secret) if has_pseudonyms else None,
            failure=one.failure,
        )


def _origin(found: Found, known: Mapping[str, str]) -> str:
    """The code of an association as its register writes it; the name of a profile."""
    code = sigle(found.origin)
    return found.origin if found.kind == JOURNAL else known.get(code, code)
