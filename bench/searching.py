"""What a search of Alemba costs with 10,000 calls, next to the same work written by hand in plain Python over dicts."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from statistics import median
from typing import Any
from urllib.parse import quote

import orjson

from bench.load import WrongAnswer
from bench.report import Report, Target
from simulator.app import load_services
from simulator.core.call import Request
from simulator.core.clock import parse_instant
from simulator.core.dispatch import dispatch
from simulator.core.sandbox import Sandbox
from simulator.vendors.alemba.oauth import issue_tokens, open_session

CALLS = 10_000
PAGE = 30
ROUNDS = 31
BOTH = 'Priority==1 && Description.Contains("x")'
KEY = "Ref==7500"
LINK = "User==7"
DEEPEST = "||".join(["User.Organization.Name==null"] * 3)  # a fourth is more steps than a search may take
LONG = 100_000  # so many rows of so many characters
PAGED, KEYED, STALL = Target("under", 25.0), Target("under", 1.0), Target("under", 50.0)
BY_HAND = Target("at most", 2.0)


class Searched:
    """A sandbox with so many calls, and its calls as a list of dicts."""

    def __init__(self) -> None:
        service = load_services(["alemba"])["alemba"]
        self.sandbox = Sandbox(
            "bench", {"alemba": service}, now=parse_instant("2017-03-20T12:00:00Z"), mode="frozen"
        )
        world = self.sandbox.worlds["alemba"]
        first = list(world.store.all("call"))
        for child in ("incident", "problem"):  # the hand-written search knows no children
            for record in list(world.store.all(child)):
                world.store.delete(child, record["Ref"])
        for number in range(len(first) + 1, CALLS + 1):
            model = first[number % len(first)]
            text = f"{model['Description']} {'x' if number % 3 else 'y'}{number}"
            record = {**model, "Ref": 1000 + number, "Description": text, "Deleted": None, "LockedBy": None}
            world.store.insert("call", record)
        client, ada = world.store.get("clients", "integration"), world.store.get("users", "ada.okafor")
        if client is None or ada is None:
            raise WrongAnswer("the fixture has not whom this measures with")
        session = open_session(world, self.sandbox.clock.now(), client, ada, "Analyst")
        self.token = issue_tokens(world, self.sandbox.clock.now(), session)["access_token"]
        world.store.commit()
        self.calls: list[Any] = list(world.store.all("call"))

    def ask(self, query: str, status: int = 200) -> bytes:
        request = Request(
            "GET", "/alemba.api/api/v1/call", query, {b"authorization": f"Bearer {self.token}".encode()}
        )
        response = dispatch(self.sandbox, "alemba", request)
        if response.status != status:
            raise WrongAnswer(f"a search answered {response.status}")
        return response.body

    def lengthen(self) -> None:
        """Many more calls with a long text, which is one in memory."""
        world = self.sandbox.worlds["alemba"]
        text = "x" * LONG
        for number in range(CALLS + 1, LONG + 1):
            world.store.insert("call", {**self.calls[0], "Ref": 1000 + number, "Description": text})
        world.store.commit()

    def by_hand(self, fits: Callable[[Any], bool]) -> bytes:
        """What one would write for a test: who may see a row, the filter, the order, the page, the answer."""
        mine = {None, 1, 2}
        deleted = {"Y", "YES", "T", "TRUE", "ON", "1", "P", "A"}
        rows = [
            row
            for row in self.calls
            if fits(row)
            and row.get("Deleted") not in deleted
            and row.get("Partition") in mine
            and (row["Status"] or row["LoggedBy"] == 1)
        ]
        rows.sort(key=lambda row: (row["LoggedDate"] is not None, row["LoggedDate"]), reverse=True)
        page = [
            {
                "Ref": row["Ref"],
                "Description": row["Description"],
                "_actions": {
                    "Get": [
                        {"methods": ["GET"], "href": f"api:v1/call/{row['Ref']}", "_self": "api:v1/call/$get"}
                    ]
                },
                "_context": "api:v1/call/$metadata",
                "_self": f"api:v1/call/{row['Ref']}",
            }
            for row in rows[:PAGE]
        ]
        return orjson.dumps({"results": page})


def _query(text: str) -> str:
    return f"$filter={quote(text, safe='')}&$orderby=LoggedDate%20desc&$top={PAGE}&$select=Ref,Description"


def _median_ms(works: list[Callable[[], bytes]]) -> list[float]:
    """The median time of each work, taken in turn, so that what the machine does besides meets both."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(ROUNDS):
        for place, work in enumerate(works):
            began = time.perf_counter()
            work()
            taken[place].append((time.perf_counter() - began) * 1000)
    return [median(each) for each in taken]


def measure(report: Report) -> None:
    report.heading(f"Alemba: a search among {CALLS:,} calls (through the whole of dispatch, one core)")
    searched = Searched()
    for name, text, fits, target in (
        ("a filter of two, ordered, a page of 30", BOTH,
         lambda row: row["Priority"] == 1 and row["Description"] is not None and "x" in row["Description"], PAGED),
        ("equality of the key", KEY, lambda row: row["Ref"] == 7500, KEYED),
        ("equality of a link, ordered, a page of 30", LINK, lambda row: row["User"] == 7, None),
    ):  # fmt: skip
        query = _query(text)
        ours, plain = searched.ask(query), searched.by_hand(fits)
        if orjson.loads(ours)["results"] != orjson.loads(plain)["results"]:
            raise WrongAnswer(f"{text} finds something else than plain Python does")
        asked, by_hand = _median_ms([partial(searched.ask, query), partial(searched.by_hand, fits)])
        report.figure(name, asked, "ms", target)
        report.figure(f"{name}, next to plain Python", asked / by_hand, "x", BY_HAND)
    [deepest] = _median_ms([partial(searched.ask, f"$filter={quote(DEEPEST, safe='')}&$top={PAGE}")])
    report.figure("the longest that a filter may take", deepest, "ms", STALL)
    [ordered] = _median_ms([partial(searched.ask, f"$orderby=Description,ExternalReference&$top={PAGE}")])
    report.figure("an order by two texts", ordered, "ms", STALL)
    searched.lengthen()
    contains = "$filter=" + quote('Description.Contains("y")', safe="")
    [refused] = _median_ms([partial(searched.ask, contains, 400)])
    report.figure(f"Contains in {LONG:,} texts of {LONG:,} characters, refused", refused, "ms", STALL)
