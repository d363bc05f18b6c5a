"""Where files land: untouched, once, readable by their owner only."""

import stat

import pytest

from etl.model.errors import SaisinesError
from etl.sources import landing

SECRET = b"clef de chiffrement d'essai"


def test_bytes_land_under_their_sha256_and_are_read_back_untouched(tmp_path):
    content = b"\x00\xff\r\nabc"
    landed = landing.land(tmp_path, content, SECRET)
    assert landed.path == f"landing/{landed.sha256[:2]}/{landed.sha256}"
    assert landed.size == 7
    assert landing.read_landed(tmp_path, landed.path, landed.sha256, SECRET) == content


def test_they_lie_there_encrypted_and_another_key_is_refused_in_one_line(tmp_path):
    landed = landing.land(tmp_path, b"Mme Exemple" * 9, SECRET)
    assert b"Exemple" not in (tmp_path / landed.path).read_bytes()
    with pytest.raises(SaisinesError, match=r"chiffré avec la clé [0-9a-f]{8}, celle d’ici est [0-9a-f]{8}") as refused:
        landing.read_landed(tmp_path, landed.path, landed.sha256, b"une autre clef, assez longue")
    assert "\n" not in refused.value.message


def test_a_file_that_lands_again_after_a_change_of_key_is_written_with_the_new_one(tmp_path):
    landing.land(tmp_path, b"x", SECRET)
    other = b"la clef de demain, assez longue"
    landed = landing.land(tmp_path, b"x", other)
    assert landing.read_landed(tmp_path, landed.path, landed.sha256, other) == b"x"


def test_only_their_owner_may_read_them(tmp_path):
    landed = landing.land(tmp_path, b"x", SECRET)
    assert stat.S_IMODE((tmp_path / landed.path).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / landed.path).parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "landing").stat().st_mode) == 0o700


def test_the_same_bytes_land_once(tmp_path):
    first = landing.land(tmp_path, b"x", SECRET)
    before = (tmp_path / first.path).stat().st_mtime_ns
    assert landing.land(tmp_path, b"x", SECRET) == first
    assert (tmp_path / first.path).stat().st_mtime_ns == before
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_a_write_that_fails_leaves_nothing_and_is_said(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SaisinesError, match="écriture impossible"):
        landing.land(tmp_path, b"x", SECRET)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_copy_that_was_purged_or_changed_is_not_read(tmp_path):
    landed = landing.land(tmp_path, b"x", SECRET)
    (tmp_path / landed.path).write_bytes(b"y")
    assert landing.read_landed(tmp_path, landed.path, landed.sha256, SECRET) is None
    (tmp_path / landed.path).unlink()
    assert landing.read_landed(tmp_path, landed.path, landed.sha256, SECRET) is None
    assert landing.read_landed(tmp_path, None, landed.sha256, SECRET) is None


def test_a_file_that_cannot_be_read_is_said(tmp_path):
    with pytest.raises(SaisinesError, match=r"absent\.csv : lecture impossible"):
        landing.read_bytes(tmp_path / "absent.csv", "absent.csv")


def test_a_file_larger_than_any_journal_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(landing, "MAX_BYTES", 3)
    (tmp_path / "gros.csv").write_bytes(b"abcd")
    with pytest.raises(SaisinesError, match=r"gros\.csv : plus de"):
        landing.read_bytes(tmp_path / "gros.csv", "gros.csv")
