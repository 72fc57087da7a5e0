"""HTTP Basic with a personal access token: what holds, for how long, and what is refused."""

from __future__ import annotations

import base64
import re

import pytest

from simulator.core.sandbox import Sandbox
from tests.vendors.fluid.calls import ACTION, PUMP, UNAUTHORIZED, basic, body, state
from tests.vendors.fluid.conftest import client_of, make_sandbox


def credential(client) -> dict:
    return dict(client.world.credentials[0])


def refused(answer) -> bool:
    return (answer.status, answer.json) == (401, UNAUTHORIZED)


@pytest.mark.statement("FLU-130", "FLU-176")
@pytest.mark.parametrize("name", ["dana.birch", "Dana.Birch", "DANA.BIRCH"])
def test_a_user_name_and_its_token_are_taken(anyone, name) -> None:
    pat = credential(anyone)["pat"]
    assert anyone.get(PUMP, headers={"Authorization": basic(name, pat)}).status == 200
    assert (
        anyone.get(PUMP, headers={"Authorization": basic(name, pat).replace("Basic", "basic")}).status == 200
    )


@pytest.mark.statement("FLU-043", "FLU-044", "FLU-045", "FLU-113", "FLU-Q17")
@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("dana.birch", lambda pat: pat[:-1]),
        ("dana.birch", lambda pat: pat.swapcase()),
        ("dana.birch", lambda pat: ""),
        ("omar.haddad", lambda pat: pat),  # another's
        ("nobody", lambda pat: pat),
        ("", lambda pat: pat),
        (None, None),
    ],
)
def test_what_does_not_hold_is_401_and_changes_nothing(anyone, name, change) -> None:
    before = state(anyone)
    headers = {} if name is None else {"Authorization": basic(name, change(credential(anyone)["pat"]))}
    answer = anyone.post(ACTION, body(), headers=headers)
    assert refused(answer)
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert state(anyone) == before


@pytest.mark.statement("FLU-045")
def test_a_user_without_a_token_cannot_call(anyone) -> None:
    store = anyone.world.store
    store.replace("users", {**store.get("users", 607), "pat": None})
    store.commit()
    assert refused(anyone.get(PUMP, headers={"Authorization": basic("ruth.adeyemi", "")}))


@pytest.mark.statement("FLU-131")
def test_a_token_has_the_published_form(fluid) -> None:
    text = base64.b64decode(credential(fluid)["pat"]).decode()
    assert re.fullmatch(r"dana\.birch\|2024/02/16 02:45:22 PM\|\d{9}", text)


@pytest.mark.statement("FLU-101", "FLU-174")
def test_a_regenerated_token_ends_the_old_one(fluid) -> None:
    answer = fluid.post("/User/RegeneratePat")
    assert answer.status == 200
    assert answer.json["pat"] != credential(fluid)["pat"]
    assert (answer.json["userName"], answer.json["expires"]) == ("dana.birch", "2025-02-15T14:45:22.0000000Z")
    assert refused(fluid.get(PUMP))
    assert fluid.get(PUMP, headers={"Authorization": basic("dana.birch", answer.json["pat"])}).status == 200


@pytest.mark.statement("FLU-174")
def test_a_sandbox_lists_the_tokens_that_hold_now(fluid, service) -> None:
    def listed(of: Sandbox) -> dict[str, str]:
        return {each["username"]: each["pat"] for each in of.credentials()["fluid"]}

    before, old = fluid.sandbox.fork("before"), listed(fluid.sandbox)
    new = fluid.post("/User/RegeneratePat").json["pat"]
    assert listed(fluid.sandbox) == {**old, "dana.birch": new}
    assert listed(before) == old
    store = fluid.world.store
    store.delete("users", 604)
    store.commit()
    assert "omar.haddad" not in listed(fluid.sandbox)
    fluid.sandbox.reset()
    assert listed(fluid.sandbox) == old


@pytest.mark.statement("FLU-174", "FLU-101")
def test_another_token_in_the_user_s_record_ends_the_old_one(fluid) -> None:
    store = fluid.world.store
    store.replace(
        "users", {**store.get("users", 603), "pat": "chosen", "patIssuedAt": fluid.sandbox.clock.now()}
    )
    store.commit()
    assert refused(fluid.get(PUMP))
    assert fluid.get(PUMP, headers={"Authorization": basic("dana.birch", "chosen")}).status == 200


@pytest.mark.statement("FLU-101", "FLU-175")
def test_a_token_holds_for_365_days(fluid) -> None:
    fluid.advance("P364DT23H59M59S")
    assert fluid.get(PUMP).status == 200
    fired = fluid.advance("PT1S")
    what = "365 days since dana.birch was given a token at 2024-02-16T14:45:22.000Z"
    assert what in [each.what for each in fired]
    answer = fluid.get(PUMP)
    assert refused(answer)
    assert answer.entry["explanation"]["part"] == "expiry"


@pytest.mark.statement("FLU-101")
def test_a_token_that_was_regenerated_holds_for_365_days_from_then(fluid) -> None:
    fluid.advance("P300D")
    pat = fluid.post("/User/RegeneratePat").json["pat"]
    fluid.advance("P300D")
    assert fluid.get(PUMP, headers={"Authorization": basic("dana.birch", pat)}).status == 200


def test_the_journal_never_shows_a_token(fluid) -> None:
    answer = fluid.post("/User/RegeneratePat")
    assert answer.json["pat"] not in str(answer.entry)
    assert credential(fluid)["pat"] not in str(answer.entry)


@pytest.mark.statement("FLU-008")
def test_two_organisations_share_neither_tokens_nor_actions(service, fluid) -> None:
    other = client_of(make_sandbox(service, "other"), "dana")
    assert credential(other)["pat"] != credential(fluid)["pat"]
    assert refused(fluid.get(PUMP, headers=other.headers))
    made = other.post(ACTION, body(title="Theirs")).json
    assert fluid.get(f"{ACTION}/{made['id']}").status == 404


def test_two_sandboxes_with_one_name_and_seed_mint_the_same(service) -> None:
    one, two = (make_sandbox(service).worlds["fluid"].credentials for _ in range(2))
    assert one == two


def test_a_token_depends_on_neither_the_hour_nor_a_reset(service, sandbox) -> None:
    begun = sandbox.worlds["fluid"].credentials
    later = Sandbox("test", {"fluid": service}, now=sandbox.clock.now() + 60_000_000, mode="running")
    assert later.worlds["fluid"].credentials == begun
    [issued] = {each["patIssuedAt"] for each in later.worlds["fluid"].store.all("users") if each["pat"]}
    assert issued == later.created
    running = Sandbox("test", {"fluid": service}, mode="running")
    client = client_of(running, "dana")
    running.clock.set(running.clock.now() + 1_000_000)
    running.reset()
    assert client.get(PUMP).status == 200
