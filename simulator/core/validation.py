"""A JSON Schema that accepts fast and explains slowly: jsonschema-rs on the hot path, jsonschema for a refusal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import orjson

from simulator.core.errors import MOST_PROBLEMS, Problem

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

_COMPONENT = "#/components/schemas/"
_PLAIN = {"const", "default", "enum", "example", "examples"}  # hold values, not schemas
_BY_NAME = {"properties", "patternProperties"}  # hold schemas by names that are no keywords
SECRET_FORMAT = "password"
_SECRET_WORD = SECRET_FORMAT.encode()


class SchemaError(Exception):
    """A schema that is none, or that refers to nothing we hold."""


class Schema:
    """A schema with everything it refers to, compiled once. `source` is the bundled schema, for explanations."""

    def __init__(self, source: Mapping[str, Any] | bool, components: Mapping[str, Any]) -> None:
        self.source = bundle(source, components)
        try:
            self._fast = jsonschema_rs.Draft202012Validator(self.source)
        except jsonschema_rs.ValidationError as error:
            raise SchemaError(error.message) from None
        self.accepts = self._fast.is_valid  # (value) -> bool
        # Most schemas know no secret, and to write one out and search it costs less than to walk through it.
        any_secret = _SECRET_WORD in orjson.dumps(self.source)
        # In lower case: a vendor may take its names in any case, and a journal rather hides too much.
        names = _secret_names(self.source, self.source) if any_secret else ()
        self.secrets = frozenset(name.lower() for name in names)
        # The value as a whole, and not a part of it.
        self.is_secret = any_secret and _holds_secret(self.source, self.source)

    def problems(self, value: Any, where: str = "body") -> list[Problem]:
        """What is wrong with a refused value, in the order in which the schema lists its properties; of a value that is
        wrong in thousands of places the first hundred, which is more than anybody reads.

        A value that `accepts` refuses always gets at least one problem: where the explainer finds none, the fast
        validator's own words are used.
        """
        errors = islice(self._explainer.iter_errors(value), MOST_PROBLEMS)
        found = [_problem(error, where, self) for error in errors]
        flat = [problem for problems in found for problem in problems]
        if not flat and not self.accepts(value):
            flat = [
                Problem(where, tuple(error.instance_path), error.kind.name, error.message, "something else")
                for error in islice(self._fast.iter_errors(value), MOST_PROBLEMS)
            ]
        order = {name: place for place, name in enumerate(self.fields)}
        return sorted(flat, key=lambda p: order.get(str(p.path[0]), len(order)) if p.path else -1)

    @cached_property
    def _explainer(self) -> Validator:
        # Imported here: jsonschema takes longer to load than everything else together, and only refusals need it.
        from simulator.core.explainer import explainer  # noqa: PLC0415

        return explainer(self.source)

    @cached_property
    def fields(self) -> dict[str, Any]:
        """The properties by name, in the order of the schema."""
        return dict(resolve(self.source, self.source).get("properties", {}))


def bundle(source: Mapping[str, Any] | bool, components: Mapping[str, Any]) -> Any:
    """The schema as a document of its own: referenced component schemas are carried along as `$defs`.

    Raises SchemaError for a reference to anything else; the validator would ask the network for it.
    """
    if isinstance(source, bool):
        return source
    definitions: dict[str, Any] = {}

    def rewrite(node: Any, *, names: bool = False) -> Any:
        if isinstance(node, dict):
            if names:
                return {name: rewrite(inner) for name, inner in node.items()}
            result = {
                key: value if key in _PLAIN else rewrite(value, names=key in _BY_NAME)
                for key, value in node.items()
            }
            target = node.get("$ref")
            if isinstance(target, str):
                name = target.removeprefix(_COMPONENT)
                if not target.startswith(_COMPONENT) or name not in components:
                    raise SchemaError(f"nothing here is called {target}")
                result["$ref"] = f"#/$defs/{name}"
                if name not in definitions:
                    definitions[name] = None  # named before it is entered: a schema may refer to itself
                    definitions[name] = rewrite(components[name])
            return result
        if isinstance(node, list):
            return [rewrite(item) for item in node]
        return node

    bundled = rewrite(source)
    return {**bundled, "$defs": definitions} if definitions else bundled


def resolve(node: Any, root: Any) -> Mapping[str, Any]:
    """The schema a node stands for: itself, or what its `$ref` names."""
    while isinstance(node, dict) and "$ref" in node:
        node = root["$defs"][node["$ref"].removeprefix("#/$defs/")]
    return node if isinstance(node, dict) else {}


def _problem(error: Any, where: str, schema: Schema) -> list[Problem]:
    """The problems of one jsonschema ValidationError (whose own types say little)."""
    path = tuple(error.absolute_path)
    trail = list(error.absolute_schema_path)
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        # jsonschema reports one error a missing name; its message is the only thing that tells which.
        names = [name for name in missing if error.message.startswith(repr(name))]
        return [_absent(schema, where, (*path, name), trail[:-1]) for name in names]
    if error.validator == "additionalProperties":
        known = sorted(error.schema.get("properties", ()))
        found = "a name that is not known"
        return [Problem(where, path, "additionalProperties", known, found, _statements(schema, trail))]
    # A schema that is false refuses without a keyword.
    keyword, expected = str(error.validator or "false"), error.validator_value
    if error.context and keyword in {"anyOf", "oneOf"}:
        # A choice that came further into the value is the one that was meant.
        inner = max(error.context, key=lambda each: len(each.absolute_path))
        expected = [
            resolve(choice, schema.source).get("type", "a choice") for choice in error.validator_value
        ]
        if inner.absolute_path != error.absolute_path:
            return _problem(inner, where, schema)
    got = shown(error.instance, secret=_is_secret(schema, trail))
    return [Problem(where, path, keyword, expected, got, _statements(schema, trail))]


def _absent(schema: Schema, where: str, path: tuple[str | int, ...], trail: list[str | int]) -> Problem:
    return Problem(
        where, path, "required", "a value", "nothing", _statements(schema, [*trail, "properties", path[-1]])
    )


def shown(value: Any, *, secret: bool = False) -> Any:
    """A value as an explanation may show it: a secret by its type, a long one by its beginning, a container by kind."""
    if secret and value is not None:
        return f"a secret ({type(value).__name__})"
    if isinstance(value, dict):
        return f"an object with {', '.join(sorted(map(str, value))[:20]) or 'nothing'}"
    if isinstance(value, list):
        return f"an array of {len(value)}"
    if isinstance(value, str) and len(value) > 120:
        return value[:120] + "..."
    return value


def _walk(schema: Schema, trail: list[str | int]) -> Iterator[Mapping[str, Any]]:
    """The schema nodes along a path of keywords, from the root down; a node and what its `$ref` names both count."""
    node: Any = schema.source
    yield from _with_target(node, schema)
    for step in trail:
        if step == "$ref":
            node = resolve(node, schema.source)
            continue
        if isinstance(node, dict) and "$ref" in node and step not in node:
            node = resolve(node, schema.source)
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return
        yield from _with_target(node, schema)


def _with_target(node: Any, schema: Schema) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, dict):
        yield node
        if "$ref" in node:
            yield resolve(node, schema.source)


def _statements(schema: Schema, trail: list[str | int]) -> tuple[str, ...]:
    """The statements of the deepest schema on the path that cites any."""
    cited: tuple[str, ...] = ()
    for node in _walk(schema, trail):
        own = node.get("x-sim-statements")
        if isinstance(own, list):
            cited = tuple(own)
    return cited


def _is_secret(schema: Schema, trail: list[str | int]) -> bool:
    if any(node.get("format") == SECRET_FORMAT for node in _walk(schema, trail)):
        return True
    # A container or a wrong kind of value at a place above a secret may hold it in any shape.
    last = [schema.source, *_walk(schema, trail[:-1])][-1]
    return _holds_secret(last, schema.source) or any(_secret_names(last, schema.source))


def _secret_names(node: Any, root: Any) -> Iterator[str]:
    """The names of the properties that hold secrets, anywhere in a schema."""
    if isinstance(node, dict):
        for name, child in (node.get("properties") or {}).items():
            if _holds_secret(child, root):
                yield name
        for child in node.values():
            yield from _secret_names(child, root)
    elif isinstance(node, list):
        for child in node:
            yield from _secret_names(child, root)


def _holds_secret(node: Any, root: Any, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a value of this schema is a secret, or a list of secrets: by itself, its `$ref` or one of its choices."""
    if not isinstance(node, dict) or node.get("$ref") in seen:
        return False
    if node.get("format") == SECRET_FORMAT:
        return True
    target = node.get("$ref")
    inner = [node.get("items"), *(each for key in ("anyOf", "oneOf", "allOf") for each in node.get(key, ()))]
    if target is not None:
        seen |= {target}
        inner.append(resolve({"$ref": target}, root))
    return any(_holds_secret(each, root, seen) for each in inner)
