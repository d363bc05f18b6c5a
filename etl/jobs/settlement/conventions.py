"""Convention files as a whole: what is wrong in a folder, what changes from one set to another, what may not change."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from etl.model.convention_file import ConventionSet
from etl.model.convention_set import COMMON_CODE, contents_of, set_errors
from etl.model.quarter import Quarter
from etl.model.yaml_source import Value

_NOTHING = "(rien)"
# What tells the items of a list apart, so that adding one does not show the others as changed.
_NAMED_BY = {"versions": ("du",), "lignes": ("numero", "du", "de"), "majorations": ("code",)}


def check(directory: Path) -> list[str]:
    """Say everything that is wrong with a folder of convention files.

    Returns:
        One French line for each thing wrong: file, line, place, what is expected. None: the set can be loaded.

    Raises:
        UsageError: there is no such folder.
    """
    return set_errors(contents_of(directory))


def difference(before: ConventionSet | None, after: ConventionSet) -> list[str]:
    """Say in French what changes from a set to another, key by key, versions by their date.

    Args:
        before: what is in force; None when nothing was loaded yet.
        after: what is proposed.

    Returns:
        Lines in a fixed order, none when the sets say the same: layout and comments do not count.
    """
    old, new = _flat_set(before) if before else {}, _flat_set(after)
    changed = [place for place in sorted(old.keys() | new.keys()) if old.get(place) != new.get(place)]
    return [f"{' › '.join(place)} : {old.get(place, _NOTHING)} → {new.get(place, _NOTHING)}" for place in changed]


def refusals(before: ConventionSet, after: ConventionSet, last_finalised: Mapping[str, Quarter]) -> list[str]:
    """Say which changes reach back into finalised quarters without saying so (inputs.md §4).

    Args:
        before: the set in force.
        after: the set proposed.
        last_finalised: the last finalised quarter of each convention that has one.

    Returns:
        One French line for each version, new or changed, that begins at or before that quarter without
        `retroactif: oui`; for each version or convention removed, which nothing can mark: a later version replaces it.
    """
    gone = [
        f"{before.files[code].name} : convention retirée, alors que {last} est finalisé ; remettre le fichier."
        for code, last in sorted(last_finalised.items())
        if code in before.conventions and code not in after.conventions
    ]
    return gone + [line for code in after.files for line in _unmarked(before, after, code, last_finalised)]


def _unmarked(
    before: ConventionSet, after: ConventionSet, code: str, last_finalised: Mapping[str, Quarter]
) -> Iterator[str]:
    """Compare the versions of one file. Those of the common schedule bind every convention: the last quarter of all."""
    quarters = [quarter for owner, quarter in last_finalised.items() if code in {owner, COMMON_CODE}]
    if not quarters:
        return
    last, name = max(quarters), after.files[code].name
    old, new = _versions(before, code), _versions(after, code)
    for day in sorted(day for day in old.keys() | new.keys() if day < last.end):
        if day not in new:
            yield f"{name} : version du {day} retirée, alors que {last} est finalisé ; la remettre."
        elif _terms(old.get(day)) != _terms(new[day]) and new[day].get("retroactif") is not True:
            where = after.files[code].source.problem(("versions", _place(after, code, day)), _ask_mark(day, last))
            yield f"{name}, {where}"


def _ask_mark(day: date, last: Quarter) -> str:
    return f"version du {day} ajoutée ou modifiée, alors que {last} est finalisé ; y écrire retroactif: oui."


def _versions(conventions: ConventionSet, code: str) -> dict[date, dict[str, object]]:
    """Give the versions of a file by date, as read, empty where there is no such file."""
    file = conventions.files.get(code)
    models = file.model.versions if file and file.model else ()
    return {model.du: model.model_dump(exclude_unset=True) for model in models}


def _terms(version: dict[str, object] | None) -> object:
    """Give what a version says, but for its mark."""
    return version and {name: value for name, value in version.items() if name != "retroactif"}


def _place(conventions: ConventionSet, code: str, day: date) -> int:
    model = conventions.files[code].model
    return [version.du for version in model.versions].index(day) if model else 0


def _flat_set(conventions: ConventionSet) -> dict[tuple[str, ...], str]:
    flat: dict[tuple[str, ...], str] = {}
    for code, file in conventions.files.items():
        flat |= dict(_flat(file.source.data, (code,)))
    return flat


def _flat(data: Value, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Cut data into (place, text) leaves; a list of plain values is one leaf."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _flat(value, (*place, name))
    elif isinstance(data, list) and any(isinstance(item, dict) for item in data):
        for n, item in enumerate(data):
            yield from _flat(item, (*place, _item_name(place[-1], n, item)))
    else:
        yield place, _shown(data)


def _item_name(of: str, place: int, item: Value) -> str:
    names = _NAMED_BY.get(of, ())
    shown = [_shown(item[name]) for name in names if isinstance(item, dict) and name in item]
    return " ".join(shown) or str(place + 1)


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    return "sans fin" if value is None else str(value)
