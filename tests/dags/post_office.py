"""A mail server of this machine for the tests: real SMTP on a free port, in clear, over TLS, or STARTTLS."""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

SENDER = "saisines@federation.example"


class Mailbox:
    """What a server took, and what it is told to refuse.

    Attributes:
        envelopes: what was taken, in order.
        refuses: answers to RCPT TO, by address.
        busy: how many messages to turn away with 451 before taking any.
    """

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.refuses: dict[str, str] = {}
        self.busy = 0

    async def handle_RCPT(  # noqa: N802 - the server calls it so
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.busy:
            self.busy -= 1
            return "451 try again"
        self.envelopes.append(envelope)
        return "250 OK"

    @property
    def messages(self) -> list[EmailMessage]:
        return [message_from_bytes(bytes(one.content or b""), policy=policy.default) for one in self.envelopes]  # type: ignore[arg-type,misc]

    @property
    def texts(self) -> list[str]:
        """The body of each message."""
        return [str(one.get_body(("html",)).get_content()) for one in self.messages]  # type: ignore[union-attr]


@contextmanager
def served(mailbox: Mailbox, port: int, *, tls: ssl.SSLContext | None = None, starttls: bool = False) -> Iterator[None]:
    """Serve a mailbox while the block lasts."""
    made: dict[str, Any] = {"hostname": "127.0.0.1", "port": port}
    if tls and starttls:
        controller: Any = Controller(mailbox, tls_context=tls, require_starttls=True, **made)
    else:
        controller = Controller(mailbox, ssl_context=tls, **made)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


def connection(port: int, **extra: object) -> str:
    """The connection as AIRFLOW_CONN_SMTP_DEFAULT gives it; in clear unless the extras say otherwise."""
    extras = {"from_email": SENDER, "disable_tls": True, "disable_ssl": True, "retry_limit": 0, "timeout": 60} | extra
    return json.dumps({"conn_type": "smtp", "host": "127.0.0.1", "port": port, "extra": extras})


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's certificate for 127.0.0.1 signed by itself: its context, and the file that makes it trusted."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    start = datetime.now(UTC) - timedelta(days=1)
    built = x509.CertificateBuilder(
        name, name, key.public_key(), x509.random_serial_number(), start, start + timedelta(days=9)
    )
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    cert = (
        built.add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, private = folder / "cert.pem", folder / "key.pem"
    trusted.write_bytes(cert.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, private)
    return context, trusted
