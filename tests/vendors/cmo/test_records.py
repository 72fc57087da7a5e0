"""What a fixture, a snapshot and the control API may not say: what one record has and no other."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import pytest

from simulator.core.vendor import LoadError, Service
from simulator.data import read_fixture

THUMBPRINT = "A" * 40


@pytest.fixture
def fixture() -> dict[str, Any]:
    return deepcopy(read_fixture("cmo"))


@pytest.mark.statement("CMO-069")
@pytest.mark.parametrize(
    ("collection", "field", "value"),
    [
        ("users", "loginName", "same.login"),
        ("users", "static_token", "not-a-secret-token"),
        ("users", "certificate_thumbprint", THUMBPRINT),
        ("actions", "uniqueID", "7"),
    ],
)
def test_two_records_do_not_have_what_only_one_can(
    service: Service, fixture, collection, field, value
) -> None:
    records = fixture["records"][collection]
    if len(records) == 1:
        records.append({**records[0], "id": records[0]["id"].replace("1", "2")})
    records[0][field] = records[1][field] = value
    with pytest.raises(LoadError, match=rf"{collection} \S+ has the {field} of {records[0]['id']}"):
        service._load("mine", fixture)


def test_a_thumbprint_is_one_however_it_is_written(service: Service, fixture) -> None:
    users = fixture["records"]["users"]
    users[0]["certificate_thumbprint"] = ":".join(["aa"] * 20)
    users[1]["certificate_thumbprint"] = THUMBPRINT
    with pytest.raises(LoadError, match="certificate_thumbprint"):
        service._load("mine", fixture)
