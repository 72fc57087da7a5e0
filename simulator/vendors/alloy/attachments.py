"""Attachments of objects: reading new ones from a body, keeping and finding them."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from simulator.core.errors import NotFound, Problem
from simulator.core.store import Record
from simulator.core.validation import shown
from simulator.vendors.alloy.access import Call
from simulator.vendors.alloy.rules import fold_keys, guid_of, write_date

KEYS = ("FileName", "Description", "Data", "IsLink", "AttachmentArea")
GENERAL = "General"  # the area of what is added without a form


class New(NamedTuple):
    """An attachment that is to be added."""

    name: str
    description: str
    data: str  # base64
    size: int
    is_link: bool
    area: str


def read_list(value: Any, areas: list[str]) -> tuple[list[New], list[Problem]]:
    """The attachments of a body, for a form with these areas, and what is wrong with them."""
    if not isinstance(value, list):
        wrong = Problem("body", ("Attachments",), "attachment", "a list", shown(value), ("ALY-110",))
        return [], [wrong]
    found: list[New] = []
    problems: list[Problem] = []
    for index, each in enumerate(value):
        new = read_one(fold_keys(each, KEYS), areas, ("Attachments", index))
        if isinstance(new, Problem):
            problems.append(new)
        else:
            found.append(new)
    return found, problems


def read_one(value: Any, areas: list[str], path: tuple[str | int, ...]) -> New | Problem:
    """One attachment of a body, its keys in the document's case."""

    def wrong(name: str, wanted: str, rule: str = "attachment", *statements: str) -> Problem:
        got = shown(value.get(name)) if isinstance(value, dict) else shown(value)
        return Problem("body", (*path, name), rule, wanted, got, statements or ("ALY-110",))

    if not isinstance(value, dict):
        return Problem("body", path, "attachment", "an object", shown(value), ("ALY-110",))
    name, is_link = value.get("FileName"), value.get("IsLink", False)
    given = {key: value.get(key) for key in ("Description", "Data", "AttachmentArea")}
    texts = {key: "" if text is None else text for key, text in given.items()}
    if not isinstance(name, str) or not name:
        return wrong("FileName", "a name")
    if not isinstance(is_link, bool):
        return wrong("IsLink", "true or false")
    for key, text in texts.items():
        if not isinstance(text, str):
            return wrong(key, "a text")
    if is_link and texts["Data"]:
        return wrong("IsLink", "false, or no Data", "combination", "ALY-X09", "ALY-111")
    try:
        size = size_of(texts["Data"])
    except ValueError:
        return wrong("Data", "base64")
    area = texts["AttachmentArea"] or (areas[0] if len(areas) == 1 else "")
    if area not in areas:
        return wrong("AttachmentArea", f"one of {', '.join(areas)}", "attachment", "ALY-X45", "ALY-110")
    return New(name, texts["Description"], texts["Data"], size, is_link, area)


def size_of(data: str) -> int:
    """How many bytes a base64 text is of. Raises ValueError for another text."""
    return len(base64.b64decode(data, validate=True))


def attach(call: Call, thing: Record, added: list[New]) -> list[Record]:
    """Keep attachments of an object."""
    if added:
        call.cite("ALY-X08")
    return [_keep(call, thing, each) for each in added]


def _keep(call: Call, thing: Record, new: New) -> Record:
    return call.store.insert(
        "attachments",
        {
            "id": call.guid("attachments", call.next_id("attachments")),
            "object": thing["id"],
            "FileName": new.name,
            "Description": new.description,
            "Data": new.data,
            "IsLink": new.is_link,
            "AttachmentArea": new.area,
            "Size": new.size,
            "Created_Date": write_date(call.now, call.settings.server_time_zone),
        },
    )


def attachments_of(call: Call, thing: Record) -> Iterator[Record]:
    return call.store.find("attachments", "object", thing["id"])


def find_attachment(call: Call, thing: Record) -> Record:
    """The attachment of the path, which must be one of the object."""
    asked = call.params["attachmentId"]
    guid = guid_of(asked)
    found: Mapping[str, Any] | None = None if guid is None else call.store.get("attachments", guid)
    if found is None or found["object"] != thing["id"]:
        reason = "the object has no such attachment"
        existed = found is not None
        raise NotFound(
            reason,
            collection="attachments",
            key=asked if guid is None else guid,  # by which the journal knows what became of it
            asked=asked,
            existed=existed,
            statements=("ALY-113",),
        )
    return found
