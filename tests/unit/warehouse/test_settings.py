"""What the environment says, and the secret that lives outside the home."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC

import pytest

from etl import settings
from etl.model.errors import SaisinesError


@pytest.fixture(autouse=True)
def _environment(monkeypatch, tmp_path):
    for name in ("SAISINES_DATABASE_URL", "SAISINES_PSEUDONYM_KEY", "SAISINES_APPROVAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SAISINES_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def test_the_home_is_absolute_and_has_a_default(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SAISINES_HOME")
    assert settings.home() == tmp_path / ".saisines"
    monkeypatch.setenv("SAISINES_HOME", "~/x")
    assert settings.home().is_absolute()


def test_the_clock_is_aware_and_in_utc():
    assert settings.now().tzinfo is UTC


@pytest.mark.parametrize(("value", "closed"), [("desk", True), (" Desk ", True), ("", False), ("cli", False)])
def test_only_the_word_desk_closes_the_commands(monkeypatch, value, closed):
    monkeypatch.setenv("SAISINES_APPROVAL", value)
    assert settings.approval_at_desk() is closed


def test_a_key_is_made_once_for_its_owner_alone(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: settings.pseudonym_key(), range(16)))
    assert len(keys) == 1
    assert [path.name for path in (tmp_path / "config" / "saisines").iterdir()] == ["pseudonymes.key"]
    assert stat.S_IMODE(settings.key_file().stat().st_mode) == 0o600
    assert len(keys.pop()) == settings.KEY_BYTES


def test_the_key_of_the_environment_comes_first(monkeypatch):
    monkeypatch.setenv("SAISINES_PSEUDONYM_KEY", "une phrase assez longue")
    assert settings.pseudonym_key() == b"une phrase assez longue"
    assert not settings.key_file().exists()


def test_the_key_id_is_eight_digits_of_its_hash():
    assert settings.key_id(b"abc") == "ba7816bf"


def test_a_key_too_short_is_refused(monkeypatch):
    monkeypatch.setenv("SAISINES_PSEUDONYM_KEY", "court")
    with pytest.raises(SaisinesError, match="trop courte"):
        settings.pseudonym_key()


def test_a_key_inside_the_home_is_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home" / "config"))
    with pytest.raises(SaisinesError, match="SAISINES_HOME"):
        settings.pseudonym_key()


def test_a_key_that_others_can_read_is_refused():
    settings.pseudonym_key()
    settings.key_file().chmod(0o640)
    with pytest.raises(SaisinesError, match="chmod 600"):
        settings.pseudonym_key()


def test_a_lost_key_is_not_drawn_anew_where_files_lie_that_it_encrypted(tmp_path):
    settings.storage_key()
    (settings.home() / "landing").mkdir(parents=True)
    settings.storage_key()
    settings.key_file(settings.STORAGE).rename(tmp_path / "lost")
    with pytest.raises(SaisinesError, match="pas de clé de chiffrement ici"):
        settings.storage_key()


@pytest.mark.parametrize("content", ["", "not hexadecimal", "éé"])
def test_a_damaged_key_is_refused_not_replaced(content):
    settings.pseudonym_key()
    settings.key_file().write_text(content, encoding="utf-8")
    with pytest.raises(SaisinesError, match=r"abîmée|trop courte"):
        settings.pseudonym_key()


def test_a_key_that_cannot_be_made_says_what_to_do(monkeypatch, tmp_path):
    (tmp_path / "config").write_text("")
    with pytest.raises(SaisinesError, match="SAISINES_PSEUDONYM_KEY"):
        settings.pseudonym_key()
