"""What every declaration of a source says, whatever its kind."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from etl.sources import profile
from etl.sources.inbox import FICHES, JOURNAL

Seconds = Annotated[int, Field(ge=0, le=3600)]


class Base(BaseModel):
    """A source, as `sources.yaml` declares it.

    Attributes:
        nom: what people, logs and Airflow call it; what was seen there is remembered under this name.
        porte: what it carries.
        association: whose fiches they are; by default the first folder, or the sender of the message, says so.
        profil: the source profile of its journals; the platform's by default.
        supprimer: whether what was received is removed there, at the pass after that which received it.
        delai: how many seconds a silent server is waited for.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    nom: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
    type: str
    porte: Literal["journal", "fiches"]
    association: str | None = None
    profil: str | None = None
    supprimer: bool = False
    delai: Annotated[int, Field(ge=1, le=600)] = 60

    @model_validator(mode="after")
    def _whole(self) -> Base:
        if self.association is not None and self.porte != FICHES:
            raise ValueError(
                "association : seulement pour une source de fiches ; un journal dit l’association à chaque ligne."
            )
        if self.profil is not None and self.porte != JOURNAL:
            raise ValueError("profil : seulement pour une source de journaux.")
        if self.profil is not None and self.profil not in profile.names():
            raise ValueError(f"profil « {self.profil} » inconnu ; profils connus : {', '.join(profile.names())}.")
        return self
