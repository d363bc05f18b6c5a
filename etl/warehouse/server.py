"""The PostgreSQL behind a home: the embedded one, shared by all who use it, or the server that the environment names.

Users of the embedded server are counted by a shared `flock` on one file, which the kernel releases when a process
dies, however it dies. The last one to leave stops the server.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from etl import settings
from etl.model.errors import AwayError, SaisinesError
from etl.warehouse import cluster

if TYPE_CHECKING:
    from sqlalchemy import URL, Engine

VERSION_MIN = 150000  # PostgreSQL 15: unique constraints over NULLs
AIRFLOW = "airflow"


@contextmanager
def running(home: Path, *, stay: bool = False, create: bool = False) -> Iterator[str]:
    """Hold the warehouse's server while the block runs; yields its address for libpq (`postgresql://…`).

    Args:
        home: the folder of the state; unused when SAISINES_DATABASE_URL names a server.
        stay: leave the embedded server running afterwards, until `stop`.
        create: make the home and its cluster when missing.

    Raises:
        SaisinesError: no home yet, no permission, or a server that does not start.
    """
    given = settings.database_url()
    if given is not None:
        yield plain_address(given)
        return
    postmaster, users = _enter(home, create)
    try:
        yield cluster.address(postmaster)
    finally:
        _leave(home, users, stay)


@contextmanager
def connect(
    home: Path, *, stay: bool = False, create: bool = False, role: str | None = None, older: bool = False
) -> Iterator[Engine]:
    """As `running`, but yields a SQLAlchemy engine on the warehouse, whose schema is checked unless `create`.

    Args:
        home: as in `running`.
        stay: as in `running`.
        create: as in `running`.
        role: the work is done with the rights of this role of `roles.yaml` and no more, where the server has it.
        older: whether a schema that is still to be upgraded will do.
    """
    from etl.warehouse.schema import check_revision

    with running(home, stay=stay, create=create) as url:
        engine = make_engine(url)
        try:
            check_server(engine)
            if not create:
                check_revision(engine, older=older)
            engine = _under(engine, role)
            yield engine
        finally:
            engine.dispose()


def stop(home: Path) -> None:
    """Stop the embedded server now, whoever uses it, and forget that it was told to stay."""
    with _exclusive(home / "postgres.lock"):
        (home / "postgres.stay").unlink(missing_ok=True)
        if cluster.running(home / "postgres") is not None:
            cluster.stop(home / "postgres")


def make_engine(url: str, role: str | None = None) -> Engine:
    """An engine on that address by psycopg 3, talking in UTC, each connection under a role of the server if one is named."""
    from sqlalchemy import create_engine, make_url

    address = make_url(url).set(drivername="postgresql+psycopg")
    options = "-c timezone=UTC"
    if role:
        # in the address too, for who reads by ADBC: without a space, which libpq and SQLAlchemy write in two ways
        address, options = address.update_query_dict({"options": f"-crole={role}"}), f"{options} -c role={role}"
    return create_engine(address, connect_args={"options": options, "connect_timeout": 15})


def _under(engine: Engine, role: str | None) -> Engine:
    """The same engine under a role, where our account may take it and the database knows it."""
    from etl.warehouse import roles

    if role is None:
        return engine
    with engine.connect() as connection:
        usable = roles.usable(connection, role)
    if not usable:
        return engine
    engine.dispose()
    return make_engine(address_of(engine), roles.named(role))


def address_of(engine: Engine) -> str:
    """The address of an engine as libpq and ADBC read it, password included: never log it."""
    return _written(engine.url.set(drivername="postgresql"))


def _written(address: URL) -> str:
    """An address with its password, a space in it as libpq reads one: SQLAlchemy writes it as forms do, and reads both."""
    head, mark, query = address.render_as_string(hide_password=False).partition("?")
    return head + mark + query.replace("+", "%20")


def plain_address(url: str) -> str:
    """A `postgresql+driver://` or `postgres://` address as libpq reads it."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.partition("+")[0] not in ("postgresql", "postgres"):
        raise SaisinesError("SAISINES_DATABASE_URL : une adresse postgresql://… est attendue.")
    return f"postgresql://{rest}"


def check_server(engine: Engine) -> None:
    """Refuse a server that is too old or keeps no UTF-8; one that cannot be reached is an AwayError."""
    from sqlalchemy import text
    from sqlalchemy.exc import OperationalError

    try:
        with engine.connect() as connection:
            version = int(connection.execute(text("SHOW server_version_num")).scalar_one())
            encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    except OperationalError as error:
        raise AwayError(
            f"La base de données ne répond pas ({str(error.orig).splitlines()[0]}) ; vérifiez qu’elle tourne."
        ) from error
    if version < VERSION_MIN or encoding != "UTF8":
        raise SaisinesError(
            f"PostgreSQL 15 ou plus récent, en UTF-8, est attendu ; ce serveur : {version // 10000}, {encoding}."
        )


def airflow_url(home: Path) -> str:
    """The SQLAlchemy address of Airflow's own database, made when missing in the warehouse's server.

    The server must be held by `running` or `connect` around the use.
    """
    with running(home) as url:
        _make_database(url, AIRFLOW)
    from sqlalchemy import make_url

    return _written(make_url(url).set(drivername="postgresql+psycopg2", database=AIRFLOW))


def _make_database(url: str, name: str) -> None:
    import psycopg

    try:
        with psycopg.connect(url, autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
                connection.execute(f'CREATE DATABASE "{name}"')
    except psycopg.errors.DuplicateDatabase:
        return
    except psycopg.Error as error:
        kind = AwayError if isinstance(error, psycopg.OperationalError) else SaisinesError
        raise kind(
            f"Base « {name} » impossible à créer ({str(error).splitlines()[0]}) ; créez-la avec createdb {name}."
        ) from error


def _enter(home: Path, create: bool) -> tuple[cluster.Postmaster, int]:
    """Join the users of the server, starting it for the first one; gives it with the open file that counts us."""
    if not create and not (home / "postgres" / "PG_VERSION").exists():
        raise SaisinesError(f"{home} : pas encore d’entrepôt ici ; lancez d’abord « saisines init ».")
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _exclusive(home / "postgres.lock"):
            return _join(home)
    except OSError as error:
        raise AwayError(
            f"{error.filename or home} : {error.strerror} ; SAISINES_HOME doit être un dossier où vous pouvez écrire."
        ) from error


def _join(home: Path) -> tuple[cluster.Postmaster, int]:
    data, users = home / "postgres", _open(home / "postgres.users")
    try:
        fcntl.flock(users, fcntl.LOCK_SH)
        postmaster = cluster.running(data) or _start(data)
        _make_database(cluster.address(postmaster, "postgres"), cluster.ROLE)  # a killed command may have left none
        return postmaster, users
    except BaseException:
        os.close(users)
        raise


def _start(data: Path) -> cluster.Postmaster:
    if not (data / "PG_VERSION").exists():
        cluster.create(data)
    return cluster.start(data)


def _leave(home: Path, users: int, stay: bool) -> None:
    """Stop the server unless someone else holds it or it was told to stay."""
    with _exclusive(home / "postgres.lock"):
        os.close(users)
        if stay:
            (home / "postgres.stay").touch(mode=0o600)
        if not (home / "postgres.stay").exists() and _alone(home / "postgres.users"):
            cluster.stop(home / "postgres")


def _alone(path: Path) -> bool:
    users = _open(path)
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(users)
    return True


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    lock = _open(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
