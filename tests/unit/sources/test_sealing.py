"""Sealed files: what went in comes out, and nothing else does."""

from io import BytesIO

import pytest

from etl.model.errors import SaisinesError
from etl.sources import sealing
from etl.sources.sealing import Opener, Sealer, seal, unseal

SECRET = b"clef de chiffrement d'essai"


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(sealing, "CHUNK_BYTES", 16)


@pytest.mark.parametrize("size", [0, 1, 15, 16, 17, 31, 32, 33, 160])
def test_what_is_sealed_is_read_back_whatever_its_size(size):
    content = bytes(range(size))
    assert unseal(seal(content, SECRET), SECRET, "f") == content


def test_it_may_be_written_and_read_in_pieces_of_any_size():
    sink = BytesIO()
    writer = Sealer(sink, SECRET)
    for piece in (b"a", b"b" * 40, b"", b"c" * 7):
        writer.write(piece)
    writer.finish()
    reader = Opener(BytesIO(sink.getvalue()), SECRET, "f")
    pieces = []
    while piece := reader.read(5):
        pieces.append(piece)
    assert b"".join(pieces) == b"a" + b"b" * 40 + b"c" * 7


def test_the_same_bytes_sealed_twice_differ():
    assert seal(b"x", SECRET) != seal(b"x", SECRET)


@pytest.mark.parametrize("size", [0, 10, 16, 40])
def test_no_byte_may_change(size):
    sealed = seal(bytes(size), SECRET)
    for place in range(len(sealed)):
        changed = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(SaisinesError):
            unseal(changed, SECRET, "f")


def test_no_end_may_be_missing():
    sealed = seal(bytes(40), SECRET)
    for size in range(len(sealed)):
        with pytest.raises(SaisinesError):
            unseal(sealed[:size], SECRET, "f")


def test_chunks_may_not_be_exchanged_nor_left_out_nor_added():
    sealed = seal(bytes(64), SECRET)
    head, body = sealed[: sealing.HEADER_BYTES], sealed[sealing.HEADER_BYTES :]
    chunks = [body[place : place + 32] for place in range(0, len(body), 32)]
    assert len(chunks) == 4
    for order in ((1, 0, 2, 3), (0, 2, 3), (0, 1, 2), (0, 1, 2, 3, 3), (0, 0, 1, 2, 3)):
        with pytest.raises(SaisinesError):
            unseal(head + b"".join(chunks[place] for place in order), SECRET, "f")


def test_another_key_is_named_in_one_line():
    with pytest.raises(SaisinesError, match=r"^f : chiffré avec la clé [0-9a-f]{8}, celle d’ici est [0-9a-f]{8} ; .*$"):
        unseal(seal(b"x", SECRET), b"une autre clef, assez longue", "f")


def test_a_file_that_is_not_sealed_is_said():
    with pytest.raises(SaisinesError, match="ce n’est pas un fichier chiffré"):
        unseal(b"PK plain workbook, long enough to hold a header", SECRET, "f")
