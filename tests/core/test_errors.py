"""core/errors.py: a refusal's facts for the journal, and the path of a problem."""

from __future__ import annotations

import pytest

from simulator.core.errors import Invalid, NotFound, Problem, RateLimited, Unauthenticated, json_path


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ((), "$"),
        (("a",), "$.a"),
        (("a", 0, "b"), "$.a[0].b"),
        (("b c",), "$['b c']"),
        (("",), "$['']"),
        (("a'b",), '$["a\'b"]'),
        (("upload[file]",), "$['upload[file]']"),
        ((0, 1), "$[0][1]"),
    ],
)
def test_a_path_is_written_as_json_path(path: tuple[str | int, ...], text: str) -> None:
    assert json_path(path) == text


@pytest.mark.parametrize(("path", "name"), [((), ""), (("a", "b"), "b"), (("a", 0), "a"), ((0,), "")])
def test_a_problem_is_named_by_the_last_text_of_its_path(path: tuple[str | int, ...], name: str) -> None:
    assert Problem("body", path, "type", "string", 1).name == name


def test_an_invalid_request_cites_what_its_problems_rest_on_once_each_in_order() -> None:
    problems = [
        Problem("body", ("a",), "type", "x", 1, ("T-2", "T-1")),
        Problem("body", ("b",), "type", "x", 1, ("T-2",)),
    ]

    assert Invalid(problems, statements=("T-9",)).statements == ("T-9", "T-2", "T-1")


def test_a_refusal_reads_as_its_reason() -> None:
    assert str(NotFound("gone")) == NotFound("gone").reason == "gone"


def test_a_refusal_explains_itself_with_its_facts() -> None:
    assert Unauthenticated("no", part="token", age=5).explain() == {
        "kind": "unauthenticated", "reason": "no", "part": "token", "age": 5,
    }  # fmt: skip
    assert RateLimited(60).explain()["retry_after_s"] == 60
    assert NotFound("gone").explain() == {"kind": "not_found", "reason": "gone"}
    assert NotFound("gone", collection="toys", key="7").explain()["key"] == "7"


def test_a_refusal_tells_a_hundred_problems_and_no_more() -> None:
    made = []

    def problems():
        for number in range(10_000):
            made.append(number)
            yield Problem("body", (f"f{number}",), "unknown", "a name", "another")

    assert len(Invalid(problems()).problems) == 100
    assert len(made) == 100  # the others are not even thought of
