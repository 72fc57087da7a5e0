"""One call that an application made to a vendor, as the journal has it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl


class Call:
    """A journal entry with names for what a test looks at; `entry` is all of it."""

    def __init__(self, entry: Mapping[str, Any]) -> None:
        self.entry = entry

    @property
    def id(self) -> int:
        """The entry's number, also the answer's `Simulator-Entry` header."""
        return int(self.entry["id"])

    @property
    def at(self) -> datetime:
        """When it was made, by the sandbox's clock."""
        return datetime.fromisoformat(self.entry["at"])

    @property
    def vendor(self) -> str:
        return str(self.entry["vendor"])

    @property
    def operation(self) -> str | None:
        """None when the vendor has no such address or method."""
        operation: str | None = self.entry["operation"]
        return operation

    @property
    def method(self) -> str:
        return str(self.entry["request"]["method"])

    @property
    def path(self) -> str:
        """The vendor's own path, without the sandbox's prefix."""
        return str(self.entry["request"]["path"])

    @property
    def query(self) -> dict[str, str]:
        """By name; of a repeated name the last value."""
        return dict(parse_qsl(self.entry["request"]["query"], keep_blank_values=True))

    @property
    def headers(self) -> dict[str, str]:
        """By lower-case name; secrets are left out."""
        return dict(self.entry["request"]["headers"])

    @property
    def json(self) -> Any:
        """The request's body: JSON where it was JSON, else its text; None where there was none."""
        return self.entry["request"]["body"]

    @property
    def status(self) -> int:
        """The answer's status; 0 where a fault closed the connection before there was one. An answer that a fault then
        lost, cut short or spoilt has its own, and `fault`."""
        return int(self.entry["response"]["status"])

    @property
    def fault(self) -> str | None:
        """The id of the fault that struck this call."""
        fault: str | None = self.entry["fault"]
        return fault

    @property
    def answer(self) -> Any:
        """The answer's body, as `json` is."""
        return self.entry["response"]["body"]

    @property
    def statements(self) -> list[str]:
        """The ids of the statements that decided the answer."""
        return list(self.entry["statements"])

    @property
    def basis(self) -> str | None:
        """The weakest basis among those statements."""
        basis: str | None = self.entry["basis"]
        return basis

    @property
    def explanation(self) -> dict[str, Any] | None:
        """Of a refused call what was refused and why."""
        explanation: dict[str, Any] | None = self.entry["explanation"]
        return explanation

    def __repr__(self) -> str:
        return f"<call {self}>"

    def __str__(self) -> str:
        query = f"?{self.entry['request']['query']}" if self.entry["request"]["query"] else ""
        status = self.status or "no answer"
        operation = self.operation or "no such operation"
        fault = f", struck by fault {self.fault}" if self.fault else ""
        return f"{self.id}: {self.method} {self.path}{query} -> {status} ({operation}){fault}"
