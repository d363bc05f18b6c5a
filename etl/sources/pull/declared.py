"""`sources.yaml`: which sources there are, as data. See docs/sources.md."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from etl.model.errors import ManyErrors, SaisinesError
from etl.model.yaml_source import Source, read_yaml
from etl.sources.inbox import FICHES, JOURNAL
from etl.sources.pull import folder, mailbox, sftp, store, web
from etl.sources.pull.base import Base
from etl.sources.pull.item import Item

KINDS: dict[str, ModuleType] = {"dossier": folder, "sftp": sftp, "imap": mailbox, "objets": store, "http": web}
FILE = "sources.yaml"

_SENTENCES = {
    "extra_forbidden": "clé inconnue.",
    "missing": "clé obligatoire absente.",
    "string_type": "texte attendu ; mettez la valeur entre guillemets.",
    "bool_type": "true ou false attendu.",
    "bool_parsing": "true ou false attendu.",
    "int_type": "nombre entier attendu.",
    "int_parsing": "nombre entier attendu.",
    "list_type": "liste attendue : un tiret par source.",
    "model_type": "des clés et des valeurs sont attendues.",
    "union_tag_invalid": f"type inconnu ; types connus : {', '.join(KINDS)}.",
    "union_tag_not_found": f"type absent ; types connus : {', '.join(KINDS)}.",
    "string_pattern_mismatch": "minuscules sans accent, chiffres, - et _ attendus, 40 au plus.",
}


def _file_model() -> type[BaseModel]:
    kinds: Any = reduce(or_, (kind.Declared for kind in KINDS.values()))
    one: Any = Annotated[kinds, Field(discriminator="type")]
    listed: Any = tuple[one, ...]
    return create_model("Sources", __config__=ConfigDict(extra="forbid"), sources=(listed, ...))


def load(path: Path, inbox: Path) -> list[Base]:
    """The declared sources; without a file, the two folders of the inbox.

    Args:
        path: `sources.yaml`.
        inbox: the folder that holds `journal/` and `fiches/<code>/`.

    Raises:
        ManyErrors: something in the file is wrong: every error, one line each, with its line there.
        SaisinesError: the file cannot be read.
    """
    if not path.exists():
        return [of_folder(inbox, JOURNAL), of_folder(inbox, FICHES)]
    try:
        written = read_yaml(path.read_bytes())
    except OSError as error:
        raise SaisinesError(f"{path} : lecture impossible ({error.strerror}) ; vérifiez les droits.") from error
    problems = [str(problem) for problem in written.problems]
    sources: list[Base] = []
    if not problems:
        try:
            sources = list(_file_model().model_validate(written.data).sources)  # type: ignore[attr-defined]
        except ValidationError as error:
            problems = [_said(detail, written) for detail in error.errors()]
    problems += _doubles(sources, written)
    if problems:
        raise ManyErrors([f"{path.name} : {problem}" for problem in problems])
    return sources


def of_folder(inbox: Path, kind: str) -> Base:
    """The folder of one kind in an inbox, as a source."""
    return folder.Declared.model_validate(
        {"nom": f"boite-{kind}", "type": "dossier", "porte": kind, "chemin": str(inbox / kind)}
    )


def items(source: Base, since: str | None, at: datetime) -> Generator[Item, None, None]:
    """What a source offers.

    Args:
        source: its declaration.
        since: where its list was left the last time, if it has pages.
        at: the instant of the pass.

    Raises:
        AwayError: its server is away.
        SaisinesError: its server refuses, or its connection is not there.
    """
    found: Generator[Item, None, None] = KINDS[source.type].items(source, since, at)
    return found


def _doubles(sources: Sequence[Base], written: Source) -> list[str]:
    names = [source.nom for source in sources]
    return [
        str(written.problem(("sources", place, "nom"), f"une autre source s’appelle déjà {name}."))
        for place, name in enumerate(names)
        if name in names[:place]
    ]


def _said(detail: Any, written: Source) -> str:  # noqa: ANN401 - pydantic's own dictionary
    place = tuple(step for n, step in enumerate(detail["loc"]) if not (n == 2 and step in KINDS))
    sentence = _SENTENCES.get(detail["type"], _other(detail))
    return str(written.problem(place, sentence))


def _other(detail: Any) -> str:  # noqa: ANN401 - pydantic's own dictionary
    limits = detail.get("ctx", {})
    if detail["type"] == "literal_error":
        return f"{limits['expected'].replace(' or ', ' ou ')} attendu."
    if detail["type"] in ("greater_than_equal", "less_than_equal"):
        return f"valeur hors limite ({limits.get('ge', limits.get('le'))})."
    return str(detail["msg"]).removeprefix("Value error, ")
