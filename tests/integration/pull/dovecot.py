"""A real IMAP server (Dovecot) for the tests, and messages as associations send them."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple

import pytest

from etl.scheduler.processes import free_port

from .given import certificate, listening

DOVECOT = shutil.which("dovecot") or "/usr/sbin/dovecot"
OURS = "mx.federation.example"
PASSED = f"{OURS}; dkim=pass header.d=une.example; dmarc=pass header.from=une.example"
NEEDED = [
    pytest.mark.long,
    pytest.mark.skipif(not Path(DOVECOT).exists(), reason="dovecot-imapd is not on this machine"),
    pytest.mark.skipif(os.getuid() != 0, reason="Dovecot is started by root"),
]
CONFIG = """
protocols = imap
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
listen = 127.0.0.1
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
first_valid_uid = 1
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid=nobody gid=nogroup home={folder}/mail/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls}
    ssl = yes
  }}
}}
"""


class Dovecot(NamedTuple):
    """A running server.

    Attributes:
        port: where it speaks in clear.
        tls: where it speaks over TLS.
        trusted: the file that makes its certificate trusted.
    """

    port: int
    tls: int
    trusted: Path


@contextmanager
def running() -> Iterator[Dovecot]:
    """A server of our own on free ports, whose mailboxes last as long as the block."""
    folder, port, tls = Path(tempfile.mkdtemp(prefix="dovecot")), free_port(), free_port()
    folder.chmod(0o755)
    (folder / "mail").mkdir(mode=0o777)
    (folder / "mail").chmod(0o777)
    trusted = certificate(folder)
    (folder / "dovecot.conf").write_text(CONFIG.format(folder=folder, port=port, tls=tls))
    process = subprocess.Popen([DOVECOT, "-F", "-c", folder / "dovecot.conf"])
    try:
        listening(port)
        yield Dovecot(port, tls, trusted)
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def message(
    *attachments: tuple[str, bytes],
    sender: str = "Une <fiches@une.example>",
    verdict: str | None = PASSED,
    **heads: str,
) -> EmailMessage:
    made = EmailMessage()
    if verdict is not None:
        made["Authentication-Results"] = verdict
    for name, value in heads.items():
        made[name.replace("_", "-")] = value
    made["From"], made["To"], made["Subject"] = sender, "fiches@federation.example", "Fiches du trimestre"
    made.set_content("Bonjour, voici nos fiches.")
    for name, content in attachments:
        made.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return made
