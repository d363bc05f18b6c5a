"""A YAML file as plain values, each with the line it was written on.

Values keep what was written: a number that is not a plain whole one stays text, marked as a number, because money is
never read as a float and because the remedy shown is "put it in quotes".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node

Place: TypeAlias = tuple[str | int, ...]
Value: TypeAlias = "str | int | bool | date | Number | list[Value] | dict[str, Value] | None"

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_TAG = "tag:yaml.org,2002:"
# A convention has some two hundred values; aliases nested in aliases are the only way to these bounds.
_MOST_VALUES = 20_000
_DEEPEST = 20
_TOO_MUCH = "contenu trop grand ou trop imbriqué pour une convention."


@dataclass(frozen=True)
class Number:
    """A number written without quotes that is not a plain whole one: ``55.00``, ``1_000``, ``0180``."""

    written: str

    def __str__(self) -> str:
        return self.written


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong in a file: the line, the place in words, the French sentence that says what is expected."""

    line: int
    path: Place = field(compare=False)
    sentence: str

    def __str__(self) -> str:
        place = " › ".join(str(step + 1) if isinstance(step, int) else step for step in self.path)
        return f"ligne {self.line}, {place} : {self.sentence}" if place else f"ligne {self.line} : {self.sentence}"


@dataclass
class Source:
    """What a file says: its data (None if unreadable), the line of every path, and what is wrong with its writing."""

    data: Value = None
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, path: Place, sentence: str) -> Problem:
        """Say that something is wrong at a path, on its line or on that of the nearest one that was written."""
        near = next((path[:n] for n in range(len(path), -1, -1) if path[:n] in self.lines), ())
        return Problem(self.lines.get(near, 1), path, sentence)


def read_yaml(content: bytes) -> Source:
    """Read one YAML 1.2 document.

    Args:
        content: the file's bytes, UTF-8 with or without BOM.

    Returns:
        Its data and lines. Problems are: unreadable writing, a key written twice, too many values.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError
    from ruamel.yaml.reader import ReaderError

    source = Source(lines={(): 1})
    try:
        text = content.decode("utf-8-sig")
        root = YAML(typ="rt").compose(text)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        return _unreadable(source, line, "caractère qui n’est pas en UTF-8 ; enregistrer le fichier en UTF-8.")
    except ReaderError as error:
        return _unreadable(source, text.count("\n", 0, error.position) + 1, "caractère interdit ; l’effacer.")
    except MarkedYAMLError as error:
        return _unreadable(source, error.problem_mark.line + 1 if error.problem_mark else 1, _ill_written(error))
    except RecursionError:
        return _unreadable(source, 1, _TOO_MUCH)
    try:
        source.data = _value(root, (), source) if root else None
    except _TooMuchError:
        return _unreadable(source, 1, _TOO_MUCH)
    if source.data is None:
        return _unreadable(source, 1, "fichier vide ; une convention y est attendue.")
    return source


def _unreadable(source: Source, line: int, sentence: str) -> Source:
    source.problems.append(Problem(line, (), sentence))
    return source


def _ill_written(error: object) -> str:
    problem = str(getattr(error, "problem", ""))
    if "\\t" in problem or "tab" in problem:
        return "tabulation en début de ligne ; décaler avec des espaces."
    if "another document" in problem:
        return "second document dans le fichier ; un fichier ne décrit qu’une convention."
    return "écriture YAML incorrecte ; vérifier retraits, deux-points et guillemets, ici et à la ligne d’avant."


class _TooMuchError(Exception):
    """More values or levels than any convention has."""


def _value(node: "Node", path: Place, source: Source) -> Value:
    """Turn one of the parser's nodes into a plain value, noting the lines of what is under it. No tag is obeyed."""
    from ruamel.yaml.nodes import ScalarNode, SequenceNode

    if len(path) > _DEEPEST or len(source.lines) > _MOST_VALUES:
        raise _TooMuchError
    if isinstance(node, ScalarNode):
        return _scalar(node.value, str(node.tag).removeprefix(_TAG), getattr(node, "style", None))
    if isinstance(node, SequenceNode):
        return [_item(child, (*path, n), source) for n, child in enumerate(node.value)]
    return dict(_entries(node.value, path, source))


def _item(node: "Node", path: Place, source: Source) -> Value:
    source.lines[path] = node.start_mark.line + 1
    return _value(node, path, source)


def _entries(pairs: "list[tuple[Node, Node]]", path: Place, source: Source) -> Iterator[tuple[str, Value]]:
    seen: set[str] = set()
    for key_node, node in pairs:
        key = key_node.value if isinstance(key_node.value, str) else "?"
        here, line = (*path, key), key_node.start_mark.line + 1
        if key in seen:
            source.problems.append(Problem(line, here, "clé écrite deux fois ; n’en garder qu’une."))
            continue
        seen.add(key)
        source.lines[here] = line
        yield key, _value(node, here, source)


def _scalar(written: str, kind: str, style: str | None) -> Value:
    """Read one plain value. A style means quotes: it is text, whatever it looks like."""
    if style is not None or kind not in {"int", "float", "bool", "null", "timestamp"}:
        return written
    if kind == "null":
        return None
    if kind == "bool":
        return written.lower() == "true"
    if kind == "timestamp":
        return _day(written)
    return int(written) if kind == "int" and _WHOLE.fullmatch(written) else Number(written)


def _day(written: str) -> Value:
    """Read an ISO date; an impossible one stays text, to be shown as it was written."""
    try:
        return date.fromisoformat(written)
    except ValueError:
        return written
