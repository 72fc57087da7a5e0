"""Alemba Service Manager in the contract tests."""

from __future__ import annotations

from simulator.core.sandbox import World
from simulator.vendors.alemba.entities import MODEL
from simulator.vendors.alemba.oauth import issue_tokens, open_session
from tests.contract.expected import Expected, Good

_NO_ENTITY = "the path may name no entity"
_NO_RECORD = "the path may name no record"
_NO_ACTION = "the entity may not have the action"
_NOT_NOW = "the record may be in another state, or locked"
_INPUTS = "which names a body may have the metadata says, and not the document"
_OPTIONS = "what a filter or a path may be the metadata says, and not the document"
_CLIENT = "nobody may have this client_id"
_GRANT = "the grant may be nobody's"

_FORM = "application/x-www-form-urlencoded"
_FILE = (
    b'--part\r\nContent-Disposition: form-data; name="file"; filename="note.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\nThe valve is closed.\r\n--part--\r\n"
)
_PICTURE = _FILE.replace(b"note.txt", b"me.gif").replace(b"text/plain", b"image/gif")
_LOGIN = b"client_id=integration&username=ada.okafor&password=not-a-secret-1&scope=session-type%3AAnalyst"
# As the document's example of a logout writes it.
_REFRESH_TOKEN = "an-example-of-a-refresh-token"


def _prepare(world: World) -> None:
    """Ada is logged in twice: by what cannot be refreshed, whose token is used, and by what may be logged out."""
    now = world.sandbox.clock.now()
    client, ada = world.store.get("clients", "integration"), world.store.get("users", "ada.okafor")
    assert client is not None
    for lasting in (False, True):
        issue_tokens(world, now, open_session(world, now, client, ada, "Analyst", lasting=lasting))
    locked = world.store.get("call", 3)
    assert locked is not None
    world.store.replace(
        "call", {**locked, "LockedBy": None}
    )  # one of 160 that another has locked would never come up
    refresh = next(world.store.all("refresh_tokens"))
    world.store.replace("refresh_tokens", {**refresh, "token": _REFRESH_TOKEN})
    world.store.commit()


def _good(world: World) -> Good:
    return Good("ada.okafor", "not-a-secret-1", next(world.store.all("access_tokens"))["token"])


EXPECTED = Expected(
    prepare=_prepare,
    ways={"bearer": lambda world: f"Bearer {_good(world).token}"},
    good=_good,
    lifetime_s=lambda world: int(world.settings.access_token_lifetime_s),
    unauthorized={"Message": "Not authorized.", "Type": "UnauthorizedException", "SubStatus": "None"},
    refusals={
        "login": {400: _GRANT, 401: _CLIENT},
        "authorize": {400: _GRANT, 401: _CLIENT},
        "logout": {400: "the refresh token may be nobody's"},
        "search_records": {400: _OPTIONS, 404: _NO_ENTITY},
        "create_record": {400: _INPUTS, 404: _NO_ENTITY, 405: _NO_ACTION},
        "read_metadata": {404: _NO_ENTITY},
        "read_record": {404: _NO_RECORD},
        "update_record": {400: _INPUTS, 403: _NOT_NOW, 404: _NO_RECORD, 405: _NO_ACTION},
        "delete_record": {404: _NO_RECORD, 405: _NO_ACTION},
        "read_image": {404: _NO_RECORD},
        "update_image": {404: _NO_RECORD},
        "delete_image": {404: _NO_RECORD},
        "read_part": {400: _OPTIONS, 404: _NO_RECORD, 405: "it may be an action, which is not read"},
        "create_part": {
            400: "there may be no body, which only an action does without",
            403: _NOT_NOW,
            404: _NO_RECORD,
            405: _NO_ACTION,
        },
        "perform_action": {400: _INPUTS, 403: _NOT_NOW, 404: _NO_RECORD, 405: _NO_ACTION},
        "read_part_record": {404: _NO_RECORD},
        "delete_part_record": {404: _NO_RECORD},
    },
    rejections={
        "login": {401: "a form without a client is a wrong client"},
        "authorize": {401: "a form without a client is a wrong client"},
        "create_record": {405: _NO_ACTION, 415: "a body of another media type"},
        "update_record": {403: _NOT_NOW, 405: _NO_ACTION},
        "create_part": {403: _NOT_NOW, 405: _NO_ACTION},
        "perform_action": {403: _NOT_NOW, 405: _NO_ACTION},
        "read_part": {405: "it may be an action, which is not read"},
    },
    known={
        "body.client_id": "clients.client_id",
        "body.client_secret": "clients.secret",
        "body.username": "users.username",
        "body.password": "users.password",
        "body.refresh_token": "refresh_tokens.token",
    },
    words={
        # What has most to it comes most often: chains that attach a file to a call are to come about.
        "path.entity": (*["call"] * 14, *["person"] * 4, *MODEL.by_resource),
        "path.id": tuple(
            map(str, (*range(1, 15), 21, 23, 40, 161))
        ),  # texts: a number is no value for a path
        "path.part_id": ("1", "2"),
        "path.part": (
            *["attachment"] * 6,
            *["forward"] * 5,
            *["lock"] * 2,
            "history",
            "submit",
            "close",
            "reopen",
            "defer",
        ),
        "query.$filter": (
            "Ref==1",
            "Ref>5 && Ref<=20",
            '!(Name.Contains("a"))||Name.StartsWith("b")',
            "@IsBreached",
            "User.Organization == @OrganizationId",
            "LoggedDate <= @NowOffset(-7,-2,-30)",
        ),
        "query.$select": ("Ref", "*", "Ref,Description", "User.Organization.Name", "@AssignmentState"),
        "query.$orderby": ("Ref", "Ref desc", "Priority.Name, Ref asc"),
        "body.scope": ("session-type:Analyst", "session-type:User"),
    },
    samples={
        "login": (_FORM, b"grant_type=password&" + _LOGIN),
        "authorize": (_FORM, b"response_type=code&" + _LOGIN),
        "logout": (_FORM, f"refresh_token={_REFRESH_TOKEN}".encode()),
        "create_part": ("multipart/form-data; boundary=part", _FILE),
        "update_image": ("multipart/form-data; boundary=part", _PICTURE),
    },
)
