"""Files that jobs write: whole or not at all."""

import os
import tempfile
from pathlib import Path

from etl.model.errors import AwayError


def write_atomically(path: Path, content: bytes) -> None:
    """Write a file so that a reader, or a crash, meets the old one or the new one. Readable by its owner only.

    Raises:
        AwayError: the folder cannot be written to, for now at least.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except OSError as error:
        raise AwayError(
            f"Écriture impossible dans {path.parent} ({error.strerror}) ; choisissez un dossier où vous avez ce droit."
        ) from error
