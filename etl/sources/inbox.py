"""What an inbox holds: which files are journals, which are fiches and whose, and which are neither."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from etl.model.errors import SaisinesError
from etl.sources import journal, landing, profile
from etl.sources.cells import sigle

JOURNAL = "journal"
FICHES = "fiches"
READABLE = {".csv", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}

# What systems leave beside people's files; nobody wants to hear of them.
_LITTER = re.compile(r"\..*|~\$.*|Thumbs\.db|desktop\.ini|__MACOSX|LISEZMOI.*|README.*", re.IGNORECASE)
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
        for each in _files(path):
            base = path if path.is_dir() else path.parent
            result = _placed(each, base, profile_name, alone=path.is_file())
            (found if isinstance(result, Found) else unknown).append(result)  # type: ignore[attr-defined]
    return found, unknown


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for each in sorted(path.iterdir()):
        if not _LITTER.fullmatch(each.name) and not (each.is_symlink() and each.is_dir()):
            yield from _files(each)


def _placed(file: Path, base: Path, profile_name: str | None, *, alone: bool) -> Found | Unknown:
    """Tell what a file is, by the folders it lies in; a single journal by its profile or its header."""
    name = file.name if alone else file.relative_to(base).as_posix()
    folders = [folder.casefold() for folder in file.absolute().parts[:-1]]
    if file.suffix.casefold() not in READABLE:
        return Unknown(
            name,
            f"format {file.suffix or 'sans extension'} non lu ; un journal est un .csv, une fiche un .xlsx, .ods ou .csv",
        )
    if FICHES in folders[-2:] and (profile_name is None or not alone):
        return _fiche(file, name)
    if folders[-1] == JOURNAL or (alone and (profile_name is not None or _looks_like_journal(file))):
        return Found(file, name, JOURNAL, profile_name or profile.PLATFORM)
    if alone:
        return _fiche(file, name)
    return Unknown(name, "hors de journal/ et de fiches/<code>/ ; déplacez-le dans l’un des deux")


def _fiche(file: Path, name: str) -> Found | Unknown:
    folder = file.absolute().parent.name
    if not _CODE.fullmatch(sigle(folder)) or folder.casefold() == FICHES:
        return Unknown(
            name, f"le dossier « {folder} » n’est pas un code d’association ; placez le fichier dans fiches/<code>/"
        )
    return Found(file, name, FICHES, folder)


def _looks_like_journal(file: Path) -> bool:
    try:
        return journal.is_journal(landing.read_bytes(file, file.name), profile.load_profile(profile.PLATFORM))
    except SaisinesError:
        return False
