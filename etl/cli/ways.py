"""How commands speak: arguments that several share, days, progress, JSON."""

import json
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer

from etl.model.errors import UsageError

Quarter = Annotated[str, typer.Argument(help="Le trimestre, par exemple 2026-T1.", metavar="TRIMESTRE")]
Convention = Annotated[str, typer.Option("--convention", help="Le code de la convention.", metavar="CODE")]
By = Annotated[str, typer.Option("--by", help="Qui le fait : un nom.", metavar="NOM")]
Digest = Annotated[
    str, typer.Option("--digest", help="L’empreinte du brouillon, donnée par « saisines draft ».", metavar="EMPREINTE")
]
Reason = Annotated[str, typer.Option("--reason", help="Pourquoi, en une phrase.", metavar="TEXTE")]
AsJson = Annotated[bool, typer.Option("--json", help="Écrit le résultat en JSON.")]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="Le dossier où écrire ; par défaut, out/ dans le dossier d’état.", metavar="DOSSIER"),
]


def day(text: str | None, option: str) -> date | None:
    """A day given as `2026-04-15`.

    Raises:
        UsageError: it is no day.
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text} : un jour est attendu, écrit comme 2026-04-15.") from None


def say(text: str = "") -> None:
    """One line of result."""
    typer.echo(text)


def say_json(data: Mapping[str, Any]) -> None:
    """The result as JSON."""
    typer.echo(json.dumps(data, ensure_ascii=False, sort_keys=True, indent=1, default=str))


def progress() -> Callable[[str], None]:
    """Shows on a terminal what goes on, on one line of standard error; says nothing elsewhere."""
    if not sys.stderr.isatty():
        return lambda what: None
    return lambda what: print(f"\r\x1b[2K  … {what}", end="", file=sys.stderr, flush=True)


def done() -> None:
    """Clears the line of progress."""
    if sys.stderr.isatty():
        print("\r\x1b[2K", end="", file=sys.stderr, flush=True)


def table(rows: list[tuple[str, ...]], right: frozenset[int] = frozenset()) -> None:
    """Rows of text in columns, the first row being the header; columns in `right` are aligned on the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for place, row in enumerate(rows):
        cells = [
            cell.rjust(width) if column in right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        say("  " + "  ".join(cells).rstrip())
        if place == 0:
            say("  " + "  ".join("─" * width for width in widths))
