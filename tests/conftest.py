"""No test reads or makes the keys of whoever runs it: the generated ones live in a folder of the session."""

import os

import pytest


@pytest.fixture(scope="session", autouse=True)
def keys_of_the_session(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        if "XDG_CONFIG_HOME" not in os.environ:
            patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        yield
