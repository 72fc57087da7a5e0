"""A JSON Schema that accepts fast and explains slowly: jsonschema-rs on the hot path, jsonschema for a refusal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from simulator.core.errors import Problem

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

_COMPONENT = "#/components/schemas/"
SECRET_FORMAT = "password"


class Schema:
    """A schema with everything it refers to, compiled once. `source` is the bundled schema, for explanations."""

    def __init__(self, source: Mapping[str, Any] | bool, components: Mapping[str, Any]) -> None:
        self.source = bundle(source, components)
        self._fast = jsonschema_rs.Draft202012Validator(self.source)
        self.accepts = self._fast.is_valid  # (value) -> bool
        self.secrets = frozenset(_secret_names(self.source))

    def problems(self, value: Any, where: str = "body") -> list[Problem]:
        """Everything that is wrong with a refused value, in the order in which the schema lists its properties.

        A value that `accepts` refuses always gets at least one problem: where the explainer finds none, the fast
        validator's own words are used.
        """
        found = [_problem(error, where, self) for error in self._explainer.iter_errors(value)]
        flat = [problem for problems in found for problem in problems]
        if not flat and not self.accepts(value):
            flat = [
                Problem(where, tuple(error.instance_path), error.kind.name, error.message, "something else")
                for error in self._fast.iter_errors(value)
            ]
        order = {name: place for place, name in enumerate(self._property_order)}
        return sorted(flat, key=lambda p: order.get(str(p.path[0]), len(order)) if p.path else -1)

    @cached_property
    def _explainer(self) -> Validator:
        return explainer(self.source)

    @property
    def _property_order(self) -> list[str]:
        return list(resolve(self.source, self.source).get("properties", ()))


def bundle(source: Mapping[str, Any] | bool, components: Mapping[str, Any]) -> Any:
    """The schema as a document of its own: referenced component schemas are carried along as `$defs`."""
    if isinstance(source, bool):
        return source
    definitions: dict[str, Any] = {}

    def rewrite(node: Any) -> Any:
        if isinstance(node, Mapping):
            result = {key: rewrite(value) for key, value in node.items()}
            target = node.get("$ref")
            if isinstance(target, str) and target.startswith(_COMPONENT):
                name = target.removeprefix(_COMPONENT)
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
    while isinstance(node, Mapping) and "$ref" in node:
        node = root["$defs"][node["$ref"].removeprefix("#/$defs/")]
    return node if isinstance(node, Mapping) else {}


def explainer(schema: Any) -> Validator:
    """A jsonschema validator that gives the verdicts of jsonschema-rs: its patterns (ECMA, linear time), its formats
    and its decimal `multipleOf` are used in place of Python's own."""
    # Imported here: it takes longer to load than everything else together, and only refusals and checks need it.
    from jsonschema import Draft202012Validator, FormatChecker  # noqa: PLC0415
    from jsonschema.exceptions import ValidationError  # noqa: PLC0415
    from jsonschema.validators import extend  # noqa: PLC0415

    def delegate(keyword: str) -> Any:
        def check(_validator: Any, value: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
            if not _verdict(keyword, value)(instance):
                yield ValidationError(f"{instance!r} breaks {keyword} {value!r}")

        return check

    own = {
        keyword: delegate(keyword)
        for keyword in ("pattern", "multipleOf", "uniqueItems", "patternProperties")
    }
    # Formats are annotations in 2020-12, and jsonschema-rs leaves them so: neither validator asserts one. A text's
    # shape is stated by `pattern`, which means the same to both.
    kind: type[Validator] = extend(Draft202012Validator, own)  # type: ignore[no-untyped-call]  # upstream has no types
    return kind(schema, format_checker=FormatChecker(formats=()))


def _verdict(keyword: str, value: Any) -> Any:
    return jsonschema_rs.Draft202012Validator({keyword: value}).is_valid


def _problem(error: Any, where: str, schema: Schema) -> list[Problem]:
    """The problems of one jsonschema ValidationError (whose own types say little)."""
    from jsonschema.exceptions import best_match  # noqa: PLC0415 - see explainer

    path = tuple(error.absolute_path)
    trail = list(error.absolute_schema_path)
    if error.validator == "required":
        missing = [name for name in error.validator_value if name not in error.instance]
        # jsonschema reports one error a missing name; its message is the only thing that tells which.
        names = [name for name in missing if error.message.startswith(repr(name))]
        return [_absent(schema, where, (*path, name), trail[:-1]) for name in names]
    if error.validator == "additionalProperties" and isinstance(error.instance, dict):
        known = error.schema.get("properties", {})
        return [
            Problem(where, (*path, name), "additionalProperties", sorted(known), "a name that is not known",
                    _statements(schema, trail))
            for name in error.instance
            if name not in known
        ]  # fmt: skip
    keyword, expected = str(error.validator), error.validator_value
    if error.context and keyword in {"anyOf", "oneOf"}:
        inner = best_match(error.context)
        expected = [
            resolve(choice, schema.source).get("type", "a choice") for choice in error.validator_value
        ]
        if inner is not None and inner.absolute_path != error.absolute_path:
            return _problem(inner, where, schema)
    got = shown(error.instance, secret=_is_secret(schema, trail))
    return [Problem(where, path, keyword, expected, got, _statements(schema, trail))]


def _absent(schema: Schema, where: str, path: tuple[str | int, ...], trail: list[str | int]) -> Problem:
    return Problem(
        where, path, "required", "a value", "nothing", _statements(schema, [*trail, "properties", path[-1]])
    )


def shown(value: Any, *, secret: bool = False) -> Any:
    """A value as an explanation may show it: a secret by its type, a long one by its beginning, a container by kind."""
    if secret:
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
        if isinstance(node, Mapping) and "$ref" in node and step not in node:
            node = resolve(node, schema.source)
        try:
            node = node[step]
        except (KeyError, IndexError, TypeError):
            return
        yield from _with_target(node, schema)


def _with_target(node: Any, schema: Schema) -> Iterator[Mapping[str, Any]]:
    if isinstance(node, Mapping):
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
    last = list(_walk(schema, trail[:-1]))[-1]
    return any(_secret_names(last))


def _secret_names(node: Any) -> Iterator[str]:
    """The names of the properties that hold secrets, anywhere in a schema."""
    if isinstance(node, Mapping):
        for name, child in (node.get("properties") or {}).items():
            if isinstance(child, Mapping) and child.get("format") == SECRET_FORMAT:
                yield name
        for child in node.values():
            yield from _secret_names(child)
    elif isinstance(node, list):
        for child in node:
            yield from _secret_names(child)
