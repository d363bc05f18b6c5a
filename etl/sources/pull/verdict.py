"""Whether a message is its sender's: the verdict that the receiving mail server wrote at its head (RFC 8601).

Only the topmost `Authentication-Results` is read, and only if it bears the name of the server that is trusted: all those
below may come from the sender. The server must remove from what it receives those that bear its own name (RFC 8601 §5).
What a sender can have written into it (comments, quoted strings) is never taken for a result.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from email.message import Message
from email.utils import getaddresses

_RESULT = re.compile(r"\s*([a-z0-9-]+)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)(?=\s|$)(.*)", re.IGNORECASE | re.DOTALL)
_PROPERTY = re.compile(r"(?<!\S)([a-z0-9-]+)\s*\.\s*([a-z0-9_-]+)\s*=\s*(\S+)", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s@\"<>(),:;]+@[a-z0-9-]+(\.[a-z0-9-]+)+", re.IGNORECASE)


def sender(message: Message) -> str | None:
    """The address of the author, in lower case; None unless there is exactly one, plainly written."""
    written = message.get_all("From") or []
    found = getaddresses([str(one) for one in written])
    address = found[0][1].strip().lower() if len(written) == len(found) == 1 else ""
    return address if _ADDRESS.fullmatch(address) else None


def doubt(message: Message, address: str, trusted: str) -> str | None:
    """Why a message is not proven to be of the address in its From; None if it is.

    Args:
        message: as the mail server gives it.
        address: of `sender`.
        trusted: the name (authserv-id) under which the receiving server writes.
    """
    heads = message.get_all("Authentication-Results") or []
    if not heads:
        return "le serveur de messagerie n’a rendu aucun verdict (DKIM, DMARC)"
    server, results = read(str(heads[0]))
    if server != trusted.lower():
        return "le premier verdict (DKIM, DMARC) n’est pas celui de notre serveur de messagerie"
    domain = address.rpartition("@")[2]
    if not any(_proves(*one, domain) for one in results):
        return "l’expéditeur n’est pas prouvé : ni DKIM ni DMARC n’ont réussi pour son domaine"
    return None


def read(header: str) -> tuple[str, list[tuple[str, str, dict[str, str]]]]:
    """The server's name, and each result: method, verdict, properties; what is quoted is not read."""
    first, *others = _parts(header)
    results = []
    for part in others:
        if found := _RESULT.fullmatch(part):
            said = {f"{kind}.{name}".lower(): value.lower() for kind, name, value in _PROPERTY.findall(found[3])}
            results.append((found[1].lower(), found[2].lower(), said))
    return first.split()[0].lower() if first.split() else "", results


def _proves(method: str, verdict: str, said: dict[str, str], domain: str) -> bool:
    """Whether a result proves that domain: DMARC for the From itself, DKIM by a signature of the domain or of one above."""
    if verdict != "pass":
        return False
    if method == "dmarc":
        return said.get("header.from") == domain
    signed = said.get("header.d") or said.get("header.i", "").rpartition("@")[2]
    return method == "dkim" and "." in signed and (domain == signed or domain.endswith(f".{signed}"))


def _parts(header: str) -> Sequence[str]:
    """The header cut at its semicolons, without comments, each quoted string replaced by a mark that means nothing."""
    return "".join(_plain(header)).split(";")


def _plain(header: str) -> Iterator[str]:
    depth, quoted, escaped = 0, False, False
    for one in header:
        if escaped:
            escaped = False
        elif one == "\\" and (quoted or depth):
            escaped = True
        elif quoted:
            quoted = one != '"'
        elif one == "(":
            depth += 1
            yield " "
        elif one == ")" and depth:
            depth -= 1
        elif not depth and one == '"':
            quoted = True
            yield "?"
        elif not depth:
            yield one
