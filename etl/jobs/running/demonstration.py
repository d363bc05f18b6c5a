"""What keeps demonstrations and real work apart: a home is one or the other from its first day, for good.

The accounts of a demonstration are open to whoever sits at the machine, and its calls are invented.
"""

from __future__ import annotations

from pathlib import Path

from etl import settings
from etl.model.errors import SaisinesError

MARK = "demo.home"  # its presence says that the home is a demonstration's


def claim(home: Path) -> None:
    """Make sure that a home is a demonstration's: an empty one becomes it.

    Raises:
        SaisinesError: it holds real work, or the environment names a server or folders of real work.
    """
    if named := settings.real_work():
        raise SaisinesError(
            f"{', '.join(named)} : une démonstration ne touche à rien de réel ; retirez de l’environnement ce qui y mène."
        )
    if not (home / MARK).exists() and any((home / name).exists() for name in ("postgres", "inbox")):
        raise SaisinesError(
            f"{home} contient déjà un entrepôt, qui n’est pas d’une démonstration ; donnez-lui un autre SAISINES_HOME."
        )
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        (home / MARK).touch(mode=0o600)
    except OSError as error:
        raise SaisinesError(f"{home} : écriture impossible ({error.strerror}) ; choisissez SAISINES_HOME.") from error


def refuse(home: Path) -> None:
    """Raise a SaisinesError if a home is a demonstration's: nothing real is done there."""
    if (home / MARK).exists():
        raise SaisinesError(
            f"{home} est une démonstration : ses comptes d’exemple ouvriraient des données réelles ; "
            "donnez à saisines un SAISINES_HOME neuf."
        )
