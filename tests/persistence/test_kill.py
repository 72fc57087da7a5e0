"""A server that is killed while it writes has lost nothing it acknowledged; `make kill` does it a thousand times."""

from __future__ import annotations

from pathlib import Path

from tests.persistence.killing import Server, run


def test_nothing_that_was_acknowledged_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    tally = run(tmp_path / "state.json", rounds=6)

    assert tally.rounds == 6
    assert tally.acknowledged > 6


def test_a_server_that_is_told_to_stop_ends_well_and_leaves_no_log(tmp_path: Path) -> None:
    server = Server(tmp_path / "state.json")
    server.control("POST", "/sandboxes", {"name": "kept"})

    assert server.stop() == 0
    assert sorted(each.name for each in tmp_path.iterdir()) == ["state.json", "state.json.lock"]
    again = Server(tmp_path / "state.json")
    assert [each["name"] for each in again.control("GET", "/sandboxes")["sandboxes"]] == ["default", "kept"]
    again.kill()


def test_a_full_disk_is_said_and_nothing_is_acknowledged_after(tmp_path: Path) -> None:
    """S4: with a limit on the size of files, which the system keeps like a disk that is full."""
    server = Server(tmp_path / "state.json", file_bytes=60_000)
    status = 201
    names: list[str] = []
    while status == 201 and len(names) < 1000:
        names.append(f"n-{len(names)}")
        status, answer = server.ask("POST", "/sandboxes", {"name": names[-1], "settings": {"kinetic": {}}})

    assert (status, answer["detail"].partition(":")[0]) == (507, "the state cannot be written")
    assert server.ask("POST", "/sandboxes", {"name": "later"})[0] == 507
    assert server.ask("GET", "/sandboxes")[0] == 200
    server.kill()
    again = Server(tmp_path / "state.json")
    live = [each["name"] for each in again.control("GET", "/sandboxes")["sandboxes"]]
    assert live[: len(names)] == ["default", *names[:-1]]
    again.kill()
