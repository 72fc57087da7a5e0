"""What every vendor's document must keep beyond OpenAPI itself: our own lint, and the data that stands beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from simulator.app import load_services
from simulator.core.document import METHODS, Operation
from simulator.core.validation import Schema
from simulator.core.vendor import Service
from simulator.data import fixture_names, read_fixture
from simulator.vendors import VENDORS
from tests.contract.examples import parameters, resolved
from tests.contract.expected import EXPECTED

_OPENAPI = Path(__file__).parents[2] / "openapi"
# Where an expression of a link reads its value: `$response.body#/guid`, `$response.body#/result/rows/0/id`,
# `$request.path.issue_guid`.
_FROM_BODY = re.compile(r"\$response\.body#/([\w/]+)")
_FROM_PATH = re.compile(r"\$request\.path\.(\w+)")


@pytest.fixture(scope="module", params=VENDORS)
def service(request: pytest.FixtureRequest) -> Service:
    return load_services([request.param])[request.param]


@pytest.fixture(scope="module")
def raw(service: Service) -> Mapping[str, Any]:
    return service.document.raw


@pytest.fixture(scope="module")
def operations(service: Service) -> list[Operation]:
    return list(service.document.operations.values())


def _schema(node: Any, raw: Mapping[str, Any]) -> Schema:
    return Schema(node, raw["components"]["schemas"])


def _places(node: Any, place: str = "#") -> Iterator[tuple[str, Any]]:
    """Every object and array of a document, with its place."""
    yield place, node
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from _places(child, f"{place}/{key}")


def _is_table(place: str) -> bool:
    """Whether a place holds properties by their names, which may be those of keywords."""
    return place.endswith("/properties")


def _answers(operation: Operation, raw: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The documented answers of an operation by status."""
    for status, node in raw["paths"][operation.path][operation.method.lower()]["responses"].items():
        yield status, resolved(node, raw)


def test_it_is_openapi(raw):
    assert [error.message for error in OpenAPIV31SpecValidator(dict(raw)).iter_errors()] == []


def test_a_status_is_a_quoted_key(service):
    """Unquoted it is a number to YAML, and no tool agrees with another about those."""
    lines = (_OPENAPI / f"{service.name}.yaml").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if re.match(r"\s*[0-9]{3}\s*:", line)] == []


def test_every_reference_leads_somewhere_and_every_component_is_used(raw):
    referred = {node["$ref"] for _, node in _places(raw) if isinstance(node, dict) and "$ref" in node}
    defined = {
        f"#/components/{kind}/{name}": node
        for kind, components in raw["components"].items()
        if kind != "securitySchemes"
        for name, node in components.items()
    }
    assert referred - defined.keys() == set()
    stored = {place for place, node in defined.items() if "x-sim-collection" in node}
    assert defined.keys() - referred - stored == set()


def test_every_security_scheme_is_used(raw, operations):
    used = {scheme for operation in operations for schemes in operation.security for scheme in schemes}
    assert used == raw["components"]["securitySchemes"].keys()


def test_every_operation_documents_the_refusals_it_shares(operations):
    missing = []
    for operation in operations:
        has_path_parameters = any(parameter.where == "path" for parameter in operation.parameters)
        for status, needed in (
            (401, operation.security),
            (404, has_path_parameters),
            (405, True),
            (500, True),
        ):
            if needed and status not in operation.responses:
                missing.append(f"{operation.id} {status}")
    assert missing == []


def test_a_405_says_which_methods_are_allowed(raw, operations):
    """RFC 9110 wants the header, and a client reads it."""
    for operation in operations:
        answers = dict(_answers(operation, raw))
        assert resolved(answers["405"]["headers"]["Allow"], raw)["required"] is True, operation.id


def test_every_object_that_is_answered_is_closed(raw, operations):
    """All the way down: else a field too many would conform."""
    open_objects = []
    for operation in operations:
        for status, answer in _answers(operation, raw):
            for content in answer.get("content", {}).values():
                for place, node in _places(_schema(content["schema"], raw).source):
                    is_object = isinstance(node, dict) and "properties" in node and not _is_table(place)
                    if is_object and node.get("additionalProperties") is not False:
                        open_objects.append(f"{operation.id} {status} {place}")
    assert open_objects == []


def test_every_link_names_an_operation_and_where_its_parameters_come_from(raw, operations, service):
    wrong = []
    for operation in operations:
        for status, answer in _answers(operation, raw):
            for name, link in answer.get("links", {}).items():
                target = service.document.operations.get(link["operationId"])
                place = f"{operation.id} {status} {name}"
                if target is None:
                    wrong.append(f"{place}: there is no {link['operationId']}")
                    continue
                required = {each.name for each in target.parameters if each.required}
                if link["parameters"].keys() != required:
                    wrong.append(f"{place}: {target.id} takes {sorted(required)}")
                content = answer["content"]["application/json"]["schema"]
                for expression in link["parameters"].values():
                    if not _is_there(expression, content, raw, operation):
                        wrong.append(f"{place}: nothing is at {expression}")
    assert wrong == []


def _is_there(
    expression: str, answered: Mapping[str, Any], raw: Mapping[str, Any], operation: Operation
) -> bool:
    if expression == "$response.body":  # the answer is the value itself
        return bool(resolved(answered, raw)["type"] == "string")
    if not expression.startswith("$"):
        return True  # a value, as it stands
    if field := _FROM_BODY.fullmatch(expression):
        return _leads(field[1].split("/"), answered, raw)
    if name := _FROM_PATH.fullmatch(expression):
        return any(each.where == "path" and each.name == name[1] for each in operation.parameters)
    return False


def _leads(steps: list[str], schema: Mapping[str, Any], raw: Mapping[str, Any]) -> bool:
    """Whether a value of this schema, or of one of its choices, always has something at the end of these steps; an
    array may be too short for its."""
    schema = resolved(schema, raw)
    if "anyOf" in schema:
        return any(_leads(steps, choice, raw) for choice in schema["anyOf"])
    if not steps:
        return True
    if schema.get("type") == "array":
        return steps[0].isdecimal() and _leads(steps[1:], schema["items"], raw)
    if steps[0] not in schema.get("required", ()):
        return False
    # A property that only a pattern describes may be anything: there, and no further.
    return _leads(steps[1:], schema.get("properties", {}).get(steps[0], {}), raw)


def test_what_creates_a_record_leads_to_what_reads_it(raw, operations):
    """Without links there are no chains of calls to test. An operation that answers what another path addresses is
    linked to it."""
    linked = {
        link["operationId"]
        for operation in operations
        for _, answer in _answers(operation, raw)
        for link in answer.get("links", {}).values()
    }
    created = {path for path in raw["paths"] if "post" in raw["paths"][path]}
    unlinked = [
        operation.id
        for operation in operations
        if operation.path.rpartition("/")[0] in created
        and operation.segments[-1].startswith("{")
        and operation.id not in linked
    ]
    assert unlinked == []


def test_every_path_parameter_and_body_has_an_example(raw, operations, service):
    without = []
    for operation in operations:
        for parameter in parameters(operation, raw):
            if "example" not in parameter:
                without.append(f"{operation.id} {parameter['name']}")
        node = raw["paths"][operation.path][operation.method.lower()].get("requestBody")
        if node is not None and operation.id not in EXPECTED[service.name].samples:
            for media_type, content in resolved(node, raw)["content"].items():
                if "example" not in content:
                    without.append(f"{operation.id} {media_type}")
    assert without == []


def test_every_example_and_default_is_valid(raw):
    wrong = []
    for place, node in _places(raw):
        if not isinstance(node, dict) or _is_table(place):
            continue
        schema = node.get("schema", node)
        values = [node[key] for key in ("example", "default") if key in node]
        values += node.get("examples", []) if isinstance(node.get("examples"), list) else []
        for value in values:
            for problem in _schema(schema, raw).problems(value):
                wrong.append(f"{place}: {problem.describe()}")
    assert wrong == []


def test_only_methods_that_are_served_are_documented(raw):
    known = {*METHODS, "parameters", "summary", "description"}
    assert [f"{key} {path}" for path, item in raw["paths"].items() for key in item if key not in known] == []


def test_every_record_of_every_fixture_is_valid(service):
    wrong = []
    for name in fixture_names(service.name):
        for collection, records in read_fixture(service.name, name)["records"].items():
            for index, record in enumerate(records):
                for problem in service.document.records[collection].problems(record):
                    wrong.append(f"{name}, {collection} {index}: {problem.describe()}")
        service.fixture(name)
    assert wrong == []


def test_every_number_that_names_a_record_names_one(service):
    """A field `issue_id` holds the id of an issue, wherever it stands; one for a person (`owner_id`) that of a user."""
    people = {"assignee_id", "creator_id", "owner_id", "user_id"}
    for name in fixture_names(service.name):
        records, store = read_fixture(service.name, name)["records"], service.fixture(name).store
        ids = {
            collection: {record.get("id", record[store.key_of(collection)]) for record in of}
            for collection, of in records.items()
        }
        for collection, of in records.items():
            for record in of:
                for field, value in record.items():
                    target = "users" if field in people else f"{field.removesuffix('_id')}s"
                    if field.endswith("_id") and target in ids and value is not None:
                        assert value in ids[target], f"{name}: {collection} {record}: {field}"


def test_every_expectation_is_about_an_operation(service):
    """A name that was changed in the document must not linger in the table."""
    expected = EXPECTED[service.name]
    tables = [
        expected.refusals,
        expected.rejections,
        expected.removals,
        expected.outlives,
        expected.samples,
        expected.texts,
        expected.known_to,
    ]
    named = {id for table in tables for id in table}
    assert named - service.document.operations.keys() == set()


def test_every_expected_refusal_is_documented(service):
    undocumented = [
        f"{id} {status}"
        for listed in (EXPECTED[service.name].refusals, EXPECTED[service.name].rejections)
        for id, statuses in listed.items()
        for status in statuses
        if status not in service.document.operations[id].responses
    ]
    assert undocumented == []
