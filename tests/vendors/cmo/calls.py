"""The addresses, bodies and texts of the vendor's page, and what tests of Mitratech CMO do with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from simulator.core.sandbox import Sandbox
from simulator.vendors.cmo.callers import signing_secret
from simulator.vendors.cmo.tokens import Claims, issue
from tests.vendors.client import Answer, Client

NOW = "2021-06-29T06:57:37.233Z"  # where the clock of every test stands: when the printed action was created

ACTIONS = "/api/actions"
TOKEN = "/api/token"
EVENTS = "/api/events/"
PRINTED = "14b44c76-b1d4-4df1-84b6-2f2f583ae67d"  # the action of the printed addresses and of the fixture
ACTION = f"{ACTIONS}/{PRINTED}"
NOWHERE = f"{ACTIONS}/00000000-0000-4000-a000-000000000000"

LOGIN = {"login": "superadmin", "password": "not-a-secret-20518"}
DAN = {
    "id": 20518,
    "firstName": "Dan",
    "lastName": "Johnson",
    "loginName": "superadmin",
    "email": "dan.johnson@example.com",
}
HIGH = {"id": "7cc13288-e9f9-46d4-bfc9-443e3ad00c9b", "name": "High"}
LOW = {"id": "7cc13288-e9f9-46d4-bfc9-443e3ad00c9d", "name": "Low"}
SOME_ENTITY = {"id": "0656ef56-f3e2-418b-9f47-1de3c889dd6f", "name": "Some Entity Name"}
HAPPINESS = {"customFieldID": 3590, "customFieldName": "happiness", "customFieldTypeName": "Text Box"}
NO_RISK = {"consequenceCode": -1, "likelihoodCode": -1}

SAMPLE: dict[str, Any] = {
    "orgUnitName": "North America Operations",
    "entityName": "Head Office",
    "actionCategoryName": "Emergency Response",
    "actionText": "Fix the pipes ",
    "guidanceText": "Guidance Text for Action Created via public API #3",
    "responsibleUserName": "Dan Johnson",
    "carbonCopyEmail": "test@example.com",
    "actionPriorityName": "High",
    "gpsCoordinates": {"X": 1, "Y": 2, "Z": 3},
    "dueDate": "2021-07-02T13:59:59.997Z",
    "hoursTaken": 15,
    "actionValue": 25,
    "progress": 33,
    "geocortexFeature": None,
    "residualRisk": {"consequenceCode": 1, "likelihoodCode": 1},
    "inherentRisk": {"consequenceCode": 2, "likelihoodCode": 2},
    "attachmentRequired": True,
    "confidential": False,
    "customFields": [{"customFieldName": "happiness", "value": "very high score"}],
}
CHANGED: dict[str, Any] = {
    **SAMPLE,
    "orgUnitName": "Albama",
    "entityName": "ActionEntity",
    "actionCategoryName": "Act",
    "actionText": "Action Updated via public API #3",
    "guidanceText": "Guidance Text for Action Updated via public API #3",
}
KEYS = [
    "id", "uniqueID", "actionText", "status", "guidanceText", "carbonCopyEmail", "orgUnit", "entity", "category",
    "priority", "assignorUser", "responsibleUser", "createdDateTime", "dueDate", "verifications", "gpsCoordinates",
    "actionValue", "hoursTaken", "progress", "residualRisk", "inherentRisk", "customFields",
]  # fmt: skip

MESSAGE = "Model can't be processed due to following errors"
NOT_VALID = "The value is not valid."
REQUIRED = "The value is required."


def no_name(value: object) -> str:
    return f"System is unable to find object based on the provided name(s). (Values: {value})"


def no_id(value: object) -> str:
    return f"System is unable to find object based on the provided id(s). (Values: {value})"


def errors(**messages: str) -> dict[str, Any]:
    """The body of a 400 with one message for each field: `errors(OrgUnitName="...")`."""
    return error_list(*messages.items())


def error_list(*messages: tuple[str, str]) -> dict[str, Any]:
    return {"message": MESSAGE, "errors": [{"field": field, "messages": [text]} for field, text in messages]}


def shown(sent: dict[str, Any]) -> dict[str, Any]:
    """What GET prints of a sample body's fields, but for what they name."""
    return {
        "actionText": sent["actionText"],
        "guidanceText": sent["guidanceText"],
        "carbonCopyEmail": "test@example.com",
        "priority": HIGH,
        "responsibleUser": DAN,
        "dueDate": "2021-07-02T13:59:59.997Z",
        "gpsCoordinates": {"x": 1, "y": 2},
        "actionValue": 25.0,
        "hoursTaken": 15,
        "progress": 33,
        "residualRisk": {"consequenceCode": 1, "likelihoodCode": 1},
        "inherentRisk": {"consequenceCode": 2, "likelihoodCode": 2},
        "customFields": [{**HAPPINESS, "value": "very high score"}],
    }


def created(client: Client, body: Any = None, **fields: Any) -> dict[str, Any]:
    """A new action as GET prints it; of the sample body with other fields, or of a body of its own."""
    answer = client.post(ACTIONS, {**SAMPLE, **fields} if body is None else body)
    assert answer.status == 200, answer.body
    return fetched(client, answer.json)


def fetched(client: Client, id: str = PRINTED) -> dict[str, Any]:
    answer = client.get(f"{ACTIONS}/{id}")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json
    return found


def changed(client: Client, body: Any) -> dict[str, Any]:
    """The printed action as GET prints it after an update."""
    answer = client.put(ACTION, body)
    assert (answer.status, answer.body) == (200, b"")
    return fetched(client)


def without(*names: str) -> dict[str, Any]:
    return {name: value for name, value in SAMPLE.items() if name not in names}


def arrange(client: Client, collection: str, key: Any, **fields: Any) -> None:
    """Change a record as the control API does."""
    store = client.world.store
    before = store.get(collection, key)
    if before is None:
        store.insert(collection, {store.key_of(collection): key, **fields})
    else:
        store.replace(collection, {**before, **fields})
    store.commit()


def remove(client: Client, collection: str, key: Any) -> None:
    client.world.store.delete(collection, key)
    client.world.store.commit()


def token_for(sandbox: Sandbox, user_id: int, exp: float | None = None) -> str:
    """A token as POST /api/token would give it now."""
    expires_at = sandbox.clock.now() / 1_000_000 + 1200 if exp is None else exp
    return issue(Claims(user_id, expires_at), signing_secret(sandbox.worlds["cmo"]))


def four_verbs(client: Client) -> Iterator[Answer]:
    """A call of each kind that succeeds for whoever may do everything: create, read, update, delete."""
    yield client.post(ACTIONS, SAMPLE)
    yield client.get(ACTION)
    yield client.put(ACTION, CHANGED)
    yield client.delete(ACTION)


def statuses(client: Client) -> list[int]:
    return [answer.status for answer in four_verbs(client)]


def refused(client: Client, answer: Answer, body: Any) -> None:
    """The answer is a 400 with this body, and it is JSON."""
    assert (answer.status, answer.json) == (400, body)
    assert answer.headers["content-type"] == "application/json"
    assert orjson.dumps(body)
