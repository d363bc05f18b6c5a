"""A bucket, or any other store that fsspec knows, through Airflow's ObjectStoragePath: `type: objets`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field

from etl.model.errors import AwayError
from etl.sources.inbox import is_litter
from etl.sources.pull.base import Base
from etl.sources.pull.item import TOO_LARGE, File, Item, TooLargeError, reaching, read_whole

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from fsspec import AbstractFileSystem

# How the stores call the instant of an object, and what changes with its content.
_INSTANTS = ("LastModified", "last_modified", "mtime", "updated", "created")
_VERSIONS = ("ETag", "etag", "content_md5", "md5Hash")


class Declared(Base):
    """A place in a store.

    Attributes:
        adresse: `s3://bucket/folder`, or what another fsspec store writes; a folder an association below it.
        connexion: the Airflow connection (`aws` for S3); none for a store that asks for none.
    """

    type: Literal["objets"]
    adresse: Annotated[str, Field(pattern=r"^[a-z][a-z0-9+]*://.+$")]
    connexion: str | None = None


def items(declared: Declared, since: str | None, at: datetime) -> Iterator[Item]:
    """The objects below an address; their instant is that of their last writing, which the store keeps."""
    from airflow.sdk import ObjectStoragePath

    with _reaching(declared):
        base = ObjectStoragePath(declared.adresse, conn_id=declared.connexion)
        store, root = base.fs, base.path.rstrip("/")
        store.invalidate_cache()
        found = store.find(root, detail=True)
    for path, facts in sorted(found.items()):
        name = path.removeprefix(root).lstrip("/")
        if name and facts.get("type") != "directory" and not any(map(is_litter, name.split("/"))):
            yield Item(
                key=f"{name}|{_version(facts)}",
                fetch=partial(_fetch, declared, store, path, name, facts),
                remove=partial(_remove, declared, store, path, facts),
            )


def _reaching(declared: Declared) -> AbstractContextManager[None]:
    """Every store has exceptions of its own, for which there is no common name."""
    from airflow.sdk.exceptions import AirflowNotFoundException

    refused = (PermissionError, FileNotFoundError, ValueError, ImportError, AirflowNotFoundException)
    return reaching(declared.nom, (Exception,), refused)


def _version(facts: Mapping[str, Any]) -> str:
    """What changes when an object does: what the store derives from its content, else its last writing.

    Not both: a list and the object itself give the instant with different precisions.
    """
    told = next((facts[name] for name in (*_VERSIONS, *_INSTANTS) if facts.get(name) is not None), "")
    return f"{facts.get('size')}|{str(told).strip(chr(34))}"


def _fetch(
    declared: Declared, store: AbstractFileSystem, path: str, name: str, facts: Mapping[str, Any]
) -> Sequence[File]:
    said, received_at = name.split("/", maxsplit=1)[0] if "/" in name else None, _instant(facts)
    with _reaching(declared):
        try:
            with store.open(path, "rb") as file:
                content = read_whole(file.read, facts.get("size"), declared.nom)
        except TooLargeError:
            return [File(name, None, said, TOO_LARGE, received_at)]
        store.invalidate_cache()
        if _version(store.info(path)) != _version(facts):
            raise AwayError(f"Source {declared.nom} : un fichier change pendant qu’il est lu ; il sera repris.")
    return [File(name, content, said, None, received_at)]


def _instant(facts: Mapping[str, Any]) -> datetime | None:
    given = next((facts[name] for name in _INSTANTS if facts.get(name) is not None), None)
    if isinstance(given, int | float):
        return datetime.fromtimestamp(given, UTC)
    if isinstance(given, str):
        given = datetime.fromisoformat(given)
    return given.replace(tzinfo=given.tzinfo or UTC) if isinstance(given, datetime) else None


def _remove(declared: Declared, store: AbstractFileSystem, path: str, facts: Mapping[str, Any]) -> None:
    """Remove an object, unless another came in its place."""
    with _reaching(declared):
        store.invalidate_cache()
        if _version(store.info(path)) == _version(facts):
            store.rm_file(path)
