"""core/sandbox.py: a world of one's own, the same every time, and a clock that brings about what is due."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.core.clock import LATEST, SECOND
from simulator.core.errors import Conflict
from simulator.core.sandbox import Fired, Sandbox, SandboxError, Sandboxes, World
from simulator.core.store import Record
from tests.core import toy

HOUR = toy.HOUR
YEAR = 365 * 24 * HOUR


def calls(client: toy.Client) -> list[toy.Answer]:
    """One of each kind of call: minted secrets, GUIDs, timers, refusals, unknown names in no order of their own."""
    return [
        client.post("/v1/sessions", {"name": "ada", "password": toy.PASSWORD}),
        client.post("/v1/toys", {"name": "kite"}),
        client.post("/v1/toys/8/loan"),
        client.get("/v1/toys"),
        client.get("/v1/status", query="&".join(f"unknown{number}=1" for number in range(20))),
        client.post("/v1/toys", {"color": 5, **{f"extra{number}": 1 for number in range(20)}}),
        client.delete("/v1/toys/1"),
        client.get("/v1/toys/1"),
    ]


def transcript(client: toy.Client) -> str:
    """A digest of everything that was answered and noted, but for how long it took."""
    answers = [(answer.status, answer.headers, answer.body) for answer in calls(client)]
    entries = [
        {**each.describe(client.world.service.ledger, client.sandbox.journal), "duration_ms": 0}
        for each in client.sandbox.journal
    ]
    fired = client.sandbox.advance(2 * HOUR)
    return hashlib.sha256(
        repr([answers, entries, fired, toy.everything(client.sandbox)]).encode()
    ).hexdigest()


# --- the same every time ---------------------------------------------------------------------------------------------


def test_the_same_beginning_and_calls_give_the_same_bytes() -> None:
    assert transcript(toy.client(name="a", seed=7)) == transcript(toy.client(name="a", seed=7))


def test_two_processes_give_the_same_bytes() -> None:
    script = (
        "from tests.core import test_sandbox as t, toy; print(t.transcript(toy.client(name='a', seed=7)))"
    )

    def run(hash_seed: str, zone: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "TZ": zone}
        root = Path(__file__).parents[2]
        return subprocess.run(
            [sys.executable, "-c", script],
            cwd=root,
            env=environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()

    assert run("1", "UTC") == run("2", "Asia/Kolkata") == transcript(toy.client(name="a", seed=7))


@pytest.mark.parametrize(
    "changed",
    [{"name": "b"}, {"seed": 8}, {"now": toy.NOW + SECOND}, {"settings": {"toy": {"page_size": 1}}}],
)
def test_another_beginning_gives_other_bytes(changed: dict[str, Any]) -> None:
    same = {"name": "a", "seed": 7}

    assert transcript(toy.client(**{**same, **changed})) != transcript(toy.client(**same))


# --- one's own -------------------------------------------------------------------------------------------------------


def test_two_sandboxes_share_nothing_that_is_written() -> None:
    one, other = toy.client(name="one"), toy.client(name="other")
    before = toy.everything(other.sandbox)

    calls(one)
    one.sandbox.faults.add("toy", None, "status")
    one.sandbox.clock.set(0)
    one.world.settings = toy.Settings(page_size=1)

    assert toy.everything(other.sandbox) == before
    assert (len(other.sandbox.journal), other.sandbox.faults.all(), other.sandbox.clock.now()) == (
        0,
        [],
        toy.NOW,
    )
    assert len(other.get("/v1/toys").json) == 3


def test_what_one_sandbox_answers_does_not_depend_on_another() -> None:
    alone = toy.client(name="a")
    expected = [answer.body for answer in calls(alone)]

    crowded, noisy = toy.client(name="a"), toy.client(name="noisy")
    calls(noisy)
    answers = []
    for answer in calls(crowded):
        answers.append(answer.body)
        noisy.post("/v1/toys", {"name": "noise"})

    assert answers == expected


def test_a_sandbox_begins_with_the_fixture_however_others_changed_theirs() -> None:
    calls(toy.client(name="one"))

    assert [record["id"] for record in toy.client(name="new").toys()] == [1, 2, 7]


def test_a_sandbox_may_begin_with_another_fixture_and_settings() -> None:
    small = {
        **toy.FIXTURE,
        "records": {"users": toy.FIXTURE["records"]["users"]},
        "settings": {"page_size": 3},
    }
    served = toy.service(fixtures={"empty": small})

    client = toy.client(served=served, fixtures={"toy": "empty"}, settings={"toy": {"loan_hours": 2}})

    assert client.toys() == []
    assert client.world.settings == toy.Settings(page_size=3, loan_hours=2)


def test_a_setting_that_is_none_refuses_to_make_a_sandbox() -> None:
    with pytest.raises(ValueError, match="volume is not a setting"):
        toy.sandbox(settings={"toy": {"volume": 11}})


def test_making_a_sandbox_costs_little_however_big_the_fixture() -> None:
    records = [
        {"id": id, "name": "x", "color": "red", "owner_id": 1, "lent": False} for id in range(1, 20_001)
    ]
    big = {**toy.FIXTURE, "records": {**toy.FIXTURE["records"], "toys": records}}
    served = toy.service(fixtures={"default": big})
    toy.sandbox(served=served)

    started = time.process_time()
    for _ in range(100):
        toy.sandbox(served=served)

    assert time.process_time() - started < 3  # copying the records would take a hundred times as long


# --- GUIDs and secrets -----------------------------------------------------------------------------------------------


def test_a_guid_depends_on_the_seed_and_the_record_alone() -> None:
    one, other, seeded = toy.sandbox("one"), toy.sandbox("other", now=0), toy.sandbox("one", seed=1)

    assert one.guid("toy", "toys", 1) == other.guid("toy", "toys", 1) == one.guid("toy", "toys", 1)
    different = {one.guid("toy", "toys", 1), one.guid("toy", "toys", 2), one.guid("toy", "parts", 1)}
    assert len(different | {one.guid("joy", "toys", 1), seeded.guid("toy", "toys", 1)}) == 5


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_guid_looks_like_a_random_one(seed: int, id: int) -> None:
    guid = toy.sandbox(seed=seed).guid("toy", "toys", id)

    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", guid)


def minted(sandbox: Sandbox, label: str = "token") -> str:
    world = sandbox.worlds["toy"]
    secret = world.mint(label)
    world.store.commit()
    return secret


def test_a_secret_has_the_form_that_the_vendor_gives_it() -> None:
    world = toy.sandbox("one").worlds[toy.NAME]
    assert world.mint("token", lambda secret: f"<{secret}>") == f"<{minted(toy.sandbox('one'))}>"


def test_a_form_that_leaves_little_of_a_secret_still_gives_each_sandbox_its_own() -> None:
    sandboxes = Sandboxes({toy.NAME: toy.SERVICE}, now=toy.NOW, mode="frozen")
    made = [sandboxes.create() for _ in range(20)]
    digits = [
        each.worlds[toy.NAME].mint("pin", lambda secret: str(sum(secret.encode()) % 100)) for each in made
    ]
    assert len(set(digits)) == 20
    assert [sandboxes.of_secret(secret) for secret in digits] == made


def test_a_secret_depends_on_the_seed_the_name_the_label_and_how_many_came_before() -> None:
    one = toy.sandbox("one")
    first = minted(one)

    assert minted(toy.sandbox("one")) == first
    others = [
        minted(one),
        minted(toy.sandbox("one"), "code"),
        minted(toy.sandbox("other")),
        minted(toy.sandbox("one", seed=1)),
    ]
    assert len({first, *others}) == 5


def test_a_secret_has_256_bits_and_needs_no_escape() -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", minted(toy.sandbox()))


def test_ten_thousand_secrets_are_all_different() -> None:
    sandbox = toy.sandbox()

    assert len({minted(sandbox) for _ in range(10_000)}) == 10_000


def test_a_secret_that_was_rolled_back_is_minted_again() -> None:
    world = toy.sandbox().worlds["toy"]

    first = world.mint("token")
    world.store.rollback()

    assert world.mint("token") == first


# --- timers ----------------------------------------------------------------------------------------------------------


def later(world: World, at: int, what: str = "bell") -> None:
    world.schedule(at, what, "TOY-050")
    world.store.commit()


def rung(fired: list[Fired]) -> list[tuple[str, int]]:
    return [(each.what, each.at - toy.NOW) for each in fired]


@pytest.fixture
def sandbox() -> Sandbox:
    return toy.sandbox()


@pytest.fixture
def world(sandbox: Sandbox) -> World:
    return sandbox.worlds["toy"]


def test_what_is_due_fires_in_order_and_once(sandbox: Sandbox, world: World) -> None:
    for minutes in (3, 1, 2, 9):
        later(world, toy.NOW + minutes, f"bell {minutes}")

    assert rung(sandbox.advance(3)) == [("bell 1", 1), ("bell 2", 2), ("bell 3", 3)]
    assert sandbox.advance(5) == []
    assert rung(sandbox.advance(1)) == [("bell 9", 9)]


def test_what_is_due_at_the_same_instant_fires_in_the_order_it_was_asked_for(
    sandbox: Sandbox, world: World
) -> None:
    for name in "cab":
        later(world, toy.NOW + 1, name)

    assert [each.what for each in sandbox.advance(1)] == ["c", "a", "b"]


def test_timers_of_several_vendors_fire_in_one_order() -> None:
    other = toy.service(name="other", statements={**toy.STATEMENTS, "vendor": "other"},
                        fixtures={"default": {**toy.FIXTURE, "vendor": "other"}})  # fmt: skip
    sandbox = Sandbox("default", {"toy": toy.SERVICE, "other": other}, now=toy.NOW, mode="frozen")
    for number, vendor in enumerate(["toy", "other", "toy", "other"]):
        later(sandbox.worlds[vendor], toy.NOW + number + 1, str(number))

    fired = sandbox.advance(10)

    assert [(each.what, each.vendor) for each in fired] == [
        ("0", "toy"),
        ("1", "other"),
        ("2", "toy"),
        ("3", "other"),
    ]


def test_a_timer_fires_at_its_own_time_and_not_when_it_was_noticed(sandbox: Sandbox, world: World) -> None:
    later(world, toy.NOW + SECOND)

    (fired,) = sandbox.advance(HOUR)

    assert fired.describe() == {
        "what": "bell", "statement": "TOY-050", "at": "2024-05-06T07:08:10.000Z", "vendor": "toy",
    }  # fmt: skip


def test_a_timer_fires_not_a_microsecond_early(sandbox: Sandbox, world: World) -> None:
    later(world, toy.NOW + HOUR)

    assert sandbox.advance(HOUR - 1) == []
    assert len(sandbox.advance(1)) == 1


def test_a_century_of_waiting_costs_only_what_happens_in_it(sandbox: Sandbox, world: World) -> None:
    for number in range(1000):
        later(world, toy.NOW + (1000 - number) * YEAR // 10)

    started = time.process_time()
    fired = sandbox.advance(100 * YEAR)

    assert [each.at for each in fired] == [toy.NOW + number * YEAR // 10 for number in range(1, 1001)]
    assert time.process_time() - started < 10


def test_a_clock_is_not_advanced_backwards(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="set it to go back"):
        sandbox.advance(-1)

    assert sandbox.clock.now() == toy.NOW


def test_a_clock_is_not_advanced_past_the_end_of_time_and_nothing_happens(
    sandbox: Sandbox, world: World
) -> None:
    later(world, toy.NOW + 1)

    with pytest.raises(ValueError, match="9999"):
        sandbox.advance(LATEST)

    assert sandbox.clock.now() == toy.NOW
    assert len(sandbox.advance(1)) == 1


def test_a_timer_of_a_transaction_that_was_rolled_back_never_fires(sandbox: Sandbox, world: World) -> None:
    world.schedule(toy.NOW + 1, "never", "TOY-050")
    world.store.rollback()

    assert sandbox.advance(10) == []


def test_a_timer_is_not_mistaken_for_one_that_was_rolled_back(sandbox: Sandbox, world: World) -> None:
    world.schedule(toy.NOW + 1, "never", "TOY-050")
    world.store.rollback()
    later(world, toy.NOW + 5, "bell")

    assert rung(sandbox.advance(4)) == []
    assert rung(sandbox.advance(4)) == [("bell", 5)]


def test_a_timer_at_the_time_of_one_that_was_rolled_back_fires_once(sandbox: Sandbox, world: World) -> None:
    world.schedule(toy.NOW + 1, "never", "TOY-050")
    world.store.rollback()
    later(world, toy.NOW + 1, "bell")

    assert rung(sandbox.advance(9)) == [("bell", 1)]


def test_what_a_refused_call_would_have_scheduled_never_happens() -> None:
    def lend(call: Any) -> Any:
        call.schedule(call.now + HOUR, "never", "TOY-050")
        raise Conflict("no")

    client = toy.client(handlers={"lend_toy": lend})

    assert client.post("/v1/toys/1/loan").status == 409
    assert client.sandbox.advance(2 * HOUR) == []


def test_a_request_first_lets_happen_what_is_due(client: toy.Client) -> None:
    client.post("/v1/toys/1/loan")
    assert len(client.world.store.collections()["_timers"]) == 1

    client.sandbox.clock.set(toy.NOW + HOUR)
    client.get("/v1/toys")

    assert len(client.world.store.collections()["_timers"]) == 0
    assert client.sandbox.advance(HOUR) == []


def test_a_clock_that_was_set_back_fires_later_what_had_not_fired_yet(sandbox: Sandbox, world: World) -> None:
    later(world, toy.NOW + HOUR)

    sandbox.clock.set(toy.NOW - HOUR)

    assert sandbox.advance(HOUR) == []
    assert len(sandbox.advance(HOUR)) == 1


def test_the_vendor_is_told_of_a_timer_that_has_a_kind() -> None:
    told: list[object] = []

    def on_timer(world: World, timer: Record) -> None:
        told.append(timer["subject"])
        world.store.delete("toys", 1)

    sandbox = toy.sandbox(served=toy.service(on_timer=on_timer))
    world = sandbox.worlds["toy"]
    world.schedule(toy.NOW + HOUR, "toy 1 is thrown away", "TOY-050", "loss", 1)
    world.schedule(toy.NOW + HOUR, "nothing", "TOY-050")
    world.store.commit()

    assert [each.what for each in sandbox.advance(HOUR)] == ["toy 1 is thrown away", "nothing"]

    assert told == [1]
    assert world.store.get("toys", 1) is None
    assert sandbox.changes()["toy"]["toys"]["1"]["after"] is None


# --- worlds are made when they are reached ---------------------------------------------------------------------------


def test_a_vendor_may_say_which_of_its_credentials_hold_now() -> None:
    served = toy.service(credentials=lambda world: world.credentials[1:])
    sandbox = toy.sandbox(served=served)
    minted = sandbox.worlds["toy"].credentials
    assert sandbox.credentials() == {"toy": minted[1:]}


def test_a_world_that_nobody_has_called_is_not_kept(sandboxes: Sandboxes) -> None:
    sandbox = sandboxes.create("a", now=toy.NOW, mode="frozen")
    token = sandbox.credentials()["toy"][0]["token"]

    assert list(sandbox.worlds) == []
    assert sandboxes.of_secret(token) is sandbox
    assert sandbox.changes() == {}
    assert toy.Client(sandbox).get("/v1/toys").status == 200  # with the token that the first one minted
    assert sandbox.credentials()["toy"][0]["token"] == token


# --- the sandboxes of a server ---------------------------------------------------------------------------------------


@pytest.fixture
def sandboxes() -> Sandboxes:
    return Sandboxes({"toy": toy.SERVICE})


def refused(sandboxes: Sandboxes, name: str) -> int:
    with pytest.raises(SandboxError) as error:
        sandboxes.create(name)
    return error.value.status


@pytest.mark.parametrize("name", ["a", "0", "a-b", "a1", "x" * 32, "a-b-c-1"])
def test_a_sandbox_is_found_by_its_name(sandboxes: Sandboxes, name: str) -> None:
    sandbox = sandboxes.create(name)

    assert sandboxes.get(name) is sandbox
    assert list(sandboxes) == [sandboxes.default, sandbox]
    assert len(sandboxes) == 2


@pytest.mark.parametrize(
    "name", ["", "-", "-a", "a-", "A", "a_b", "a.b", "a b", "a/b", "..", "a--b", "x" * 33, "é", "a\n", "a\0", "٣", "ß"]
)  # fmt: skip
def test_a_name_that_is_none_is_refused(sandboxes: Sandboxes, name: str) -> None:
    assert refused(sandboxes, name) == 422
    assert len(sandboxes) == 1


def test_a_name_is_taken_once(sandboxes: Sandboxes) -> None:
    sandboxes.create("a")

    assert refused(sandboxes, "a") == 409
    assert refused(sandboxes, "default") == 409


def test_without_a_name_a_free_one_is_found(sandboxes: Sandboxes) -> None:
    sandboxes.create("sandbox-2")

    assert [sandboxes.create().name for _ in range(3)] == ["sandbox-1", "sandbox-3", "sandbox-4"]


def test_a_deleted_sandbox_is_gone_with_its_secrets(sandboxes: Sandboxes) -> None:
    sandbox = sandboxes.create("a")
    token = sandbox.worlds["toy"].credentials[0]["token"]
    assert sandboxes.of_secret(token) is sandbox

    sandboxes.delete("a")

    assert sandboxes.get("a") is None
    assert sandboxes.of_secret(token) is None
    assert not sandboxes.selective


def test_a_name_may_be_used_again_and_the_new_sandbox_is_new(sandboxes: Sandboxes) -> None:
    old = toy.Client(sandboxes.create("a", now=toy.NOW, mode="frozen"))
    calls(old)
    sandboxes.delete("a")

    new = sandboxes.create("a", now=toy.NOW, mode="frozen")

    assert toy.everything(new) == toy.everything(toy.sandbox("a"))
    assert sandboxes.of_secret(new.worlds["toy"].credentials[0]["token"]) is new


def test_the_default_sandbox_stays(sandboxes: Sandboxes) -> None:
    with pytest.raises(SandboxError) as error:
        sandboxes.delete("default")

    assert error.value.status == 409


def test_what_is_not_there_cannot_be_deleted(sandboxes: Sandboxes) -> None:
    with pytest.raises(SandboxError) as error:
        sandboxes.delete("nobody")

    assert error.value.status == 404


def test_a_secret_finds_the_sandbox_that_minted_it(sandboxes: Sandboxes) -> None:
    one, other = sandboxes.create("one"), sandboxes.create("other")
    client = toy.Client(other)

    token = client.post("/v1/sessions", {"name": "ada", "password": toy.PASSWORD}).json["auth_token"]

    assert sandboxes.of_secret(token) is other
    assert sandboxes.of_secret(one.worlds["toy"].credentials[1]["token"]) is one
    assert sandboxes.of_secret(toy.PASSWORD) is None


def test_the_default_sandbox_needs_no_finding(sandboxes: Sandboxes) -> None:
    token = sandboxes.default.worlds["toy"].credentials[0]["token"]

    assert sandboxes.of_secret(token) is None
    assert not sandboxes.selective


def test_a_sandbox_that_could_not_be_made_leaves_nothing_behind() -> None:
    other = toy.service(name="other", statements={**toy.STATEMENTS, "vendor": "other"},
                        fixtures={"default": {**toy.FIXTURE, "vendor": "other"}})  # fmt: skip
    sandboxes = Sandboxes({"toy": toy.SERVICE, "other": other})

    with pytest.raises(ValueError, match="volume"):  # after the first vendor has minted its credentials
        sandboxes.create("a", settings={"other": {"volume": 11}})

    assert sandboxes.get("a") is None
    assert not sandboxes.selective


# --- secrets that are not minted -------------------------------------------------------------------------------------


def test_a_worlds_own_secret_is_the_same_however_often_it_is_asked_for_and_nobody_elses() -> None:
    sandbox = toy.sandbox()
    world = sandbox.worlds["toy"]
    own = world.secret("key")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", own)
    assert [world.secret("key"), toy.sandbox().worlds["toy"].secret("key")] == [own, own]
    others = [
        world.secret("another"),
        toy.sandbox(seed=1).worlds["toy"].secret("key"),
        toy.sandbox("elsewhere").worlds["toy"].secret("key"),
        world.mint("key"),
    ]
    assert len({own, *others}) == 5


def test_a_worlds_own_secret_leads_nowhere(sandboxes: Sandboxes) -> None:
    sandbox = sandboxes.create("one")
    assert sandboxes.of_secret(sandbox.worlds["toy"].secret("key")) is None


def test_a_registered_credential_leads_to_its_sandbox_until_a_reset(sandboxes: Sandboxes) -> None:
    sandbox = sandboxes.create("one")
    sandbox.register_secret("signed.by.us")
    sandbox.register_secret("signed.by.us")
    assert sandboxes.of_secret("signed.by.us") is sandbox
    sandbox.reset()
    assert sandboxes.of_secret("signed.by.us") is None
