"""core/vendor.py: a vendor whose parts do not fit together refuses to load, with the name of what is wrong."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simulator.core.document import DocumentError
from simulator.core.sandbox import Sandbox
from simulator.core.settings import setting
from simulator.core.statements import LedgerError
from simulator.core.store import CollectionSpec, Store
from simulator.core.vendor import LoadError, Service, collects_problems
from tests.core import toy

TOYS = toy.FIXTURE["records"]["toys"]
SENTENCES = toy.STATEMENTS["statements"]


def without(mapping: Any, *names: str) -> Any:
    return {name: value for name, value in mapping.items() if name not in names}


def load(**changes: Any) -> Service:
    return toy.service(**changes)


def load_fixture(**changes: Any) -> Any:
    return toy.service(fixtures={"default": {**toy.FIXTURE, **changes}}).fixture()


def records(**changes: Any) -> dict[str, Any]:
    return {**toy.FIXTURE["records"], **changes}


# --- parts that fit --------------------------------------------------------------------------------------------------


def test_a_service_knows_its_operations_handlers_and_statements() -> None:
    service = load()

    assert service.name == "toy"
    assert service.document.operations.keys() == {*service.handlers, "list_dreams"}
    assert len(service.ledger) == len(toy.STATEMENTS["statements"])


def test_a_handler_that_collects_its_problems_is_known() -> None:
    assert load().collecting == {"create_part"}
    assert load(handlers={"create_toy": collects_problems(lambda call: None)}).collecting == {
        "create_part",
        "create_toy",
    }


def test_a_vendor_may_describe_records_that_its_document_does_not() -> None:
    document = toy.document()
    schema = document["components"]["schemas"]["Toy"]
    del schema["x-sim-collection"]

    described = load(document=document, record_schemas={"toys": schema})

    assert described.document.records["toys"].accepts(TOYS[0])
    assert not described.document.records["toys"].accepts({})
    with pytest.raises(DocumentError, match="the records of toys are described twice"):
        load(record_schemas={"toys": schema})


def test_the_next_number_is_beyond_that_of_every_record_by_its_id_or_its_key() -> None:
    keyed = CollectionSpec("toys", "owner_id")
    specs = tuple(keyed if each.name == "toys" else each for each in toy.COLLECTIONS)
    toys = [without(TOYS[0], "id") | {"owner_id": 40}]
    document = toy.document()
    schema = document["components"]["schemas"]["Toy"]
    schema["required"] = [name for name in schema["required"] if name != "id"]
    fixture = {**toy.FIXTURE, "records": {"toys": toys, "users": toy.FIXTURE["records"]["users"]}}

    store = load(collections=specs, document=document, fixtures={"default": fixture}).fixture().store

    assert store.sequences()["toys"] == 40


def test_the_greatest_body_is_that_of_any_operation() -> None:
    document = toy.document()
    document["paths"]["/v1/toys"]["post"]["x-sim-max-body"] = 5_000_000

    assert load().max_body == 1_000_000
    assert load(document=document).max_body == 5_000_000


def test_the_toys_own_schemas_take_what_the_document_says() -> None:
    assert load().document.records["toys"].accepts(toy.FIXTURE["records"]["toys"][0])


# --- parts that do not -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Citing:
    page_size: int = setting(1, "a size", "TOY-999")


DREAMING = {**toy.HANDLERS, "list_dreams": lambda call: None, "dream_on": lambda call: None}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"vendor_handlers": without(toy.HANDLERS, "read_toy", "list_toys")},
            "operations without a handler: list_toys, read_toy",
        ),
        ({"vendor_handlers": DREAMING}, "handlers without an operation: dream_on"),
        ({"authenticators": {"bearer": toy.authenticate_bearer}}, "security schemes without an authenticator: basic"),
        ({"collections": toy.COLLECTIONS[1:]}, "record schemas without a collection: toys"),
        ({"collections": (*toy.COLLECTIONS, CollectionSpec("dreams"))}, "collections without a record schema: dreams"),
        ({"settings": Citing}, "statements that settings cite and the ledger lacks: TOY-999"),
        (
            {"statements": {**toy.STATEMENTS, "statements": without(SENTENCES, "TOY-001", "TOY-040")}},
            "statements that the document cites and the ledger lacks: TOY-001, TOY-040",
        ),
    ],
)  # fmt: skip
def test_parts_that_do_not_fit_are_named(changes: dict[str, Any], message: str) -> None:
    handlers = changes.pop("vendor_handlers", toy.HANDLERS)
    document, statements = toy.DOCUMENT, changes.pop("statements", toy.STATEMENTS)
    declared = toy.vendor(**changes, handlers=handlers)

    with pytest.raises(LoadError, match=f"^toy: {message}$"):
        Service(declared, document, statements, lambda name: toy.FIXTURE)


def test_a_stub_needs_no_handler() -> None:
    assert "list_dreams" not in load().handlers


def test_a_broken_document_refuses_to_load() -> None:
    document = toy.document()
    document["paths"]["/v1/toys"]["get"]["x-sim-mood"] = "good"

    with pytest.raises(DocumentError, match="x-sim-mood"):
        load(document=document)


def test_a_ledger_of_another_vendor_refuses_to_load() -> None:
    with pytest.raises(LedgerError, match="vendor: toy"):
        load(statements={**toy.STATEMENTS, "vendor": "joy"})


# --- fixtures --------------------------------------------------------------------------------------------------------


def test_a_fixture_is_read_once() -> None:
    read: list[str | Path] = []

    def fixture(name: str | Path) -> Any:
        read.append(name)
        return toy.FIXTURE

    service = Service(toy.vendor(), toy.DOCUMENT, toy.STATEMENTS, fixture)
    for _ in range(3):
        service.fixture()

    assert read == ["default"]


def test_a_world_is_a_copy_of_its_fixture() -> None:
    service = load()
    world = Sandbox("a", {"toy": service}).worlds["toy"]

    world.store.delete("toys", 1)

    assert service.fixture().store.get("toys", 1)
    assert Sandbox("b", {"toy": service}).worlds["toy"].store.get("toys", 1)


def test_numbers_go_on_beyond_those_of_the_fixture() -> None:
    store = load().fixture().store.copy()

    assert (store.next("toys"), store.next("users"), store.next("parts")) == (8, 3, 1)


def test_a_fixture_may_set_switches_and_ask_for_credentials() -> None:
    fixture = load_fixture(settings={"page_size": 3}, credentials=[])

    assert fixture.settings == toy.Settings(page_size=3)
    assert fixture.credentials == []


def test_a_fixture_may_be_empty() -> None:
    assert (
        list(toy.service(fixtures={"default": {"format": 1, "vendor": "toy"}}).fixture().store.all("toys"))
        == []
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 2}, 'starts with "format: 1"'),
        ({"vendor": "joy"}, "vendor: toy"),
        ({"colour": 1}, "unknown keys colour"),
        ({"records": records(dreams=[])}, "no collection dreams; there are toys, parts, users, sessions"),
        ({"records": records(toys=[{"id": 1}])}, r"toys\[0\] \$.name: expected 'a value' \(required\), got 'nothing'"),
        (
            {"records": records(toys=[*TOYS, {**TOYS[0], "color": 5, "id": 9}])},
            r"toys\[3\] \$.color: expected 'string' \(type\), got 5",
        ),
        ({"records": records(toys=[TOYS[0]] * 2)}, r"toys\[1\]: toys already holds 1"),
        ({"records": records(sessions=[{"token": "x"}])}, r"sessions\[0\]: id"),
        ({"records": records(users=[{"id": 1, "name": "a", "admin": True, "password": 5}])}, r"got 'a secret \(int\)'"),
        ({"settings": {"page_size": "3"}}, "settings: page_size takes an integer, not '3'"),
        ({"settings": {"page_size": 0}}, "settings: page_size takes 1 or more"),
        ({"records": []}, "records"),
        ({"records": {"toys": {}}}, "records"),
        ({"records": {"toys": None}}, "records"),
        ({"settings": []}, "settings"),
        ({"credentials": {}}, "credentials"),
    ],
)  # fmt: skip
def test_a_fixture_that_breaks_its_schema_is_refused_by_its_place(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(LoadError, match=f"(?s)fixture default of toy: .*{message}"):
        load_fixture(**changes)


def test_all_that_is_wrong_with_a_fixture_is_said_at_once() -> None:
    with pytest.raises(LoadError) as refused:
        load_fixture(
            records=records(toys=[{**TOYS[0], "color": 5}, TOYS[0], TOYS[0], {**TOYS[0], "id": "one"}])
        )
    first, *lines = str(refused.value).splitlines()
    assert first == "fixture default of toy: 3 things are wrong:"
    assert [line.split()[0] for line in lines] == ["toys[0]", "toys[2]:", "toys[3]"]


def test_of_very_much_that_is_wrong_with_a_fixture_the_first_twenty_are_said() -> None:
    with pytest.raises(LoadError) as refused:
        load_fixture(records=records(users=[{"id": 1}] * 9))
    first, *lines = str(refused.value).splitlines()
    assert first == "fixture default of toy: 27 things are wrong:"
    assert (len(lines), lines[-1]) == (21, "  and 7 more")


@pytest.mark.parametrize("raw", [None, [], "toys", {}])
def test_what_is_no_fixture_is_refused(raw: Any) -> None:
    with pytest.raises(LoadError, match="starts with"):
        toy.service(fixtures={"default": raw}).fixture()


# --- records that do not fit together ---------------------------------------------------------------------------------


def _no_blue(store: Store) -> None:
    for each in store.all("toys"):
        if each["color"] == "blue":
            raise ValueError(f"toy {each['id']}: nothing here is blue")


def test_a_vendor_may_refuse_a_fixture_whose_records_do_not_fit_together() -> None:
    blue = {"default": {**toy.FIXTURE, "records": records(toys=[{**TOYS[0], "color": "blue"}])}}
    with pytest.raises(LoadError, match=r"fixture default of toy: toy \d+: nothing here is blue"):
        toy.service(check_fixture=_no_blue, fixtures=blue).fixture()


def test_a_vendor_may_keep_a_record_in_a_form_of_its_own() -> None:
    def paint(store: Store) -> None:
        for each in list(store.all("toys")):
            store.replace("toys", {**each, "color": "red"})

    store = toy.service(check_fixture=paint).fixture().store
    assert {each["color"] for each in store.all("toys")} == {"red"}


def test_a_vendor_that_asks_for_nothing_more_takes_every_valid_record() -> None:
    blue = {"default": {**toy.FIXTURE, "records": records(toys=[{**TOYS[0], "color": "blue"}])}}
    assert toy.service(fixtures=blue).fixture().name == "default"
