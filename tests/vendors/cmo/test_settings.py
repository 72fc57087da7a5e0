"""Each contradiction of the page: what the default does, and what the other reading would."""

from __future__ import annotations

import dataclasses

import pytest

from simulator.core.sandbox import Sandbox
from simulator.core.settings import change_settings
from simulator.core.vendor import LoadError
from simulator.vendors.cmo.rules import Settings
from tests.vendors.cmo.calls import (
    ACTION,
    ACTIONS,
    CHANGED,
    KEYS,
    NO_RISK,
    NOWHERE,
    PRINTED,
    REQUIRED,
    SAMPLE,
    changed,
    created,
    errors,
    fetched,
    no_id,
    refused,
    without,
)

DEFAULTS = {
    "jwt_enabled": True,
    "jwt_secret": None,
    "jwt_expire_minutes": 20,
    "mutual_enabled": False,
    "mutual_root_certificate_thumbprint": "",
    "mutual_trusted_client_thumbprints": (),
    "company_time_zone": None,
    "also_require_create": False,
    "get_permission": "edit",
    "static_token_use": "alone",
    "null_risk": "no_risk",
    "get_fields": "printed",
    "put_mode": "partial",
    "required_fields": (),
    "unknown_action": "404",
}


def test_the_settings_and_their_defaults() -> None:
    assert dataclasses.asdict(Settings()) == DEFAULTS


def test_every_contradiction_that_has_two_readings_is_a_setting(service) -> None:
    cited = {field.metadata["statement"] for field in dataclasses.fields(Settings)}
    contradictions = {id for id in service.ledger if id.startswith("CMO-Q")}
    # Of these the fact is a matter of spelling, of what nobody knows, or of the records.
    without_switch = {f"CMO-Q{n}" for n in (6, 9, 12, 13, 14, 15, 17, 18, 19, 20, 21)}
    assert contradictions - cited == without_switch


@pytest.mark.statement("CMO-Q5")
@pytest.mark.parametrize("risk", ["residualRisk", "inherentRisk"])
def test_null_risk_printed_as_null(cmo, risk) -> None:
    cmo.settings(null_risk="null")
    assert created(cmo, **{risk: None})[risk] is None
    assert created(cmo, **{risk: NO_RISK})[risk] == NO_RISK
    assert changed(cmo, {risk: None})[risk] is None
    cmo.settings(null_risk="no_risk")
    assert fetched(cmo)[risk] == NO_RISK  # it is how a risk is printed, whenever it was sent


@pytest.mark.statement("CMO-Q7")
def test_get_with_all_fields(cmo) -> None:
    cmo.settings(get_fields="all")
    action = created(cmo, geocortexFeature={"id": 7})
    assert list(action) == [*KEYS, "geocortexFeature", "attachmentRequired", "confidential"]
    assert (action["geocortexFeature"], action["attachmentRequired"], action["confidential"]) == (
        {"id": 7},
        True,
        False,
    )


@pytest.mark.statement("CMO-Q8")
def test_put_as_a_full_replacement(cmo) -> None:
    cmo.settings(put_mode="full")
    before = fetched(cmo)
    action = changed(cmo, {"actionText": "All there is"})
    kept = ("id", "uniqueID", "status", "assignorUser", "createdDateTime", "verifications")
    for name in KEYS:
        if name in kept:
            assert action[name] == before[name], name
    assert action["actionText"] == "All there is"
    assert [name for name in KEYS if action[name] is None] == [
        "guidanceText", "carbonCopyEmail", "orgUnit", "entity", "category", "priority", "responsibleUser", "dueDate",
        "gpsCoordinates", "actionValue", "hoursTaken", "progress",
    ]  # fmt: skip
    assert (action["residualRisk"], action["inherentRisk"], action["customFields"]) == (NO_RISK, NO_RISK, [])
    assert changed(cmo, CHANGED)["progress"] == 33


@pytest.mark.statement("CMO-Q11", "CMO-157", "CMO-171")
def test_an_installation_requires_fields(cmo) -> None:
    cmo.settings(required_fields=["orgUnitName", "actionText", "responsibleUserName", "dueDate"])
    before = cmo.state()
    answer = cmo.post(ACTIONS, {})
    refused(
        cmo,
        answer,
        errors(OrgUnitName=REQUIRED, ActionText=REQUIRED, ResponsibleUserName=REQUIRED, DueDate=REQUIRED),
    )
    assert cmo.state() == before
    nulls = {"orgUnitName": None, "orgUnitId": None, "actionText": None}
    refused(cmo, cmo.post(ACTIONS, {**SAMPLE, **nulls}), errors(OrgUnitName=REQUIRED, ActionText=REQUIRED))
    ids = {"orgUnitId": 12480, "responsibleUserLogin": "superadmin"}
    assert created(cmo, without("orgUnitName", "responsibleUserName") | ids)
    assert changed(cmo, {"progress": 7})["progress"] == 7
    for cleared in ({"dueDate": None}, {"orgUnitId": None}):
        answer = cmo.put(ACTION, cleared)
        [problem] = answer.entry["explanation"]["problems"]
        assert (answer.status, problem["rule"]) == (400, "required")


@pytest.mark.statement("CMO-Q11", "CMO-Q8")
def test_a_full_replacement_has_the_required_fields_too(cmo) -> None:
    cmo.settings(required_fields=["actionText"], put_mode="full")
    refused(cmo, cmo.put(ACTION, {"progress": 7}), errors(ActionText=REQUIRED))


@pytest.mark.statement("CMO-Q16")
@pytest.mark.parametrize("id", [NOWHERE.rpartition("/")[2], "not-a-guid"])
def test_an_unknown_action_as_a_400(cmo, id) -> None:
    cmo.settings(unknown_action="400")
    for verb, body in (("GET", None), ("PUT", CHANGED), ("DELETE", None)):
        refused(cmo, cmo.call(verb, f"{ACTIONS}/{id}", body), errors(Id=no_id(id)))
    assert cmo.get(ACTION).json["id"] == PRINTED


@pytest.mark.statement("CMO-100")
def test_a_sandbox_or_a_fixture_without_a_secret_is_refused_with_the_reason(service, tmp_path) -> None:
    words = "Authentication.Jwt.Secret must not be empty while JWT is enabled"
    with pytest.raises(ValueError, match=words):
        Sandbox("test", {"cmo": service}, settings={"cmo": {"jwt_secret": ""}})
    with pytest.raises(LoadError, match=f"fixture mine of cmo: settings: {words}"):
        service._load(
            "mine", {"format": 1, "vendor": "cmo", "settings": {"jwt_enabled": True, "jwt_secret": ""}}
        )
    assert Sandbox("test", {"cmo": service}, settings={"cmo": {"jwt_enabled": False, "jwt_secret": ""}})


@pytest.mark.parametrize(
    "value",
    [
        "", "IST", "Asia/Nowhere", "../../etc/passwd", "/etc/localtime", "America", "UTC\0",
        "localtime", "posixrules", "Factory", "right/Asia/Kolkata", "posix/Asia/Kolkata", "posix/",
    ],
)  # fmt: skip
def test_a_company_time_zone_that_there_is_not_is_refused_in_words(value) -> None:
    with pytest.raises(ValueError, match="company_time_zone is an IANA name"):
        change_settings(Settings(), {"company_time_zone": value})


def test_settings_of_another_kind_are_refused() -> None:
    for wrong in (
        {"jwt_enabled": "true"},
        {"jwt_expire_minutes": "20"},
        {"mutual_trusted_client_thumbprints": "A1"},
        {"get_permission": "create"},
        {"required_fields": ["colour"]},
        {"company_time_zone": 5},
    ):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            change_settings(Settings(), wrong)


def test_a_credential_of_a_fixture_names_a_login(service) -> None:
    fixture = service.fixture()
    for wrong, words in (
        ({"email": "x"}, "is written {login: ...}"),
        ({"login": "nobody"}, "no user with the login"),
    ):
        sandbox = Sandbox("test", {"cmo": service})
        with pytest.raises(ValueError, match=words):
            service.vendor.start(sandbox.worlds["cmo"], [wrong])
    assert fixture.credentials


def test_the_first_credential_has_every_right_and_each_has_its_own(sandbox) -> None:
    credentials = sandbox.worlds["cmo"].credentials
    assert [each["login"] for each in credentials] == [
        "superadmin", "priya.creates", "tomas.edits", "ines.deletes", "olu.nothing",
    ]  # fmt: skip
    assert [each["rights"] for each in credentials] == [
        ["create", "edit", "delete", "create_events"], ["create"], ["edit"], ["delete"], [],
    ]  # fmt: skip
    assert len({each["static_token"] for each in credentials}) == 5
    assert all(set(each) == {"login", "password", "static_token", "rights"} for each in credentials)
