"""Files that only the holder of the key reads: encrypted and authenticated in chunks, so that any size fits in memory.

A sealed file is a header (mark, key id, salt) and chunks of AES-256-GCM. Its own key comes from the secret and the salt
(HKDF-SHA-256), and the nonce of a chunk is its number and whether it is the last one: a chunk changed, moved, left out
or cut off at the end is found (the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár, 2015).
"""

from __future__ import annotations

import hashlib
import os
from io import BytesIO, RawIOBase
from typing import IO, TYPE_CHECKING, Any

from etl.model.errors import SaisinesError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MARK = b"SAISINES\x01"
KEY_ID_BYTES = 4
SALT_BYTES = 16
HEADER_BYTES = len(MARK) + KEY_ID_BYTES + SALT_BYTES
CHUNK_BYTES = 1 << 20
TAG_BYTES = 16
PURPOSE = b"saisines: sealed file, version 1"


class DamagedError(SaisinesError):
    """A sealed file is no longer what was written."""


def seal(content: bytes, secret: bytes) -> bytes:
    """The sealed form of some bytes."""
    sink = BytesIO()
    writer = Sealer(sink, secret)
    writer.write(content)
    writer.finish()
    return sink.getvalue()


def unseal(sealed: bytes, secret: bytes, name: str) -> bytes:
    """The bytes that were sealed.

    Args:
        sealed: the whole file.
        secret: that it was sealed with.
        name: of the file, for messages.

    Raises:
        SaisinesError: another key, or the file is damaged, cut short or not sealed at all.
    """
    source = Opener(BytesIO(sealed), secret, name)
    return b"".join(source.chunks())


def key_id_of(header: bytes) -> str | None:
    """Which key sealed a file, from its first bytes; None if it is not sealed."""
    if len(header) < HEADER_BYTES or not header.startswith(MARK):
        return None
    return header[len(MARK) : len(MARK) + KEY_ID_BYTES].hex()


class Sealer(RawIOBase):
    """Seals what is written to it; `finish` marks the end, and a file without it is refused when read."""

    def __init__(self, sink: IO[bytes], secret: bytes) -> None:
        """Write the header.

        Args:
            sink: where the sealed bytes go; left open.
            secret: of the storage.
        """
        self._sink, self._waiting, self._place = sink, bytearray(), 0
        header = MARK + bytes.fromhex(key_id(secret)) + os.urandom(SALT_BYTES)
        self._header, self._cipher = header, _cipher(secret, header)
        sink.write(header)

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401 - any buffer, as RawIOBase says
        """Take bytes; whole chunks go out as soon as others follow."""
        self._waiting += data
        whole = max(len(self._waiting) - 1, 0) // CHUNK_BYTES * CHUNK_BYTES
        for place in range(0, whole, CHUNK_BYTES):
            self._put(bytes(self._waiting[place : place + CHUNK_BYTES]), last=False)
        del self._waiting[:whole]
        return len(data)

    def finish(self) -> None:
        """Write the last chunk."""
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _put(self, chunk: bytes, *, last: bool) -> None:
        self._sink.write(self._cipher.encrypt(_nonce(self._place, last), chunk, self._header))
        self._place += 1


class Opener(RawIOBase):
    """Reads what was sealed, chunk by chunk, each proven before it is given."""

    def __init__(self, source: IO[bytes], secret: bytes, name: str) -> None:
        """Read the header.

        Args:
            source: the sealed bytes, from the first.
            secret: of the storage.
            name: of the file, for messages.

        Raises:
            SaisinesError: not sealed, or by another key.
        """
        self._source, self._name, self._place = source, name, 0
        header = source.read(HEADER_BYTES)
        found, here = key_id_of(header), key_id(secret)
        if found is None:
            raise SaisinesError(f"{name} : ce n’est pas un fichier chiffré par saisines, ou il est tronqué.")
        if found != here:
            raise SaisinesError(
                f"{name} : chiffré avec la clé {found}, celle d’ici est {here} ; "
                "renseignez SAISINES_STORAGE_KEY ou remettez chiffrement.key à sa place."
            )
        self._header, self._cipher = header, _cipher(secret, header)
        self._next: bytes | None = source.read(CHUNK_BYTES + TAG_BYTES)
        self._given = b""

    def chunks(self) -> Any:  # noqa: ANN401 - an iterator of bytes
        """The plain chunks in order."""
        while (chunk := self._chunk()) is not None:
            yield chunk

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - any writable buffer, as RawIOBase says
        """Fill a buffer with what comes next; 0 at the proven end."""
        while not self._given:
            chunk = self._chunk()
            if chunk is None:
                return 0
            self._given = chunk
        size = min(len(buffer), len(self._given))
        buffer[:size], self._given = self._given[:size], self._given[size:]
        return size

    def _chunk(self) -> bytes | None:
        from cryptography.exceptions import InvalidTag

        if self._next is None:
            return None
        sealed, following = self._next, self._source.read(CHUNK_BYTES + TAG_BYTES)
        try:
            plain = self._cipher.decrypt(_nonce(self._place, not following), sealed, self._header)
        except InvalidTag as error:
            raise DamagedError(
                f"{self._name} : fichier abîmé, modifié ou tronqué ; reprenez-en une autre copie."
            ) from error
        self._next, self._place = following or None, self._place + 1
        return plain


def key_id(secret: bytes) -> str:
    """What is written in the header to say which key it was; the same as `etl.settings.key_id`."""
    return hashlib.sha256(secret).hexdigest()[: 2 * KEY_ID_BYTES]


def _cipher(secret: bytes, header: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return AESGCM(HKDF(SHA256(), 32, salt=header[-SALT_BYTES:], info=PURPOSE).derive(secret))


def _nonce(place: int, last: bool) -> bytes:
    """Twelve bytes: the place of the chunk, then whether it is the last; each file has a key of its own."""
    return place.to_bytes(11, "big") + bytes([last])
