"""Who sees what and may do what: partitions, kinds of session, rights."""

from __future__ import annotations

import pytest

from tests.vendors.alemba.calls import LOGIN, V1


@pytest.mark.statement("ALM-307")
def test_a_user_session_sees_the_records_of_its_own_user_alone(sam, ada) -> None:
    mine = sam.refs()
    assert mine
    assert {ada.get(f"{V1}/call/{ref}").json["User"] for ref in mine if ref != 41} == {4}
    others = [ref for ref in ada.refs() if ref not in mine]
    assert all(sam.get(f"{V1}/call/{ref}").status == 404 for ref in others[:20])
    assert sam.refs("request") == [1]
    assert sam.refs("task") == [1, 2]


@pytest.mark.statement("ALM-252")
def test_a_user_session_creates_for_its_own_user(sam, ada) -> None:
    call = sam.new(User=5)
    assert (call["User"], call["LoggedBy"]) == (4, 4)
    assert set(call["_actions"]) == {"Get", "Submit", "AttachmentCreate"}
    assert sam.act(call, "Submit").status == 200
    assert ada.get(f"{V1}/call/{call['Ref']}").status == 200


@pytest.mark.statement("ALM-244", "ALM-027")
def test_a_user_session_has_not_the_rights_of_an_analyst(sam) -> None:
    ref = sam.refs()[0]
    before = sam.state()
    for action in ("forward", "lock", "close", "assign"):
        answer = sam.put(f"{V1}/call/{ref}/{action}", {"AssignedGroup": 1, "AssignedTo": 1})
        assert (answer.status, answer.json["SubStatus"]) == (403, "NotAllowed")
    assert sam.put(f"{V1}/call/{ref}", {"Priority": 1}).status == 403
    assert sam.delete(f"{V1}/call/{ref}").status == 403
    assert sam.get(f"{V1}/inventory-allocation").status == 403
    assert sam.state() == before


@pytest.mark.statement("ALM-244")
def test_who_may_only_read_is_refused_everything_else(mei) -> None:
    before = mei.state()
    assert mei.get(f"{V1}/call/2").status == 200
    assert list(mei.get(f"{V1}/call/2").json["_actions"]) == ["Get"]
    for method, path, body in (
        ("POST", "call", {"Description": "x"}),
        ("PUT", "call/2/lock", {}),
        ("DELETE", "call/2", None),
        ("POST", "call/2/attachment", {"Name": "x", "Data": "eA=="}),
        ("PUT", "person/2", {"FirstName": "x"}),
    ):
        answer = mei.call(method, f"{V1}/{path}", body)
        assert (answer.status, answer.json["SubStatus"]) == (403, "NotAllowed"), path
    assert mei.state() == before


@pytest.mark.statement("ALM-244")
def test_who_has_no_right_learns_nothing_of_its_body(mei) -> None:
    assert (
        mei.call("POST", f"{V1}/call", body=b"{", headers={"Content-Type": "application/json"}).status == 403
    )


@pytest.mark.statement("ALM-296")
def test_links_lead_only_where_the_caller_may_follow(lena, ada) -> None:
    (ref,) = [ref for ref in lena.refs(filter="Service==12") if ref == 9]
    record = lena.get(f"{V1}/call/{ref}").json
    assert record["Service"] == 12
    assert "Service" not in record["_links"]
    assert "Service" in ada.get(f"{V1}/call/{ref}").json["_links"]


@pytest.mark.statement("ALM-308")
def test_what_is_not_seen_looks_like_what_is_not_there(lena, sam) -> None:
    for api, ref in ((lena, 1), (sam, 3)):
        for method, path in (("GET", ""), ("PUT", "/close"), ("GET", "/history")):
            if api is sam and method == "PUT":
                continue
            hidden = api.call(method, f"{V1}/call/{ref}{path}", {} if method == "PUT" else None)
            absent = api.call(method, f"{V1}/call/99999{path}", {} if method == "PUT" else None)
            assert (hidden.status, hidden.body) == (absent.status, absent.body) == (404, absent.body)
    deleted = lena.get(f"{V1}/call/33")
    assert deleted.body == lena.get(f"{V1}/call/99999").body
    assert deleted.entry["explanation"]["removed"] is True


@pytest.mark.statement("ALM-253")
def test_a_new_record_is_of_a_partition_of_the_session(lena, ada) -> None:
    assert lena.new()["Partition"] == 2
    assert lena.post(f"{V1}/call", {"Description": "x", "Partition": 1}).status == 400
    assert ada.new(Partition=2)["Partition"] == 2


def test_a_session_without_a_user_sees_the_partitions_of_its_client(anyone) -> None:
    tokens = anyone.form(LOGIN, grant_type="client_credentials", client_id="anonymous").json
    nobody = anyone.with_tokens(tokens)
    assert nobody.refs("service") == [11, 12, 14]
    anyone.arrange("clients", "anonymous", partitions=[2])
    assert nobody.refs("service") == [13, 14]


def test_what_has_no_partition_is_seen_by_everyone(ada, lena) -> None:
    assert ada.stored("call", 53).get("Partition") is None
    assert ada.get(f"{V1}/call/53").status == lena.get(f"{V1}/call/53").status == 200
