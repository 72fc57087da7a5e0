"""Addresses: any base URL, routes in any case, methods that there are not; and errors that only a fault brings."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.vendors.cmo.rules import Settings, fold_path
from tests.vendors.cmo.calls import ACTION, ACTIONS, CHANGED, LOGIN, PRINTED, SAMPLE, TOKEN, refused

PREFIXES = ["", "/some/prefix", "/cmo", "/a/b/c/d/e", "/v1.2/%7Ebase", "/api", "/", "/prefix/"]


@pytest.mark.statement("CMO-005", "CMO-111")
@pytest.mark.parametrize("prefix", PREFIXES)
def test_all_four_verbs_and_the_login_work_under_any_base_url(cmo, prefix) -> None:
    assert cmo.post(f"{prefix}{TOKEN}", LOGIN).status == 200
    created = cmo.post(f"{prefix}{ACTIONS}", SAMPLE)
    assert created.status == 200
    assert cmo.get(f"{prefix}{ACTIONS}/{created.json}").json["id"] == created.json
    assert cmo.put(f"{prefix}{ACTION}", CHANGED).status == 200
    assert cmo.delete(f"{prefix}{ACTION}").status == 200


@pytest.mark.statement("CMO-182")
@pytest.mark.parametrize("address", ["/API/Actions", "/api/actions/", "/Api/ACTIONS/", "/Tenant/API/actions"])
def test_routes_are_found_in_any_case_and_with_a_slash_behind(cmo, address) -> None:
    assert cmo.post(address, SAMPLE).status == 200
    assert cmo.get(f"{address.rstrip('/')}/{PRINTED}/").status == 200


@pytest.mark.statement("CMO-162")
@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/api",
        "/actions",
        "/api/action",
        "/api/actionsx",
        "/api/v1/actions",
        f"{ACTION}/x",
        "/api//actions",
    ],
)
def test_another_address_is_404_without_a_body_for_everybody(cmo, anyone, address) -> None:
    for client in (cmo, anyone):
        answer = client.get(address)
        assert (answer.status, answer.body, answer.headers["content-length"]) == (404, b"", "0")


@pytest.mark.statement("CMO-163", "CMO-129")
@pytest.mark.parametrize(
    ("address", "allowed"),
    [(ACTIONS, "POST"), (ACTION, "DELETE, GET, PUT"), (TOKEN, "POST"), ("/api/events/", "POST")],
)
def test_a_method_that_an_address_does_not_take_is_405_with_allow(cmo, anyone, address, allowed) -> None:
    for verb in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} - set(allowed.split(", ")):
        for client in (cmo, anyone):
            answer = client.call(verb, address)
            assert (answer.status, answer.body, answer.headers["allow"]) == (405, b"", allowed)


@given(
    st.text() | st.from_regex(r"(/[a-z]{0,3}){0,4}/API/(Actions|token|EVENTS)(/.{0,5})?/?", fullmatch=True)
)
def test_any_path_is_folded_to_a_route_or_stays_but_for_a_slash(path) -> None:
    folded = fold_path(path, Settings())
    assert folded in {path, path[:-1]} or folded.startswith(("/api/actions", "/api/token", "/api/events"))


def test_what_follows_the_route_is_left_alone() -> None:
    assert fold_path("/x/API/ACTIONS/ABC%2Fdef", Settings()) == "/api/actions/ABC%2Fdef"
    assert fold_path("/api/actions/api/actions/x", Settings()) == "/api/actions/api/actions/x"


@pytest.mark.statement("CMO-Q18")
@pytest.mark.parametrize(
    "body",
    [
        '{"orgUnitName": "North America Operations,\n"entityName": "Head Office"}',
        "{ ,\n“residualRisk”: {“consequenceCode”: -1, “likelihoodCode”: -1}, }",
        '{ ...,\n"residualRisk": null,\n... }',
        '1 {\n2    "orgUnitId": 12480\n3 }',
        '{\u00a0"orgUnitId": 12480}',
    ],
)
def test_what_the_page_misspells_is_refused(cmo, body) -> None:
    before = cmo.state()
    for verb, address in (("POST", ACTIONS), ("PUT", ACTION)):
        assert cmo.call(verb, address, body=body.encode()).status == 400
    assert cmo.state() == before


# --- faults


@pytest.mark.statement("CMO-164")
@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_injected_server_error_has_a_message(cmo, status) -> None:
    cmo.fault("create_action", status)
    answer = cmo.post(ACTIONS, SAMPLE)
    assert (answer.status, answer.json) == (status, {"message": "An error has occurred."})
    assert cmo.post(ACTIONS, SAMPLE).status == 200


@pytest.mark.parametrize("status", [401, 403, 404, 409, 429])
def test_an_injected_refusal_has_no_body(anyone, status) -> None:
    anyone.fault("read_action", status)
    answer = anyone.get(ACTION)
    assert (answer.status, answer.body) == (status, b"")


def test_an_injected_400_is_a_model_with_errors(cmo) -> None:
    cmo.fault("update_action", 400)
    answer = cmo.put(ACTION, CHANGED)
    assert answer.status == 400
    assert orjson.loads(answer.body)["message"] == "Model can't be processed due to following errors"


@pytest.mark.statement("CMO-164")
def test_our_own_bug_is_the_vendors_500(cmo, monkeypatch, caplog) -> None:
    def broken(call):
        raise RuntimeError("planted")

    monkeypatch.setitem(cmo.world.service.handlers, "create_event", broken)
    answer = cmo.post("/api/events/", {})
    assert (answer.status, answer.json) == (500, {"message": "An error has occurred."})
    assert "planted" in caplog.text


def test_a_refusal_says_in_the_journal_what_was_wrong(cmo) -> None:
    answer = cmo.post(ACTIONS, {**SAMPLE, "orgUnitName": "Zed", "hoursTaken": "many"})
    assert answer.status == 400
    [first, second] = answer.entry["explanation"]["problems"]
    assert (first["path"], first["got"], first["statements"]) == (
        "$.orgUnitName", "Zed", ["CMO-050", "CMO-051", "CMO-052"],
    )  # fmt: skip
    assert (second["path"], second["rule"], second["got"]) == ("$.hoursTaken", "type", "many")
    assert {"CMO-050", "CMO-168", "CMO-166"} <= set(answer.statements)
    refused(
        cmo,
        cmo.post(ACTIONS, body=b"{"),
        answer.json | {"errors": [{"field": "", "messages": ["The value is not valid."]}]},
    )
