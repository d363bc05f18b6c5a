"""How each association lays its fiches out: classeur or bordereau, XLSX, ODS or CSV, its headers and habits."""

from __future__ import annotations

from datetime import date
from random import Random

from etl.sample import slips, workbooks
from etl.sample.cases import Session
from etl.sample.fiches import NATURES, Delivery, Fiche
from etl.sample.slips import Cell
from etl.sample.workbooks import Sheet

HEADERS = (
    ("N° de\nsaisine", "Réf. plateforme", "Référence", "saisine_ref"),
    ("Association",),
    ("Convention",),
    ("Version",),
    ("Date saisine", "Date de réception"),
    ("Qualité",),
    ("Département",),
    ("Nb de tentatives", "Tentatives"),
    ("Premier contact", "Date premier contact"),
    ("Issue",),
    ("Nb psy", "nb_psy"),
    ("Nb jur", "nb_jur"),
    ("Nb soc", "nb_soc"),
    ("Mémo de vie",),
    ("Date clôture",),
    ("Date signature",),
    ("Commentaire",),
)
SESSION_HEADERS: list[Cell] = ["N° de saisine", "Date", "Heure", "Nature", "Mode", "Statut", "Durée (min)"]


def file_of(delivery: Delivery, seed: int) -> tuple[str, bytes]:
    """A delivery as a file: its extension and its bytes.

    The association's number decides its habits, so that they do not change from one file to the next.
    """
    number = int(delivery.association[3:])
    rng = Random(f"{seed} {delivery.association} {delivery.stem}")
    if number % 12 == 3:
        sheet = _bordereau(delivery, slips.TEXT_DATES[number % 4], rng)
        return "csv", workbooks.csv(sheet, ("cp1252", "utf-8-sig")[number % 2 == 0])
    style = number % len(slips.DATE_STYLES)
    if number % 12 == 9:
        return "xlsx", workbooks.xlsx([_titled(_bordereau(delivery, style, rng), delivery)])
    sheets = [_titled(_saisines(delivery, style, rng), delivery), _entretiens(delivery, style, number % 4 == 1, rng)]
    if number % 43 == 17:
        return "ods", workbooks.ods([Sheet(sheet.name, sheet.rows) for sheet in sheets])
    return "xlsx", workbooks.xlsx(sheets, epoch_1904=number % 49 == 7)


def _headers(number: int) -> list[Cell]:
    return [ways[number % len(ways)] for ways in HEADERS]


def _bordereau(delivery: Delivery, style: int, rng: Random) -> Sheet:
    number = int(delivery.association[3:])
    rows = [_row(fiche, style, delivery.received_at.date(), True, rng) for fiche in delivery.fiches]
    return Sheet("Bordereau", [_headers(number), *rows])


def _saisines(delivery: Delivery, style: int, rng: Random) -> Sheet:
    number = int(delivery.association[3:])
    header = _headers(number)
    rows = [_row(fiche, style, delivery.received_at.date(), False, rng) for fiche in delivery.fiches]
    if number % 6 == 2 and len(rows) > 4:
        rows.insert(len(rows) // 2, list(header))  # pasted again at a page break
    if number % 8 == 5:
        rows.append(["TOTAL", None, None, None, None, None, None, None, None, len(delivery.fiches)])
    hidden = {3, 5} if number % 10 == 6 else set[int]()
    return Sheet("Saisines", [header, *rows], hidden=hidden)


def _titled(sheet: Sheet, delivery: Delivery) -> Sheet:
    """The sheet under a title, for two associations in three."""
    if int(delivery.association[3:]) % 3 == 0:
        return sheet
    title: list[list[Cell]] = [
        ["FÉDÉRATION (exemple)", None, None, "Fiches retour"],
        [f"Association : {delivery.association}"],
        ["Une ligne par saisine ; les fiches sont cumulatives."],
        [],
    ]
    hidden = {number + len(title) for number in sheet.hidden}
    return Sheet(sheet.name, [*title, *sheet.rows], ["A1:C1", "A3:H3"], hidden)


def _row(fiche: Fiche, style: int, signed: date, bordereau: bool, rng: Random) -> list[Cell]:
    declared = fiche.declared or (_held(fiche) if bordereau else {})
    return [
        fiche.written or None,
        fiche.named or None,
        fiche.convention or None,
        fiche.version,
        _day(fiche.opened_on, style, rng),
        slips.word(fiche.qualite, rng) if fiche.qualite else None,
        fiche.departement or None,
        "O" if fiche.tentatives == 0 and rng.random() < 0.02 else fiche.tentatives,
        _day(fiche.first_contact, style, rng),
        slips.word(fiche.issue, rng) or None,
        *(declared.get(nature) for nature in NATURES),
        fiche.memo.upper() if rng.random() < 0.2 else fiche.memo or None,
        _day(fiche.closed, style, rng),
        _day(signed, style, rng),
        "exemple" if rng.random() < 0.05 else None,
    ]


def _held(fiche: Fiche) -> dict[str, int]:
    return {n: sum(s.nature == n and s.statut == "honore" for s in fiche.sessions) for n in NATURES}


def _day(day: date | None, style: int, rng: Random) -> Cell:
    """A date in the association's way, once in six thousand one that no calendar has."""
    if day is None:
        return None
    return "31/02/2026" if rng.random() < 0.00015 else slips.DATE_STYLES[style](day)


def _entretiens(delivery: Delivery, style: int, merge: bool, rng: Random) -> Sheet:
    """One row per session; where cells are merged, the reference is written on the first row only."""
    sheet = Sheet("Entretiens", [list(SESSION_HEADERS)])
    for fiche in delivery.fiches:
        if not fiche.written:
            continue
        first = len(sheet.rows) + 1
        for place, session in enumerate(fiche.sessions):
            written = None if merge and place else fiche.written
            sheet.rows.append([written, *_session(session, style, rng)])
        if merge and len(fiche.sessions) > 1:
            sheet.merged.append(f"A{first}:A{len(sheet.rows)}")
    if int(delivery.association[3:]) % 11 == 8 and delivery.fiches:
        day = _day(delivery.received_at.date(), style, rng)
        sheet.rows.append(["FV26-999999", day, None, "psy", None, None, 45])  # of no row of Saisines
    return sheet


def _session(session: Session, style: int, rng: Random) -> list[Cell]:
    return [
        _day(session.day, style, rng),
        session.hour,
        slips.word(session.nature, rng),
        None if session.mode == "presentiel" and rng.random() < 0.4 else slips.word(session.mode, rng),
        None if session.statut == "honore" and rng.random() < 0.6 else slips.word(session.statut, rng),
        rng.choice((30, 45, 45, 60)),
    ]
