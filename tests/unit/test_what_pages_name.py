"""What the README and the pages of docs/ tell people to type is there: targets of make, commands and their options."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "etl").rglob("LISEZMOI.md"))]
TYPED = re.compile(r"`saisines ([^`\n]+)`|^(?:\w+=\S+ )*saisines ([^`\n]+)$", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_target_of_make_that_a_page_names_is_one(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE))
    assert targets == set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", page.read_text(encoding="utf-8"), re.MULTILINE)) <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_command_that_a_page_names_is_one_with_its_options(page: Path) -> None:
    from typer.main import get_command

    from etl.cli.app import app

    for found in TYPED.finditer(page.read_text(encoding="utf-8")):
        command, typed = get_command(app), (found[1] or found[2]).partition("#")[0].partition("|")[0]
        words = typed.split(" && ")[0].split()
        while words and words[0] in getattr(command, "commands", {}):
            command = command.commands[words.pop(0)]
        assert not (hasattr(command, "commands") and re.fullmatch("[a-z]+", (words or ["–"])[0])), typed
        named = {word for word in words if re.fullmatch(r"--[a-z-]+", word)}
        assert named <= {"--help", *_options(command)} or "｜" in typed, typed


def _options(command) -> Iterator[str]:
    for one in command.params:
        yield from [*one.opts, *one.secondary_opts]
