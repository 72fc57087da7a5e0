"""core/routing.py: from a method and a raw path to an operation, and nowhere else."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.core.document import DocumentError, read_document
from simulator.core.errors import EdgeRefusal, MethodNotAllowed, NotFound
from simulator.core.routing import Router

PATHS = {
    "/": "root",
    "/toys": "toys",
    "/toys/newest": "newest",
    "/toys/{id}": "toy",
    "/toys/{id}/parts": "parts",
    "/toys/newest/photo": "photo",
    "/toys/{id}/parts/{part-id}": "part",
    "/{box}/lid": "lid",
    "/schön/ä b": "umlauts",
}


def router(paths: dict[str, str], methods: tuple[str, ...] = ("get",)) -> Router:
    return Router(read_document(document(paths, methods)).operations.values())


def document(paths: dict[str, str], methods: tuple[str, ...] = ("get",)) -> dict[str, Any]:
    def operation(name: str, path: str) -> dict[str, Any]:
        names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
        parameters = [
            {"name": each, "in": "path", "required": True, "schema": {"type": "string"}} for each in names
        ]
        return {"operationId": name, "parameters": parameters, "responses": {"200": {"description": "Done."}}}

    return {
        "paths": {
            path: {
                method: operation(name if method == "get" else f"{name}_{method}", path) for method in methods
            }
            for path, name in paths.items()
        }
    }


ROUTER = router(PATHS)


@pytest.mark.parametrize(
    ("path", "operation", "params"),
    [
        ("/", "root", {}),
        ("/toys", "toys", {}),
        ("/toys/7", "toy", {"id": "7"}),
        ("/toys/newest", "newest", {}),
        ("/toys/newest/photo", "photo", {}),
        ("/toys/newest/parts", "parts", {"id": "newest"}),  # the literal leads nowhere, the template does
        ("/toys/a/parts/b", "part", {"id": "a", "part-id": "b"}),
        ("/toys/lid", "toy", {"id": "lid"}),
        ("/any/lid", "lid", {"box": "any"}),
        ("/%74oys/7", "toy", {"id": "7"}),
        ("/toys/new%65st", "newest", {}),
        ("/toys/a%2Fb", "toy", {"id": "a/b"}),
        ("/toys/a%2Fparts", "toy", {"id": "a/parts"}),
        ("/toys/%2e%2e", "toy", {"id": ".."}),
        ("/toys/a%20b", "toy", {"id": "a b"}),
        ("/toys/a+b", "toy", {"id": "a+b"}),  # a plus is a blank in queries only
        ("/toys/%C3%A9", "toy", {"id": "é"}),
        ("/toys/%25", "toy", {"id": "%"}),
        ("/toys/%2541", "toy", {"id": "%41"}),  # decoded once
        ("/toys/%0A", "toy", {"id": "\n"}),
        ("/toys/%zz", "toy", {"id": "%zz"}),
        ("/toys/;x=1", "toy", {"id": ";x=1"}),
        ("/sch%C3%B6n/%C3%A4%20b", "umlauts", {}),
    ],
)
def test_a_path_has_its_operation(path: str, operation: str, params: dict[str, str]) -> None:
    found, values = ROUTER.match("GET", path)

    assert (found.id, values) == (operation, params)


@pytest.mark.parametrize(
    "path",
    [
        *("", "x", "toys", "x/toys", "*", "http://example.com/toys"),
        *("//toys", "/toys/", "/toys//", "/toys//parts", "//"),
        *("/TOYS", "/toys/7/", "/toys/7/x", "/toys/7/parts/8/9", "/toys%2F7", "/toys/newest/x"),
        *("/.", "/toys/../toys/x/y"),
    ],
)  # fmt: skip
def test_any_other_path_is_not_found(path: str) -> None:
    with pytest.raises(NotFound):
        ROUTER.match("GET", path)


@pytest.mark.parametrize("path", ["/toys/%ff", "/toys/%C3", "/toys/%ED%A0%80", "/%ff", "/toys/a%00", "/%00"])
def test_a_path_that_no_text_can_stand_for_is_refused_at_the_edge(path: str) -> None:
    with pytest.raises(EdgeRefusal) as refused:
        ROUTER.match("GET", path)

    assert refused.value.status == 400


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
def test_a_segment_is_what_was_encoded_whatever_it_is(text: str) -> None:
    found, values = ROUTER.match("GET", "/toys/" + quote(text, safe=""))

    if text == "newest":
        assert found.id == "newest"
    else:
        assert (found.id, values) == ("toy", {"id": text})


@given(
    st.lists(st.sampled_from(["toys", "newest", "7", "parts", "photo", "lid", "", "%2F", "x"]), max_size=5)
)
def test_a_spelling_in_escapes_finds_the_same_operation(segments: list[str]) -> None:
    def find(path: str) -> Any:
        try:
            found, values = ROUTER.match("GET", path)
        except NotFound:
            return None
        return found.id, dict(values)

    plain = "/" + "/".join(segments)
    escaped = "/" + "/".join(
        segment if "%" in segment else "".join(f"%{ord(each):02X}" for each in segment)
        for segment in segments
    )

    assert find(escaped) == find(plain)


def test_a_wrong_method_says_which_are_right() -> None:
    both = router({"/toys": "toys"}, ("post", "get", "delete"))

    with pytest.raises(MethodNotAllowed) as refused:
        both.match("PUT", "/toys")

    assert refused.value.allowed == ("DELETE", "GET", "POST")


@pytest.mark.parametrize("method", ["get", "Get", "TRACE", "OPTIONS", "QUERY", "", "G\u0130T"])
def test_a_method_is_exactly_what_it_is(method: str) -> None:
    with pytest.raises(MethodNotAllowed):
        ROUTER.match(method, "/toys")


def test_head_is_get() -> None:
    found, values = ROUTER.match("HEAD", "/toys/7")

    assert (found.id, found.method, values) == ("toy", "GET", {"id": "7"})


def test_head_is_not_allowed_where_get_is_not() -> None:
    with pytest.raises(MethodNotAllowed):
        router({"/toys": "toys"}, ("post",)).match("HEAD", "/toys")


def test_a_template_is_named_by_its_own_operation() -> None:
    raw = document({"/toys/{id}": "read", "/toys/{toy}/parts": "parts"})
    named = Router(read_document(raw).operations.values())

    assert named.match("GET", "/toys/7")[1] == {"id": "7"}
    assert named.match("GET", "/toys/7/parts")[1] == {"toy": "7"}


def test_two_operations_of_one_address_are_refused() -> None:
    with pytest.raises(DocumentError, match="stands twice"):
        router({"/toys/{id}": "read", "/toys/{toy}": "read_again"})


def test_a_parameter_that_is_part_of_a_segment_is_refused() -> None:
    raw = document({"/toys/{id}": "read"})
    raw["paths"] = {"/toys/toy-{id}": raw["paths"]["/toys/{id}"]}

    with pytest.raises(DocumentError, match="id"):
        Router(read_document(raw).operations.values())


@pytest.mark.parametrize("path", ["/__simulator", "/__simulator/toys", "/toys/__simulator"])
def test_our_own_prefix_is_refused(path: str) -> None:
    with pytest.raises(DocumentError, match="__simulator is ours"):
        router({path: "read"})


def test_the_cost_does_not_grow_with_the_number_of_operations() -> None:
    few = router({f"/v1/things{number}/{{id}}": f"read_{number}" for number in range(3)})
    many = router({f"/v1/things{number}/{{id}}": f"read_{number}" for number in range(1000)})

    def cost(which: Router) -> float:
        started = time.process_time()
        for _ in range(500):
            which.match("GET", "/v1/things2/x")
        return time.process_time() - started

    assert min(cost(many) for _ in range(5)) < 5 * min(cost(few) for _ in range(5))


def test_a_path_of_a_thousand_segments_is_decided_quickly() -> None:
    deep = router({"/a/b": "x", "/{p}/b/c": "y", "/a/{q}/{r}/d": "z"})

    started = time.process_time()
    for _ in range(100):
        with pytest.raises(NotFound):
            deep.match("GET", "/a/b" * 500)

    assert time.process_time() - started < 10
