"""Reading a request's path, query and header texts as the values their schemas describe."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from simulator.core.call import Request
from simulator.core.document import Operation, Parameter
from simulator.core.errors import Malformed, Problem
from simulator.core.validation import shown

_INTEGER = re.compile(r"-?[0-9]{1,18}", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", re.ASCII)


def read_query(text: str) -> dict[str, list[str]]:
    """The values of each name in a query string, in order. Raises Malformed for what is not UTF-8."""
    if not text:
        return {}
    values: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=1000)
    except (UnicodeDecodeError, ValueError):
        raise Malformed("the query string is not UTF-8, or has too many fields") from None
    for name, value in pairs:
        values.setdefault(name, []).append(value)
    return values


def read_parameters(
    operation: Operation, path: Mapping[str, str], query: Mapping[str, list[str]], request: Request
) -> tuple[dict[str, Any], list[Problem]]:
    """The query and header parameters by name, typed, with defaults; and what is wrong with any parameter. `query` is
    what `read_query` gives, in the document's spelling."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for parameter in operation.parameters:
        if parameter.where == "path":
            if not parameter.plain:
                _check(parameter, _typed(parameter, path[parameter.name]), problems)
            continue
        texts = _texts(parameter, query, request)
        if not texts:
            if parameter.required:
                problems.append(_problem(parameter, "required", "a value", "nothing"))
            values[parameter.name] = parameter.default
            continue
        typed = [_typed(parameter, text) for text in texts]
        # Of a repeated name that is no list, the last one counts, as in most stacks.
        values[parameter.name] = typed if parameter.many else typed[-1]
        if not parameter.plain:
            _check(parameter, values[parameter.name], problems)
    if operation.unknown_parameters == "reject":
        known = {parameter.name for parameter in operation.parameters if parameter.where == "query"}
        for name in query:
            if name not in known:
                problems.append(
                    Problem(
                        "query", (name,), "additionalProperties", sorted(known), "a name that is not known"
                    )
                )
    return values, problems


def _texts(parameter: Parameter, query: Mapping[str, list[str]], request: Request) -> list[str]:
    if parameter.where == "query":
        return query.get(parameter.name, [])
    header = request.headers.get(parameter.name.lower().encode())
    return [] if header is None else [header.decode("latin-1")]


def _typed(parameter: Parameter, text: str) -> Any:
    """The text as its kind, or the text itself where it is not one: the schema then refuses it."""
    if parameter.kind == "integer" and _INTEGER.fullmatch(text):
        return int(text)
    if parameter.kind == "number" and _NUMBER.fullmatch(text):
        return float(text)
    if parameter.kind == "boolean" and text in {"true", "false"}:
        return text == "true"
    return text


def _check(parameter: Parameter, value: Any, problems: list[Problem]) -> None:
    if not parameter.schema.accepts(value):
        for found in parameter.schema.problems(value, parameter.where):
            problems.append(_problem(parameter, found.keyword, found.expected, found.got))


def _problem(parameter: Parameter, keyword: str, expected: Any, got: Any) -> Problem:
    got = shown(got, secret=parameter.secret)
    return Problem(parameter.where, (parameter.name,), keyword, expected, got, parameter.statements)
