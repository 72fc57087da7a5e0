"""core/document.py: a document becomes plain values, and what it says and we would not do refuses to load."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.core.document import DEFAULT_MAX_BODY, DocumentError, Operation, read_document
from tests.core import toy

OK: dict[str, Any] = {"200": {"description": "Done."}}


def one(operation: dict[Any, Any], path: str = "/x", **root: Any) -> dict[str, Any]:
    """A document of one operation."""
    return {
        "openapi": "3.1.0",
        "paths": {path: {"get": {"operationId": "read", "responses": OK, **operation}}},
        **root,
    }


def read_one(operation: dict[str, Any], path: str = "/x", **root: Any) -> Operation:
    return read_document(one(operation, path, **root)).operations["read"]


def json_of(schema: Any) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}


def parameter(schema: Any, **more: Any) -> dict[str, Any]:
    return {"parameters": [{"name": "p", "in": "query", "schema": schema, **more}]}


# --- what is read ----------------------------------------------------------------------------------------------------


def test_an_operation_is_found_by_its_id() -> None:
    operation = read_document(toy.DOCUMENT).operations["read_toy"]

    assert (operation.method, operation.path) == ("GET", "/v1/toys/{toy_id}")
    assert operation.segments == ("v1", "toys", "{toy_id}")


def test_the_success_is_the_lowest_2xx() -> None:
    responses = {status: {"description": "?"} for status in ("404", "204", "201", "100")}

    assert read_one({"responses": responses}).success == 201


def test_parameters_of_the_path_item_come_first() -> None:
    shared = {"name": "a", "in": "query", "schema": {"type": "string"}}
    raw = one(parameter({"type": "integer"}))
    raw["paths"]["/x"]["parameters"] = [shared]

    assert [each.name for each in read_document(raw).operations["read"].parameters] == ["a", "p"]


def test_a_record_schema_is_found_by_its_collection() -> None:
    assert read_document(toy.DOCUMENT).records.keys() == {"toys", "parts", "users", "sessions"}


def test_every_citation_in_the_document_is_known() -> None:
    cited = read_document(toy.DOCUMENT).cited

    assert cited == {f"TOY-{number:03}" for number in (1, 2, 10, 11, 20, 21, 22, 31, 40)}


def test_a_response_rests_on_its_own_statements_after_those_of_its_operation() -> None:
    operation = read_document(toy.DOCUMENT).operations["list_toys"]

    assert operation.responses[200].statements == ("TOY-010", "TOY-011")
    assert operation.responses[401].statements == ("TOY-010",)


def test_a_response_without_content_has_no_schema() -> None:
    spec = read_document(toy.DOCUMENT).operations["delete_toy"].responses[204]

    assert (spec.media_type, spec.schema) == (None, None)


def test_security_of_the_document_is_the_operations_unless_it_has_its_own() -> None:
    operations = read_document(toy.DOCUMENT).operations

    assert operations["read_toy"].security == (("bearer",), ("basic",))
    assert operations["create_session"].security == ()


def test_limits_and_switches_have_their_defaults() -> None:
    operation = read_one({})

    assert operation.max_body == DEFAULT_MAX_BODY
    assert (operation.status, operation.unknown_parameters) == ("full", "ignore")


def test_a_switch_of_the_document_is_every_operations_unless_it_has_its_own() -> None:
    root = {"x-sim-unknown-parameters": "reject"}

    assert read_one({}, **root).unknown_parameters == "reject"
    assert read_one({"x-sim-unknown-parameters": "ignore"}, **root).unknown_parameters == "ignore"


def test_a_referenced_parameter_body_and_response_are_followed() -> None:
    operation = read_one(
        {
            "parameters": [{"$ref": "#/components/parameters/P"}],
            "requestBody": {"$ref": "#/components/requestBodies/B"},
            "responses": {"200": {"$ref": "#/components/responses/R"}},
        },
        components={
            "parameters": {"P": {"name": "page", "in": "query", "schema": {"type": "integer"}}},
            "requestBodies": {"B": {"required": True, "content": json_of({"type": "array"})}},
            "responses": {"R": {"description": "Done.", "content": json_of({"const": 1})}},
        },
    )

    assert [each.name for each in operation.parameters] == ["page"]
    assert operation.body is not None
    assert operation.body.schemas["application/json"].accepts([])
    assert operation.responses[200].schema is not None
    assert not operation.responses[200].schema.accepts(2)


def test_a_reference_may_need_escapes() -> None:
    operation = read_one(
        {"responses": {"200": {"$ref": "#/components/responses/a~1b~0c%20d"}}},
        components={"responses": {"a/b~c d": {"description": "Done.", "content": json_of(False)}}},
    )

    assert operation.responses[200].media_type == "application/json"


# --- parameters ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "kind", "many", "default"),
    [
        ({"type": "string"}, "string", False, None),
        ({"type": "integer", "default": 3}, "integer", False, 3),
        ({"type": "array", "items": {"type": "number"}}, "number", True, None),
        ({"type": "boolean"}, "boolean", False, None),
        ({"enum": ["a"]}, "string", False, None),
        ({"$ref": "#/components/schemas/Page"}, "integer", False, 7),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Page"}}, "integer", True, None),
        ({"$ref": "#/components/schemas/Pages"}, "integer", True, None),
    ],
)
def test_a_parameter_says_what_its_text_is_read_as(schema: Any, kind: str, many: bool, default: Any) -> None:
    components = {
        "schemas": {
            "Page": {"type": "integer", "default": 7},
            "Pages": {"type": "array", "items": {"$ref": "#/components/schemas/Page"}},
        }
    }

    (read,) = read_one(parameter(schema), components=components).parameters

    assert (read.kind, read.many, read.default) == (kind, many, default)


@pytest.mark.parametrize(
    ("where", "schema", "plain"),
    [
        ("query", {"type": "string"}, True),
        ("query", {"type": "string", "minLength": 1}, False),
        ("path", {"type": "string", "minLength": 1}, True),  # the router never gives an empty segment
        ("path", {"type": "string", "minLength": 2}, False),
        ("query", {"type": "string", "pattern": "a"}, False),
        ("query", {"type": "integer"}, False),
        ("query", {"enum": ["a"]}, False),
        ("query", {"$ref": "#/components/schemas/Short"}, False),
    ],
)
def test_only_a_parameter_that_takes_any_text_is_plain(where: str, schema: Any, plain: bool) -> None:
    components = {"schemas": {"Short": {"type": "string", "maxLength": 3}}}
    operation = parameter(schema, required=where == "path", **{"in": where})

    (read,) = read_one(operation, "/{p}" if where == "path" else "/x", components=components).parameters

    assert read.plain is plain


# --- secrets ---------------------------------------------------------------------------------------------------------

SECRET = {"type": "string", "format": "password"}


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"pin": SECRET}},
        {"properties": {"login": {"properties": {"pin": SECRET}}}},
        {"type": "array", "items": {"properties": {"pin": SECRET}}},
        {"anyOf": [{"properties": {"pin": SECRET}}, {"type": "null"}]},
        {"properties": {"pin": {"$ref": "#/components/schemas/Pin"}}},
        {"$ref": "#/components/schemas/Login"},
        {"properties": {"pin": {"anyOf": [SECRET, {"type": "null"}]}}},
        {"properties": {"pin": {"type": "array", "items": SECRET}}},
        {"properties": {"pin": {"type": "array", "items": {"$ref": "#/components/schemas/Pin"}}}},
        {"properties": {"pin": {"allOf": [{"$ref": "#/components/schemas/Pin"}]}}},
    ],
)
def test_a_secret_field_is_known_wherever_its_schema_stands(schema: Any) -> None:
    components = {
        "schemas": {"Pin": SECRET, "Login": {"properties": {"pin": {"$ref": "#/components/schemas/Pin"}}}}
    }

    asked = read_one({"requestBody": {"content": json_of(schema)}}, components=components)
    answered = read_one({"responses": {"200": {"content": json_of(schema)}}}, components=components)

    assert asked.secrets == answered.secrets == {"pin"}


def test_a_field_beside_a_secret_is_none() -> None:
    schema = {
        "properties": {"name": {"type": "string"}, "login": {"type": "object", "properties": {"pin": SECRET}}}
    }

    assert read_one({"requestBody": {"content": json_of(schema)}}).secrets == {"pin"}


# --- what is refused -------------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "an unknown word of ours": (one({"x-sim-magic": 1}), "x-sim-magic is not one of"),
    "an unknown word of ours in the root": ({**one({}), "x-sim-router": 1}, "x-sim-router"),
    "an unknown word of ours in a schema": (
        one({"requestBody": {"content": json_of({"properties": {"a": {"x-sim-secret": True}}})}}),
        "x-sim-secret",
    ),
    "an unknown word of ours in a list": (one(parameter({}, **{"x-sim-color": 1})), "parameters/0: x-sim-color"),
    "an operation's key that would be ignored": (one({"callbacks": {}}), "GET /x: callbacks would be ignored"),
    "an operation without a name": (one({"operationId": ""}), "operationId"),
    "an operation named in camel case": (one({"operationId": "readIt"}), "snake_case"),
    "an operation whose name is no identifier": (one({"operationId": "read-it"}), "snake_case"),
    "a method that is not served": ({"paths": {"/x": {"trace": {}}}}, "'trace' is not a method"),
    "a default response": (one({"responses": {"default": {}}}), "a quoted status, not 'default'"),
    "a range of responses": (one({"responses": {"2XX": {}}}), "a quoted status, not '2XX'"),
    "an unquoted status": (one({"responses": {200: {}}}), "200"),
    "no success": (one({"responses": {"404": {}}}), "no 2xx response"),
    "a keyword in another media type of a response": (
        one({"responses": {"200": {"content": {**json_of({}), "text/csv": {"schema": {"nullable": True}}}}}}),
        "nullable",
    ),
    "a scheme that is not defined": (one({"security": [{"magic": []}]}), "magic is not defined"),
    "a cookie parameter": (one(parameter({}, **{"in": "cookie"})), "cookie would be ignored"),
    "a parameter's key that would be ignored": (one(parameter({}, allowReserved=True)), "allowReserved"),
    "a style we do not read": (one(parameter({"type": "array"}, style="pipeDelimited")), "pipeDelimited"),
    "a list in one parameter": (one(parameter({"type": "array"}, explode=False)), "explode"),
    "a parameter of several types": (one(parameter({"type": ["integer", "null"]})), "integer"),
    "a parameter that is an object": (one(parameter({"type": "object"})), "object"),
    "a keyword in a parameter": (one(parameter({"contains": {}})), "contains would be ignored"),
    "a keyword in a body": (one({"requestBody": {"content": json_of({"unevaluatedItems": False})}}), "unevaluated"),
    "a keyword in a response": (one({"responses": {"200": {"content": json_of({"nullable": True})}}}), "nullable"),
    "a keyword in a component": (one({}, components={"schemas": {"A": {"dependentSchemas": {}}}}), "schemas/A"),
    "a path parameter that is not in the path": (
        one({"parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]}),
        "id",
    ),
    "a path that names what is no parameter": (one({}, "/x/{id}"), "id"),
    "a body of a kind we do not read": (
        one({"requestBody": {"content": {"application/xml": {"schema": {}}}}}),
        "application/xml",
    ),
    "a reference to nothing": (one({"requestBody": {"content": json_of({"$ref": "#/components/schemas/No"})}}), "No"),
    "a reference into another file": (one({"requestBody": {"content": json_of({"$ref": "toy.yaml#/A"})}}), "toy.yaml"),
    "a reference into the net": (
        one({"requestBody": {"content": json_of({"items": {"$ref": "https://example.com/a.json"}})}}),
        "nothing here is called https://example.com/a.json",
    ),
    "a list in a header": (one(parameter({"type": "array"}, **{"in": "header"})), "in header"),
    "a list in the path": (one(parameter({"type": "array"}, **{"in": "path"}), "/{p}"), "in path"),
    "a property that is false": (one({"requestBody": {"content": json_of({"properties": {"a": False}})}}), "write not"),
    "a schema that is none": (one({"requestBody": {"content": json_of({"type": "text"})}}), "text"),
    "a pattern that is none": (one({"requestBody": {"content": json_of({"pattern": "("})}}), r"\("),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_would_be_ignored_refuses_to_load(what: str) -> None:
    raw, message = REFUSED[what]

    with pytest.raises(DocumentError, match=message):
        read_document(raw)


@pytest.mark.parametrize(
    "place",
    [
        "properties/a", "patternProperties/a", "items", "additionalProperties", "not", "if", "then", "else",
        "propertyNames", "anyOf", "oneOf", "allOf", "prefixItems",
    ],
)  # fmt: skip
def test_a_keyword_is_refused_wherever_it_stands(place: str) -> None:
    keyword, _, name = place.partition("/")
    inner: Any = {"minContains": 1}
    if name:
        inner = {name: inner}
    elif keyword in {"anyOf", "oneOf", "allOf", "prefixItems"}:
        inner = [inner]

    with pytest.raises(DocumentError, match="minContains would be ignored"):
        read_document(one({"requestBody": {"content": json_of({keyword: inner})}}))


def test_two_operations_of_one_name_are_refused() -> None:
    raw = one({})
    raw["paths"]["/y"] = raw["paths"]["/x"]

    with pytest.raises(DocumentError, match="GET /y: operationId read is taken"):
        read_document(raw)


def test_a_property_may_be_called_like_a_keyword() -> None:
    schema = {"type": "object", "properties": {"contains": {"type": "string"}, "nullable": {}}}

    assert read_one({"requestBody": {"content": json_of(schema)}}).body


def test_an_example_may_hold_anything() -> None:
    schema = {"type": "object", "example": {"contains": 1, "unevaluatedItems": [1]}}

    assert read_one({"requestBody": {"content": json_of(schema)}}).body
