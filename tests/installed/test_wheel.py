"""A wheel, installed away from the sources, drafts the sample: what it needs travels with it."""

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

SOURCES = Path(__file__).parents[2]


def run(*command: str | Path, **environment: str) -> str:
    done = subprocess.run(
        command, env={**os.environ, **environment}, cwd="/", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-1500:]}{done.stderr[-1500:]}"
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment that holds the wheel and, by reference, the packages the wheel depends on; not the sources."""
    folder = tmp_path_factory.mktemp("wheel")
    uv = Path(sys.executable).with_name("uv")
    run(uv, "build", "--wheel", "--no-build-isolation", "--python", sys.executable, "-o", folder / "dist", SOURCES)
    venv.create(folder / "venv", with_pip=False)
    python = folder / "venv" / "bin" / "python"
    run(uv, "pip", "install", "--no-deps", "--python", python, *(folder / "dist").glob("*.whl"))
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    # A path in a .pth brings the packages and leaves out their own .pth files, among them the one that leads to the sources.
    packages = folder / "venv" / "lib" / version / "site-packages"
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return folder / "venv" / "bin"


@pytest.mark.long
def test_a_wheel_installed_elsewhere_drafts_the_sample(installed: Path, tmp_path: Path) -> None:
    saisines, inbox = installed / "saisines", tmp_path / "inbox"
    home = {"SAISINES_HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    where = run(installed / "python", "-c", "import etl; print(etl.__file__)")
    assert not Path(where.strip()).is_relative_to(SOURCES)
    run(saisines, "sample", inbox, "--saisines", "60", **home)
    run(saisines, "init", "--associations", inbox / "associations.csv", **home)
    run(saisines, "ingest", inbox, "--file-dates", **home)
    run(saisines, "draft", "2026-T1", **home)
    made = {path.name for path in (tmp_path / "home" / "out" / "2026-T1").glob("*/*")}
    assert made == {"releve.json", "releve.xlsx"}
