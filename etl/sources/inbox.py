"""What an inbox holds: which files are journals, which are fiches and whose, and which are neither."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from etl.model.errors import SaisinesError
from etl.model.text import normalise
from etl.sources import journal, landing, profile
from etl.sources.cells import sigle

JOURNAL = "journal"
FICHES = "fiches"
READABLE = {".csv", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}

# What systems leave beside people's files; nobody wants to hear of them.
_LITTER = re.compile(
    r"\..*|~\$.*|Thumbs\.db|desktop\.ini|__MACOSX|LISEZMOI.*|README.*|.*\.(filepart|part|partial|tmp)", re.IGNORECASE
)
_CODE = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,19}")


@dataclass(frozen=True)
class Found:
    """A file to read.

    Attributes:
        path: where it is.
        name: what people know it by: its path below the folder that was given.
        kind: `journal` or `fiches`.
        origin: the association's code, or the name of the source profile.
    """

    path: Path
    name: str
    kind: str
    origin: str


@dataclass(frozen=True)
class Unknown:
    """A file that is not read, and why, in French."""

    name: str
    why: str


def find(paths: Iterable[Path], profile_name: str | None = None) -> tuple[list[Found], list[Unknown]]:
    """Look through folders (`journal/…`, `fiches/<code>/…`) and single files.

    Args:
        paths: as people give them.
        profile_name: the source profile of the journals, the platform's by default.

    Raises:
        SaisinesError: a path does not exist.
    """
    found: list[Found] = []
    unknown: list[Unknown] = []
    for path in paths:
        if not path.exists():
            raise SaisinesError(
                f"{path} : introuvable ; donnez un dossier qui contient journal/ et fiches/<code>/, ou un fichier."
            )
        for each in files(path):
            base = path if path.is_dir() else path.parent
            result = _placed(each, base, profile_name, alone=path.is_file())
            if isinstance(result, Found):
                found.append(result)
            else:
                unknown.append(result)
    return found, unknown


def is_litter(name: str) -> bool:
    """Whether a file is what systems leave beside people's, or is still being written."""
    return _LITTER.fullmatch(name) is not None


def files(path: Path) -> Iterator[Path]:
    """The files of a folder and below, in order, without what systems leave there.

    What is neither a file nor a folder that can be looked into (a broken link, a pipe) is given too: who asks is told.
    """
    try:
        inside = sorted(path.iterdir()) if path.is_dir() else None
    except OSError:
        inside = None
    if inside is None:
        yield path
        return
    for each in inside:
        if not is_litter(each.name) and not (each.is_symlink() and each.is_dir()):
            yield from files(each)


def _placed(file: Path, base: Path, profile_name: str | None, *, alone: bool) -> Found | Unknown:
    """Tell what a file is, by the folders it lies in; a single journal by its profile or its header."""
    name = _shown(file.name if alone else file.relative_to(base).as_posix())
    if not file.is_file():
        return Unknown(name, "ni un fichier ni un dossier qui s’ouvre ; ôtez ce lien, ou donnez-y le droit de lecture")
    folders = file.absolute().parts[:-1]
    if file.suffix.casefold() not in READABLE:
        wanted = "un journal est un .csv, une fiche un .xlsx, .ods ou .csv"
        return Unknown(name, f"format {_shown(file.suffix) or 'sans extension'} non lu ; {wanted}")
    place = next((n for n in range(len(folders) - 1, -1, -1) if folders[n].casefold() in (JOURNAL, FICHES)), None)
    kind = folders[place].casefold() if place is not None else None
    if place is not None and kind == FICHES and not (alone and profile_name):
        return _fiche(file, name, folders[place + 1] if place + 1 < len(folders) else "")
    if kind == JOURNAL or (alone and (profile_name or _looks_like_journal(file))):
        return Found(file, name, JOURNAL, profile_name or profile.PLATFORM)
    if alone:
        return _fiche(file, name, folders[-1])
    return Unknown(name, "hors de journal/ et de fiches/<code>/ ; déplacez-le dans l’un des deux")


def _shown(name: str) -> str:
    """A name as one line that can be stored, its accents read as Windows writes them where they are no UTF-8."""
    written = os.fsencode(name)
    try:
        return normalise(written.decode())
    except UnicodeDecodeError:
        return normalise(written.decode("cp1252", "replace"))


def _fiche(file: Path, name: str, folder: str) -> Found | Unknown:
    if not _CODE.fullmatch(sigle(folder)):
        wrong = (
            f"le dossier « {_shown(folder)} » n’est pas un code d’association"
            if folder
            else "dans aucun dossier d’association"
        )
        return Unknown(name, f"{wrong} ; mettez-le dans fiches/<code>/")
    return Found(file, name, FICHES, folder)


def _looks_like_journal(file: Path) -> bool:
    try:
        return journal.is_journal(landing.read_bytes(file, file.name), profile.load_profile(profile.PLATFORM))
    except SaisinesError:
        return False
