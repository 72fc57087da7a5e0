"""Bodies that are not JSON: forms in, texts and files out, and the spelling of a query."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.core.call import Reply
from tests.core import toy

FORM = "application/x-www-form-urlencoded"
_NOTE = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string", "maxLength": 10}, "pin": toy._SECRET},
}


def _document() -> dict[str, Any]:
    """The toy's, with an operation that takes a form or JSON, one that answers a text, one that answers a file."""
    document = toy.document()

    def answer(media_type: str, schema: Any) -> dict[str, Any]:
        return {"description": "Done.", "content": {media_type: {"schema": schema}}}

    def get(id: str, answered: dict[str, Any], **more: Any) -> dict[str, Any]:
        responses = {"200": answered, **toy._errors("400", "422", "500")}
        return {"get": {"operationId": id, "security": [], "responses": responses, **more}}

    document["paths"]["/v1/notes"] = {
        "post": {
            "operationId": "create_note",
            "security": [],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": _NOTE}, FORM: {"schema": _NOTE}},
            },
            "responses": {"200": answer("application/json", {}), **toy._errors("400", "422", "500")},
        }
    }
    document["paths"]["/v1/count"] = get(
        "count", answer("text/plain", {"type": "string", "pattern": "^[0-9]+$"})
    )
    both = answer("application/json", {"type": "object"})
    both["content"]["text/plain"] = {"schema": {"type": "string", "pattern": "^[0-9]+$"}}
    document["paths"]["/v1/either"] = get("either", both)
    document["paths"]["/v1/file"] = get("download", answer("application/octet-stream", {"type": "string"}))
    document["paths"]["/v1/search"] = get(
        "search",
        answer("application/json", {}),
        parameters=[toy._query("$top", {"type": "integer"})],
    )
    return document


def _file_or_metadata() -> toy.Client:
    """An operation that answers a file of any kind, or JSON."""
    document = _document()
    content = document["paths"]["/v1/file"]["get"]["responses"]["200"]["content"]
    content["application/json"] = {"schema": {"type": "object"}}
    answers = {"download": lambda call: Reply(b"[1]", 200, media_type="application/json")}
    others = {id: lambda call: None for id in ("create_note", "count", "either", "search")}
    served = toy.service(handlers={**others, **answers}, document=document)
    return toy.Client(toy.sandbox(served=served))


def test_a_file_that_calls_itself_json_is_a_file() -> None:
    answer = _file_or_metadata().get("/v1/file")

    assert (answer.status, answer.body, answer.headers["content-type"]) == (200, b"[1]", "application/json")


def _client(**handlers: Any) -> toy.Client:
    def note(call: toy.Call) -> Any:
        return {"body": call.body, "read_as": call.media_type}

    made: dict[str, Any] = {
        "create_note": note,
        "count": lambda call: "12",
        "download": lambda call: Reply(b"\x00\xff", 200, media_type="image/png"),
        "either": lambda call: {"count": 12},
        "search": lambda call: {"top": call.query["$top"], "texts": call.texts},
        **handlers,
    }

    def fold_query(call: toy.Call, query: dict[str, list[str]]) -> dict[str, list[str]]:
        return {name.lower(): values for name, values in query.items()}

    served = toy.service(handlers=made, document=_document(), fold_query=fold_query)
    return toy.Client(toy.sandbox(served=served))


def _post(client: toy.Client, body: bytes, content_type: str) -> toy.Answer:
    return client.post("/v1/notes", body=body, headers={"Content-Type": content_type})


@pytest.mark.parametrize("content_type", [FORM, f"{FORM}; charset=utf-8", FORM.upper()])
def test_a_form_is_read_as_texts(content_type: str) -> None:
    answer = _post(_client(), b"name=t%C3%A9ddy+1&more=&pin=1", content_type)

    assert answer.json == {"body": {"name": "téddy 1", "more": "", "pin": "1"}, "read_as": FORM}


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
def test_a_body_of_no_documented_type_is_read_as_the_first_one(content_type: str) -> None:
    answer = _post(_client(), b'{"name":"teddy"}', content_type)

    assert answer.json == {"body": {"name": "teddy"}, "read_as": "application/json"}


def test_a_form_is_held_against_its_schema() -> None:
    client = _client()

    assert _post(client, b"", FORM).json["details"] == ["name required"]
    assert _post(client, b"name=teddyteddyteddy", FORM).json["details"] == ["name maxLength"]


@pytest.mark.parametrize("body", [b"name=a&name=b", b"name=%ff", b"name=\xff", b"&".join([b"a=1"] * 1001)])
def test_a_form_that_cannot_be_read_is_malformed(body: bytes) -> None:
    assert _post(_client(), body, FORM).status == 400


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b"name=teddy&PIN=123-45", "name=teddy&PIN=[redacted]"),
        (b"name=a&name=b&p%69n=123-45", "name=a&name=b&p%69n=[redacted]"),
        (b'{"name":"a","password":"123-45"}', "[redacted]"),
    ],
)
def test_the_journal_keeps_a_form_without_its_secrets(body: bytes, kept: str) -> None:
    client = _client()

    _post(client, body, FORM)

    assert client.entry()["request"]["body"] == kept


def test_a_text_is_answered_as_it_is() -> None:
    answer = _client().get("/v1/count")

    assert (answer.body, answer.headers["content-type"]) == (b"12", "text/plain")


@pytest.mark.parametrize("body", ["twelve", 12, {"count": 12}])
def test_a_text_that_breaks_its_document_is_our_bug(body: Any) -> None:
    client = _client(count=lambda call: body)

    assert client.get("/v1/count").status == 500
    assert "text/plain" in client.entry()["explanation"]["reason"]


def test_a_file_may_have_a_type_of_its_own() -> None:
    answer = _client().get("/v1/file")

    assert (answer.body, answer.headers["content-type"]) == (b"\x00\xff", "image/png")


def test_of_several_types_the_first_is_answered_unless_the_handler_names_another() -> None:
    plain = _client(either=lambda call: Reply("12", 200, media_type="text/plain")).get("/v1/either")
    usual = _client().get("/v1/either")

    assert (usual.body, usual.headers["content-type"]) == (b'{"count":12}', "application/json")
    assert (plain.body, plain.headers["content-type"]) == (b"12", "text/plain")


@pytest.mark.parametrize(
    "reply",
    [
        Reply("twelve", 200, media_type="text/plain"),
        Reply("12", 200),
        Reply({}, 200, media_type="text/plain"),
    ],
)
def test_each_of_several_types_has_its_own_schema(reply: Reply) -> None:
    assert _client(either=lambda call: reply).get("/v1/either").status == 500


def test_a_refusal_of_such_an_operation_is_json() -> None:
    client = _client()
    client.sandbox.faults.add("toy", "count", "status", status=500)

    assert client.get("/v1/count").json == {"error": "injected 500"}


def test_a_vendor_may_fold_the_names_of_a_query_and_read_those_that_no_document_knows() -> None:
    answer = _client().get("/v1/search", query="$TOP=3&Color=red&color=blue")

    assert answer.json == {"top": 3, "texts": {"$top": ["3"], "color": ["blue"]}}


# --- a media type of the vendor's own ---------------------------------------------------------------------------------


def _shouting(call: toy.Call, value: Any) -> tuple[str, bytes] | None:
    """JSON in capitals, for who asks for it; what it is given has been checked and is not to be changed."""
    if call.request.headers.get(b"accept") != b"text/loud":
        return None
    return "text/loud", repr(value).upper().encode()


def _loud(**handlers: Any) -> toy.Client:
    return toy.client(served=toy.service(write_as=_shouting, handlers=handlers))


def test_an_answer_is_written_as_its_vendor_writes_what_is_asked_for() -> None:
    client = _loud()
    loud, plain = (client.get("/v1/status", headers={"accept": each}) for each in ("text/loud", "*/*"))
    assert (loud.headers["content-type"], loud.body) == ("text/loud", repr(plain.json).upper().encode())
    assert plain.headers["content-type"] == "application/json"


def test_an_error_is_written_so_too() -> None:
    answer = _loud().get("/v1/nowhere", headers={"accept": "text/loud"})
    assert (answer.status, answer.headers["content-type"]) == (404, "text/loud")


def test_what_breaks_the_document_is_our_bug_whatever_it_is_written_as() -> None:
    answer = _loud(list_toys=lambda call: {"no": "list"}).get("/v1/toys", headers={"accept": "text/loud"})
    assert answer.status == 500


def test_what_cannot_be_written_has_not_happened() -> None:
    def broken(call: toy.Call, value: Any) -> tuple[str, bytes] | None:
        if call.operation is not None and call.operation.id == "create_toy" and "error" not in value:
            raise RuntimeError("no words")
        return None

    client = toy.client(served=toy.service(write_as=broken))
    before = toy.everything(client.sandbox)
    assert client.post("/v1/toys", {"name": "Top"}).status == 500
    assert toy.everything(client.sandbox) == before
