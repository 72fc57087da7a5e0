"""The code blocks of a Markdown page: their language, their place, and the file that each is to become."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_BLOCK = re.compile(
    r"^(?P<fence>`{3,})(?P<language>[^`\n]*)\n(?P<body>(?:(?!(?P=fence)).*\n)*)(?P=fence)$", re.MULTILINE
)
# A block whose first line is a comment with nothing but a file's name is that file.
_NAME = re.compile(r"(?:#|//) (?P<name>[\w./-]+\.\w+)\n")


class Block(NamedTuple):
    """A block as it stands on the page; `line` is that of its first line."""

    line: int
    language: str
    body: str

    @property
    def name(self) -> str | None:
        """The file that it is to become; None for what is run as it stands."""
        named = _NAME.match(self.body)
        return None if named is None else named["name"]


def blocks(text: str) -> Iterator[Block]:
    """All blocks of a page, in order."""
    for found in _BLOCK.finditer(text):
        line = text.count("\n", 0, found.start("body")) + 1
        yield Block(line, found["language"].strip(), found["body"])
