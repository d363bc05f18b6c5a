"""The rules of the FEC layout (livre des procédures fiscales, art. A47 A-1, VII), as a check of a file's bytes."""

import re
from collections import defaultdict
from datetime import datetime

COLUMNS = (
    "JournalCode",
    "JournalLib",
    "EcritureNum",
    "EcritureDate",
    "CompteNum",
    "CompteLib",
    "CompAuxNum",
    "CompAuxLib",
    "PieceRef",
    "PieceDate",
    "EcritureLib",
    "Debit",
    "Credit",
    "EcritureLet",
    "DateLet",
    "ValidDate",
    "Montantdevise",
    "Idevise",
)
REQUIRED = (*COLUMNS[:6], *COLUMNS[8:13])
DATES = ("EcritureDate", "PieceDate", "DateLet", "ValidDate")
PAIRS = (("CompAuxNum", "CompAuxLib"), ("EcritureLet", "DateLet"), ("Montantdevise", "Idevise"))
AMOUNT = re.compile(r"[0-9]+,[0-9]{2}")
ACCOUNT = re.compile(r"[0-9]{3}[0-9A-Z]*")

Row = dict[str, str]


def fec_errors(content: bytes, first_number: int = 1) -> list[str]:
    """Everything that breaks a rule, each as a line in French with its place; empty when the file is right."""
    try:
        lines = content.decode("utf-8").split("\r\n")
    except UnicodeDecodeError:
        return ["le fichier n’est pas en UTF-8"]
    if tuple(lines[0].split("\t")) != COLUMNS:
        return ["ligne 1 : les 18 colonnes attendues n’y sont pas, dans l’ordre"]
    if lines[-1]:
        return [f"ligne {len(lines)} : la dernière ligne n’est pas terminée"]
    errors, rows = [], []
    for number, line in enumerate(lines[1:-1], 2):
        cells = line.split("\t")
        if len(cells) != len(COLUMNS):
            errors.append(f"ligne {number} : {len(cells)} champs au lieu de {len(COLUMNS)}")
            continue
        row = dict(zip(COLUMNS, cells, strict=True))
        rows.append(row)
        errors += [f"ligne {number} : {error}" for error in _row_errors(row)]
    return errors or _entry_errors(rows, first_number)


def _row_errors(row: Row) -> list[str]:
    errors = [f"{name} est vide" for name in REQUIRED if not row[name].strip()]
    errors += [f"{name} n’est pas une date AAAAMMJJ" for name in DATES if row[name] and not _is_date(row[name])]
    errors += [
        f"{name} n’est pas un montant à virgule" for name in ("Debit", "Credit") if not AMOUNT.fullmatch(row[name])
    ]
    errors += [f"{a} et {b} vont ensemble" for a, b in PAIRS if bool(row[a]) != bool(row[b])]
    if not ACCOUNT.fullmatch(row["CompteNum"]):
        errors.append("CompteNum ne commence pas par trois chiffres du plan comptable")
    if not errors and (_cents(row["Debit"]) == 0) == (_cents(row["Credit"]) == 0):
        errors.append("un montant est attendu au débit ou au crédit, pas aux deux")
    return errors


def _entry_errors(rows: list[Row], first_number: int) -> list[str]:
    balances: dict[int, int] = defaultdict(int)
    days: dict[int, set[str]] = defaultdict(set)
    for row in rows:
        number = int(row["EcritureNum"])
        balances[number] += _cents(row["Debit"]) - _cents(row["Credit"])
        days[number].add(row["EcritureDate"])
    errors = [f"écriture {number} : débit et crédit diffèrent" for number, balance in balances.items() if balance]
    errors += [f"écriture {number} : plusieurs dates" for number, on in days.items() if len(on) > 1]
    if list(balances) != list(range(first_number, first_number + len(balances))):
        errors.append("la numérotation des écritures n’est pas continue")
    validated = [row["ValidDate"] for row in rows if row["ValidDate"]]
    if validated != sorted(validated):
        errors.append("les écritures ne sont pas dans l’ordre de leur validation")
    return errors


def _is_date(text: str) -> bool:
    if not re.fullmatch("[0-9]{8}", text):
        return False
    try:
        datetime.strptime(text, "%Y%m%d")  # noqa: DTZ007  a civil day
    except ValueError:
        return False
    return True


def _cents(text: str) -> int:
    return int(text.replace(",", ""))
