"""Mail out of the house: the only place that sends any, through Airflow's SMTP connection `smtp_default`.

A message is sent at least once: its receipt is told to the caller at once, who writes it down, so that a server that goes
away half-way loses nothing and repeats at most the message it was taking. Such a repetition has the same Message-ID.
No address and no server's answer reaches a log: servers repeat addresses in their refusals.
"""

from __future__ import annotations

import hashlib
import re
import smtplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from etl.model.errors import SaisinesError

CONNECTION = "smtp_default"
_ADDRESS = re.compile(r"[^\s@,;<>\"]+@[A-Za-z0-9.-]+")
_LINK = re.compile(r"https?://[^\s<>\"]+")


@dataclass(frozen=True)
class Message:
    """One message.

    Attributes:
        key: what it says and to whom, the same at each try (`rappel/AAV013/2026-T1/2026-10-01`).
        to: addresses.
        subject: one line.
        text: plain text in French; an empty line parts paragraphs, addresses of pages become links.
        files: documents to attach, by their path: their names are seen by the reader.
    """

    key: str
    to: Sequence[str]
    subject: str
    text: str
    files: Sequence[Path] = ()


@dataclass(frozen=True)
class Sent:
    """What became of messages: the keys of those that left, and of those that no server will ever take as they are."""

    keys: Sequence[str]
    refused: Sequence[str]


def send(messages: Sequence[Message], sent: Callable[[Message], None], connection: str = CONNECTION) -> Sent:
    """Send messages one after the other; one that is refused for good does not stop the others.

    Args:
        messages: nothing to send asks for no server.
        sent: told of each message as soon as the server has it: write it down there, in a transaction of its own.
        connection: id of an SMTP connection of Airflow, whose extra gives `from_email`.

    Raises:
        SaisinesError: there is no such connection, or it gives no sender.
        OSError: the server is away or takes nothing now; what was not told to `sent` is to be sent again.
    """
    keys: list[str] = []
    refused: list[str] = []
    if not messages:
        return Sent(keys, refused)
    with _server(connection) as server:
        for message in messages:
            if not all(_ADDRESS.fullmatch(one) for one in message.to) or not message.to or not _give(server, message):
                refused.append(message.key)
                continue
            sent(message)
            keys.append(message.key)
    return Sent(keys, refused)


def _server(connection: str) -> Any:  # noqa: ANN401 - airflow.providers.smtp's hook, connected
    from airflow.providers.common.compat.sdk import AirflowException, AirflowNotFoundException
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    try:
        server = SmtpHook(connection).get_conn()
    except AirflowException as error:
        if isinstance(error.__context__, AirflowNotFoundException):
            raise SaisinesError(
                f"Airflow n’a pas de connexion « {connection} » : créez-la (type SMTP, from_email) pour que les messages partent."
            ) from None
        raise ConnectionError("the mail server hangs up") from None
    except smtplib.SMTPException as error:
        raise ConnectionError(_answer(error)) from None
    if not server.from_email:
        raise SaisinesError(
            f"La connexion « {connection} » ne dit pas l’expéditeur : donnez from_email dans ses extras."
        )
    return server


def _give(server: Any, message: Message) -> bool:  # noqa: ANN401
    """Give the server one message; False when it refuses this one for good."""
    headers = {"Message-ID": _message_id(message.key, server.from_email), "Auto-Submitted": "auto-generated"}
    try:
        server.send_email_smtp(
            to=list(message.to),
            subject=message.subject,
            html_content=as_html(message.text),
            from_email=server.from_email,
            files=[str(path) for path in message.files],
            custom_headers=headers,
        )
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        if _for_good(error):
            return False
        raise ConnectionError(_answer(error)) from None
    except smtplib.SMTPException as error:
        raise ConnectionError(_answer(error)) from None
    return True


def _for_good(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError) -> bool:
    """Whether every code is a permanent one (5xx)."""
    if isinstance(error, smtplib.SMTPDataError):
        return error.smtp_code >= 500
    return all(code >= 500 for code, _ in error.recipients.values())


def _answer(error: smtplib.SMTPException) -> str:
    """What went wrong, without a word of the server's."""
    return f"{type(error).__name__} {getattr(error, 'smtp_code', '')}".rstrip()


def _message_id(key: str, sender: str) -> str:
    domain = sender.rpartition("@")[2].strip(" >")
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{domain}>"


def as_html(text: str) -> str:
    """Plain text as the body of a message: nothing in it can be markup."""
    paragraphs = [escape(part.strip()).replace("\n", "<br>\n") for part in text.split("\n\n") if part.strip()]
    linked = [_LINK.sub(lambda found: f'<a href="{found[0]}">{found[0]}</a>', part) for part in paragraphs]
    return '<html lang="fr"><body>\n' + "\n".join(f"<p>{part}</p>" for part in linked) + "\n</body></html>\n"
