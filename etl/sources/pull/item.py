"""What a source offers, and how its bytes are read: whole, within a limit, or not at all."""

from __future__ import annotations

import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from ssl import SSLCertVerificationError

from etl.model.errors import AwayError, SaisinesError
from etl.sources.landing import MAX_BYTES

CHUNK_BYTES = 1 << 18
MAX_NAME = 150
PATIENCE_S, SLOWEST_BYTES_S = 60, 1024  # a server that drips is never silent: after so long, so many are asked of it
TOO_LARGE = f"plus de {MAX_BYTES >> 20} Mo : ce n’est ni un journal ni une fiche"


class TooLargeError(Exception):
    """More bytes than any journal or fiche has."""


@dataclass(frozen=True)
class File:
    """A file as it was fetched.

    Attributes:
        name: as the source names it; see `shown`.
        content: its bytes; None when they are not wanted, and `doubt` says why.
        said: what says whose it is: the sender's address, or the first folder.
        doubt: why it cannot be taken in, or why what it says is not believed; a piece of French sentence.
        received_at: the instant that the source gives, aware; None if it gives none.
    """

    name: str
    content: bytes | None
    said: str | None = None
    doubt: str | None = None
    received_at: datetime | None = None


@dataclass(frozen=True)
class Item:
    """What a source lists: a file, or a message with its attachments.

    Attributes:
        key: its identity there, which changes when its content does.
        fetch: reads it, only while the iterator that gave it stands there. An AwayError means that the source is away;
            another SaisinesError, that this item alone cannot be had now.
        remove: removes it at the source.
        page: where the source's list can be taken up again to find it.
    """

    key: str
    fetch: Callable[[], Sequence[File]]
    remove: Callable[[], None]
    page: str | None = None


def read_whole(read: Callable[[int], bytes], size: int | None, source: str, limit: int = MAX_BYTES) -> bytes:
    """Read to the end.

    Args:
        read: gives at most that many bytes, none at the end.
        size: how many there should be, if the source says.
        source: its name, for the message.
        limit: the most it may be.

    Raises:
        AwayError: not the bytes that were announced: the connection was cut, or the server lies; or it drips.
        TooLargeError: more than any journal or fiche has.
    """
    if size is not None and size > limit:
        raise TooLargeError
    content, started = bytearray(), time.monotonic()
    while chunk := read(CHUNK_BYTES):
        content += chunk
        if len(content) > limit:
            raise TooLargeError
        passed = time.monotonic() - started
        if passed > PATIENCE_S and len(content) < passed * SLOWEST_BYTES_S:
            raise AwayError(f"Source {source} : le serveur donne moins de {SLOWEST_BYTES_S} octets par seconde.")
    if size is not None and len(content) != size:
        raise AwayError(
            f"Source {source} : {len(content)} octets reçus sur {size} annoncés ; le fichier sera repris au passage suivant."
        )
    return bytes(content)


@contextmanager
def patience(close: Callable[[], object], size: int = 0) -> Iterator[None]:
    """Leave a server that drips where its library reads for us: no timeout of a socket ever sees its silence.

    Args:
        close: ends the conversation, from another thread; the library then raises as at a cut.
        size: how many bytes are awaited.
    """

    def leave() -> None:
        with suppress(Exception):  # it may have ended by itself
            close()

    timer = threading.Timer(PATIENCE_S + size / SLOWEST_BYTES_S, leave)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def reaching(
    source: str, away: tuple[type[Exception], ...], refused: tuple[type[Exception], ...] = ()
) -> Iterator[None]:
    """Tell what a server does to us: these exceptions say that it is away, those that it does not want us.

    Raises:
        AwayError: to be tried again.
        SaisinesError: not before somebody has mended the connection or the rights.
    """
    try:
        yield
    except (SaisinesError, TooLargeError):
        raise
    except refused as error:
        if _why(error) == "AirflowNotFoundException":
            raise SaisinesError(
                f"Source {source} : sa connexion n’existe pas dans Airflow ; créez-la (Admin › Connections)."
            ) from error
        raise SaisinesError(
            f"Source {source} : le serveur refuse ({_why(error)}) ; vérifiez la connexion Airflow et les droits."
        ) from error
    except away as error:
        if any(isinstance(one, SSLCertVerificationError) for one in _chain(error)):
            raise SaisinesError(
                f"Source {source} : le certificat du serveur n’est pas reconnu ; vérifiez son adresse et qui l’a signé."
            ) from error
        raise AwayError(f"Source {source} : le serveur ne répond pas ou a coupé ({_why(error)}).") from error


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error and those that it came from."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _why(error: Exception) -> str:
    """The kind of an error only: its text may hold an address, a name or a password."""
    return type(error).__name__


def shown(name: str) -> str:
    """A name fit to be shown and stored: no step out of its folder, nothing invisible, at most 150 characters."""
    visible = "".join(
        " " if unicodedata.category(one).startswith("Z") else one
        for one in unicodedata.normalize("NFC", name.replace("\\", "/"))
        if unicodedata.category(one)[0] != "C"
    )
    steps = [step.strip() for step in visible.split("/") if step.strip() not in ("", ".", "..")]
    path = PurePosixPath(*steps) if steps else PurePosixPath("sans nom")
    text, suffix = str(path), path.suffix if len(path.suffix) <= 8 else ""
    return text if len(text) <= MAX_NAME else text[: MAX_NAME - len(suffix) - 1] + "…" + suffix
