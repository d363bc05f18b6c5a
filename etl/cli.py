"""The `saisines` command: arguments in, jobs called."""


def main() -> None:
    """Run the command line."""
    raise SystemExit(2)
