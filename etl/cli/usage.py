"""What is said of an ill written command: one French line, where typer has four in English."""

from __future__ import annotations

import re
from typing import Any

# typer's words (the lock pins them), and ours; what it would add in English is dropped.
_SAID = tuple(
    (re.compile(pattern), french)
    for pattern, french in (
        (r"Missing \w+ '?(.+?)'?\.", "{0} manque"),
        (r"Missing command\.", "une commande manque"),
        (r"No such option: (\S+) \(Possible options: (.+)\)", "option {0} inconnue (voulait-on écrire {1} ?)"),
        (r"No such option: (\S+)", "option {0} inconnue"),
        (r"No such command '(.+)'\. Did you mean '?(.+?)'?\?", "commande « {0} » inconnue (voulait-on écrire {1} ?)"),
        (r"No such command '(.+)'\.", "commande « {0} » inconnue"),
        (r"Got unexpected extra argument\(s\) \((.+)\)", "« {0} » est de trop"),
        (r"Option '(.+)' requires an argument\.", "{0} attend une valeur"),
        (r"Option '(.+)' does not take a value\.", "{0} n’attend pas de valeur"),
        (r"Invalid value for '?(.+?)'?: (?:Input|.* is not a valid) .*integer.*", "{0} attend un nombre entier"),
        (r"Invalid value for '?(.+?)'?: .*", "valeur non reconnue pour {0}"),
    )
)


def told(error: Any) -> str:  # noqa: ANN401 - of a module that typer keeps to itself
    """Say what is wrong with a command and where it is explained; of a command only begun, its help.

    Args:
        error: as typer raises it.
    """
    message = error.format_message()
    if type(error).__name__ == "NoArgsIsHelpError":
        return f"une commande est attendue.\n{message}"
    found = ((pattern.fullmatch(message), french) for pattern, french in _SAID)
    what = next((french.format(*match.groups()) for match, french in found if match), message)
    command = error.ctx.command_path if getattr(error, "ctx", None) else "saisines"
    return f"{what} ; « {command} --help » l’explique."
