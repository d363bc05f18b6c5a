"""No test touches the keys or the home of whoever runs it: the generated ones and the default one are folders of the session."""

import os

import pytest


@pytest.fixture(scope="session", autouse=True)
def house_of_the_session(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAISINES_HOME", str(tmp_path_factory.mktemp("house") / "home"))
        if "XDG_CONFIG_HOME" not in os.environ:
            patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield
