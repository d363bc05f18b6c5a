"""A real desk, as `saisines desk` serves it, and a real Chromium."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

CHROMIUM = Path("/usr/bin/chromium")
SAISINES = 400


@dataclass(frozen=True)
class Served:
    """The desk being served: its address, the home, the password of each account."""

    url: str
    home: Path
    accounts: dict[str, str]

    def cookie(self, name: str) -> str:
        """A session of this account, as the sign-in page gets it."""
        body = {"username": name, "password": self.accounts[name]}
        return str(httpx.post(f"{self.url}/auth/token", json=body, trust_env=False, timeout=120).json()["access_token"])


def _printed(process: subprocess.Popen[str]) -> Iterator[str]:
    assert process.stdout is not None
    for line in process.stdout:
        yield line
        if "Ctrl+C" in line:
            return


@pytest.fixture(scope="session")
def desk(tmp_path_factory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("desk") / "home"
    environment = {**os.environ, "SAISINES_HOME": str(home), "XDG_CONFIG_HOME": str(home.parent / "config"), "SAISINES_APPROVAL": "desk"}  # fmt: skip
    command = [str(Path(sys.executable).with_name("saisines")), "desk", "--saisines", str(SAISINES)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True)
    try:
        words = list(_printed(process))
        address = next(line.split(" : ")[1].strip() for line in words if line.startswith("Le bureau : "))
        accounts = {
            line.split()[0]: line.split()[1] for line in words if line.startswith("  ") and len(line.split()) == 3
        }
        yield Served(address.removesuffix("/bureau/"), home, accounts)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(90)


@pytest.fixture(scope="module")  # its event loop runs as long as it does, and others of the same process have theirs
def chromium():
    if not CHROMIUM.exists():
        pytest.skip("Chromium is not installed: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def at(desk, chromium):
    """Open a page as somebody, at a width."""
    opened = []

    def open_as(name: str | None, width: int = 1280):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, base_url=desk.url, accept_downloads=True
        )
        context.set_default_timeout(60_000)
        if name:
            context.add_cookies([{"name": "_token", "value": desk.cookie(name), "url": desk.url}])
        opened.append(context)
        return context.new_page()

    yield open_as
    for context in opened:
        context.close()
