"""What goes wrong in a way its reader can mend: one French line that says what, where and what to do."""


class SaisinesError(Exception):
    """A refusal meant for people. The command line prints it on standard error and exits 1.

    Attributes:
        message: one line in French: which file, which place, what to do.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UsageError(SaisinesError):
    """The command itself was ill written. The command line exits 2."""


class AwayError(SaisinesError):
    """A server, a disk or a database was away: the same thing may succeed later. The DAGs try it again."""


class ManyErrors(SaisinesError):  # noqa: N818 - the plural says that it holds several
    """Several things are wrong at once, in files that are taken whole or not at all.

    Attributes:
        errors: one French line each. The message is the first, with the number of the others.
    """

    def __init__(self, errors: list[str]) -> None:
        others = len(errors) - 1
        more = f" (et {others} autre{'s' if others > 1 else ''} erreur{'s' if others > 1 else ''})" if others else ""
        super().__init__(f"{errors[0]}{more}")
        self.errors = errors
