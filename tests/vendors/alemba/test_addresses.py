"""Addresses: versions, system names, the case of options; and the plain search that everything links to."""

from __future__ import annotations

import dataclasses

import pytest

from simulator.vendors.alemba.oauth import start
from simulator.vendors.alemba.rules import Settings, fold_path, is_api, version
from tests.vendors.alemba.calls import API, V1, V2, query


@pytest.mark.statement("ALM-X01", "ALM-Q10")
def test_the_versions_share_their_state(ada) -> None:
    ref = ada.post(f"{V2}/call", {"Description": "x"}).json["Ref"]
    for base in (V1, V2, API):
        assert ada.get(f"{base}/call/{ref}").json["Description"] == "x"


@pytest.mark.statement("ALM-X24")
@pytest.mark.parametrize(
    "base",
    [
        "/preprod/alemba.api/api/v2",
        "/production/Alemba.Api/API/V2",
        "/alemba.api/api/v2/",
        "/ALEMBA.API/api/v2",
    ],
)
def test_a_system_name_may_stand_before_the_product(ada, base) -> None:
    assert (
        ada.get(f"{base.rstrip('/')}/configuration-item/21").json["_self"] == "api:v2/configuration-item/21"
    )


@pytest.mark.statement("ALM-X24")
def test_the_login_is_found_behind_a_system_name_too(anyone) -> None:
    body = b"grant_type=password&client_id=integration&username=ada.okafor&password=not-a-secret-1"
    body += b"&scope=session-type:Analyst"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    for path in ("/preprod/alemba.web/oauth/login", "/Alemba.Web/OAuth/Login"):
        assert anyone.call("POST", path, body=body, headers=headers).status == 200


@pytest.mark.parametrize(
    ("path", "folded"),
    [
        ("/alemba.api/api/v1/call/1/", "/alemba.api/api/call/1"),
        ("/alemba.api/api/v3/call", "/alemba.api/api/v3/call"),
        ("/alemba.api/api/v1", "/alemba.api/api"),
        ("/alemba.api/api/v1/v2", "/alemba.api/api/v2"),
        ("/a/b/alemba.api/api", "/a/b/alemba.api/api"),
        ("/alemba.apis/api", "/alemba.apis/api"),
        ("/", "/"),
    ],
)
def test_what_a_path_is_folded_to(path, folded) -> None:
    assert fold_path(path, Settings()) == folded


def test_the_version_of_an_address() -> None:
    assert version("/x/alemba.api/api/V2/call", Settings()) == "v2"
    assert version("/alemba.api/api/call/v2", Settings()) == "v1"
    assert version("/elsewhere/v2", Settings()) == "v1"
    assert is_api("/alemba.api/api/x%FF")
    assert not is_api("/alemba.api/apix")


@pytest.mark.statement("ALM-Q20")
def test_the_names_of_options_have_no_case_unless_the_setting_says_so(ada) -> None:
    for name in ("$TOP", "$Top", "$top"):
        assert len(ada.get(f"{V1}/call", query=f"{name}=3").json["results"]) == 3
    ada.settings(option_names="exact")
    assert ada.get(f"{V1}/call", query="$Top=3").status == 400
    assert ada.get(f"{V1}/call", query="$top=3").status == 200


@pytest.mark.statement("ALM-003")
def test_any_client_will_do(ada) -> None:
    assert ada.headers.keys() == {"Authorization"}
    assert ada.get(f"{V1}/call").status == 200


@pytest.mark.statement("ALM-107", "ALM-108", "ALM-110", "ALM-111", "ALM-Q22")
def test_a_search_answers_links_to_what_it_found(ada) -> None:
    answer = ada.get(f"{V1}/call")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert isinstance(answer.json["results"], list)
    for each in answer.json["results"]:
        assert each.keys() == {"_actions", "_context", "_self"}
        assert each["_context"] == "api:v1/call/$metadata"
    ada.settings(search_items="properties")
    assert ada.get(f"{V1}/call").json["results"][0]["Ref"] == 1


@pytest.mark.statement("ALM-113", "ALM-114", "ALM-116", "ALM-Q1")
def test_self_says_the_row_limit_and_gives_the_same_rows(ada) -> None:
    answer = ada.get(f"{V1}/call")
    assert len(answer.json["results"]) == 100
    assert answer.json["_self"] == "api:v1/call?$top=100"
    assert ada.follow(answer.json["_self"]).json == answer.json
    some = ada.search(top=7, skip=3, orderby="Ref desc", filter="Priority==1 && Impact!=2")
    assert ada.follow(some.json["_self"]).json == some.json


@pytest.mark.statement("ALM-117")
def test_top_is_a_positive_int32(ada) -> None:
    assert len(ada.search(top=1).json["results"]) == 1
    assert len(ada.search(top=2147483647).json["results"]) > 150
    for wrong in (0, -1, 2147483648, "x", "1.5", "", "+5", "٣"):
        answer = ada.search(top=wrong)
        assert answer.status == 400, wrong


@pytest.mark.statement("ALM-124", "ALM-118", "ALM-125")
def test_skip_and_top_are_a_page(ada) -> None:
    refs = ada.refs()
    assert ada.refs(top=30) == refs[:30]
    assert ada.refs(top=30, skip=30) == refs[30:60]
    assert ada.refs(skip=0, top=5) == refs[:5]
    assert ada.refs(skip=2147483647) == []
    for wrong in (-1, 2147483648, "x"):
        assert ada.search(skip=wrong).status == 400


@pytest.mark.statement("ALM-Q3")
def test_order_is_taken_for_orderby_and_noted(ada) -> None:
    answer = ada.get(f"{V1}/call", query=query(order="Ref desc", select="Ref", top=3))
    refs = [each["Ref"] for each in answer.json["results"]]
    assert refs == sorted(refs, reverse=True)
    assert "ALM-Q3" in answer.statements


@pytest.mark.statement("ALM-Q8", "ALM-Q9", "ALM-Q15")
def test_readings_of_hypermedia_are_settings(ada) -> None:
    ada.settings(property_metadata="flat", context_target="$options", search_item_actions="all")
    found = ada.metadata("call")
    assert found["properties"][0]["type"]["isKey"] is True
    assert found["_self"] == "api:v1/call?$options"
    assert ada.follow(found["_self"]).json == found
    assert ada.follow(found["_context"]).json["name"] == "api"
    item = ada.search(top=1).json["results"][0]
    assert "Forward" in item["_actions"]
    assert ada.follow(item["_context"]).json["name"] == "Call"


def test_every_contradiction_but_four_has_a_setting(service) -> None:
    """Of those four the document has lost, or never had, another reading: scope, licences, joins and aliases, and the
    logout; one name is only taken for another."""
    cited = {field.metadata["statement"] for field in dataclasses.fields(Settings)}
    contradictions = {id for id in service.ledger if id.startswith("ALM-Q")}
    silent = {"ALM-Q3", "ALM-Q19", "ALM-Q24", "ALM-Q25", "ALM-Q26", "ALM-Q27"}
    assert contradictions - cited <= silent


@pytest.mark.parametrize(
    "changes",
    [
        {"server_time_zone": "Mars"},
        {"access_token_lifetime_s": 0},
        {"licences": -1},
        {"default_version": "v9"},
    ],
)
def test_a_setting_takes_only_what_it_can_mean(ada, changes) -> None:
    with pytest.raises(ValueError, match=next(iter(changes))):
        ada.settings(**changes)


def test_lifetimes_are_settings(anyone) -> None:
    anyone.settings(access_token_lifetime_s=300, refresh_token_lifetime_s=3600)
    ada = anyone.logged_in("ada.okafor")
    assert ada.tokens["expires_in"] == 300
    ada.advance("PT5M")
    assert ada.get(f"{V1}/call").status == 401
    assert ada.refresh(ada.tokens["refresh_token"]).status == 200


def test_a_fixture_s_credential_that_names_nobody_is_refused(sandbox) -> None:
    world = sandbox.worlds["alemba"]
    for wrong in ({}, "ada", {"client_id": "integration", "username": "x", "session_type": "Analyst"}):
        with pytest.raises(ValueError, match="fixture"):
            start(world, [wrong])
    assert world.credentials[0] == {
        "client_id": "integration", "username": "ada.okafor", "session_type": "Analyst", "password": "not-a-secret-1",
    }  # fmt: skip
