"""What a form about a statement asks: which statement, who asks, the other fields."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Depends, Request, Response
from starlette.datastructures import FormData

from etl.web.access import Visitor, sent, visitor
from etl.web.render import back


@dataclass(frozen=True)
class Asked:
    """A form about a statement, once it is sure that the desk gave it to this person.

    Attributes:
        quarter, convention, digest: name the stored draft, or the statement that finalised it.
        who: signs what is done; never a name that a form gives.
        form: the fields.
    """

    request: Request
    quarter: str
    convention: str
    digest: str
    who: Visitor
    form: FormData

    @property
    def key(self) -> tuple[str, str, str]:
        """What names the statement."""
        return self.quarter, self.convention, self.digest

    def field(self, name: str) -> str:
        """A field of the form as text; empty when it is not given."""
        return str(self.form.get(name, "")).strip()

    def back(self, done: str, **query: str) -> Response:
        """To the page of the statement."""
        return back(self.request, "/releves/" + "/".join(self.key), done, **query)


def asked(
    request: Request,
    quarter: str,
    convention: str,
    digest: str,
    who: Visitor = Depends(visitor),
    form: FormData = Depends(sent),
) -> Asked:
    """The form about a statement."""
    return Asked(request, quarter, convention, digest, who, form)
