"""Homes of the tests that run everything for real: commands called on them, what they wrote, who has an account."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from airflow_rest import Person

SAISINES = str(Path(sys.executable).with_name("saisines"))
QUARTERS = ("2025-T4", "2026-T1", "2026-T2", "2026-T3")
LAST = "journal_2026-03.csv"  # of the sample
PEOPLE = {
    "camille": "Coordination",
    "farida": "Finance",
    "victor": "Finance",
    "nadia": "Données",
    "rene": "Lecture",
    "lea": "Psychologue référent",
    "passant": "Viewer",
}


def password(name: str) -> str:
    return f"mot de passe de {name}"


def call(home: Path, *arguments: str, ok: tuple[int, ...] = (0,)) -> str:
    """Run a command on a home, in a process of its own."""
    environment = {**os.environ, "SAISINES_HOME": str(home), "XDG_CONFIG_HOME": str(home.parent / "config")}
    done = subprocess.run([SAISINES, *arguments], env=environment, capture_output=True, text=True, timeout=900)
    assert done.returncode in ok, (arguments, done.stdout, done.stderr)
    return done.stdout


def files(folder: Path, name: str = "releve.json") -> dict[str, bytes]:
    """The statements under a folder, by quarter and convention."""
    found = [path for path in folder.rglob(name) if path.relative_to(folder).parts[0] in QUARTERS]
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(found)}


@dataclass(frozen=True)
class Up:
    """A running installation."""

    home: Path
    url: str
    seconds: float
    admin: Person

    def person(self, name: str) -> Person:
        return Person(self.url, name, password(name))
