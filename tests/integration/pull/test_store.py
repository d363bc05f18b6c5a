"""A bucket on a real S3 server (moto), and another fsspec store: dates, attribution, cut, gone, removed when told."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from etl.jobs.intake.pull import Taken
from etl.model.errors import AwayError, SaisinesError
from etl.model.quarter import civil_day
from etl.scheduler.processes import free_port

from .conftest import Desk, dated
from .given import fiche, journal, wire

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def moto() -> Iterator[int]:
    """An S3 server of our own on a free port."""
    from moto.server import ThreadedMotoServer

    port = free_port()
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    yield port
    server.stop()


@pytest.fixture
def bucket(desk: Desk, moto: int, request: pytest.FixtureRequest) -> Any:
    """A bucket of its own for each test, and the connection to it."""
    import boto3

    reach(desk, moto)
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{moto}",
        region_name="eu-west-3",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    name = f"depot{abs(hash(request.node.name))}"
    made = boto3.resource(
        "s3",
        endpoint_url=f"http://127.0.0.1:{moto}",
        region_name="eu-west-3",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    ).Bucket(name)
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
    return made


def reach(desk: Desk, port: int, patience: int = 60) -> None:
    """Point the connection to a port, whose silence is borne for so many seconds; Airflow's and s3fs's own memory of it is left."""
    from airflow.sdk.io.store import _STORE_CACHE
    from s3fs import S3FileSystem

    _STORE_CACHE.clear()
    S3FileSystem.clear_instance_cache()
    extra = {"endpoint_url": f"http://127.0.0.1:{port}", "region_name": "eu-west-3"}
    extra |= {"config_kwargs": {"retries": {"max_attempts": 1}, "read_timeout": patience, "connect_timeout": patience}}
    desk.connection("seau", conn_type="aws", login="a", password="b", extra=extra)


def declare(desk: Desk, bucket: Any, **more: object) -> None:
    said = {
        "nom": "seau",
        "type": "objets",
        "porte": "fiches",
        "connexion": "seau",
        "adresse": f'"s3://{bucket.name}/t1"',
    }
    desk.declare("  - {" + ", ".join(f"{name}: {value}" for name, value in (said | more).items()) + "}\n")


def test_a_folder_an_association_and_nothing_is_removed(desk, bucket):
    bucket.put_object(Key="t1/AAV001/a.xlsx", Body=fiche())
    bucket.put_object(Key="t1/perdu.xlsx", Body=fiche("05/02/2026"))
    bucket.put_object(Key="ailleurs/AAV001/b.xlsx", Body=fiche("06/02/2026"))
    declare(desk, bucket)
    at = datetime.now(UTC)
    assert desk.pull("seau", at) == Taken(received=1, held=1)
    assert desk.received() == [("AAV001", "AAV001/a.xlsx", civil_day(at).isoformat(), "source")]
    assert desk.pull("seau", at) == Taken()
    assert len(list(bucket.objects.all())) == 3


def test_an_object_written_again_is_seen_again(desk, bucket):
    declare(desk, bucket, association="AAV001")
    bucket.put_object(Key="t1/a.xlsx", Body=fiche())
    assert desk.pull("seau") == Taken(received=1)
    bucket.put_object(Key="t1/a.xlsx", Body=fiche("05/02/2026"))
    assert desk.pull("seau") == Taken(received=1)


def test_a_bucket_that_keeps_versions_is_no_other(desk, bucket):
    bucket.Versioning().enable()
    bucket.put_object(Key="t1/AAV001/a.xlsx", Body=fiche())
    declare(desk, bucket)
    assert desk.pull("seau") == Taken(received=1)
    assert desk.pull("seau") == Taken()


def test_a_cut_half_way_lands_nothing_and_the_next_pass_goes_on(desk, bucket, moto):
    bucket.put_object(Key="t1/1.csv", Body=journal(1))
    bucket.put_object(Key="t1/2.csv", Body=journal(*range(20_000)))
    declare(desk, bucket, porte="journal")
    with wire(moto) as line:
        reach(desk, line.port)
        line.cut_after = 100_000
        with pytest.raises(AwayError, match="seau"):
            desk.pull("seau")
        assert [row[1] for row in desk.received()] == ["1.csv"]
        reach(desk, moto)
        assert desk.pull("seau") == Taken(received=1)


def test_a_server_that_falls_silent_is_left_after_a_while(desk, bucket, moto):
    bucket.put_object(Key="t1/2.csv", Body=journal(*range(20_000)))
    declare(desk, bucket, porte="journal")
    with wire(moto) as line:
        reach(desk, line.port, patience=3)
        line.cut_after, line.hang = 100_000, True
        with pytest.raises(AwayError, match="seau"):
            desk.pull("seau")
    assert desk.received() == []


def test_a_bucket_that_is_not_there_or_a_server_that_is_down(desk, bucket):
    declare(desk, bucket, adresse='"s3://pas-de-seau/t1"')
    with pytest.raises(SaisinesError, match="refuse") as refused:
        desk.pull("seau")
    assert not isinstance(refused.value, AwayError)
    reach(desk, free_port())
    with pytest.raises(AwayError):
        desk.pull("seau")


def test_what_was_received_is_removed_only_when_told(desk, bucket):
    bucket.put_object(Key="t1/a.xlsx", Body=fiche())
    bucket.put_object(Key="t1/b.pdf", Body=b"%PDF")
    declare(desk, bucket, association="AAV001", supprimer="true")
    assert desk.pull("seau") == Taken(received=1, held=1)
    assert desk.pull("seau") == Taken()
    assert [one.key for one in bucket.objects.all()] == ["t1/b.pdf"]


def test_any_fsspec_store_will_do(desk, tmp_path):
    (tmp_path / "drop" / "AAV001").mkdir(parents=True)
    (tmp_path / "drop" / "AAV001" / "a.xlsx").write_bytes(fiche())
    dated(tmp_path / "drop" / "AAV001" / "a.xlsx", "2026-04-10T00:30:00+02:00")
    desk.declare(f'  - {{nom: seau, type: objets, porte: fiches, adresse: "file://{tmp_path}/drop"}}\n')
    assert desk.pull("seau") == Taken(received=1)
    assert desk.received() == [("AAV001", "AAV001/a.xlsx", "2026-04-10", "source")]
