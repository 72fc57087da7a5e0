"""core/edges.py: the latest refusals of a sandbox, numbered, and no more of them than there is room for."""

from __future__ import annotations

from simulator.core.edges import MOST, Edges
from simulator.core.sandbox import Sandboxes
from tests.core import toy


def test_an_edge_says_what_was_asked_and_why_it_was_refused() -> None:
    edges = Edges()

    edges.add(toy.NOW, 501, "read_thing is not simulated", "GET", "/toy/things/1")

    assert [each.describe() for each in edges] == [
        {
            "id": 1,
            "at": "2024-05-06T07:08:09.000Z",
            "status": 501,
            "reason": "read_thing is not simulated",
            "method": "GET",
            "path": "/toy/things/1",
        }
    ]


def test_the_oldest_leave_and_are_counted() -> None:
    edges = Edges()

    for _ in range(MOST + 3):
        edges.add(toy.NOW, 404, "nothing", None, None)

    assert len(edges) == MOST
    assert edges.evicted == 3
    assert next(iter(edges)).id == 4


def test_a_long_path_is_cut_and_says_so() -> None:
    edges = Edges()

    edges.add(toy.NOW, 404, "nothing", "GET", "/" + "x" * 5000)

    (edge,) = edges
    assert edge.path == "/" + "x" * 299 + "..."


def test_a_refusal_without_a_sandbox_stands_in_the_default_one_and_all_are_counted() -> None:
    sandboxes = Sandboxes({})
    own = sandboxes.create("own")

    sandboxes.refused_at_the_edge(408, "too slow")
    sandboxes.refused_at_the_edge(404, "nothing", "GET", "/s/own/nothing", own)

    assert [each.reason for each in sandboxes.default.edges] == ["too slow"]
    assert [each.reason for each in own.edges] == ["nothing"]
    assert sandboxes.edge_refusals == 2


def test_a_reset_forgets_them_and_a_fork_begins_without() -> None:
    sandboxes = Sandboxes({})
    own = sandboxes.create("own")
    sandboxes.refused_at_the_edge(404, "nothing", "GET", "/s/own/nothing", own)

    twin = sandboxes.fork(own, "twin")
    assert list(twin.edges) == []

    own.reset()
    assert list(own.edges) == []
    assert sandboxes.edge_refusals == 1
