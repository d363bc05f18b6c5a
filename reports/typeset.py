"""Typst, from its wheel: a template of `reports/templates` and plain data make a PDF, the same bytes for the same data.

Only the fonts inside the wheel are used, nothing is fetched. Data goes in as JSON and is text to Typst, never markup:
no character of a name can change a document.
"""

import json
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import typst

TEMPLATES = Path(__file__).parent / "templates"
# What the wheel's text font can draw, invisible and direction marks left out; anything else is transliterated.
NOT_DRAWN = re.compile(
    "[^\n\u0020-\u007e\u00a0-\u0377\u0384-\u038a\u038e-\u03a1\u03a3-\u04ff\u1e00-\u1eff\u2000-\u200a\u2010-\u2027"
    "\u202f-\u2040\u2044-\u2052\u20a0-\u20bf\u2190-\u219f\u2200-\u226f\ufb00-\ufb06]"
)
TIGHT = re.compile(r" (?=[;:!?»%€])|(?<=«) ")


@cache
def _compiler(template: str) -> "typst.Compiler":
    import typst

    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    return typst.Compiler(input=TEMPLATES / template, root=TEMPLATES, font_paths=fonts, ignore_system_fonts=True)


def typographic(text: str) -> str:
    """Text as the documents print it: French spaces that do not break, and only characters the fonts have."""
    from unidecode import unidecode

    drawn = NOT_DRAWN.sub(lambda match: unidecode(match[0], errors="ignore"), text)
    return TIGHT.sub("\u202f", drawn.replace("'", "’"))


def printable(value: Any) -> Any:  # noqa: ANN401  JSON values, whatever their shape
    """The same data with each text made printable."""
    if isinstance(value, str):
        return typographic(value)
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    return [printable(item) for item in value] if isinstance(value, list | tuple) else value


def render_pdf(template: str, data: dict[str, Any], made_at: datetime, *, tagged: bool = True) -> bytes:
    """A PDF/A-2u, made to be kept, from a template and its data.

    Args:
        template: name of a file of `reports/templates`.
        data: what the template prints, every figure already written as it is to be read.
        made_at: the instant the file says it was made.
        tagged: whether a screen reader finds its structure; on thousands of lines the tags weigh ten times the text.
    """
    inputs = {"data": json.dumps(printable(data), ensure_ascii=False)}
    made = _compiler(template).compile(
        format="pdf",
        sys_inputs=inputs,
        timestamp=made_at.replace(tzinfo=UTC),
        pdf_standards="a-2u",
        pdf_tags=tagged,
    )
    assert isinstance(made, bytes)  # one PDF, since `format` is not pages of images
    return made
