"""Source profiles: what a telephone system exports, as data (inputs.md §1). See `profiles/LISEZMOI.md` to add one."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from etl.model.errors import SaisinesError
from etl.model.yaml_source import Place, Source, read_yaml
from etl.sources.columns import Column

PROFILES = Path(__file__).parent / "profiles"
PLATFORM = "plateforme"

# What the rules know of a contact. A profile says where each comes from; nothing else of a source is read.
CONTACT = (
    *("id_appel", "debut", "duree_s", "canal", "statut", "numero_appele", "suite", "saisine_ref", "convention"),
    *("association", "qualite", "departement", "urgence", "beneficiaire"),
)
REQUIRED = ("id_appel", "debut", "suite", "saisine_ref", "association")

_SENTENCES = {
    "extra_forbidden": "clé inconnue ; clés attendues : {keys}.",
    "missing": "clé obligatoire absente.",
    "string_type": "texte attendu ; mettez la valeur entre guillemets.",
    "bool_type": "true ou false attendu.",
}


class Profile(BaseModel):
    """One system's export.

    Attributes:
        nom: its name, which is also the origin of its deliveries.
        libelle: what people call it.
        entete: whether the file has a header line; if not, `positions` names its columns.
        separateurs: those it may use, the likeliest first.
        fuseau: what times without offset are in.
        positions: for each number of columns a line may have, the names of its columns.
        colonnes: for each field of a contact, where it comes from. With a header, the first of its names that is
            there; without, the first position among them that says something.
        jambes: whether several lines with one `id_appel` are legs of one call.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    nom: str
    libelle: str
    entete: bool = True
    separateurs: tuple[str, ...] = (";", ",", "\t")
    fuseau: str = "Europe/Paris"
    positions: dict[int, tuple[str, ...]] = {}
    colonnes: dict[Literal[CONTACT], Column]  # type: ignore[valid-type]
    jambes: bool = False

    @field_validator("fuseau", mode="after")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("fuseau horaire inconnu ; par exemple Europe/Paris ou UTC.") from error
        return name

    @field_validator("positions", mode="before")
    @classmethod
    def _counts(cls, positions: Any) -> Any:  # noqa: ANN401 - what a file says
        return {int(count): names for count, names in positions.items()} if isinstance(positions, dict) else positions

    @model_validator(mode="after")
    def _whole(self) -> Profile:
        missing = [name for name in REQUIRED if name not in self.colonnes]
        if missing:
            raise ValueError(f"colonnes absentes : {', '.join(missing)}.")
        if self.entete == bool(self.positions):
            raise ValueError("sans en-tête (entete: false) il faut des positions ; avec en-tête, pas de positions.")
        wrong = [count for count, names in self.positions.items() if len(names) != count]
        if wrong:
            raise ValueError(f"positions : {wrong[0]} colonnes annoncées, {len(self.positions[wrong[0]])} nommées.")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """What times without offset are in."""
        return ZoneInfo(self.fuseau)


def names(folder: Path = PROFILES) -> list[str]:
    """The profiles that exist."""
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load_profile(name: str, folder: Path = PROFILES) -> Profile:
    """Read a profile by its name.

    Raises:
        SaisinesError: there is none of that name, or its file is wrong: every error, with its line.
    """
    path = folder / f"{name}.yaml"
    if name not in names(folder):
        raise SaisinesError(f"Profil « {name} » inconnu ; profils connus : {', '.join(names(folder))}.")
    source = read_yaml(path.read_bytes())
    data = _inherited(source.data, folder)
    try:
        if source.problems:
            raise SaisinesError(_listed(path, [str(problem) for problem in source.problems]))
        return Profile.model_validate(data)
    except ValidationError as error:
        raise SaisinesError(_listed(path, [_said(detail, source) for detail in error.errors()])) from error


def _inherited(data: Any, folder: Path) -> Any:  # noqa: ANN401 - what a file says
    """Lay a profile over the one it names in `comme`: key by key, and column by column."""
    if not isinstance(data, dict) or "comme" not in data:
        return data
    base = read_yaml((folder / f"{data['comme']}.yaml").read_bytes()).data if data["comme"] in names(folder) else None
    if not isinstance(base, dict) or "comme" in base:
        raise SaisinesError(
            f"Profil « {data.get('nom')} » : comme: {data['comme']} ne nomme pas un profil complet de ce dossier."
        )
    own = {key: value for key, value in data.items() if key != "comme"}
    return {**base, **own, "colonnes": {**_mapping(base.get("colonnes")), **_mapping(own.get("colonnes"))}}


def _mapping(value: Any) -> Mapping[str, Any]:  # noqa: ANN401 - what a file says
    return value if isinstance(value, dict) else {}


def _said(detail: Any, source: Source) -> str:  # noqa: ANN401 - pydantic's own dictionary
    path: Place = tuple(step for step in detail["loc"] if step != "[key]")
    shape = Column if path[:1] == ("colonnes",) and len(path) > 2 else Profile
    sentence = _SENTENCES.get(detail["type"], str(detail["msg"]).removeprefix("Value error, "))
    if path[:1] == ("colonnes",) and len(path) == 2 and detail["type"] == "literal_error":
        sentence = f"champ inconnu ; champs attendus : {', '.join(CONTACT)}."
    return str(source.problem(path, sentence.format(keys=", ".join(shape.model_fields))))


def _listed(path: Path, problems: list[str]) -> str:
    return f"{path.name} : " + " ; ".join(problem.rstrip(".") for problem in problems) + "."
