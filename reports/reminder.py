"""The reminder of missing fiches: counts and a link by e-mail, the list only in a workbook the association fetches.

No reference travels by e-mail, and nothing about a person is in either.
"""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from reports import french
from reports.spreadsheet import Book, Cell
from reports.workbook_page import page

Row = dict[str, Any]


@dataclass(frozen=True)
class Reminder:
    """What is sent, and what the link leads to."""

    subject: str
    text: str
    workbook: bytes


def render_reminder(
    association: Row, awaited: list[Row], *, federation: str, link: str, reply_to: str, as_of: date
) -> Reminder:
    """The reminder of one association.

    Args:
        association: `code`, `nom`.
        awaited: a row for each missing fiche: `reference`, `convention`, `opened_on` (a day), `cutoff` (until when it
            counts for the next statement, if known) and `barred_on` (after which it is no longer paid, if known).
        federation: the name of the federation.
        link: where the workbook is.
        reply_to: the address that answers.
        as_of: the day of the reminder.
    """
    rows = sorted(awaited, key=lambda row: (row["convention"], row["opened_on"], row["reference"]))
    name = " ".join(str(association["nom"]).replace("'", "’").split())
    number = french.count(len(rows), "fiche retour attendue", "fiches retour attendues")
    subject = f"{federation} : {number} ({association['code']})".replace("\n", " ")
    return Reminder(
        " ".join(subject.split()),
        _text(name, rows, federation, link, reply_to, as_of),
        _workbook(association, rows, federation, as_of),
    )


def _text(name: str, rows: list[Row], federation: str, link: str, reply_to: str, as_of: date) -> str:
    if not rows:
        return f"Bonjour,\n\n{name} : aucune fiche retour n’est attendue au {french.day(as_of)}.\n\n{federation}\n"
    lines = [_counted(code, list(group)) for code, group in groupby(rows, key=lambda row: str(row["convention"]))]
    number = french.count(len(rows), "fiche retour est attendue", "fiches retour sont attendues")
    return "\n".join(
        [
            "Bonjour,",
            "",
            f"{name} : au {french.day(as_of)}, {number}.",
            "",
            *lines,
            "",
            "La liste, et le modèle à compléter, sont ici (accès réservé à votre association) :",
            link,
            "",
            "Une fiche reçue après l’arrêté compte pour le relevé suivant ; après la forclusion, elle n’est plus payée.",
            "Si vous avez déjà envoyé ces fiches, ne tenez pas compte de ce message.",
            "",
            f"Une question ? {reply_to}",
            "",
            federation,
            "",
        ]
    )


def _counted(code: str, rows: list[Row]) -> str:
    oldest = min(row["opened_on"] for row in rows)
    since = f"la plus ancienne depuis le {french.day(oldest)}" if len(rows) > 1 else f"depuis le {french.day(oldest)}"
    parts = [f"– {code} : {french.count(len(rows), 'fiche')}, {since}"]
    if cutoffs := [row["cutoff"] for row in rows if row["cutoff"]]:
        parts.append(f", à envoyer avant l’arrêté du {french.day(min(cutoffs))}")
    if limits := [row["barred_on"] for row in rows if row["barred_on"]]:
        parts.append(f" (première forclusion le {french.day(min(limits))})")
    return "".join(parts)


def _workbook(association: Row, rows: list[Row], federation: str, as_of: date) -> bytes:
    made_at = datetime(as_of.year, as_of.month, as_of.day)  # noqa: DTZ001  a civil day
    book = Book("Fiches retour attendues", federation, made_at)
    sheet = book.sheet("Fiches attendues", [20, 16, 16, 16, 18, 18])
    xml = sheet.xml
    page(sheet, (federation, "Fiches attendues"), (f"{association['code']} – au {french.day(as_of)}", ""))
    xml.freeze_panes, xml.print_title_rows = "A6", "5:5"
    sheet.append([Cell("Fiches retour attendues", "title")], height=26)
    sheet.append([Cell(f"{association['code']} – {association['nom']}", "subtitle")])
    sheet.append([Cell(f"Au {french.day(as_of)} : {french.count(len(rows), 'fiche')}", "subtitle")])
    sheet.append([])
    rights = ["Ouverte le", "Jours d’attente", "Arrêté du", "Forclusion le"]
    sheet.append(
        [
            Cell("N° de saisine", "header"),
            Cell("Convention", "header"),
            *[Cell(title, "header_right") for title in rights],
        ],
        height=30,
    )
    for row in rows:
        days = [Cell(row["cutoff"], "day"), Cell(row["barred_on"], "day")]
        waited = Cell((as_of - row["opened_on"]).days, "count")
        sheet.append([Cell(row["reference"]), Cell(row["convention"]), Cell(row["opened_on"], "day"), waited, *days])
    xml.auto_filter.ref = f"A5:F{max(6, sheet.row)}"
    xml.print_area = f"A1:F{max(6, sheet.row)}"
    return book.to_bytes()
