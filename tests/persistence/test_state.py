"""persistence/state.py: what a server is told is what the next one finds, however the first one ended."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from simulator.core import snapshot
from simulator.core.recorder import StateError
from simulator.core.sandbox import Sandbox, SandboxError, Sandboxes
from simulator.core.vendor import Service
from simulator.persistence import log as log_module
from simulator.persistence.state import StateFile
from tests.core import toy

SERVICES = {"toy": toy.SERVICE}
HOUR = toy.HOUR


@contextmanager
def opened(path: Path, services: dict[str, Service] = SERVICES) -> Iterator[tuple[Sandboxes, StateFile]]:
    """The sandboxes of a server on this file. It ends as by a crash: nothing but what was flushed is there."""
    state = StateFile(path, services)
    try:
        sandboxes = Sandboxes(services, recorder=state, kept=state.load, now=toy.NOW, mode="frozen")
        state.start()
        yield sandboxes, state
        state.flush()
    finally:
        crash(state)


def crash(state: StateFile) -> None:
    """Let go of the lock and write nothing more, as the system does for a process that it kills."""
    if state._log is not None:
        state._log.close()
        state._log = None
    state.close()


def seen(sandbox: Sandbox) -> dict[str, Any]:
    """All that anybody could see of a sandbox, but for how long calls took."""
    client = toy.Client(sandbox, {})
    entries = [entry.describe(toy.SERVICE.ledger, sandbox.journal) for entry in sandbox.journal]
    for entry in entries:
        del entry["duration_ms"]
    return {
        "snapshot": snapshot.take(sandbox),
        "everything": toy.everything(client.sandbox),
        "changes": sandbox.changes(),
        "journal": (entries, sandbox.journal.evicted, sandbox.journal.last_id),
        "made": (sandbox.created, sandbox.strict_basis, sandbox.options, sandbox.generation),
        "secrets": list(sandbox.secrets),
        "order": {name: list(rows) for name, rows in sandbox.worlds["toy"].store.collections().items()},
    }


def all_seen(sandboxes: Sandboxes) -> dict[str, Any]:
    return {sandbox.name: seen(sandbox) for sandbox in sandboxes}


def _fork_from_before(sandboxes: Sandboxes, sandbox: Sandbox, chance: random.Random) -> None:
    with suppress(SandboxError):  # there may be no such entry, or nobody who knows the way back
        sandboxes.fork(sandbox, at=sandbox.journal.last_id - 2)


def _delete(sandboxes: Sandboxes, sandbox: Sandbox, chance: random.Random) -> None:
    if sandbox.name != "default":
        sandboxes.delete(sandbox.name)


def _advance(sandboxes: Sandboxes, sandbox: Sandbox, chance: random.Random) -> None:
    sandbox.advance(chance.randrange(2 * HOUR))
    sandbox.arranged()


def _fault(sandboxes: Sandboxes, sandbox: Sandbox, chance: random.Random) -> None:
    sandbox.faults.add("toy", None, "status", status=503, times=2, after=chance.randrange(2))
    sandbox.arranged()


def _call(sandboxes: Sandboxes, sandbox: Sandbox, chance: random.Random) -> None:
    toy_id = chance.randrange(1, 9)
    method, path, body = chance.choice(
        [
            ("POST", "/v1/toys", {"name": f"toy {chance.random()}", "color": "red"}),
            ("POST", "/v1/toys", {"color": "red"}),
            ("POST", "/v1/sessions", {"name": "ada", "password": toy.PASSWORD}),
            ("POST", f"/v1/toys/{toy_id}/loan", None),
            ("POST", f"/v1/toys/{toy_id}/parts", {"name": f"part {chance.random()}"}),
            ("PUT", f"/v1/toys/{toy_id}", {"name": "mended"}),
            ("DELETE", f"/v1/toys/{toy_id}", None),
            ("GET", "/v1/toys", None),
        ]
    )
    toy.Client(sandbox).call(method, path, body)


_DEEDS: list[Callable[[Sandboxes, Sandbox, random.Random], object]] = [
    lambda sandboxes, _, chance: sandboxes.create(
        now=toy.NOW + chance.randrange(9), mode="frozen", seed=chance.randrange(3)
    ),
    lambda sandboxes, sandbox, _: sandboxes.fork(sandbox),
    lambda _, sandbox, chance: sandbox.reset() if chance.random() < 0.3 else None,
    lambda sandboxes, sandbox, chance: snapshot.restore(
        sandbox, snapshot.take(chance.choice(list(sandboxes)))
    ),
    _fork_from_before,
    _delete,
    _advance,
    _fault,
    *[_call] * 10,
]


def act(sandboxes: Sandboxes, chance: random.Random) -> None:
    """One thing that somebody may do to a server."""
    chance.choice(_DEEDS)(sandboxes, chance.choice(list(sandboxes)), chance)


@pytest.mark.parametrize("seed", range(25))
def test_whatever_was_done_is_there_after_a_crash(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    path = tmp_path / "state.json"
    expected: dict[str, Any] = {}
    for _ in range(3):
        with opened(path) as (sandboxes, _):
            if expected:
                assert all_seen(sandboxes) == expected
            for _ in range(chance.randrange(40)):
                act(sandboxes, chance)
            expected = all_seen(sandboxes)
    with opened(path) as (sandboxes, _):
        assert all_seen(sandboxes) == expected


@pytest.mark.parametrize("seed", range(10))
def test_a_crash_at_any_flush_leaves_what_was_there_then(tmp_path: Path, seed: int) -> None:
    """The files as they were after each deed, copied away: each is what a server that died there would have left."""
    chance = random.Random(seed)
    path = tmp_path / "state.json"
    moments: list[dict[str, Any]] = []
    with opened(path) as (sandboxes, state):
        for moment in range(12):
            act(sandboxes, chance)
            moments.append(all_seen(sandboxes))
            state.flush()
            shutil.copytree(tmp_path, tmp_path.with_name(f"{tmp_path.name}-{moment}"))
    for moment, expected in enumerate(moments):
        copy = tmp_path.with_name(f"{tmp_path.name}-{moment}")
        with opened(copy / "state.json") as (sandboxes, _):
            assert all_seen(sandboxes) == expected


def test_a_server_that_is_stopped_leaves_a_checkpoint_and_no_log(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    state = StateFile(path, SERVICES)
    sandboxes = Sandboxes(SERVICES, recorder=state, kept=state.load, now=toy.NOW, mode="frozen")
    state.start()
    toy.Client(sandboxes.default).post("/v1/toys", {"name": "kite"})
    expected = all_seen(sandboxes)
    state.close()

    assert sorted(each.name for each in tmp_path.iterdir()) == ["state.json", "state.json.lock"]
    with opened(path) as (again, _):
        assert all_seen(again) == expected


def test_a_checkpoint_in_the_middle_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written in slices while calls go on, by a server whose log is soon too long."""
    import asyncio  # noqa: PLC0415 - this test alone has a loop

    monkeypatch.setattr("simulator.persistence.state._CHECKPOINT_BYTES", 2_000)
    monkeypatch.setattr("simulator.persistence.state._SLICE_S", 0)
    path = tmp_path / "state.json"
    chance = random.Random(5)
    checkpoints: set[bytes] = set()

    async def work(sandboxes: Sandboxes, state: StateFile) -> None:
        for _ in range(300):
            act(sandboxes, chance)
            await state.durable()
            checkpoints.add(path.read_bytes())
            await asyncio.sleep(0)
        if state._checkpoint is not None:
            await state._checkpoint

    with opened(path) as (sandboxes, state):
        asyncio.run(work(sandboxes, state))
        expected = all_seen(sandboxes)

    assert len(checkpoints) > 2
    with opened(path) as (sandboxes, _):
        assert all_seen(sandboxes) == expected


def test_a_secret_leads_to_its_sandbox_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with opened(path) as (sandboxes, _):
        first = sandboxes.create("a").credentials()["toy"][0]["token"]
        answer = toy.Client(sandboxes.create("b")).post(
            "/v1/sessions", {"name": "ada", "password": toy.PASSWORD}
        )
        second = answer.json["auth_token"]
    with opened(path) as (sandboxes, _):
        assert [sandboxes.of_secret(each) for each in (first, second)] == [
            sandboxes.get("a"),
            sandboxes.get("b"),
        ]


def test_a_running_clock_goes_on_with_the_time_of_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "state.json"
    with opened(path) as (sandboxes, _):
        before = sandboxes.create("a", now=toy.NOW).clock.now()
    passed = 3 * HOUR
    at = saved_real_now() + passed
    monkeypatch.setattr("simulator.core.saved.real_now", lambda: at)
    with opened(path) as (sandboxes, _):
        found = sandboxes.get("a")
        assert found is not None
        assert passed <= found.clock.now() - before < passed + HOUR
        assert sandboxes.default.clock.now() == toy.NOW


def saved_real_now() -> int:
    from simulator.core import clock  # noqa: PLC0415 - not the name that the test replaces

    return clock.real_now()


def test_timers_that_fell_due_while_nothing_ran_happen_then(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with opened(path) as (sandboxes, _):
        toy.Client(sandboxes.default).post("/v1/toys/1/loan")
    with opened(path) as (sandboxes, _):
        fired = sandboxes.default.advance(2 * HOUR)
        assert [each.what for each in fired] == ["toy 1 comes home"]


def test_a_reset_of_a_kept_sandbox_leads_back_to_its_fixture(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with opened(path) as (sandboxes, _):
        fresh = seen(sandboxes.create("a", now=toy.NOW, mode="frozen"))
        toy.Client(sandboxes.get("a") or sandboxes.default).post("/v1/toys", {"name": "kite"})
    with opened(path) as (sandboxes, _):
        sandbox = sandboxes.get("a")
        assert sandbox is not None
        sandbox.reset()
        assert seen(sandbox) == {**fresh, "made": (*fresh["made"][:3], 1)}


def test_a_fixture_that_has_changed_since_changes_nothing_that_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    with opened(path) as (sandboxes, _):
        toy.Client(sandboxes.default).post("/v1/toys", {"name": "kite"})
        expected = seen(sandboxes.default)
    other = toy.service(
        fixtures={"default": {**toy.FIXTURE, "records": {"users": toy.FIXTURE["records"]["users"]}}}
    )
    with opened(path, {"toy": other}) as (sandboxes, _):
        assert seen(sandboxes.default) == expected


# --- refusals ---------------------------------------------------------------------------------------------------------


def files(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir()}


def refused(path: Path, services: dict[str, Service] = SERVICES) -> StateError:
    before = files(path.parent)
    with pytest.raises(StateError) as error, opened(path, services):
        pass
    assert {**files(path.parent), "state.json.lock": b""} == {**before, "state.json.lock": b""}
    return error.value


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A state with a checkpoint, and a log of some length behind it."""
    path = tmp_path / "state.json"
    with opened(path) as (sandboxes, state):
        for name in ("kite", "boat", "drum"):
            toy.Client(sandboxes.default).post("/v1/toys", {"name": name})
            state.flush()  # a frame each
    return path


def test_a_second_process_is_refused(kept: Path) -> None:
    with opened(kept):
        with pytest.raises(StateError, match="in use by another simulator") as error:
            StateFile(kept, SERVICES)
        assert error.value.elsewhere


def test_a_log_that_is_damaged_is_refused_with_the_place(kept: Path) -> None:
    log = kept.with_name("state.json.log-1")
    data = bytearray(log.read_bytes())
    data[len(data) // 2] ^= 1
    log.write_bytes(data)

    assert "state.json.log-1 is damaged at byte" in str(refused(kept))


def test_a_torn_tail_is_left_out_and_said(kept: Path, caplog: pytest.LogCaptureFixture) -> None:
    log = kept.with_name("state.json.log-1")
    log.write_bytes(log.read_bytes()[:-1])

    with opened(kept) as (sandboxes, _):
        names = [each["name"] for each in toy.Client(sandboxes.default).toys()]
    assert ("boat" in names, "drum" in names) == (True, False)
    assert "never acknowledged" in caplog.text


def test_a_log_without_its_checkpoint_is_refused(kept: Path) -> None:
    kept.unlink()

    assert "state.json is missing" in str(refused(kept))


def test_a_checkpoint_without_the_beginning_of_its_log_is_refused(kept: Path) -> None:
    kept.with_name("state.json.log-1").rename(kept.with_name("state.json.log-2"))

    assert "state.json.log-1 is missing" in str(refused(kept))


def test_a_state_of_a_vendor_that_is_not_served_is_refused(kept: Path) -> None:
    other = toy.service(name="other", statements={**toy.STATEMENTS, "vendor": "other"},
                        fixtures={"default": {**toy.FIXTURE, "vendor": "other"}})  # fmt: skip

    assert "holds data of toy, which is not served now" in str(refused(kept, {"other": other}))


def test_a_checkpoint_that_is_cut_short_is_refused(kept: Path) -> None:
    kept.write_bytes(kept.read_bytes()[:-10])

    assert "cut short or damaged" in str(refused(kept))


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="No such file") as error:
        StateFile(tmp_path / "nowhere" / "state.json", SERVICES)
    assert error.value.elsewhere


# --- starts and checkpoints that do not come to their end -------------------------------------------------------------


class Killed(BaseException):
    """The process ends here."""


def killed_at(monkeypatch: pytest.MonkeyPatch, step: int) -> list[str]:
    """Let the process end before the step-th of the things that a start, a stop or a checkpoint does to files."""
    steps: list[str] = []

    def watch(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def watched(*arguments: Any, **options: Any) -> Any:
            steps.append(name)
            if len(steps) == step:
                raise Killed(name)
            return real(*arguments, **options)

        monkeypatch.setattr(owner, name, watched)

    watch(log_module, "_create")
    watch(os, "fsync")
    watch(Path, "replace")
    watch(Path, "unlink")
    return steps


@pytest.mark.parametrize("begun", ["never", "stopped", "crashed"])
@pytest.mark.parametrize("step", range(1, 9))
def test_a_start_that_is_killed_at_any_step_leaves_what_the_next_one_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, begun: str, step: int
) -> None:
    path = tmp_path / "state.json"
    expected: dict[str, Any] = {}
    if begun != "never":
        with opened(path) as (sandboxes, state):
            toy.Client(sandboxes.default).post("/v1/toys", {"name": "kite"})
            expected = all_seen(sandboxes)
            state.flush()
            if begun == "stopped":
                state.close()
    with monkeypatch.context() as patched:
        killed_at(patched, step)
        state = StateFile(path, SERVICES)
        sandboxes = Sandboxes(SERVICES, recorder=state, kept=state.load, now=toy.NOW, mode="frozen")
        with suppress(Killed):
            state.start()
        patched.undo()
        crash(state)
    with opened(path) as (sandboxes, _):
        assert all_seen(sandboxes) == (expected or all_seen(sandboxes))
        toy.Client(sandboxes.default).post("/v1/toys", {"name": "boat"})
        expected = all_seen(sandboxes)
    with opened(path) as (sandboxes, _):
        assert all_seen(sandboxes) == expected


@pytest.mark.parametrize("step", range(1, 6))
def test_a_stop_that_is_killed_at_any_step_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    path = tmp_path / "state.json"
    state = StateFile(path, SERVICES)
    sandboxes = Sandboxes(SERVICES, recorder=state, kept=state.load, now=toy.NOW, mode="frozen")
    state.start()
    toy.Client(sandboxes.default).post("/v1/toys", {"name": "kite"})
    expected = all_seen(sandboxes)
    state.flush()
    with monkeypatch.context() as patched:
        killed_at(patched, step)
        with suppress(Killed):
            state.close()
    with opened(path) as (sandboxes, _):
        assert all_seen(sandboxes) == expected


def test_a_start_for_which_there_is_no_room_says_so_and_leaves_nothing_behind(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    before = files(kept.parent)
    state = StateFile(kept, SERVICES)
    Sandboxes(SERVICES, recorder=state, kept=state.load, now=toy.NOW, mode="frozen")
    with monkeypatch.context() as patched:
        patched.setattr("simulator.persistence.storage.os.fsync", full)
        with pytest.raises(StateError, match="cannot be written: No space left") as error:
            state.start()
    state.close()
    assert error.value.elsewhere
    assert {name: data for name, data in files(kept.parent).items() if name in before} == before
    with opened(kept) as (sandboxes, _):
        assert len(toy.Client(sandboxes.default).toys()) > 0


def test_a_checkpoint_that_fails_is_not_tried_again_for_every_write(
    kept: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    import asyncio  # noqa: PLC0415 - this test and the one above have a loop

    monkeypatch.setattr("simulator.persistence.state._CHECKPOINT_BYTES", 20_000)

    async def work(sandboxes: Sandboxes, state: StateFile) -> None:
        monkeypatch.setattr(state, "_write_checkpoint", no_room)
        state._checkpoint_bytes = 0
        for number in range(200):
            toy.Client(sandboxes.default).post("/v1/toys", {"name": f"toy {number}"})
            await state.durable()
            await asyncio.sleep(0)

    def no_room(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    with opened(kept) as (sandboxes, state):
        asyncio.run(work(sandboxes, state))
        expected = all_seen(sandboxes)
    assert 1 <= caplog.text.count("no checkpoint") <= 20
    with opened(kept) as (sandboxes, _):
        assert all_seen(sandboxes) == expected


# --- what nobody has reached ------------------------------------------------------------------------------------------


def test_what_nobody_has_reached_is_decided_too(tmp_path: Path) -> None:
    """A fixture that changes, or goes, between two starts changes nothing that was kept."""
    path = tmp_path / "state.json"
    with opened(path) as (sandboxes, _):
        sandboxes.create("a", now=toy.NOW, mode="frozen")
        expected = seen(toy.sandbox("a", served=toy.SERVICE))["snapshot"]
    other = toy.service(fixtures={"default": {"format": 1, "vendor": "toy"}})
    for _ in range(2):
        with opened(path, {"toy": other}) as (sandboxes, _):
            found = sandboxes.get("a")
            assert found is not None
            assert {**snapshot.take(found), "secrets": []} == expected
            found.reset()
            assert {**snapshot.take(found), "secrets": []} == expected


def test_a_lease_goes_on_while_nothing_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.json"
    with opened(path) as (sandboxes, _):
        sandboxes.create("short", ttl_s=60)
        sandboxes.create("long", ttl_s=6000)
    at = saved_real_now() + 600 * 1_000_000
    monkeypatch.setattr("simulator.core.saved.real_now", lambda: at)
    for _ in range(2):
        with opened(path) as (sandboxes, _):
            assert [each.name for each in sandboxes] == ["default", "long"]


def test_what_cannot_be_kept_as_it_is_is_not_kept_as_something_else(tmp_path: Path) -> None:
    with opened(tmp_path / "state.json") as (sandboxes, _):
        world = sandboxes.default.worlds["toy"]
        world.store.insert("toys", {"id": 50, "data": b"bytes"})
        with pytest.raises(TypeError):
            world.commit()
