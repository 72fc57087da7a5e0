"""What a vendor may answer to a well-formed request besides success, operation by operation, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_NO_ISSUE = "the path may name no issue"
_NO_PART = "the path may name no issue, or nothing that belongs to it"
_NOBODY = "an id of the right form may name nobody"


@dataclass(frozen=True)
class Expected:
    """A vendor's part of the contract tests.

    `refusals`: statuses of a business rule that refuses well-formed data. The thorough run reports one that never
    occurs. `rejections`: statuses for malformed data beyond the usual 400, 404 and 422. `known`: where the records of
    the fixture are put into requests, as `collection.field`. `removals`: an operation that takes its resource away
    when its answer has this value in this field. `outlives`: operations that answer with success below a resource that
    is gone. `unauthorized`: the body of every 401. `samples`: the content type and body for an operation whose document
    cannot write an example down. `texts`: the optional fields of a form that take any text: whatever is sent for one
    arrives as a text, or not at all.
    """

    refusals: Mapping[str, Mapping[int, str]]
    rejections: Mapping[str, Mapping[int, str]]
    known: Mapping[str, str]
    removals: Mapping[str, tuple[str, str]]
    outlives: Mapping[str, str]
    unauthorized: Mapping[str, Any]
    samples: Mapping[str, tuple[str, bytes]]
    texts: Mapping[str, frozenset[str]]


_FORM = (
    b'--part\r\nContent-Disposition: form-data; name="upload[file]"; filename="note.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\nThe valve is closed.\r\n--part--\r\n"
)

EXPECTED = {
    "kinetic": Expected(
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
            "create_session": {
                401: "a login of the wrong form is a wrong login, as in the well-known recipe"
            },
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
    ),
}
