"""What is known about one error code."""

from dataclasses import dataclass
from typing import Final

PAGES: Final = "/errors/"
"""Where the API serves the pages of codes: the `type` of a problem is one of them."""


@dataclass(frozen=True)
class Code:
    """A stable error code: programs decide by it, so it never changes its meaning.

    `status` is the HTTP status that it is answered with; None where no request is answered
    with it: it stands in a run, in a node execution, or is told by the command line.
    """

    id: str
    meaning: str
    cause: str
    action: str
    status: int | None = None

    @property
    def title(self) -> str:
        """The code in words."""
        return self.id.replace("_", " ").capitalize()

    @property
    def page(self) -> str:
        """The address of its page, relative to the API."""
        return PAGES + self.id
