"""Files listed by an HTTP service in JSON pages, through Airflow's HttpHook: `type: http`."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urljoin, urlsplit

from pydantic import BaseModel, ConfigDict

from etl.model.errors import AwayError, SaisinesError
from etl.sources.pull.base import Base
from etl.sources.pull.item import TOO_LARGE, File, Item, TooLargeError, reaching, read_whole

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from requests import Response, Session

MAX_PAGES = 10_000
MAX_PAGE_BYTES = 1 << 24
_BUSY = (408, 425, 429)


class Fields(BaseModel):
    """How the service calls what it says of a file.

    Attributes:
        adresse: where the file is, relative to its page.
        nom: its name; by default the end of its address.
        recu_le: the instant at which the service received it, ISO 8601; without it, that of the reading.
        version: what changes when its content does.
        taille: its size in bytes.
        sha256: of its bytes, hexadecimal.
        association: the code of the association.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    adresse: str = "url"
    nom: str = "name"
    recu_le: str = "received_at"
    version: str = "version"
    taille: str = "size"
    sha256: str = "sha256"
    association: str = "association"


class Declared(Base):
    """An HTTP service.

    Attributes:
        connexion: the Airflow connection (`http`), with the address of the service and its credentials.
        chemin: of the first page.
        liste: the key under which a page lists files; none if the page is the list.
        suite: the key of a page that says where the next is: a cursor if `curseur` is given, else an address.
        curseur: the parameter that takes the cursor. It is remembered: the next pass starts at the last page.
        champs: how the service calls what it says of a file.
    """

    type: Literal["http"]
    connexion: str
    chemin: str
    liste: str | None = "files"
    suite: str = "next"
    curseur: str | None = None
    champs: Fields = Fields()


def items(declared: Declared, since: str | None, at: datetime) -> Iterator[Item]:
    """The files of every page from where the list was left."""
    from airflow.providers.http.hooks.http import HttpHook

    with _reaching(declared):
        hook = HttpHook(method="GET", http_conn_id=declared.connexion)
        session = hook.get_conn()
        first = hook.url_from_endpoint(declared.chemin)
    with session:
        for cursor, address, page in _pages(declared, session, first, since):
            listed = page.get(declared.liste, []) if declared.liste and isinstance(page, dict) else page
            if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
                raise _unlike(declared)
            for facts in listed:
                yield _item(declared, session, address, cursor, facts)


def _reaching(declared: Declared) -> AbstractContextManager[None]:
    from airflow.sdk.exceptions import AirflowNotFoundException
    from requests.exceptions import InvalidSchema, InvalidURL, MissingSchema, RequestException, TooManyRedirects
    from urllib3.exceptions import HTTPError

    refused = (AirflowNotFoundException, InvalidSchema, InvalidURL, MissingSchema, TooManyRedirects)
    return reaching(declared.nom, (RequestException, HTTPError, OSError), refused)


def _pages(
    declared: Declared, session: Session, first: str, since: str | None
) -> Iterator[tuple[str | None, str, Any]]:
    """Each page: where to take it up again, its address, what it says."""
    cursor, address = since, since if since and not declared.curseur else first
    seen = set[tuple[str | None, str]]()
    while True:
        if (cursor, address) in seen or len(seen) == MAX_PAGES:
            raise SaisinesError(
                f"Source {declared.nom} : la liste tourne en rond ; signalez-le à qui tient le service."
            )
        seen.add((cursor, address))
        try:
            page = _page(declared, session, _near(declared, first, address), cursor)
        except AwayError:
            raise
        except SaisinesError:
            if not since or len(seen) > 1:
                raise
            since, cursor, address = None, None, first  # the service knows its old cursor no more: from the beginning
            seen.clear()
            continue
        yield cursor, address, page
        following = page.get(declared.suite) if isinstance(page, dict) else None
        if not following:
            return
        if declared.curseur:
            cursor = str(following)
        else:
            address = cursor = urljoin(address, str(following))


def _page(declared: Declared, session: Session, address: str, cursor: str | None) -> Any:  # noqa: ANN401 - JSON
    import json

    asked = {declared.curseur: cursor} if declared.curseur and cursor else None
    with _reaching(declared), _answer(declared, session, address, asked) as answer:
        try:
            text = read_whole(partial(_some, answer), None, declared.nom, MAX_PAGE_BYTES)
            return json.loads(text)
        except (ValueError, TooLargeError) as error:
            raise _unlike(declared) from error


def _answer(declared: Declared, session: Session, address: str, asked: Mapping[str, str] | None = None) -> Response:
    """An answer whose body is still to be read.

    Raises:
        AwayError: the service cannot answer now.
        SaisinesError: it does not want to, or there is nothing at that address.
    """
    answer = session.get(
        address,
        allow_redirects=False,
        params=asked,
        stream=True,
        timeout=declared.delai,
        headers={"Accept-Encoding": "identity"},
    )
    code = answer.status_code
    if code == 200:
        return answer
    answer.close()
    if code >= 500 or code in _BUSY:
        raise AwayError(f"Source {declared.nom} : le service répond {code} ; nouvel essai plus tard.")
    raise SaisinesError(
        f"Source {declared.nom} : le service répond {code} ; vérifiez la connexion Airflow et l’adresse."
    )


def _some(answer: Response, most: int) -> bytes:
    some: bytes = answer.raw.read1(most, decode_content=True)  # what is there: a drip must be seen to drip
    return some


def _near(declared: Declared, first: str, address: str) -> str:
    """An address of the same service: our credentials go to no other.

    Raises:
        SaisinesError: it is elsewhere.
    """
    if urlsplit(address)[:2] != urlsplit(first)[:2]:
        raise SaisinesError(f"Source {declared.nom} : le service renvoie à un autre serveur ; rien n’y est pris.")
    return address


def _item(declared: Declared, session: Session, address: str, cursor: str | None, facts: Mapping[str, Any]) -> Item:
    names = declared.champs
    if not isinstance(facts.get(names.adresse), str):
        raise _unlike(declared)
    given = [facts.get(name) for name in (names.adresse, names.version, names.taille, names.sha256, names.recu_le)]
    return Item(
        key="|".join(map(str, given)),
        fetch=partial(_fetch, declared, session, urljoin(address, facts[names.adresse]), address, facts),
        remove=partial(_remove, declared, session, urljoin(address, facts[names.adresse]), address),
        page=cursor,
    )


def _fetch(declared: Declared, session: Session, address: str, page: str, facts: Mapping[str, Any]) -> Sequence[File]:
    names = declared.champs
    name = str(facts.get(names.nom) or urlsplit(address).path.rpartition("/")[2])
    said = str(facts[names.association]) if facts.get(names.association) else None
    received_at = _instant(declared, facts.get(names.recu_le))
    with _reaching(declared), _answer(declared, session, _near(declared, page, address)) as answer:
        try:
            content = read_whole(partial(_some, answer), _size(declared, answer, facts), declared.nom)
        except TooLargeError:
            return [File(name, None, said, TOO_LARGE, received_at)]
    wanted = facts.get(names.sha256)
    if wanted and hashlib.sha256(content).hexdigest() != str(wanted).lower():
        raise AwayError(f"Source {declared.nom} : un fichier n’a pas l’empreinte annoncée ; il sera repris.")
    return [File(name, content, said, None, received_at)]


def _size(declared: Declared, answer: Response, facts: Mapping[str, Any]) -> int | None:
    """How many bytes there should be. A file whose end cannot be told from a cut is not taken.

    Raises:
        SaisinesError: nothing says where the file ends.
    """
    told = facts.get(declared.champs.taille)
    if told is not None and str(told).isdecimal():
        return int(told)
    chunked = "chunked" in answer.headers.get("Transfer-Encoding", "").lower()
    length = answer.headers.get("Content-Length")
    if length is None and not chunked and not facts.get(declared.champs.sha256):
        raise SaisinesError(
            f"Source {declared.nom} : le service ne dit pas la taille d’un fichier, une coupure ne se verrait pas ; "
            "faites-lui donner Content-Length ou la taille dans la liste."
        )
    return int(length) if length and not answer.headers.get("Content-Encoding") else None


def _instant(declared: Declared, given: object) -> datetime | None:
    if given is None:
        return None
    try:
        instant = datetime.fromisoformat(str(given))
    except ValueError as error:
        raise _unlike(declared) from error
    return instant.replace(tzinfo=instant.tzinfo or UTC)


def _remove(declared: Declared, session: Session, address: str, page: str) -> None:
    """Ask the service to remove a file (DELETE); one that is gone already is no matter."""
    with _reaching(declared):
        answer = session.delete(_near(declared, page, address), allow_redirects=False, timeout=declared.delai)
    if answer.status_code >= 300 and answer.status_code not in (404, 410):
        raise SaisinesError(f"Source {declared.nom} : le service répond {answer.status_code} à la suppression.")


def _unlike(declared: Declared) -> SaisinesError:
    return SaisinesError(
        f"Source {declared.nom} : la liste n’est pas celle que la déclaration décrit (liste, suite, champs) ; corrigez-la."
    )
