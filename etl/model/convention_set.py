"""A set of convention files: `commun.yaml` and one file a convention. Nothing is loaded if anything is wrong."""

from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from itertools import combinations
from pathlib import Path

from etl.model.convention import CommonSchedule, Convention
from etl.model.convention_file import COMMON, ConventionFile, ConventionSet, read_file
from etl.model.convention_rules import FAR, blocks, maybe
from etl.model.convention_values import read_day, read_phone, read_rate
from etl.model.errors import ManyErrors, UsageError
from etl.model.tariff import Layer, negative_prices
from etl.model.yaml_source import Place

__all__ = (
    "COMMON_CODE",
    "DEFAULT",
    "ConventionSet",
    "ConventionsError",
    "contents_of",
    "read_directory",
    "read_set",
    "set_errors",
)

DEFAULT = Path(__file__).parent.parent / "conventions"
COMMON_CODE = "commun"
_NEARLY = 0.7  # of the letters, as difflib counts them: OMM for OM, not PRX for URG


class ConventionsError(ManyErrors):
    """A set is refused. `errors` has one French line for each thing wrong: file, line, place, what is expected."""


def read_directory(directory: Path) -> ConventionSet:
    """Read the set in a folder.

    Raises:
        UsageError: there is no such folder.
        ConventionsError: anything is wrong; all of it is said.
    """
    return read_set(contents_of(directory))


def read_set(contents: Mapping[str, bytes]) -> ConventionSet:
    """Read a set from its files' bytes by name, such as the warehouse keeps them.

    Raises:
        ConventionsError: anything is wrong; all of it is said.
    """
    files = [read_file(name, contents[name]) for name in sorted(contents)]
    if errors := _errors(files):
        raise ConventionsError(errors)
    conventions = _assembled(files)
    if errors := [_at_version(conventions, layer, wrong) for layer, wrong in negative_prices(conventions)]:
        raise ConventionsError(errors)
    return conventions


def set_errors(contents: Mapping[str, bytes]) -> list[str]:
    """Say everything that is wrong with a set, one French line each; none if it is right."""
    try:
        read_set(contents)
    except ConventionsError as refused:
        return refused.errors
    return []


def _assembled(files: list[ConventionFile]) -> ConventionSet:
    """Put right files together."""
    shared = next(file for file in files if isinstance(file.model, CommonSchedule))
    own = {file.model.code: file for file in files if isinstance(file.model, Convention)}
    ordered = {code: own[code] for code in sorted(own)}
    conventions = {code: file.model for code, file in ordered.items() if isinstance(file.model, Convention)}
    assert isinstance(shared.model, CommonSchedule)
    return ConventionSet(shared.model, conventions, {COMMON_CODE: shared, **ordered})


def contents_of(directory: Path) -> dict[str, bytes]:
    """Give the bytes of a folder's YAML files by name. Hidden files are left, and what is not YAML.

    Raises:
        UsageError: there is no such folder.
    """
    if not directory.is_dir():
        raise UsageError(f"Dossier de conventions introuvable : {directory} ; vérifier le chemin.")
    files = [f for f in directory.iterdir() if f.suffix.lower() in {".yaml", ".yml"} and not f.name.startswith(".")]
    return {file.name: file.read_bytes() for file in sorted(files)}


def _errors(files: list[ConventionFile]) -> list[str]:
    if not files:
        return ["Aucun fichier .yaml dans le dossier ; y mettre commun.yaml et un fichier par convention."]
    found = [f"{file.name}, {problem}" for file in files for problem in file.problems]
    return [*_missing(files), *found, *_between(files)]


def _missing(files: list[ConventionFile]) -> Iterator[str]:
    names = [file.name for file in files]
    if COMMON not in names:
        yield f"{COMMON} absent du dossier ; il porte le barème dont les conventions héritent."
    if not set(names) - {COMMON}:
        yield "Aucune convention dans le dossier ; ajouter un fichier par convention."
    for name in names:
        if not name.endswith(".yaml"):
            yield f"{name} : l’extension attendue est .yaml, en minuscules ; renommer le fichier."


def _between(files: list[ConventionFile]) -> Iterator[str]:
    """Say what is wrong between files: rules look at data as written, as in `convention_rules`."""
    own = [file for file in files if file.name != COMMON and isinstance(file.source.data, dict)]
    for one, other in combinations(own, 2):
        yield from _same_code(one, other)
        yield from _same_priority(one, other)
    common = [file for file in files if file.name == COMMON and file.source.data is not None]
    inherited = {code for file in common for code, _ in _uplifts(file, named_only=True)}
    for file in files if common else []:
        yield from _nothing_to_switch_off(file, inherited)


def _at(file: ConventionFile, path: Place, sentence: str) -> str:
    return f"{file.name}, {file.source.problem(path, sentence)}"


def _at_version(conventions: ConventionSet, layer: Layer, sentence: str) -> str:
    owner = layer.owner or COMMON_CODE
    model = conventions.common if layer.owner is None else conventions.conventions[layer.owner]
    return _at(conventions.files[owner], ("versions", model.versions.index(layer.version)), sentence)


def _same_code(one: ConventionFile, other: ConventionFile) -> Iterator[str]:
    code = _value(other, "code")
    if code is not None and code == _value(one, "code"):
        yield _at(other, ("code",), f"« {code} » est déjà le code de {one.name} ; un code, un fichier.")


def _same_priority(one: ConventionFile, other: ConventionFile) -> Iterator[str]:
    """Two conventions that one call could reach differ in priority: else which carries the saisine would be chance."""
    priority = _value(other, "priorite")
    shared = any(a[0] == b[0] and a[1] <= b[2] and b[1] <= a[2] for a in _numbers(one) for b in _numbers(other))
    if isinstance(priority, int) and priority == _value(one, "priorite") and shared:
        sentence = f"{priority} est aussi la priorité de {one.name}, qui a le même numéro ; les départager."
        yield _at(other, ("priorite",), sentence)


def _value(file: ConventionFile, name: str) -> object:
    return file.source.data.get(name) if isinstance(file.source.data, dict) else None


def _numbers(file: ConventionFile) -> Iterator[tuple[str, date, date]]:
    """Give (number, first day, last day) of a file's lines that have their form."""
    for _, line in blocks(file.source.data, "lignes"):
        number, start = maybe(read_phone, line.get("numero")), maybe(read_day, line.get("du"))
        end = FAR if line.get("au") is None else maybe(read_day, line["au"])
        if number and start and end:
            yield number, start, end


def _uplifts(file: ConventionFile, *, named_only: bool) -> Iterator[tuple[str, Place]]:
    """Give the code and place of uplifts: those that have a rate, or those that have none (0 %)."""
    for v, version in blocks(file.source.data, "versions"):
        for n, uplift in blocks(version, "majorations"):
            rate, code = maybe(read_rate, uplift.get("taux")), uplift.get("code")
            if rate is not None and isinstance(code, str) and named_only == bool(rate):
                yield code, ("versions", v, "majorations", n, "code")


def _nothing_to_switch_off(file: ConventionFile, inherited: set[str]) -> Iterator[str]:
    """A rate of 0 % under nearly the code of an uplift is a slip of the keyboard: that uplift would go on being paid.

    Under any other code it switches off nothing, which harms nobody: the common schedule may have lost that uplift.
    """
    known = inherited | {code for code, _ in _uplifts(file, named_only=True)}
    for code, path in _uplifts(file, named_only=False):
        if code not in known and get_close_matches(code, known, 1, _NEARLY):
            names = ", ".join(sorted(known)) or "aucun"
            yield _at(file, path, f"« {code} » à 0% n’éteint rien ; codes connus : {names}.")
