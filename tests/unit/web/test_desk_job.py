"""The desk of the demonstration: whom it lets in, and what it refuses to serve."""

import stat

from etl.jobs.running import demonstration, desk
from etl.web import access, matrix


def test_an_empty_home_becomes_a_demonstration_that_the_desk_recognises(tmp_path):
    demonstration.claim(tmp_path / "home")
    assert (tmp_path / "home" / access.DEMONSTRATION).exists()
    demonstration.claim(tmp_path / "home")


def test_each_role_has_an_account_whose_password_its_owner_alone_can_read(tmp_path):
    people = desk._people(tmp_path)
    assert set(desk.PEOPLE.values()) == set(matrix.ROLES) == set(desk.LABELS)
    assert desk._people(tmp_path) == people
    assert len(set(people.values())) == len(people)
    assert stat.S_IMODE((tmp_path / "desk" / "accounts.json").stat().st_mode) & 0o077 == 0
    assert access._mapping(tmp_path / access.MAPPING) == desk.PEOPLE
