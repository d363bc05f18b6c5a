"""The look of the workbooks: one type family, few lines, numbers that align."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.styles import Border

INK, GREY, RULE, TINT = "FF1F2A37", "FF6B7280", "FFCBD5E1", "FFF1F5F9"
ACCENT = "FF1D4E89"
GREEN, RED = ("FFDCF5E3", "FF14532D"), ("FFFDE2E1", "FF8B1A1A")
FONT = "Arial"
PAD = "_-_-"  # figures keep a space at their right; LibreOffice drops an indent there
FRENCH = "[$-40C]"  # a viewer set to another language still shows 1 234,56
EUROS = f'{FRENCH}#,##0.00\\ "€"{PAD};{FRENCH}\\-#,##0.00\\ "€"{PAD}'
QUIET_EUROS = EUROS + f';"–"{PAD}'
COUNT = f"{FRENCH}#,##0{PAD}"
PERCENT = f'{FRENCH}\\+0\\ "%"{PAD};{FRENCH}\\-0\\ "%"{PAD};""'
PERCENT_DECIMAL = f'{FRENCH}\\+0.0#\\ "%"{PAD};{FRENCH}\\-0.0#\\ "%"{PAD};""'
DAY = f"dd/mm/yyyy{PAD}"
SHARE = f'{FRENCH}0.0\\ "%"{PAD}'
RIGHT_TEXT = f"@{PAD}"

# style → (font changes, number format, horizontal alignment, wrapped, what is drawn around or behind)
LOOKS: dict[str, tuple[dict[str, Any], str, str, bool, str]] = {
    "title": ({"sz": 16, "b": True, "color": ACCENT}, "@", "left", False, ""),
    "subtitle": ({"color": GREY}, "@", "left", False, ""),
    "example": ({"i": True, "color": RED[1]}, "@", "left", False, ""),
    "section": ({"sz": 11, "b": True, "color": ACCENT}, "@", "left", False, "under"),
    "section_euros": ({"b": True}, EUROS, "right", False, "under"),
    "section_right": ({"color": GREY}, RIGHT_TEXT, "right", False, "under"),
    "label": ({"color": GREY}, "@", "left", False, ""),
    "header": ({"b": True}, "@", "left", True, "head"),
    "header_right": ({"b": True}, RIGHT_TEXT, "right", True, "head"),
    "header_center": ({"b": True}, "@", "center", True, "head"),
    "text": ({}, "@", "left", False, "hair"),
    "wrap": ({}, "@", "left", True, "hair"),
    "code": ({"color": GREY}, "@", "left", False, "hair"),
    "value": ({}, "@", "left", False, ""),
    "value_strong": ({"b": True}, "@", "left", False, ""),
    "day": ({}, DAY, "right", False, "hair"),
    "count": ({}, COUNT, "right", False, "hair"),
    "percent": ({}, PERCENT, "right", False, "hair"),
    "percent_decimal": ({}, PERCENT_DECIMAL, "right", False, "hair"),
    "share": ({}, SHARE, "right", False, "hair"),
    "quiet_euros": ({}, QUIET_EUROS, "right", False, "hair"),
    "euros": ({}, EUROS, "right", False, "hair"),
    "right": ({}, RIGHT_TEXT, "right", True, "hair"),
    "strong": ({"b": True}, "@", "left", True, "hair"),
    "total": ({"b": True}, "@", "left", False, "total"),
    "total_count": ({"b": True}, COUNT, "right", False, "total"),
    "total_euros": ({"b": True}, EUROS, "right", False, "total"),
    "verdict": ({"b": True}, "@", "center", False, "hair"),
    "masked": ({"color": GREY}, RIGHT_TEXT, "right", False, "hair"),
    "input": ({}, "@", "left", False, "box"),
    "input_day": ({}, DAY, "right", False, "box"),
    "input_count": ({}, "0", "right", False, "box"),
    "known": ({}, "@", "left", False, "known"),
    "known_day": ({}, DAY, "right", False, "known"),
    "known_count": ({}, "0", "right", False, "known"),
}


def _border(kind: str) -> "Border":
    from openpyxl.styles import Border, Side

    rule, hair = Side(style="thin", color=RULE), Side(style="hair", color=RULE)
    ink = Side(style="thin", color=INK)
    return {
        "under": Border(bottom=rule),
        "head": Border(bottom=ink),
        "hair": Border(bottom=hair),
        "total": Border(top=ink),
        "box": Border(left=hair, right=hair, top=hair, bottom=hair),
        "known": Border(left=hair, right=hair, top=hair, bottom=hair),
    }.get(kind, Border())


def styles(workbook: "Workbook") -> dict[str, int]:
    """Registers the looks in a workbook; returns name → the number that a cell names its style by."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill

    made = {}
    for name, (font, number_format, horizontal, wrapped, kind) in LOOKS.items():
        style = NamedStyle(f"saisines_{name}")
        style.font = Font(name=FONT, **{"sz": 10, "color": INK, **font})
        style.number_format = number_format
        style.alignment = Alignment(horizontal=horizontal, vertical="center", wrap_text=wrapped)
        style.border = _border(kind)
        if kind in ("head", "known"):
            style.fill = PatternFill("solid", fgColor=TINT)
        workbook.add_named_style(style)
        cell = WriteOnlyCell(_Parent(workbook))  # type: ignore[arg-type]
        cell.style = style.name
        made[name] = cell.style_id
    return made


class _Parent:
    """Stands for a sheet while styles are registered: a cell finds its workbook through it."""

    def __init__(self, workbook: "Workbook") -> None:
        self.parent = workbook
