"""URLs and methods: the mounts, slashes, what is not there, and the methods that a URL does not take."""

from __future__ import annotations

import pytest

from tests.vendors.kinetic.calls import API, GOOD, INVITE, ISSUE, JONAS, NOT_FOUND, PUMP

MOUNTS = [
    "/kinetic-response",
    "/acme/kinetic-response",
    "/kinetic-response/kinetic-response",
    "/a%20b/kinetic-response",
]


@pytest.mark.parametrize("operation", GOOD)
def test_there_is_a_call_of_every_operation_that_succeeds(kinetic, service, operation) -> None:
    answer = GOOD[operation].send(kinetic)
    assert GOOD.keys() == service.document.operations.keys()
    assert (answer.status, answer.entry["operation"]) == (200, operation)


@pytest.mark.statement("KIN-130")
@pytest.mark.parametrize("mount", MOUNTS)
@pytest.mark.parametrize("operation", GOOD)
def test_the_product_s_mount_may_stand_before_every_path(kinetic, operation, mount) -> None:
    good = GOOD[operation]
    answer = good.send(kinetic, path=mount + good.path)
    assert (answer.status, answer.entry["operation"]) == (200, operation)


@pytest.mark.statement("KIN-130", "KIN-189")
@pytest.mark.parametrize(
    "mount",
    [
        "/response",
        "/Kinetic-Response",
        "/a/b/kinetic-response",
        "/kinetic-response/acme",
        "/kinetic-responses",
        "/api",
    ],
)
def test_nothing_else_may(kinetic, mount) -> None:
    answer = kinetic.get(f"{mount}{API}/valid")
    assert (answer.status, answer.json) == (404, NOT_FOUND)


@pytest.mark.statement("KIN-193")
@pytest.mark.parametrize(
    "spell", [lambda path: path + "/", lambda path: path.replace("/", "//"), lambda path: "/" + path + "//"]
)
@pytest.mark.parametrize("operation", GOOD)
def test_a_trailing_slash_and_doubled_slashes_make_no_difference(kinetic, operation, spell) -> None:
    good = GOOD[operation]
    answer = good.send(kinetic, path=spell(good.path))
    assert (answer.status, answer.entry["operation"]) == (200, operation)


@pytest.mark.statement("KIN-193", "KIN-130")
def test_slashes_and_a_mount_go_together(kinetic) -> None:
    assert kinetic.get(f"/acme//kinetic-response/{ISSUE}//").json["id"] == 376


UNKNOWN = [
    "/",
    "/api",
    "/api/v1",
    "/api/v2/valid",
    "/v1/valid",
    "/API/V1/valid",
    f"{API}/Valid",
    f"{API}/valid.json",
    f"{API}/session",
    f"{API}/sessions/1",
    f"{API}/issue",
    f"{API}/participants",
    f"{API}/invites",
    f"{API}/issues/{PUMP}/invite",
    f"{API}/issues/{PUMP}/invites/{INVITE}/again",
    f"{API}/issues/{PUMP}/messages/502",
    f"{API}/issues/{PUMP}/facts/601",
    f"{API}/users/ada.okafor@example.com/issues",
    "/kinetic-response",
]


@pytest.mark.statement("KIN-189", "KIN-188", "KIN-185")
@pytest.mark.parametrize("path", UNKNOWN)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_an_unknown_url_answers_404_with_or_without_a_credential(kinetic, anyone, method, path) -> None:
    answers = [
        client.call(method, path) for client in (kinetic, anyone, anyone.as_(Authorization="Bearer x"))
    ]
    assert [(each.status, each.json) for each in answers] == [(404, NOT_FOUND)] * 3


@pytest.mark.statement("KIN-235")
@pytest.mark.parametrize(
    "path", ["/users/auth/kinetic_core", "/oauth/applications", "/oauth/token", f"{ISSUE}/issue_socket"]
)
def test_the_browser_s_login_oauth_and_the_web_socket_are_not_there(kinetic, path) -> None:
    answer = kinetic.get(path, headers={"Upgrade": "websocket"})
    assert (answer.status, answer.json) == (404, NOT_FOUND)


METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"]
TAKEN = {
    f"{API}/sessions": "POST",
    f"{API}/valid": "GET",
    f"{API}/me": "GET",
    f"{API}/users": "POST",
    f"{API}/users/ada.okafor@example.com": "GET",
    f"{API}/issues": "POST",
    f"{API}/issues/my_open_issues": "GET",
    f"{API}/issues/search": "POST",
    ISSUE: "GET, PUT",
    f"{ISSUE}/present": "DELETE, GET, PATCH, POST, PUT",
    f"{ISSUE}/participants": "GET",
    f"{ISSUE}/participants/{JONAS}": "DELETE",
    f"{ISSUE}/invites": "GET, POST",
    f"{ISSUE}/invites/{INVITE}": "DELETE, POST",
    f"{ISSUE}/messages": "GET, POST",
    f"{ISSUE}/facts": "GET, POST",
    f"{ISSUE}/uploads": "GET, POST",
}


@pytest.mark.statement("KIN-190", "KIN-185", "KIN-295")
@pytest.mark.parametrize(
    ("path", "method"),
    [
        (path, method)
        for path, allow in TAKEN.items()
        for method in METHODS
        if method not in allow.split(", ")
    ],
)
def test_a_method_that_a_url_does_not_take_answers_405_with_allow(anyone, path, method) -> None:
    answer = anyone.call(method, path)
    assert (answer.status, answer.headers["allow"]) == (405, TAKEN[path])
    assert answer.json == {"message": "The method is not allowed for this URL."}


@pytest.mark.statement("KIN-191")
@pytest.mark.parametrize("operation", [name for name, good in GOOD.items() if good.method == "GET"])
def test_head_answers_as_get_does(kinetic, operation) -> None:
    get, head = GOOD[operation].send(kinetic), GOOD[operation].send(kinetic, method="HEAD")
    assert head.status == get.status == 200
    assert head.headers == get.headers  # the server leaves the body out: tests/wire shows it
    assert head.entry["operation"] == operation


@pytest.mark.statement("KIN-191", "KIN-190")
@pytest.mark.parametrize(
    "path", [f"{API}/sessions", f"{API}/users", f"{API}/issues/search", f"{ISSUE}/invites/{INVITE}"]
)
def test_head_of_what_has_no_get_answers_405(kinetic, path) -> None:
    assert kinetic.call("HEAD", path).status == 405


@pytest.mark.statement("KIN-196", "KIN-185", "KIN-298")
@pytest.mark.parametrize("path", [f"{API}/issues/my_open_issues", f"{ISSUE}/messages"])
@pytest.mark.parametrize("name", ["limit", "offset"])
@pytest.mark.parametrize(
    "value", ["-1", "x", "", "1.5", "1e3", "0x1", "%20", "1000001", "9" * 30, "null", "٣"]
)
def test_a_limit_that_is_no_whole_number_answers_400(kinetic, path, name, value) -> None:
    answer = kinetic.get(path, query=f"{name}={value}")
    assert (answer.status, answer.json) == (400, {"message": f"{name} is invalid"})


@pytest.mark.statement("KIN-196")
@pytest.mark.parametrize("path", [f"{API}/issues/my_open_issues", f"{ISSUE}/messages"])
@pytest.mark.parametrize("value", ["0", "1", "007", "1000000"])
def test_a_limit_that_is_a_whole_number_is_taken(kinetic, path, value) -> None:
    assert kinetic.get(path, query=f"limit={value}&offset={value}").status == 200


@pytest.mark.statement("KIN-196", "KIN-292")
def test_a_parameter_that_nobody_knows_is_ignored(kinetic) -> None:
    answer = kinetic.get(f"{ISSUE}/messages", query="limits=-1&page=x&limit=1")
    assert [each["id"] for each in answer.json] == [502]


@pytest.mark.statement("KIN-107")
@pytest.mark.parametrize(
    "operation", [name for name, good in GOOD.items() if PUMP in good.path and name != "list_action_items"]
)
def test_the_number_of_an_issue_in_a_route_answers_404(kinetic, operation) -> None:
    good = GOOD[operation]
    answer = good.send(kinetic, path=good.path.replace(PUMP, "376"))
    assert (answer.status, answer.json) == (404, NOT_FOUND)
