"""Kinetic Response in the contract tests."""

from __future__ import annotations

from simulator.core.sandbox import World
from tests.contract.credentials import basic
from tests.contract.expected import Expected, Good

_NO_ISSUE = "the path may name no issue"
_NO_PART = "the path may name no issue, or nothing that belongs to it"
_NOBODY = "an id of the right form may name nobody"

_FORM = (
    b'--part\r\nContent-Disposition: form-data; name="upload[file]"; filename="note.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\nThe valve is closed.\r\n--part--\r\n"
)


def _good(world: World) -> Good:
    first = world.credentials[0]
    return Good(first["email"], first["password"], first["token"])


EXPECTED = Expected(
    ways={
        "bearer": lambda world: f"Bearer {_good(world).token}",
        "basic": lambda world: basic(_good(world).login, _good(world).password).decode(),
    },
    good=_good,
    lifetime_s=lambda world: int(world.settings.token_lifetime_s),
    refusals={
        "create_session": {401: "nobody may have this address and password"},
        "create_user": {422: "the address may be taken"},
        "read_user": {404: "the path may name nobody"},
        "create_issue": {422: f"owner_id: {_NOBODY}"},
        "read_issue": {404: _NO_ISSUE},
        "update_issue": {404: _NO_ISSUE, 422: f"owner_id: {_NOBODY}"},
        "keep_present": {404: _NO_ISSUE},
        "keep_present_by_post": {404: _NO_ISSUE},
        "keep_present_by_put": {404: _NO_ISSUE},
        "keep_present_by_patch": {404: _NO_ISSUE},
        "keep_present_by_delete": {404: _NO_ISSUE},
        "list_participants": {404: _NO_ISSUE},
        "remove_participant": {404: _NO_PART, 422: "the participant may own the issue"},
        "list_invites": {404: _NO_ISSUE},
        "create_invite": {404: _NO_ISSUE},
        "resend_invite": {404: _NO_PART},
        "delete_invite": {404: _NO_PART},
        "list_messages": {404: _NO_ISSUE},
        "create_message": {404: _NO_ISSUE},
        "list_facts": {404: _NO_ISSUE},
        "create_fact": {404: _NO_ISSUE},
        "list_uploads": {404: _NO_ISSUE},
        "create_upload": {404: _NO_ISSUE},
        "create_action_item": {404: _NO_ISSUE, 422: f"assignee_id: {_NOBODY}"},
        "read_action_item": {404: _NO_PART},
        "update_action_item": {404: _NO_PART, 422: f"assignee_id: {_NOBODY}"},
        "delete_action_item": {404: _NO_PART},
    },
    rejections={
        "create_session": {401: "a login of the wrong form is a wrong login, as in the well-known recipe"},
    },
    known={
        "path.issue_guid": "issues.guid",
        "path.action_item_guid": "action_items.guid",
        "path.participant_guid": "participants.guid",
        "path.invite_guid": "invites.guid",
        "path.email": "users.email",
        "body.assignee_id": "users.id",
        "body.owner_id": "users.id",
        "body.user_login.email": "users.email",
        "body.user_login.password": "users.password",
    },
    removals={"update_issue": ("status", "Deleted")},
    outlives={"list_action_items": "it answers an empty list for an issue that is not there (KIN-057)"},
    unauthorized={"success": False, "message": "Error with your login or password"},
    samples={
        "create_upload": (
            "multipart/form-data; boundary=part",
            _FORM,
        ),
    },
    texts={"create_upload": frozenset({"upload[description]"})},
)
