"""Alemba Service Manager's own ways, as pure functions: its switches and the spellings of its addresses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from simulator.core.clock import offset_minutes
from simulator.core.settings import setting

API = "/alemba.api/api"
WEB = "/alemba.web/oauth"
# A system name may stand before the product (ALM-Q10 and the observed /preprod); the product's names have no case.
_MOUNT = re.compile(r"(?P<system>/[^/]+)?/(?P<product>alemba\.(?:api|web))(?=/|$)", re.IGNORECASE)
_VERSION = re.compile(r"/(?P<version>v[12])(?=/|$)", re.IGNORECASE)
# Clients in use send files to call/{ref}/attachments, while the product's own links say attachment (ALM-X41).
_ATTACHMENTS = re.compile(rf"({re.escape(API)}/[^/]+/[^/]+/attachment)s(?=/|$)")
_WORDS = ("/api", "/oauth")


@dataclass(frozen=True)
class Settings:
    """The switches of Alemba Service Manager; each contradiction of its document is one, with the reading we take."""

    licences: int = setting(20, "how many sessions may live at once", "ALM-012")
    access_token_lifetime_s: int = setting(600, "seconds until an access token expires", "ALM-006")
    refresh_token_lifetime_s: int = setting(86_400, "seconds until a refresh token expires", "ALM-007")
    revoke_family_on_reuse: bool = setting(
        False, "whether the reuse of a refresh token ends the session it belongs to", "ALM-256"
    )
    server_time_zone: str = setting("+00:00", "the offset of dates without one", "ALM-Q5")
    update_needs_lock: bool = setting(
        True, "whether an open record can be changed only by who has it locked", "ALM-X09"
    )
    enabled_type_map: Literal["ipk-status-stream-to-type", "ipk-status-stream-type-to-type"] = setting(
        "ipk-status-stream-to-type", "which of the two maps to types has an address", "ALM-X12"
    )
    unlimited: bool = setting(False, "a search without $top has no row limit", "ALM-Q1")
    orderby_inverted: bool = setting(False, "asc is z-a; no suffix and desc are a-z", "ALM-Q2")
    dead_refresh_status: Literal[401, 400] = setting(
        401, "the status of a refresh with a token that no longer holds", "ALM-Q4"
    )
    dates_without_zone: Literal["server", "refuse"] = setting(
        "server", "whether a date without a time zone is in that of the server", "ALM-Q5"
    )
    bare_dates: Literal["refuse", "accept"] = setting(
        "refuse", "a date in a filter that no augmenter makes", "ALM-Q6"
    )
    now_is: Literal["instant", "date"] = setting(
        "instant", "what @Now is: this instant or this day", "ALM-Q7"
    )
    property_metadata: Literal["nested", "flat"] = setting(
        "nested", "flat: the type of a property repeats what stands beside it", "ALM-Q8"
    )
    context_target: Literal["$metadata", "$options"] = setting(
        "$metadata", "what a link to metadata ends with", "ALM-Q9"
    )
    default_version: Literal["v1", "v2"] = setting("v1", "what an address without a version means", "ALM-Q10")
    not_found_body: Literal["always", "never"] = setting(
        "always", "whether a 404 of the API has a body", "ALM-Q11"
    )
    error_message: bool = setting(True, "whether an error has the key Message", "ALM-Q12")
    statuses: Literal["listed", "usual"] = setting(
        "listed", "usual: 201 for a creation, 409 for a record that another has locked", "ALM-Q13"
    )
    etags: bool = setting(True, "whether a record has an ETag, and If-None-Match a 304", "ALM-Q14")
    search_item_actions: Literal["get", "all"] = setting(
        "get", "the _actions of an item of a search", "ALM-Q15"
    )
    partition_filter: Literal["empty", "error"] = setting(
        "empty", "what a filter by Partition finds in an entity that has none", "ALM-Q16"
    )
    count_ignores_paging: bool = setting(
        True, "whether a count is of all rows and not of the page", "ALM-Q17"
    )
    single_session: bool = setting(False, "whether a login ends the user's other sessions", "ALM-Q18")
    option_names: Literal["any_case", "exact"] = setting(
        "any_case", "whether the names of options are read in any case", "ALM-Q20"
    )
    action_methods: Literal["PUT", "PUT and POST"] = setting(
        "PUT", "how a complex action is called", "ALM-Q21"
    )
    search_items: Literal["links", "properties"] = setting(
        "links", "what an item has in a search without $select", "ALM-Q22"
    )
    old_access_token: Literal["lives", "dies"] = setting(
        "lives", "what becomes of the access token when another is fetched by a refresh", "ALM-Q23"
    )
    root_metadata: Literal["every", "options"] = setting(
        "every", "options: only $options gives the root metadata", "ALM-Q28"
    )

    def __post_init__(self) -> None:
        offset_minutes(self.server_time_zone, "server_time_zone")
        for name in ("access_token_lifetime_s", "refresh_token_lifetime_s"):
            if not 1 <= getattr(self, name) <= 3_155_760_000:
                raise ValueError(f"{name} takes 1 second to 100 years")
        if not 0 <= self.licences <= 1_000_000:
            raise ValueError("licences takes 0 to 1,000,000")


def fold_path(path: str, settings: Settings) -> str:
    """The path as the document writes it: no system name before the product, no version behind it, no slash at its end,
    and the product's own names in lower case."""
    found = _MOUNT.match(path)
    if found is None:
        return path
    rest = path[found.end() :]
    for word in _WORDS:
        if rest[: len(word)].lower() == word and rest[len(word) : len(word) + 1] in {"", "/"}:
            rest = word + rest[len(word) :]
    folded = "/" + found["product"].lower() + rest
    if folded.startswith(API):
        version = _VERSION.match(folded, len(API))
        if version is not None:
            folded = API + folded[version.end() :]
        folded = _ATTACHMENTS.sub(r"\1", folded)
    elif folded.startswith("/alemba.web"):
        folded = folded.lower()
    return folded[:-1] if len(folded) > 1 and folded.endswith("/") else folded


def is_api(path: str) -> bool:
    """Whether an address lies in the API, where even a wrong one is answered with a body."""
    folded = fold_path(unquote(path, errors="replace"), _ANY)
    return folded == API or folded.startswith(f"{API}/")


_ANY = Settings()


def version(path: str, settings: Settings) -> str:
    """The version an address names, or the one that is meant when it names none (ALM-Q10)."""
    found = _MOUNT.match(path)
    if found is not None and path[found.end() : found.end() + 4].lower() == "/api":
        named = _VERSION.match(path, found.end() + 4)
        if named is not None:
            return named["version"].lower()
    return settings.default_version


# The names of the options as the document writes them; `$order` is the document's own second name (ALM-Q3).
OPTIONS = (
    "$top", "$skip", "$orderby", "$order", "$filter", "$select", "$count", "$inlinecount", "$leftJoin", "$innerJoin",
    "$partition", "$options", "$metadata",
)  # fmt: skip
_BY_LOWER: Mapping[str, str] = {name.lower(): name for name in OPTIONS}


def fold_query(query: dict[str, list[str]], settings: Settings) -> dict[str, list[str]]:
    """The query with the names of its options as the document writes them (ALM-Q20)."""
    if settings.option_names == "exact":
        return query
    folded: dict[str, list[str]] = {}
    for name, values in query.items():
        folded.setdefault(_BY_LOWER.get(name.lower(), name), []).extend(values)
    return folded
