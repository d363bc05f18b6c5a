"""Real files with bytes changed, cut, doubled or moved: each is read or refused in one line, whatever the damage."""

import io
import random
import zipfile

import books
import pytest

from etl.model.errors import SaisinesError
from etl.sources.inbox import FICHES, JOURNAL
from etl.sources.intake import read_content
from etl.sources.workbook import _with_parts

HEADER = "id_appel;debut;suite;saisine_ref;association;numero_appele"
JOURNALS = [f"{HEADER}\nA1;2026-03-02 14:05;saisine;FV26-000101-7;AAV001;01 80 52 33 84\nTOTAL;1\n".encode()]
BORDEREAUX = ["N° de saisine;Issue;Nb psy\nFV26-000101-7;Pris en charge;2\n".encode("cp1252")]
WORKBOOKS = [
    books.classeur([books.saisine()], [books.session(), books.session(None, "03/03/2026")]),
    books.ods({"F": [["N° de saisine", "Issue"], [books.REF, "refus"]], "Entretiens": [books.ENTRETIENS]}),
]
PIECES = [
    *(b"\0", b'"', b";", b"\n", b"\r", b"\xef\xbb\xbf", b"\xff\xfe", b"\x81", b"<", b"&", b"&#0;", b"\xc3", b"TOTAL;"),
    *(b'r="XFD1048576"', b't="e"', b't="s"', b"-1", b"9" * 30, b"1E400", b"NaN", b'number-rows-repeated="99999999"'),
    b'<!DOCTYPE a [<!ENTITY x "y">]>',
]


def damaged(content, chance):
    """The same bytes, wrong in one to forty places."""
    wrong = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 3, 8, 40))):
        place = chance.randrange(len(wrong) + 1)
        match chance.randrange(5):
            case 0:
                wrong[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del wrong[place : place + chance.choice((1, 10, 100))]
            case 2:
                wrong[place:place] = chance.choice(PIECES)
            case 3:
                wrong[place:place] = wrong[place // 2 : place // 2 + chance.choice((1, 50, 500))]
            case _:
                wrong = wrong[:place] if chance.random() < 0.2 else wrong
    return bytes(wrong)


def damaged_inside(content, chance):
    """The same workbook, one of its parts wrong, or its envelope."""
    if chance.random() < 0.3:
        return damaged(content, chance)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        part = chance.choice(archive.namelist())
        return _with_parts(archive, {part: damaged(archive.read(part), chance)})


def check(seed):
    chance = random.Random(seed)
    kind, content = chance.choice(
        [
            (JOURNAL, damaged(chance.choice(JOURNALS), chance)),
            (FICHES, damaged(chance.choice(BORDEREAUX), chance)),
            (FICHES, damaged_inside(chance.choice(WORKBOOKS), chance)),
            (FICHES, damaged_inside(chance.choice(WORKBOOKS), chance)),
        ]
    )
    try:
        read_content(content, "dossier/f.xlsx", kind, "plateforme", b"key")
    except SaisinesError as refusal:
        assert refusal.message.startswith("dossier/f.xlsx : "), seed
        assert "\n" not in refusal.message, seed


def test_two_hundred_damaged_files_are_read_or_refused_in_one_line():
    for seed in range(200):
        check(seed)


@pytest.mark.long
def test_five_thousand_damaged_files_are_read_or_refused_in_one_line():
    for seed in range(200, 5200):
        check(seed)


def test_an_archive_whose_directory_points_before_its_beginning_is_damaged():
    content = WORKBOOKS[1]
    with pytest.raises(SaisinesError, match="classeur illisible"):
        read_content(content[:4] + content[len(content) // 2 :], "f.ods", FICHES, "X", b"key")
