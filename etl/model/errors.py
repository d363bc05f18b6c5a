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
