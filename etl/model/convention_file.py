"""One convention file: its data, its lines, what is wrong with it, and its fingerprint."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, get_args

from pydantic import ValidationError

from etl.model.convention import Block, CommonSchedule, Convention
from etl.model.convention_rules import RULES
from etl.model.text import near
from etl.model.yaml_source import Number, Place, Problem, Source, read_yaml

COMMON = "commun.yaml"
_SHAPES = {
    "list_type": "une liste est attendue, un tiret ou des crochets.",
    "tuple_type": "une liste est attendue, un tiret ou des crochets.",
    "dict_type": "un bloc de clés est attendu.",
    "model_type": "un bloc de clés est attendu.",
}


@dataclass(frozen=True)
class ConventionFile:
    """A file as read.

    Attributes:
        name: its name in the set, without folder.
        content: its bytes, kept so that what was applied can be shown.
        source: data as written, and lines.
        model: the convention or the common schedule; None if anything is wrong.
        problems: everything wrong, in order of line.
    """

    name: str
    content: bytes
    source: Source
    model: Convention | CommonSchedule | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of what the file says: comments, layout and order of keys do not count."""
        return fingerprint(self.content)


@dataclass(frozen=True)
class ConventionSet:
    """A set that is right.

    Attributes:
        common: the common schedule.
        conventions: by code, in order of code.
        files: as read, by code; the common schedule's under `commun`.
    """

    common: CommonSchedule
    conventions: dict[str, Convention]
    files: dict[str, ConventionFile]

    @property
    def fingerprints(self) -> dict[str, str]:
        """SHA-256 of what each file says, by code."""
        return {code: file.fingerprint for code, file in self.files.items()}


def read_file(name: str, content: bytes) -> ConventionFile:
    """Read one file and everything that is wrong with it.

    Args:
        name: its name, without folder; `commun.yaml` is the common schedule.
        content: its bytes.
    """
    source = read_yaml(content)
    if source.data is None:
        return ConventionFile(name, content, source, problems=source.problems)
    model, wrong = _validated(CommonSchedule if name == COMMON else Convention, source)
    problems = _one_a_place([*source.problems, *_broken_rules(source), *wrong])
    return ConventionFile(name, content, source, None if problems else model, problems)


def fingerprint(content: bytes) -> str:
    """Give the SHA-256 of a convention file's canonical JSON (keys sorted, dates ISO, values as written)."""
    data = read_yaml(content).data
    canonical = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_written)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _written(value: object) -> str:
    if isinstance(value, date | Number):
        return str(value)
    raise TypeError(f"not a value of a convention file: {type(value).__name__}")


def _validated(
    shape: type[Convention] | type[CommonSchedule], source: Source
) -> tuple[Convention | CommonSchedule | None, list[Problem]]:
    try:
        return shape.model_validate(source.data), []
    except ValidationError as error:
        return None, [_problem(shape, source, detail) for detail in error.errors()]


def _problem(shape: type[Block], source: Source, detail: Any) -> Problem:  # noqa: ANN401 - pydantic's own dictionary
    path: Place = tuple(step for step in detail["loc"] if step != "[key]")
    if detail["type"] == "extra_forbidden":
        return source.problem(path, _unknown_key(shape, path))
    if detail["type"] == "missing":
        return source.problem(path[:-1], f"clé obligatoire absente : {path[-1]}.")
    sentence = _SHAPES.get(detail["type"]) or str(detail["msg"]).removeprefix("Value error, ")
    return source.problem(path, sentence)


def _unknown_key(shape: type[Block], path: Place) -> str:
    allowed = tuple(_block_at(shape, path[:-1]).model_fields)
    return f"clé inconnue ; clés attendues : {', '.join(allowed)}{near(path[-1], allowed)}."


def _block_at(shape: type[Block], path: Place) -> type[Block]:
    """Follow a path down the models; places in lists and keys that are data (PSY, 2026) change nothing."""
    for step in path:
        named = shape.model_fields.get(str(step))
        shape = next(_blocks_in(named.annotation), shape) if named else shape
    return shape


def _blocks_in(annotation: object) -> Iterator[type[Block]]:
    if isinstance(annotation, type) and issubclass(annotation, Block):
        yield annotation
    for inner in get_args(annotation):
        yield from _blocks_in(inner)


def _broken_rules(source: Source) -> list[Problem]:
    if not isinstance(source.data, dict):
        return []
    return [source.problem(path, sentence) for rule in RULES for path, sentence in rule(source.data)]


def _one_a_place(problems: list[Problem]) -> list[Problem]:
    """Keep the first sentence about each place: a key without value is also a value without form."""
    first: dict[Place | tuple[Place, str], Problem] = {}
    for problem in problems:
        # Several keys can be missing from one block, at the block's own place.
        absent = problem.sentence.startswith("clé obligatoire absente")
        first.setdefault((problem.path, problem.sentence) if absent else problem.path, problem)
    return sorted(first.values())
