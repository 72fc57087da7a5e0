"""core/validation.py: the fast and the explaining validator are of one mind, and a refusal is explained."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulator.core.errors import Problem
from simulator.core.explainer import explainer
from simulator.core.validation import Schema, SchemaError, bundle, shown

COMPONENTS: dict[str, Any] = {
    "Name": {"type": "string", "pattern": "^[a-z]+$"},
    "Price": {"type": "number", "multipleOf": 0.01},
    "Tree": {
        "type": "object",
        "properties": {
            "a": {"$ref": "#/components/schemas/Name"},
            "b": {"$ref": "#/components/schemas/Tree"},
        },
        "additionalProperties": False,
    },
    "Pair": {
        "type": "array",
        "prefixItems": [{"type": "integer"}, {"$ref": "#/components/schemas/Name"}],
        "items": False,
    },
    "Maybe": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Price"}]},
}

# --- schemas and values near them ------------------------------------------------------------------------------------

KEYS = ["a", "b", "a\n", "ab", "٣", "1", ""]
PATTERNS = [
    "^a$",
    r"\d",
    r"^\d+$",
    r"\S",
    r"^\S+$",
    "^[a-z]+$",
    "[^\\s]",
    "a|b",
    "^$",
    "^.{2}$",
    r"\w",
    r"^\u0061",
]
STRINGS = [
    "",
    "a",
    "b",
    "ab",
    "a\n",
    "\n",
    " ",
    "A",
    "1",
    "٣",
    "\u00a0",
    "\ufeff",
    "\u2028",
    "é",
    "e\u0301",
    "😀",
    "abc",
]
NUMBERS = [
    0,
    1,
    -1,
    2,
    3,
    1.0,
    0.0,
    -0.0,
    0.5,
    1.5,
    0.01,
    0.07,
    0.1,
    0.3,
    1.13,
    4.35,
    19.99,
    0.075,
    2**53,
    2**63 - 1,
    1e300,
]

scalars = st.sampled_from([None, True, False]) | st.sampled_from(NUMBERS) | st.sampled_from(STRINGS)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(st.sampled_from([1, True, 1.0, 0, False, 0.0, "1", None, "a"]), max_size=3)
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=6,
)  # fmt: skip
small = st.integers(0, 3)
bound = st.sampled_from([0, 1, 2, 0.5, 0.07, 1.0, -1])
types = st.sampled_from(["string", "integer", "number", "boolean", "object", "array", "null"])
references = st.sampled_from(sorted(COMPONENTS)).map(lambda name: {"$ref": f"#/components/schemas/{name}"})


def keyword(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """One keyword, or a few that only mean something together."""

    def one(name: str, value: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
        return value.map(lambda chosen: {name: chosen})

    maps = st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    patterns = st.dictionaries(st.sampled_from(PATTERNS), inner, min_size=1, max_size=2)
    lists = st.lists(inner, min_size=1, max_size=3)
    names = st.lists(st.sampled_from(KEYS), max_size=2, unique=True)
    return st.one_of(
        one("type", types | st.lists(types, min_size=1, max_size=3, unique=True)),
        one("enum", st.lists(values, min_size=1, max_size=3)),
        one("const", values),
        one("properties", maps),
        one("required", names),
        one("patternProperties", patterns),
        one("additionalProperties", inner | st.just(False)),
        st.fixed_dictionaries(
            {"additionalProperties": inner | st.just(False)},
            optional={"properties": maps, "patternProperties": patterns},
        ),
        one("propertyNames", inner),
        one("minProperties", small),
        one("maxProperties", small),
        one("dependentRequired", st.dictionaries(st.sampled_from(KEYS), names, max_size=2)),
        one("items", inner | st.booleans()),
        st.fixed_dictionaries({"prefixItems": lists}, optional={"items": inner | st.booleans()}),
        one("minItems", small),
        one("maxItems", small),
        one("uniqueItems", st.booleans()),
        one("minLength", small),
        one("maxLength", small),
        one("pattern", st.sampled_from(PATTERNS)),
        one("minimum", bound),
        one("maximum", bound),
        one("exclusiveMinimum", bound),
        one("exclusiveMaximum", bound),
        one("multipleOf", st.sampled_from([0.01, 0.1, 0.5, 1, 2, 3, 1.0])),
        one("anyOf", lists),
        one("oneOf", lists),
        one("allOf", lists),
        one("not", inner),
        st.fixed_dictionaries({"if": inner}, optional={"then": inner, "else": inner}),
        one("format", st.sampled_from(["date-time", "email", "uuid", "regex", "password", "ipv4"])),
    )


def merged(parts: list[dict[str, Any]]) -> dict[str, Any]:
    return {name: value for part in parts for name, value in part.items()}


def grown(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(keyword(inner), min_size=1, max_size=3).map(merged)


schemas = st.recursive(
    references | st.booleans() | types.map(lambda name: {"type": name}) | st.just({}), grown, max_leaves=5
)


def problems(source: Any, value: Any, **components: Any) -> list[Problem]:
    return Schema(source, components).problems(value)


def one_problem(source: Any, value: Any, **components: Any) -> Problem:
    (problem,) = problems(source, value, **components)
    return problem


# --- of one mind -----------------------------------------------------------------------------------------------------


@settings(max_examples=300)
@given(schemas, values)
@example({"pattern": "^a$"}, "a\n")
@example({"pattern": r"\d"}, "٣")
@example({"pattern": r"\S"}, "\ufeff")
@example({"multipleOf": 0.01}, 0.07)
@example({"multipleOf": 0.1}, 0.3)
@example({"const": 1}, True)
@example({"const": [1]}, [True])
@example({"enum": [{"a": 0}]}, {"a": False})
@example({"type": "integer"}, 1.0)
@example({"uniqueItems": True}, [1, True])
@example({"uniqueItems": True}, [1, 1.0])
@example({"uniqueItems": True}, [{"a": 1}, {"a": True}])
@example({"patternProperties": {"^a$": False}}, {"a\n": 1})
@example({"patternProperties": {"^a$": {}}, "additionalProperties": False}, {"a\n": 1})
@example({"patternProperties": {"a": {"$ref": "#/components/schemas/Name"}}}, {"a": "A"})
@example({"propertyNames": {"pattern": "^a$"}}, {"a\n": 1})
@example({"anyOf": [{"type": "string", "pattern": "^a$"}, {"type": "null"}]}, "a\n")
@example({"properties": {"a": False}}, {"a": 1})
@example(False, 1)
def test_the_fast_and_the_explaining_validator_agree_and_a_refusal_is_explained(
    source: Any, value: Any
) -> None:
    schema = Schema(source, COMPONENTS)

    accepted = schema.accepts(value)

    assert explainer(schema.source).is_valid(value) is accepted
    assert bool(schema.problems(value)) is not accepted


@settings(max_examples=150)
@given(schemas, values)
def test_a_problem_can_be_shown_as_json_whatever_is_wrong(source: Any, value: Any) -> None:
    for problem in Schema(source, COMPONENTS).problems(value):
        described = problem.describe()

        assert described["path"].startswith("$")
        assert isinstance(described["rule"], str)
        assert described["rule"] not in {"", "None"}


# --- what a problem says ---------------------------------------------------------------------------------------------

TOY = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "pattern": "[^\\s]", "x-sim-statements": ["TOY-1"]},
        "size": {"type": "integer", "minimum": 1, "maximum": 9},
        "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}, "maxItems": 2},
    },
    "required": ["name", "size"],
    "additionalProperties": False,
}
PART = {
    "type": "object",
    "properties": {"weight": {"type": "number", "x-sim-statements": ["TOY-2"]}},
    "required": ["weight"],
    "x-sim-statements": ["TOY-3"],
}


@pytest.mark.parametrize(
    ("value", "path", "keyword", "expected", "got", "statements"),
    [
        ({"name": "a"}, ("size",), "required", "a value", "nothing", ()),
        ({"size": 1}, ("name",), "required", "a value", "nothing", ("TOY-1",)),
        ({"name": " ", "size": 1}, ("name",), "pattern", "[^\\s]", " ", ("TOY-1",)),
        ({"name": 5, "size": 1}, ("name",), "type", "string", 5, ("TOY-1",)),
        ({"name": "a", "size": 0}, ("size",), "minimum", 1, 0, ()),
        ({"name": "a", "size": True}, ("size",), "type", "integer", True, ()),
        (
            {"name": "a", "size": 1, "x": 2},
            ("x",), "additionalProperties", ["name", "parts", "size"], "a name that is not known", (),
        ),
        ({"name": "a", "size": 1, "parts": [{}, {}, {}]}, ("parts",), "maxItems", 2, "an array of 3", ()),
        (
            {"name": "a", "size": 1, "parts": [{"weight": "1"}]},
            ("parts", 0, "weight"), "type", "number", "1", ("TOY-2",),
        ),
        ({"name": "a", "size": 1, "parts": [{"weight": 1}, 7]}, ("parts", 1), "type", "object", 7, ("TOY-3",)),
        ([], (), "type", "object", "an array of 0", ()),
        (None, (), "type", "object", None, ()),
    ],
)  # fmt: skip
def test_a_problem_says_where_what_was_expected_what_came_and_by_which_statement(
    value: Any, path: Any, keyword: str, expected: Any, got: Any, statements: Any
) -> None:
    found = problems(TOY, value, Part=PART)

    assert Problem("body", path, keyword, expected, got, statements) in found


def test_a_missing_property_of_a_referenced_schema_cites_its_own_statement() -> None:
    found = one_problem(TOY, {"name": "a", "size": 1, "parts": [{}]}, Part=PART)

    assert (found.path, found.keyword, found.statements) == (("parts", 0, "weight"), "required", ("TOY-2",))


def test_problems_stand_in_the_order_in_which_the_document_lists_the_properties() -> None:
    found = problems(TOY, {"extra": 1, "parts": 0, "size": 0, "name": ""}, Part=PART)

    assert [problem.path for problem in found] == [("name",), ("size",), ("parts",), ("extra",)]


def test_every_missing_property_is_a_problem_of_its_own() -> None:
    assert [problem.name for problem in problems(TOY, {}, Part=PART)] == ["name", "size"]


def test_a_name_that_holds_a_quote_is_found_missing() -> None:
    found = problems({"required": ["it's", 'a"b', "it"]}, {})

    assert [problem.path for problem in found] == [("it's",), ('a"b',), ("it",)]


def test_only_the_names_that_no_pattern_allows_are_unknown() -> None:
    schema = {"properties": {"a": {}}, "patternProperties": {"^x-": {}}, "additionalProperties": False}

    assert [problem.path for problem in problems(schema, {"a": 1, "x-b": 2, "c": 3})] == [("c",)]


def test_a_value_under_a_pattern_is_found_at_its_own_place() -> None:
    found = one_problem({"patternProperties": {"^x-": {"type": "integer"}}}, {"x-a": 1, "x-b": "b"})

    assert (found.path, found.keyword, found.got) == (("x-b",), "type", "b")


def test_of_choices_the_nearest_is_explained_when_it_lies_deeper() -> None:
    schema = {
        "properties": {
            "a": {"anyOf": [{"type": "null"}, {"type": "object", "properties": {"b": {"type": "integer"}}}]}
        }
    }

    found = one_problem(schema, {"a": {"b": "x"}})

    assert (found.path, found.keyword) == (("a", "b"), "type")


def test_of_choices_at_one_place_the_kinds_are_named() -> None:
    found = one_problem({"properties": {"a": {"anyOf": [{"type": "null"}, {"type": "integer"}]}}}, {"a": "x"})

    assert (found.path, found.keyword, found.expected, found.got) == (
        ("a",),
        "anyOf",
        ["null", "integer"],
        "x",
    )


def test_a_property_that_may_not_be_is_found_at_its_place() -> None:
    found = one_problem({"properties": {"a": {"not": {}}}}, {"a": 1})

    assert (found.path, found.keyword) == (("a",), "not")


def test_the_place_of_a_problem_is_the_one_asked_for() -> None:
    (found,) = Schema({"type": "integer"}, {}).problems("x", "query")

    assert found.where == "query"


def test_what_is_accepted_has_no_problem() -> None:
    assert problems(TOY, {"name": "a", "size": 1}, Part=PART) == []


# --- secrets and length ----------------------------------------------------------------------------------------------

SECRET = {"type": "string", "format": "password", "minLength": 8, "pattern": "^[a-z]+$"}
LOGIN = {"type": "object", "properties": {"name": {"type": "string"}, "pin": SECRET}}
CANARY = "Canary7"


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        (LOGIN, {"pin": CANARY}),
        (LOGIN, {"pin": [CANARY]}),
        (LOGIN, {"pin": {CANARY: CANARY}}),
        ({"properties": {"login": LOGIN}}, {"login": CANARY}),
        ({"properties": {"login": LOGIN}}, {"login": [CANARY]}),
        ({"properties": {"login": {**LOGIN, "maxProperties": 1}}}, {"login": {"a": CANARY, "b": CANARY}}),
        (LOGIN, CANARY),
        ({"properties": {"pin": {"$ref": "#/components/schemas/Pin"}}}, {"pin": CANARY}),
        ({"properties": {"pin": {"anyOf": [SECRET, {"type": "null"}]}}}, {"pin": CANARY}),
        ({"properties": {"pin": {"oneOf": [SECRET, {"type": "null"}]}}}, {"pin": CANARY}),
        ({"properties": {"pin": {"allOf": [SECRET]}}}, {"pin": CANARY}),
        ({"properties": {"pin": {"allOf": [SECRET], "maxLength": 3}}}, {"pin": CANARY}),
        ({"properties": {"pins": {"type": "array", "items": SECRET}}}, {"pins": [CANARY]}),
        ({"properties": {"pins": {"type": "array", "items": SECRET}}}, {"pins": CANARY}),
        ({"properties": {"pin": {"not": {"type": "string"}, "format": "password"}}}, {"pin": CANARY}),
        ({"properties": {"pin": {"const": "x", "format": "password"}}}, {"pin": CANARY}),
        ({"if": {"required": ["pin"]}, "then": LOGIN}, {"pin": CANARY}),
        ({"patternProperties": {"^p": SECRET}}, {"pin": CANARY}),
        ({"additionalProperties": SECRET}, {"pin": CANARY}),
    ],
)
def test_a_secret_is_never_in_an_explanation(schema: Any, value: Any) -> None:
    found = problems(schema, value, Pin=SECRET)

    assert found
    assert CANARY not in repr([problem.describe() for problem in found])


def test_what_stands_beside_a_secret_is_shown() -> None:
    found = one_problem(LOGIN, {"name": 5, "pin": "abcdefgh"})

    assert found.got == 5


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a" * 120, "a" * 120),
        ("a" * 121, "a" * 120 + "..."),
        ([1, 2], "an array of 2"),
        ({}, "an object with nothing"),
        ({"b": 1, "a": 2}, "an object with a, b"),
        (1.5, 1.5),
        (None, None),
        (True, True),
    ],
)
def test_a_value_is_shown_shortly(value: Any, text: Any) -> None:
    assert shown(value) == text


def test_of_a_secret_only_its_kind_is_shown() -> None:
    assert shown(CANARY, secret=True) == "a secret (str)"


@pytest.mark.parametrize(
    ("schema", "secret"),
    [
        (SECRET, True),
        ({"$ref": "#/components/schemas/Pin"}, True),
        ({"type": "array", "items": SECRET}, True),
        ({"anyOf": [SECRET, {"type": "null"}]}, True),
        (LOGIN, False),
        ({"type": "string"}, False),
        (True, False),
    ],
)
def test_a_value_may_be_a_secret_as_a_whole(schema: Any, secret: bool) -> None:
    assert Schema(schema, {"Pin": SECRET}).is_secret is secret


# --- bundling --------------------------------------------------------------------------------------------------------


def test_what_a_schema_refers_to_is_carried_along_also_from_there() -> None:
    bundled = bundle({"$ref": "#/components/schemas/Tree"}, COMPONENTS)

    assert bundled["$ref"] == "#/$defs/Tree"
    assert bundled["$defs"].keys() == {"Tree", "Name"}


def test_a_schema_may_refer_to_itself() -> None:
    schema = Schema({"$ref": "#/components/schemas/Tree"}, COMPONENTS)

    assert schema.accepts({"b": {"b": {"a": "x"}}})
    assert not schema.accepts({"b": {"b": {"a": "X"}}})


def test_a_property_called_ref_is_no_reference() -> None:
    schema = Schema({"type": "object", "properties": {"$ref": {"type": "string"}}}, {})

    assert schema.accepts({"$ref": "a"})
    assert not schema.accepts({"$ref": 1})


def test_an_example_is_left_alone() -> None:
    assert Schema({"example": {"$ref": "#/components/schemas/No"}, "const": {"$ref": "x"}}, {}).accepts(
        {"$ref": "x"}
    )


@pytest.mark.parametrize(
    "target", ["#/components/schemas/No", "#/paths/x", "other.yaml", "https://example.com/x", "file:///x"]
)
def test_a_reference_to_anything_else_is_refused_without_looking_for_it(target: str) -> None:
    with pytest.raises(SchemaError, match=re.escape(target)):
        Schema({"items": {"$ref": target}}, COMPONENTS)


# --- cost ------------------------------------------------------------------------------------------------------------


def test_patterns_are_decided_in_linear_time() -> None:
    schema = Schema({"type": "string", "pattern": "^(a+)+$"}, {})

    assert not schema.accepts("a" * 5000 + "!")
    assert schema.problems("a" * 5000 + "!")


def test_many_items_are_compared_quickly() -> None:
    schema = Schema({"type": "array", "uniqueItems": True}, {})
    items = [{"a": number} for number in range(3000)]

    assert schema.accepts(items)
    assert schema.problems([*items, {"a": 0}])


LISTS = Schema(
    {
        "type": "object",
        "properties": {
            "few": {"type": "array", "maxItems": 100, "items": {"$ref": "#/components/schemas/Part"}},
            "many": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
        },
    },
    {
        "Part": {
            "type": "object",
            "required": ["id"],
            "properties": {
                "id": {"type": "integer"},
                "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}},
            },
        }
    },
)


@pytest.mark.parametrize("length", [10, 51, 90])
def test_of_a_list_of_any_length_those_elements_are_told_that_are_wrong(length: int) -> None:
    wrong = {3: {"id": "x"}, length - 1: {}, 7: 5}
    for name in ("few", "many"):
        value = {name: [wrong.get(place, {"id": place}) for place in range(length)]}
        assert [problem.path for problem in LISTS.problems(value)] == [
            (name, 3, "id"),
            (name, 7),
            (name, length - 1, "id"),
        ]


def test_a_wrong_element_deep_in_a_long_list_is_told() -> None:
    parts = [{"id": place, "parts": [{"id": 1}] * 60} for place in range(60)]
    parts[41] = {"id": 41, "parts": [{"id": 1}] * 59 + [{"id": None}]}
    assert [problem.path for problem in LISTS.problems({"many": parts})] == [("many", 41, "parts", 59, "id")]


def test_of_a_list_that_is_too_long_nothing_else_is_told() -> None:
    [problem] = LISTS.problems({"few": [{"id": "x"}] * 101})
    assert (problem.path, problem.keyword) == (("few",), "maxItems")
