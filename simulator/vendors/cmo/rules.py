"""Mitratech CMO's own ways, as pure functions: its switches, spellings, due dates, thumbprints and error texts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

from simulator.core.errors import Problem
from simulator.core.settings import setting
from simulator.vendors.cmo import tokens

MODEL_ERRORS = "Model can't be processed due to following errors"
PAYLOAD_IS_EMPTY = "Payload is empty"
BY_EVENT_WORKFLOW = "You cannot delete Actions created by Event Workflow"
SERVER_ERROR = "An error has occurred."

NO_RISK = {"consequenceCode": -1, "likelihoodCode": -1}


@dataclass(frozen=True)
class Settings:
    """The switches of Mitratech CMO: the keys of its own configuration, and the contradictions of its document with the
    reading we take."""

    jwt_enabled: bool = setting(True, "Authentication.Jwt.Enabled: whether a JWT authorizes", "CMO-098")
    jwt_secret: str | None = setting(
        None, "Authentication.Jwt.Secret: what signs tokens; null is the sandbox's own", "CMO-099"
    )
    jwt_expire_minutes: int = setting(20, "Authentication.Jwt.Expire: a token's lifetime", "CMO-Q4")
    mutual_enabled: bool = setting(
        False, "Authentication.Mutual.Enabled: whether a client certificate authorizes", "CMO-102"
    )
    mutual_root_certificate_thumbprint: str = setting(
        "",
        "Authentication.Mutual.RootCertificateThumbprint: the root that must vouch; empty is any",
        "CMO-104",
    )
    mutual_trusted_client_thumbprints: tuple[str, ...] = setting(
        (),
        "Authentication.Mutual.TrustedClientThumbprints: the certificates that hold; none is any",
        "CMO-105",
    )
    company_time_zone: str | None = setting(
        None, "the company's IANA time zone; null: nothing is asked of a due date's time of day", "CMO-Q10"
    )
    also_require_create: bool = setting(
        False, "whether PUT and DELETE need the Create right beside their own", "CMO-Q1"
    )
    get_permission: Literal["edit", "any_api", "none"] = setting(
        "edit", "the right that GET needs: Edit, any of the three, or none", "CMO-Q2"
    )
    static_token_use: Literal["alone", "beside"] = setting(
        "alone", "whether a static token works only while JWT and mutual authentication are off", "CMO-Q3"
    )
    null_risk: Literal["no_risk", "null"] = setting("no_risk", "how a risk sent as null is printed", "CMO-Q5")
    get_fields: Literal["printed", "all"] = setting(
        "printed", "all: GET also has geocortexFeature, attachmentRequired and confidential", "CMO-Q7"
    )
    put_mode: Literal["partial", "full"] = setting(
        "partial", "full: what an update does not send is cleared", "CMO-Q8"
    )
    required_fields: tuple[
        Literal[
            "orgUnitName", "entityName", "actionCategoryName", "actionText", "responsibleUserName",
            "carbonCopyEmail", "actionPriorityName", "dueDate",
        ],
        ...,
    ] = setting((), "the fields a new action must have, each by its name or its Id", "CMO-Q11")  # fmt: skip
    unknown_action: Literal["404", "400"] = setting(
        "404", "the answer to an action id that names nothing", "CMO-Q16"
    )

    def __post_init__(self) -> None:
        if self.jwt_enabled and self.jwt_secret is not None:
            tokens.check_secret(self.jwt_secret)
        if not 1 <= self.jwt_expire_minutes <= 1_000_000_000:
            raise ValueError("jwt_expire_minutes takes 1 to 1,000,000,000 minutes")
        if self.company_time_zone is not None:
            zone(self.company_time_zone)
        if self.mutual_root_certificate_thumbprint:
            thumbprint(self.mutual_root_certificate_thumbprint)
        for each in self.mutual_trusted_client_thumbprints:
            thumbprint(each)


# --- addresses and names ----------------------------------------------------------------------------------------------

_ROUTE = re.compile(r"(?:/[^/]*)*?/api/(actions|token|events)(?=/|$)", re.IGNORECASE)


def fold_path(path: str, settings: Settings) -> str:
    """The path as the document writes it: the installation's own path (CMO-005) taken off, the route's words in lower
    case and no slash behind it (CMO-182)."""
    found = _ROUTE.match(path)
    if found is not None:
        path = f"/api/{found[1].lower()}{path[found.end() :]}"
    return path[:-1] if path.endswith("/") and len(path) > 1 else path


_RISK = {"consequencecode": "consequenceCode", "likelihoodcode": "likelihoodCode"}
_PARTS = {
    "gpsCoordinates": {"x": "X", "y": "Y", "z": "Z"},
    "residualRisk": _RISK,
    "inherentRisk": _RISK,
    "customFields": {
        "customfieldname": "customFieldName", "customfieldid": "customFieldId", "value": "value",
    },
}  # fmt: skip


def fold_names(body: Any, fields: Iterable[str]) -> Any:
    """A body with its names in the document's case, those of its parts too (CMO-175). Of two spellings of a name the
    last counts, as of two equal names."""
    known = {name.lower(): name for name in fields}
    folded = _folded(body, known)
    if isinstance(folded, dict):
        for part in _PARTS.keys() & known.values():  # an event may have fields of its own called so
            names, value = _PARTS[part], folded.get(part)
            if isinstance(value, list):
                folded[part] = [_folded(each, names) for each in value]
            elif value is not None:
                folded[part] = _folded(value, names)
    return folded


def parts_of(field: str) -> tuple[str | int, ...]:
    """The names within a field, or within each of its items, in the document's order; of most fields none."""
    return tuple(_PARTS.get(field, {}).values())


def _folded(value: Any, names: Mapping[str, str]) -> Any:
    if not isinstance(value, dict):
        return value
    return {names.get(name.lower(), name): item for name, item in value.items()}


def member(path: Iterable[str | int]) -> str:
    """A field as an error names it: ("residualRisk", "likelihoodCode") is ResidualRisk.LikelihoodCode (CMO-166)."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + part[:1].upper() + part[1:]
    return text


# --- due dates --------------------------------------------------------------------------------------------------------

_TIMESTAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,7}))?(?:Z|\+00:00)", re.ASCII)
# Files that lie beside the zones: the machine's own zone, no zone at all, and the zones counted in two other ways.
_NO_ZONE = re.compile(r"localtime|posixrules|Factory|(?:posix|right)/.*", re.DOTALL)


@cache
def zone(name: str) -> ZoneInfo:
    """Raises ValueError for what is no IANA time zone of a place."""
    # A folder, a path that leads out, a name that is not known.
    with suppress(OSError, ValueError, LookupError):
        if not _NO_ZONE.fullmatch(name):
            return ZoneInfo(name)
    raise ValueError(f'company_time_zone is an IANA name like "Asia/Kolkata", not {name!r}')


def read_due_date(text: str) -> tuple[datetime, str] | None:
    """The instant of an ISO UTC timestamp, to the whole second, and the timestamp as it is printed; None for any other
    text (CMO-038)."""
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        return None
    try:
        moment = datetime.fromisoformat(found[1]).replace(tzinfo=UTC)
    except ValueError:
        return None
    fraction = (found[2] or "").rstrip("0").ljust(3, "0")
    return moment, f"{found[1]}.{fraction}Z"


def ends_a_day(moment: datetime, company: ZoneInfo) -> bool:
    """Whether a second is the last one of a date in the company's time zone (CMO-041): by the date of the second that
    follows, for where the clocks change at midnight a date has 23:59:59 twice, or none."""
    try:
        return (moment + timedelta(seconds=1)).astimezone(company).date() > moment.astimezone(company).date()
    except OverflowError:  # the first and the last day there are
        return False


# --- certificates -----------------------------------------------------------------------------------------------------

# Among them the mark that a certificate's window puts before what is copied from it.
_BETWEEN_DIGITS = re.compile("[\\s:\u200e]+")
_THUMBPRINT = re.compile(r"[0-9A-F]{40}|[0-9A-F]{64}", re.ASCII)


def thumbprint(text: str) -> str:
    """A SHA-1 or SHA-256 thumbprint in upper case, without what people write between its digits (CMO-185). Raises
    ValueError."""
    digits = _BETWEEN_DIGITS.sub("", text).upper()
    if not _THUMBPRINT.fullmatch(digits):
        raise ValueError(f"a thumbprint has 40 (SHA-1) or 64 (SHA-256) hexadecimal digits, not {text!r}")
    return digits


# --- errors -----------------------------------------------------------------------------------------------------------

_LOOKUPS = frozenset({"unknown_name", "unknown_id"})


def not_found(kind: Literal["name", "id"], value: Any) -> str:
    """The vendor's words for a name that names nothing (CMO-050), and by analogy for an id (CMO-Q15)."""
    return f"System is unable to find object based on the provided {kind}(s). (Values: {value})"


def errors(problems: Iterable[Problem]) -> dict[str, Any]:
    """The body of a 400: a message, and each field with what is wrong with it (CMO-047, CMO-048)."""
    by_field: dict[str, dict[str, None]] = {}
    for problem in problems:
        by_field.setdefault(_field(problem), {})[_message(problem)] = None
    return {
        "message": MODEL_ERRORS,
        "errors": [{"field": field, "messages": list(messages)} for field, messages in by_field.items()],
    }


def _field(problem: Problem) -> str:
    # What names something is the field of that name, wherever it stands: `CustomFieldName`.
    return member((problem.name,) if problem.keyword in _LOOKUPS else problem.path)


def _message(problem: Problem) -> str:
    if problem.keyword in _LOOKUPS:
        return not_found("name" if problem.keyword == "unknown_name" else "id", problem.got)
    return "The value is required." if problem.keyword == "required" else "The value is not valid."


def words_of(problems: Iterable[Problem]) -> list[str]:
    """The statements that the messages of a 400 rest on, where the vendor's words are not known."""
    ours = {problem.keyword == "required" for problem in problems if problem.keyword not in _LOOKUPS}
    return [statement for required, statement in ((False, "CMO-168"), (True, "CMO-171")) if required in ours]
