"""A mailbox whose messages bring fiches as attachments, through Airflow's ImapHook: `type: imap`.

The hook connects and signs in; its own search by name of attachment gives neither sender nor date, so that the
messages are read with the client it holds. Nothing is marked as read.
"""

from __future__ import annotations

import email
import email.header
import imaplib
import re
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from email.message import Message
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from pydantic import field_validator

from etl.model.errors import SaisinesError
from etl.sources.inbox import READABLE
from etl.sources.landing import MAX_BYTES
from etl.sources.pull import verdict
from etl.sources.pull.base import Base
from etl.sources.pull.item import TOO_LARGE, File, Item, patience, reaching

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

MAX_ATTACHMENTS = 100
TOO_MANY = f"plus de {MAX_ATTACHMENTS} pièces dans un message : les suivantes ne sont pas lues"
# What mail programs put in by themselves: logos, signatures, invitations, cards.
_TRIMMINGS = ("image/", "text/calendar", "text/vcard", "application/pgp-", "application/pkcs7-", "application/x-pkcs7-")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_RECEIVED = re.compile(rb'INTERNALDATE "([^"]+)"')


class Declared(Base):
    """A mailbox.

    Attributes:
        connexion: the Airflow connection (`imap`).
        dossier: the folder of the mailbox.
        recepteur: the name (authserv-id) under which the receiving server writes its verdicts.
    """

    type: Literal["imap"]
    porte: Literal["fiches"]
    connexion: str
    dossier: str = "INBOX"
    recepteur: str

    @field_validator("association")
    @classmethod
    def _by_sender(cls, given: str | None) -> str | None:
        if given is not None:
            raise ValueError("l’expéditeur de chaque message dit de quelle association il est ; retirez cette clé.")
        return given


def items(declared: Declared, since: str | None, at: datetime) -> Iterator[Item]:
    """The messages of a folder; their instant is the one at which the server received them."""
    with _signed_in(declared) as client:
        with _reaching(declared), _patience(client):
            name = '"' + declared.dossier.replace("\\", "\\\\").replace('"', '\\"') + '"'
            _done(declared, client.select(name, readonly=not declared.supprimer))
            valid = _text(client.response("UIDVALIDITY")[1])
            uids = _done(declared, client.uid("SEARCH", "ALL"))[0].split()
        for uid in (one.decode() for one in uids):
            yield Item(
                key=f"{valid}:{uid}",
                fetch=partial(_fetch, declared, client, uid),
                remove=partial(_remove, declared, client, uid),
            )


@contextmanager
def _signed_in(declared: Declared) -> Iterator[imaplib.IMAP4]:
    from airflow.providers.imap.hooks.imap import ImapHook

    with _reaching(declared):
        before = socket.getdefaulttimeout()
        socket.setdefaulttimeout(declared.delai)  # the hook connects without one, and would wait for ever
        try:
            hook = ImapHook(imap_conn_id=declared.connexion).get_conn()
        finally:
            socket.setdefaulttimeout(before)
    client = hook.mail_client
    assert client is not None
    try:
        yield client
    finally:
        client.shutdown()


def _reaching(declared: Declared) -> AbstractContextManager[None]:
    from airflow.sdk.exceptions import AirflowNotFoundException

    return _abort_is_away(declared, (imaplib.IMAP4.error, AirflowNotFoundException))


def _patience(client: imaplib.IMAP4, size: int = 0) -> AbstractContextManager[None]:
    # the socket's own method: that of TLS forgets its state while another thread reads by it
    return patience(lambda: socket.socket.shutdown(client.sock, socket.SHUT_RDWR), size)


@contextmanager
def _abort_is_away(declared: Declared, refused: tuple[type[Exception], ...]) -> Iterator[None]:
    """A cut is an `abort`, which imaplib derives from `error`, a refusal: the one is tried again, the other is not."""
    with reaching(declared.nom, (OSError, EOFError), refused):
        try:
            yield
        except imaplib.IMAP4.abort as error:
            raise ConnectionAbortedError from error


def _done(declared: Declared, answer: tuple[str, Any]) -> list[Any]:
    status, data = answer
    if status != "OK":
        raise SaisinesError(
            f"Source {declared.nom} : la boîte refuse ({status}) ; vérifiez le dossier « {declared.dossier} » et les droits."
        )
    found: list[Any] = data
    return found


def _fetch(declared: Declared, client: imaplib.IMAP4, uid: str) -> Sequence[File]:
    with _reaching(declared):
        with _patience(client):
            facts = b" ".join(_bytes(_done(declared, client.uid("FETCH", uid, "(RFC822.SIZE)"))))
        told = _SIZE.search(facts)
        size = int(told[1]) if told else 0
        if size > MAX_BYTES:
            return [File("message", None, None, TOO_LARGE)]
        with _patience(client, size):
            answer = _done(declared, client.uid("FETCH", uid, "(INTERNALDATE BODY.PEEK[])"))
    body = next((one[1] for one in answer if isinstance(one, tuple)), None)
    received = _RECEIVED.search(b" ".join(_bytes(answer)))
    if body is None or received is None:
        raise SaisinesError(f"Source {declared.nom} : un message ne peut être lu ; il sera repris au passage suivant.")
    return read_message(bytes(body), declared.recepteur, _instant(received[1]))


def read_message(body: bytes, trusted: str, received_at: datetime | None = None) -> list[File]:
    """The attachments of a message, as `attachments`; a message made to break its reader is held and stops no other."""
    try:
        return attachments(email.message_from_bytes(body), trusted, received_at)
    except Exception as error:  # the email package raises anything at what is hostile
        return [File("message", None, None, f"message illisible ({type(error).__name__})", received_at)]


def _text(answer: Sequence[Any]) -> str:
    return b" ".join(_bytes(answer)).decode()


def _bytes(answer: Sequence[Any]) -> Iterator[bytes]:
    for one in answer:
        if isinstance(one, tuple):
            yield bytes(one[0])
        elif isinstance(one, bytes):
            yield one


def _instant(written: bytes) -> datetime:
    """`02-Apr-2026 23:30:00 +0200`, with its offset."""
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    day, month, rest = written.decode().strip().split("-", 2)
    return datetime.strptime(f"{day.strip()}-{months.index(month) + 1}-{rest}", "%d-%m-%Y %H:%M:%S %z")


def attachments(message: Message, trusted: str, received_at: datetime | None = None) -> list[File]:
    """The attachments of a message, with its sender, and why it is not believed if it is not.

    Args:
        message: as the server gives it.
        trusted: the name of the receiving server.
        received_at: when the server received it.
    """
    address = verdict.sender(message)
    why = verdict.doubt(message, address, trusted) if address else "l’expéditeur n’est pas écrit en clair (From)"
    found: list[File] = []
    for part in message.walk():
        name = _name(part)
        if name is None or part.is_multipart() or _is_trimming(part, name):
            continue
        if len(found) == MAX_ATTACHMENTS:
            return [*found, File("message", None, address, TOO_MANY, received_at)]
        content = part.get_payload(decode=True)
        found.append(File(name, content if isinstance(content, bytes) else b"", address, why, received_at))
    return found


def _is_trimming(part: Message, name: str) -> bool:
    return PurePosixPath(name).suffix.casefold() not in READABLE and part.get_content_type().startswith(_TRIMMINGS)


def _name(part: Message) -> str | None:
    """The name of an attachment, decoded; None for what is no attachment."""
    try:
        name = part.get_filename()
        text = str(email.header.make_header(email.header.decode_header(name))) if name else None
    except (ValueError, LookupError):  # an encoding that does not exist, or not what it says
        text = name
    if text is None and part.get_content_disposition() == "attachment":
        return "pièce jointe"
    return text


def _remove(declared: Declared, client: imaplib.IMAP4, uid: str) -> None:
    """Remove a message; without UIDPLUS it is only marked, since a plain EXPUNGE would remove those of others."""
    with _reaching(declared):
        _done(declared, client.uid("STORE", uid, "+FLAGS.SILENT", r"(\Deleted)"))
        if b"UIDPLUS" in _done(declared, client.capability())[0].split():
            _done(declared, client.uid("EXPUNGE", uid))
