"""A folder on an SFTP server, through Airflow's SFTPHook: `type: sftp`."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Literal

from etl.model.errors import AwayError, SaisinesError
from etl.sources.inbox import is_litter
from etl.sources.pull.base import Base, Seconds
from etl.sources.pull.item import TOO_LARGE, File, Item, TooLargeError, patience, reaching, read_whole

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from paramiko import SFTPAttributes, SFTPClient

DEEPEST, MOST_LISTED = 8, 100_000

Found = tuple[tuple[bytes, ...], "SFTPAttributes"]


class Declared(Base):
    """A folder on an SFTP server.

    Attributes:
        connexion: the Airflow connection (`sftp`), one account for the platform or for an association.
        chemin: the folder; fiches of several associations lie there in a folder each.
        calme: a file written less than so many seconds ago may not be whole yet: it waits for the next pass.
    """

    type: Literal["sftp"]
    connexion: str
    chemin: str = "."
    calme: Seconds = 60


def items(declared: Declared, since: str | None, at: datetime) -> Iterator[Item]:
    """The files of the folder and below; their instant is the modification time that the server keeps."""
    from airflow.providers.sftp.hooks.sftp import SFTPHook

    with _reaching(declared), _host_known(declared):
        hook = SFTPHook(ssh_conn_id=declared.connexion, conn_retry_attempts=1, conn_timeout=declared.delai)
        opened = hook.get_managed_conn()
        client = opened.__enter__()
    try:
        client.get_channel().settimeout(declared.delai)
        with _reaching(declared):
            found = list(_walk(declared, client, declared.chemin.encode(), ()))
        for steps, state in found:
            written = datetime.fromtimestamp(state.st_mtime or 0, UTC)
            if not 0 <= (at - written).total_seconds() < declared.calme:
                path = b"/".join((declared.chemin.encode(), *steps))
                yield Item(
                    key=f"{b'/'.join(steps)!r}|{state.st_size}|{state.st_mtime}",
                    fetch=partial(_fetch, declared, client, path, [_text(step) for step in steps], state),
                    remove=partial(_remove, declared, client, path, state),
                )
    finally:
        opened.__exit__(None, None, None)


def _reaching(declared: Declared) -> AbstractContextManager[None]:
    from airflow.sdk.exceptions import AirflowNotFoundException
    from paramiko.sftp import SFTPError
    from paramiko.ssh_exception import AuthenticationException, BadHostKeyException, SSHException

    refused = (AuthenticationException, BadHostKeyException, PermissionError, FileNotFoundError)
    return reaching(
        declared.nom, (SSHException, SFTPError, EOFError, OSError), (*refused, AirflowNotFoundException, ValueError)
    )


@contextmanager
def _host_known(declared: Declared) -> Iterator[None]:
    """Say what to do about a server that nobody vouched for: paramiko has no exception of its own for it."""
    from paramiko.ssh_exception import SSHException

    try:
        yield
    except SSHException as error:
        if "known_hosts" not in str(error):
            raise
        raise SaisinesError(
            f"Source {declared.nom} : la clé du serveur n’est pas connue ; mettez-la dans la connexion "
            f"{declared.connexion} (host_key), après l’avoir vérifiée auprès de qui le tient."
        ) from error


def _walk(declared: Declared, client: SFTPClient, folder: bytes, above: tuple[bytes, ...]) -> Iterator[Found]:
    """Files below a folder; a link is not followed, nor a name that would lead out of it."""
    for name, state in sorted(_listed(declared, client, folder), key=lambda one: one[0]):
        if is_litter(_text(name)) or b"/" in name:
            continue
        steps, kind = (*above, name), state.st_mode or 0
        if stat.S_ISDIR(kind) and len(steps) < DEEPEST:
            yield from _walk(declared, client, folder + b"/" + name, steps)
        elif stat.S_ISREG(kind):
            yield steps, state


def _listed(declared: Declared, client: SFTPClient, folder: bytes) -> list[tuple[bytes, SFTPAttributes]]:
    """What `client.listdir_attr` gives, with names as bytes: it gives up at one that is not UTF-8, as old clients send."""
    from paramiko import SFTPAttributes
    from paramiko.sftp import CMD_CLOSE, CMD_OPENDIR, CMD_READDIR

    found: list[tuple[bytes, SFTPAttributes]] = []
    handle = client._request(CMD_OPENDIR, folder)[1].get_binary()
    with suppress(EOFError):  # how the server says that it is over
        while len(found) <= MOST_LISTED:
            answer = client._request(CMD_READDIR, handle)[1]
            for _ in range(answer.get_int()):
                name, _long = answer.get_binary(), answer.get_binary()
                found.append((name, SFTPAttributes._from_msg(answer)))
    client._request(CMD_CLOSE, handle)
    if len(found) > MOST_LISTED:
        raise SaisinesError(f"Source {declared.nom} : plus de {MOST_LISTED} fichiers dans un dossier ; rangez-le.")
    return found


def _text(name: bytes) -> str:
    """A name as people read it: UTF-8, else what Windows wrote in France."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("cp1252", "replace")


def _fetch(
    declared: Declared, client: SFTPClient, path: bytes, steps: Sequence[str], state: SFTPAttributes
) -> Sequence[File]:
    name, said = "/".join(steps), steps[0] if len(steps) > 1 else None
    received_at = datetime.fromtimestamp(state.st_mtime or 0, UTC)
    with _reaching(declared):
        try:
            with patience(client.get_channel().close, state.st_size or 0), client.open(path, "rb") as file:
                if state.st_size:
                    file.prefetch(state.st_size)
                content = read_whole(file.read, state.st_size, declared.nom)
        except TooLargeError:
            return [File(name, None, said, TOO_LARGE, received_at)]
        if not _same(client.stat(path), state):
            raise AwayError(f"Source {declared.nom} : un fichier change pendant qu’il est lu ; il sera repris.")
    return [File(name, content, said, None, received_at)]


def _remove(declared: Declared, client: SFTPClient, path: bytes, state: SFTPAttributes) -> None:
    """Remove a file, unless another came in its place."""
    with _reaching(declared):
        if _same(client.stat(path), state):
            client.remove(path)


def _same(one: SFTPAttributes, other: SFTPAttributes) -> bool:
    return (one.st_size, one.st_mtime) == (other.st_size, other.st_mtime)
