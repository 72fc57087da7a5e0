"""core/parameters.py: texts of the path, query and headers as typed values, or problems that say which and why."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.core.call import Request
from simulator.core.document import Operation, read_document
from simulator.core.errors import Malformed, Problem
from simulator.core.parameters import read_parameters, read_query
from tests.core import toy

CANARY = "Canary7"


def operation(*parameters: dict[str, Any], path: str = "/x", **more: Any) -> Operation:
    node = {
        "operationId": "read",
        "parameters": list(parameters),
        "responses": {"200": {"description": "Done."}},
        **more,
    }
    return read_document({"paths": {path: {"get": node}}}).operations["read"]


def parameter(schema: Any, where: str = "query", name: str = "p", **more: Any) -> dict[str, Any]:
    return {"name": name, "in": where, "schema": schema, "required": where == "path", **more}


def read(
    *parameters: dict[str, Any],
    query: str = "",
    headers: dict[bytes, bytes] | None = None,
    unknown: str = "ignore",
) -> tuple[dict[str, Any], list[Problem]]:
    read = operation(*parameters, **{"x-sim-unknown-parameters": unknown})
    return read_parameters(read, {}, read_query(query), Request("GET", "/x", query, headers))


# --- the query -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", {}),
        ("a=1", {"a": ["1"]}),
        ("a=1&a=2&b=", {"a": ["1", "2"], "b": [""]}),
        ("a", {"a": [""]}),
        ("=1", {"": ["1"]}),
        ("a=b=c", {"a": ["b=c"]}),
        ("a=b+c%2Bd%26e", {"a": ["b c+d&e"]}),
        ("a%5Bb%5D=%C3%A9", {"a[b]": ["é"]}),
        ("a=1;b=2", {"a": ["1;b=2"]}),
        ("&&a=1&", {"a": ["1"]}),
        ("a=%zz%", {"a": ["%zz%"]}),
        ("a=%00", {"a": ["\0"]}),
    ],
)
def test_a_query_is_read(text: str, values: dict[str, list[str]]) -> None:
    assert read_query(text) == values


@pytest.mark.parametrize("text", ["a=%ff", "%ff=1", "a=%ED%A0%80", "a=%C3", "&".join(["a=1"] * 1001)])
def test_a_query_that_cannot_be_read_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        read_query(text)


@given(st.dictionaries(st.text(min_size=1), st.lists(st.text(), min_size=1, max_size=3), max_size=4))
def test_what_was_encoded_is_read(values: dict[str, list[str]]) -> None:
    assert read_query(urlencode(values, doseq=True)) == values


@given(st.text(st.characters(max_codepoint=255), max_size=40))
def test_any_query_is_read_or_malformed(text: str) -> None:
    try:
        read = read_query(text)
    except Malformed:
        return

    assert all(value.encode() is not None for values in read.values() for value in values)


# --- kinds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("string", "1", "1"),
        ("string", "", ""),
        ("integer", "1", 1),
        ("integer", "-7", -7),
        ("integer", "007", 7),
        ("integer", "999999999999999999", 999999999999999999),
        ("number", "1", 1.0),
        ("number", "-1.5", -1.5),
        ("number", "0.07", 0.07),
        ("boolean", "true", True),
        ("boolean", "false", False),
    ],
)
def test_a_text_is_read_as_its_kind(kind: str, text: str, value: Any) -> None:
    values, problems = read(parameter({"type": kind}), query=f"p={text}")

    assert (values["p"], type(values["p"]), problems) == (value, type(value), [])


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        *[
            ("integer", text)
            for text in ("", "1.0", "1e3", "+1", "0x1", "1_0", " 1", "1 ", "true", "٣", "1\n", "--1", "-")
        ],
        ("integer", "9" * 19),
        ("integer", "9" * 100_000),
        *[("number", text) for text in ("", ".5", "1.", "1e400", "NaN", "Infinity", "1,5", "½")],
        *[("boolean", text) for text in ("", "True", "1", "0", "yes", "TRUE")],
    ],
)
def test_a_text_that_is_not_of_its_kind_is_a_problem(kind: str, text: str) -> None:
    _, (problem,) = read(parameter({"type": kind}), query="p=" + quote(text))

    assert (problem.where, problem.path, problem.keyword, problem.expected) == ("query", ("p",), "type", kind)


def test_a_value_must_keep_its_schema() -> None:
    limit = parameter({"type": "integer", "minimum": 1, "maximum": 50}, name="limit")
    limit["x-sim-statements"] = ["TOY-1"]

    values, problems = read(limit, query="limit=51")

    assert problems == [Problem("query", ("limit",), "maximum", 50, 51, ("TOY-1",))]
    assert values == {"limit": 51}


def test_a_referenced_schema_is_read_by_its_kind() -> None:
    values, problems = read_parameters(
        read_document(toy.DOCUMENT).operations["list_toys"],
        {},
        {"limit": ["3"]},
        Request("GET", "/v1/toys", "limit=3"),
    )

    assert (values["limit"], problems) == (3, [])


def test_a_list_has_each_of_its_values() -> None:
    tags = parameter({"type": "array", "items": {"type": "integer"}, "maxItems": 3})

    assert read(tags, query="p=1&p=2") == ({"p": [1, 2]}, [])
    assert [problem.keyword for problem in read(tags, query="p=1&p=x")[1]] == ["type"]
    assert [problem.keyword for problem in read(tags, query="p=1&p=2&p=3&p=4")[1]] == ["maxItems"]


def test_of_a_repeated_name_the_last_counts() -> None:
    assert read(parameter({"type": "integer"}), query="p=x&p=2") == ({"p": 2}, [])


# --- absent and unknown ----------------------------------------------------------------------------------------------


def test_an_absent_parameter_has_its_default_or_none() -> None:
    values, problems = read(
        parameter({"type": "integer", "default": 20}), parameter({"type": "string"}, name="q")
    )

    assert (values, problems) == ({"p": 20, "q": None}, [])


def test_a_required_parameter_that_is_absent_is_a_problem() -> None:
    _, problems = read(parameter({"type": "string"}, required=True))

    assert problems == [Problem("query", ("p",), "required", "a value", "nothing")]


def test_a_required_parameter_may_be_empty() -> None:
    assert read(parameter({"type": "string"}, required=True), query="p=") == ({"p": ""}, [])


def test_an_unknown_name_is_ignored_unless_the_document_rejects_it() -> None:
    assert read(parameter({"type": "string"}), query="x=1")[1] == []

    _, (problem,) = read(parameter({"type": "string"}), query="x=1", unknown="reject")
    assert (problem.path, problem.keyword, problem.expected) == (("x",), "additionalProperties", ["p"])


def test_unknown_names_are_reported_in_the_order_they_came() -> None:
    names = [f"n{number}" for number in range(9)]

    _, problems = read(query="&".join(names), unknown="reject")

    assert [problem.name for problem in problems] == names


# --- headers and paths -----------------------------------------------------------------------------------------------


def test_a_header_is_found_in_any_case_and_read_by_its_kind() -> None:
    size = parameter({"type": "integer"}, "header", "X-Size")

    assert read(size, headers={b"x-size": b"5"}) == ({"X-Size": 5}, [])
    assert read(size) == ({"X-Size": None}, [])
    assert read(size, headers={b"x-size": b"\xff"})[1][0].where == "header"


def test_a_query_parameter_is_not_taken_from_a_header() -> None:
    assert read(parameter({"type": "string"}), headers={b"p": b"1"})[0] == {"p": None}


def test_a_path_parameter_is_checked() -> None:
    toy_id = operation(parameter({"type": "integer", "minimum": 1}, "path", "id"), path="/x/{id}")

    def problems(text: str) -> list[tuple[str, str]]:
        found = read_parameters(toy_id, {"id": text}, {}, Request("GET", "/x/" + text))[1]
        return [(problem.where, problem.keyword) for problem in found]

    assert problems("7") == []
    assert problems("0") == [("path", "minimum")]
    assert problems("x") == [("path", "type")]


# --- secrets ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "format": "password", "pattern": "^[0-9]+$"},
        {"type": "array", "items": {"type": "string", "format": "password", "pattern": "^[0-9]+$"}},
    ],
)
def test_a_secret_is_not_shown_in_its_problem(schema: Any) -> None:
    _, problems = read(parameter(schema), query=f"p={CANARY}")

    assert problems
    assert CANARY not in repr(problems)
