"""core/crud.py: one-line handlers, seen through dispatch."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.core import crud
from simulator.core.errors import NotFound
from simulator.core.store import Record
from tests.core import toy


def find(call: Any) -> Record:
    record = call.store.get("toys", int(call.params["toy_id"]))
    if record is None:
        raise NotFound("no toy has this id", collection="toys", key=call.params["toy_id"])
    return dict(record)


def present(call: Any, record: Record) -> Record:
    return {**record, "name": record["name"].upper()}


@pytest.fixture
def client() -> toy.Client:
    document = toy.document()
    document["paths"]["/v1/toys/{toy_id}"]["delete"]["responses"] = document["paths"]["/v1/toys/newest"][
        "get"
    ]["responses"]
    handlers = {
        **toy.HANDLERS,
        "read_toy": crud.read(find, present),
        "list_toys": crud.list_all(lambda call: call.store.find("toys", "color", "red"), present),
        "delete_toy": crud.remove("toys", find, present),
    }
    return toy.Client(toy.sandbox(served=toy.service(document=document, handlers=handlers)))


def test_reading_presents_the_record_that_was_found(client: toy.Client) -> None:
    assert client.get("/v1/toys/1").json["name"] == "BEAR"
    assert client.toys()[0]["name"] == "bear"


def test_reading_what_is_not_there_is_the_finders_refusal(client: toy.Client) -> None:
    assert client.get("/v1/toys/99").status == 404


def test_listing_presents_every_record_in_order(client: toy.Client) -> None:
    assert [record["name"] for record in client.get("/v1/toys").json] == ["BEAR", "BALL"]


def test_removing_answers_the_record_as_it_was(client: toy.Client) -> None:
    answer = client.delete("/v1/toys/1")

    assert (answer.status, answer.json["name"]) == (200, "BEAR")
    assert [record["id"] for record in client.toys()] == [2, 7]


def test_removing_twice_is_the_finders_refusal(client: toy.Client) -> None:
    client.delete("/v1/toys/1")

    assert client.delete("/v1/toys/1").status == 404
