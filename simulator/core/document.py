"""A vendor's OpenAPI document as plain values: its operations, compiled and checked once, at start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from urllib.parse import unquote

from simulator.core.validation import SECRET_FORMAT, Schema, SchemaError, resolve

METHODS = ("get", "put", "post", "delete", "patch")
DEFAULT_MAX_BODY = 1_000_000

_SIM_KEYS = {
    "x-sim-statements",
    "x-sim-collection",
    "x-sim-status",
    "x-sim-unknown-parameters",
    "x-sim-rate-limit",
    "x-sim-max-body",
}
_OPERATION_KEYS = {
    "operationId", "summary", "description", "tags", "parameters", "requestBody", "responses", "security", "deprecated",
    "externalDocs",
}  # fmt: skip
_PARAMETER_KEYS = {
    "name", "in", "description", "required", "schema", "example", "examples", "deprecated", "style", "explode",
}  # fmt: skip
# What jsonschema-rs and jsonschema both check, and what says nothing about acceptance. Others would be ignored.
_SCHEMA_KEYS = {
    "$ref", "type", "enum", "const", "properties", "required", "additionalProperties", "patternProperties",
    "propertyNames", "minProperties", "maxProperties", "items", "prefixItems", "minItems", "maxItems", "uniqueItems",
    "minLength", "maxLength", "pattern", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf",
    "anyOf", "oneOf", "allOf", "not", "if", "then", "else", "dependentRequired",
    "title", "description", "default", "example", "examples", "deprecated", "format", "readOnly", "writeOnly",
    "contentMediaType", "contentEncoding", "xml", "discriminator",
}  # fmt: skip
_KINDS = {"string", "integer", "number", "boolean"}  # what the text of a parameter can be read as
_STYLES = {"query": ("form", True), "path": ("simple", False), "header": ("simple", False)}
JSON, FORM, MULTIPART = "application/json", "application/x-www-form-urlencoded", "multipart/form-data"
_BODIES = {JSON, FORM, MULTIPART}
_SCHEMAS_WITHIN = ("additionalProperties", "items", "not", "if", "then", "else", "propertyNames")
_SCHEMA_MAPS = ("properties", "patternProperties")
_SCHEMA_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")


def is_json(media_type: str) -> bool:
    """Whether a body of this type is written as JSON."""
    return media_type == JSON or media_type.endswith("+json")


def names_json(header: bytes) -> bool:
    """Whether a Content-Type or Accept header names application/json first, whatever its case and parameters."""
    return header.partition(b";")[0].strip().lower() == JSON.encode()


Compiled = dict[int, Schema]  # by the identity of the node in the document, which lives as long


class DocumentError(Exception):
    """A document that says something we would not do. The message names the place."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A path, query or header parameter. `kind` is the JSON type that its text is read as."""

    name: str
    where: str
    required: bool
    schema: Schema
    kind: str
    default: Any
    many: bool
    secret: bool
    plain: bool  # any text at all will do: nothing to read, nothing to check
    statements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """A request body: its schema by media type, in the document's order."""

    required: bool
    schemas: Mapping[str, Schema]

    def media_type_of(self, content_type: str) -> str:
        """How a body with this Content-Type is read: as the documented media type that it names, or as the first one.
        A vendor that refuses others says so in its `admit`."""
        named = content_type.partition(";")[0].strip().lower()
        return named if named in self.schemas else next(iter(self.schemas))


@dataclass(frozen=True, slots=True)
class ResponseSpec:
    """What an operation may answer with one status, and the statements such an answer rests on (the operation's own
    among them). Without a schema the body is empty. A body that is not JSON is a text, or bytes, as it is sent.

    Of several media types the first is answered, unless a reply names another: those are its `alternatives`."""

    status: int
    media_type: str | None
    schema: Schema | None
    statements: tuple[str, ...]
    alternatives: Mapping[str, ResponseSpec] = field(default_factory=dict)

    @property
    def is_json(self) -> bool:
        return self.media_type is None or is_json(self.media_type)


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document. `success` is the lowest 2xx it documents."""

    id: str
    method: str
    path: str
    segments: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    body: Body | None
    responses: Mapping[int, ResponseSpec]
    success: int
    security: tuple[tuple[str, ...], ...]
    statements: tuple[str, ...]
    max_body: int
    status: str
    unknown_parameters: str
    secrets: frozenset[str]


class RateLimit(NamedTuple):
    """The settings that hold how many calls are allowed in how many seconds."""

    requests: str
    window_s: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document: `raw` is what is shown, the rest what is served."""

    raw: Mapping[str, Any]
    operations: Mapping[str, Operation]
    records: Mapping[str, Schema]  # by collection
    rate_limit: RateLimit | None
    cited: frozenset[str]  # every statement id the document names


def read_document(raw: Mapping[str, Any], record_schemas: Mapping[str, Any] | None = None) -> Document:
    """Compile a document; `record_schemas` describe the collections that it does not describe itself.

    Raises DocumentError for anything it says that would be ignored.
    """
    _lint(raw, "#")
    components = raw.get("components", {}).get("schemas", {})
    for name, schema in components.items():
        _lint_schema(schema, f"#/components/schemas/{name}")
    compiled: Compiled = {}
    operations: dict[str, Operation] = {}
    for path, item in raw["paths"].items():
        for method, node in item.items():
            if method in METHODS:
                operation = _operation(path, method, node, item.get("parameters", []), raw, compiled)
                if operation.id in operations:
                    raise DocumentError(f"{method.upper()} {path}: operationId {operation.id} is taken")
                operations[operation.id] = operation
            elif method not in {"parameters", "summary", "description"}:
                raise DocumentError(f"{path}: {method!r} is not a method we serve")
    records = {
        schema["x-sim-collection"]: _schema(schema, f"#/components/schemas/{name}", raw, compiled)
        for name, schema in components.items()
        if isinstance(schema, dict) and "x-sim-collection" in schema
    }
    for collection, schema in (record_schemas or {}).items():
        if collection in records:
            raise DocumentError(f"the records of {collection} are described twice")
        records[collection] = _schema(schema, f"records of {collection}", raw, compiled)
    return Document(raw, operations, records, _rate_limit(raw), frozenset(_cited(raw)))


def _rate_limit(raw: Mapping[str, Any]) -> RateLimit | None:
    node = raw.get("x-sim-rate-limit")
    if node is None:
        return None
    if not isinstance(node, dict) or node.keys() != set(RateLimit._fields):
        raise DocumentError("x-sim-rate-limit names two settings: requests, window_s")
    return RateLimit(**node)


def _operation(
    path: str, method: str, node: Any, shared: list[Any], raw: Mapping[str, Any], compiled: Compiled
) -> Operation:
    place = f"{method.upper()} {path}"
    unknown = {key for key in node if key not in _OPERATION_KEYS and not key.startswith("x-sim-")}
    if unknown:
        raise DocumentError(f"{place}: {', '.join(sorted(unknown))} would be ignored")
    id = node.get("operationId", "")
    if not id.isidentifier() or id != id.lower():
        raise DocumentError(f"{place}: operationId must be a snake_case name, not {id!r}")
    parameters = tuple(
        _parameter(_follow(each, raw), place, raw, compiled)
        for each in [*shared, *node.get("parameters", [])]
    )
    segments = tuple(path.split("/")[1:])
    named = {segment[1:-1] for segment in segments if segment.startswith("{")}
    described = {parameter.name for parameter in parameters if parameter.where == "path"}
    if named != described:
        raise DocumentError(
            f"{place}: {sorted(named ^ described)} must be in the path and among its parameters"
        )
    cited = tuple(node.get("x-sim-statements", ()))
    responses = {}
    for status, each in node["responses"].items():
        if not (isinstance(status, str) and status.isdecimal()):
            raise DocumentError(f"{place}: a response is named by a quoted status, not {status!r}")
        responses[int(status)] = _response(int(status), _follow(each, raw), cited, place, raw, compiled)
    if not any(200 <= status < 300 for status in responses):
        raise DocumentError(f"{place}: no 2xx response")
    body = _body(node.get("requestBody"), place, raw, compiled)
    bodies = [*(body.schemas.values() if body else ()), *(r.schema for r in responses.values() if r.schema)]
    return Operation(
        id=id,
        method=method.upper(),
        path=path,
        segments=segments,
        parameters=parameters,
        body=body,
        responses=responses,
        success=min(status for status in responses if 200 <= status < 300),
        security=_security(node.get("security", raw.get("security", [])), place, raw),
        statements=cited,
        max_body=node.get("x-sim-max-body", DEFAULT_MAX_BODY),
        status=node.get("x-sim-status", "full"),
        unknown_parameters=node.get(
            "x-sim-unknown-parameters", raw.get("x-sim-unknown-parameters", "ignore")
        ),
        secrets=frozenset().union(
            *(schema.secrets for schema in bodies),
            *({each.name.lower()} for each in parameters if each.secret),
        ),
    )


def _parameter(node: Any, place: str, raw: Mapping[str, Any], compiled: Compiled) -> Parameter:
    unknown = {key for key in node if key not in _PARAMETER_KEYS and not key.startswith("x-sim-")}
    if unknown or node["in"] not in {"path", "query", "header"}:
        raise DocumentError(
            f"{place}, parameter {node.get('name')}: {sorted(unknown) or node['in']} would be ignored"
        )
    schema = _schema(node["schema"], f"{place}, parameter {node['name']}", raw, compiled)
    resolved = resolve(schema.source, schema.source)
    many = resolved.get("type") == "array"
    read_as = resolve(resolved.get("items", {}), schema.source) if many else resolved
    kind = read_as.get("type", "string")
    if not isinstance(kind, str) or kind not in _KINDS:
        raise DocumentError(f"{place}, parameter {node['name']}: no text is read as {kind!r}")
    style = (node.get("style", _STYLES[node["in"]][0]), node.get("explode", _STYLES[node["in"]][1]))
    if style != _STYLES[node["in"]] or (many and node["in"] != "query"):
        raise DocumentError(f"{place}, parameter {node['name']}: a list is read from a repeated query name alone, "
                            f"not by style {style[0]}, explode {style[1]}, in {node['in']}")  # fmt: skip
    meaningful = set(resolved) - {"type", "minLength", "description", "example", "default", "title"}
    return Parameter(
        name=node["name"],
        where=node["in"],
        required=node.get("required", False),
        schema=schema,
        kind=kind,
        default=resolved.get("default"),
        many=many,
        secret=SECRET_FORMAT in {resolved.get("format"), read_as.get("format")},
        # A path segment that matched is never empty, so minLength 1 is kept by the router.
        plain=kind == "string"
        and not many
        and not meaningful
        and resolved.get("minLength", 0) <= (node["in"] == "path"),
        statements=tuple(node.get("x-sim-statements", ())),
    )


def _body(node: Any, place: str, raw: Mapping[str, Any], compiled: Compiled) -> Body | None:
    if node is None:
        return None
    node = _follow(node, raw)
    if not node["content"] or not node["content"].keys() <= _BODIES:
        raise DocumentError(
            f"{place}: a request body is of {sorted(_BODIES)}, not {', '.join(node['content'])}"
        )
    schemas = {
        media_type: _schema(content["schema"], f"{place}, request body", raw, compiled)
        for media_type, content in node["content"].items()
    }
    return Body(node.get("required", False), schemas)


def _response(
    status: int,
    node: Any,
    cited: tuple[str, ...],
    place: str,
    raw: Mapping[str, Any],
    compiled: Compiled,
) -> ResponseSpec:
    statements = tuple(dict.fromkeys([*cited, *node.get("x-sim-statements", ())]))
    specs = [
        ResponseSpec(
            status, media_type, _schema(inner["schema"], f"{place}, {status}", raw, compiled), statements
        )
        for media_type, inner in node.get("content", {}).items()
    ]
    if not specs:
        return ResponseSpec(status, None, None, statements)
    first, *others = specs
    return replace(first, alternatives={each.media_type or "": each for each in others})


def _security(requirements: Any, place: str, raw: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    """Alternatives, each a tuple of schemes that must all hold; an empty tuple of alternatives is an open operation."""
    schemes = raw.get("components", {}).get("securitySchemes", {})
    for requirement in requirements:
        for name in requirement:
            if name not in schemes:
                raise DocumentError(f"{place}: security scheme {name} is not defined")
    return tuple(tuple(requirement) for requirement in requirements)


def _schema(node: Any, place: str, raw: Mapping[str, Any], compiled: Compiled) -> Schema:
    """A schema, compiled once however many responses and parameters refer to where it stands."""
    found = compiled.get(id(node))
    if found is None:
        _lint_schema(node, place)
        try:
            found = Schema(node, raw.get("components", {}).get("schemas", {}))
        except SchemaError as error:
            raise DocumentError(f"{place}: {error}") from None
        compiled[id(node)] = found
    return found


def _follow(node: Any, raw: Mapping[str, Any]) -> Any:
    """A node, or what its `$ref` points to."""
    while "$ref" in node:
        target: Any = raw
        for step in node["$ref"].removeprefix("#/").split("/"):
            target = target[unquote(step).replace("~1", "/").replace("~0", "~")]
        node = {**target, **{key: value for key, value in node.items() if key != "$ref"}}
    return node


def _lint(node: Any, place: str) -> None:
    """Refuse an `x-sim-*` word that we do not know, anywhere."""
    if isinstance(node, dict):
        for key, value in node.items():
            if not isinstance(key, str):
                raise DocumentError(f"{place}: the key {key!r} must be quoted")
            if key == "x-sim-rate-limit" and place != "#":
                raise DocumentError(
                    f"{place}: a document has one x-sim-rate-limit, for all of its operations"
                )
            if key.startswith("x-sim-") and key not in _SIM_KEYS:
                raise DocumentError(f"{place}: {key} is not one of {', '.join(sorted(_SIM_KEYS))}")
            _lint(value, f"{place}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            _lint(value, f"{place}/{index}")


def _lint_schema(schema: Any, place: str) -> None:
    """Refuse a schema keyword that would be ignored."""
    if isinstance(schema, bool):
        return
    unknown = {key for key in schema if key not in _SCHEMA_KEYS and not key.startswith("x-sim-")}
    if unknown:
        raise DocumentError(f"{place}: {', '.join(sorted(unknown))} would be ignored")
    for key in _SCHEMAS_WITHIN:
        if key in schema:
            _lint_schema(schema[key], f"{place}/{key}")
    for key in _SCHEMA_MAPS:
        for name, inner in schema.get(key, {}).items():
            if inner is False:
                raise DocumentError(
                    f"{place}/{key}/{name}: write not: {{}}, whose refusal can say where it is"
                )
            _lint_schema(inner, f"{place}/{key}/{name}")
    for key in _SCHEMA_LISTS:
        for index, inner in enumerate(schema.get(key, ())):
            _lint_schema(inner, f"{place}/{key}/{index}")


def _cited(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        own = node.get("x-sim-statements")
        if isinstance(own, list):
            yield from own
        for value in node.values():
            yield from _cited(value)
    elif isinstance(node, list):
        for value in node:
            yield from _cited(value)
