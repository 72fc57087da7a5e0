"""$filter: operators, types, dates, texts, precedence; each result is compared with the rows themselves."""

from __future__ import annotations

import pytest

from simulator.vendors.alemba.entities import MODEL
from simulator.vendors.alemba.search import filtering, paths
from simulator.vendors.alemba.search.filtering import Readings, compiled
from simulator.vendors.alemba.values import is_true, stored_instant
from tests.vendors.alemba.calls import NOW, V1, query

NEW_YEAR = "2016-12-31T23:00:00.000Z"  # midnight on January 1st 2017 in UTC+1


@pytest.fixture
def rows(ada):
    """What Ada sees of calls, as it is stored, in order of Ref."""
    found = [record for name in ("call", "incident", "problem") for record in ada.world.store.all(name)]
    return [
        each for each in found if each.get("Deleted") is None and (each["Status"] or each["LoggedBy"] == 1)
    ]


@pytest.fixture
def same(ada, rows):
    """That a filter gives exactly the rows of which something holds, and neither none nor all of them."""

    def check(wanted, holds, *, some=True):
        expected = [each["Ref"] for each in rows if holds(each)]
        assert ada.refs(filter=wanted) == expected
        if some:
            assert 0 < len(expected) < len(rows)

    return check


def refused(api, wanted, **more):
    answer = api.search(filter=wanted, **more)
    assert answer.status == 400, (wanted, answer.json)
    assert answer.entry["explanation"]["problems"][0]["path"] == "$['$filter']"
    return answer.json["SubStatus"]


# --- equality --------------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALM-149", "ALM-147", "ALM-151")
def test_the_printed_filter(same) -> None:
    same("Priority==1", lambda row: row["Priority"] == 1)


@pytest.mark.statement("ALM-152")
def test_one_sign_is_as_good_as_two(ada, same) -> None:
    same("Priority = 1", lambda row: row["Priority"] == 1)
    history = ada.get(
        f"{V1}/call/2/history", query="$select=Order,ActionTitle,ActionDescription&$Filter=Order=3"
    )
    assert [each["Order"] for each in history.json["results"]] == [3]


@pytest.mark.statement("ALM-153")
@pytest.mark.parametrize(
    "term", ["Priority{}1", 'ExternalReference{}"EXT-1004"', "Service{}11", "ActionCount{}0"]
)
def test_unequal_is_the_complement(ada, rows, term) -> None:
    equal, unequal = set(ada.refs(filter=term.format("=="))), set(ada.refs(filter=term.format("!=")))
    assert equal
    assert equal | unequal == {each["Ref"] for each in rows}
    assert not equal & unequal


@pytest.mark.statement("ALM-154", "ALM-271", "ALM-172")
@pytest.mark.parametrize(
    ("wanted", "field", "value"),
    [
        ("ActionCount==3", "ActionCount", 3),
        ("TransferredBytes==4294967296", "TransferredBytes", 4294967296),
        ("TransferredBytes==9007199254740993", "TransferredBytes", 9007199254740993),
        ("Progress==0.25", "Progress", 0.25),
        ("ActionWorkHours==0.1", "ActionWorkHours", 0.1),
        ("Cost==19.99", "Cost", 19.99),
        ("Cost==-5", "Cost", -5.0),
        ("Severity==-32768", "Severity", -32768),
        ('ExternalReference=="EXT-1008"', "ExternalReference", "EXT-1008"),
        ('Description=="Screen 1 stays dark."', "Description", "Screen 1 stays dark."),
        ('Description==""', "Description", ""),
        ("LoggedDate==@DateTime(2016-12-31T23:00:00Z)", "LoggedDate", NEW_YEAR),
        ("User==4", "User", 4),
        ("Service!=null", "Service", ...),
        ("Signature!=null", "Signature", ...),
    ],
)
def test_every_data_type_takes_equality(same, wanted, field, value) -> None:
    same(wanted, lambda row: row.get(field) is not None if value is ... else row.get(field) == value)


@pytest.mark.statement("ALM-155", "ALM-156")
def test_a_binary_is_compared_with_null_alone(ada, same) -> None:
    same("Signature==null", lambda row: row.get("Signature") is None)
    assert refused(ada, 'Signature=="U2lnbmVkIGJ5IFNhbS4="') == "NotSupported"


@pytest.mark.statement("ALM-158", "ALM-159", "ALM-160", "ALM-271")
@pytest.mark.parametrize("name", ["Breached", "Escalated", "CustomFlag1"])
def test_a_flag_by_itself_and_its_negation(same, name) -> None:
    def holds(row):
        return is_true(row.get(name)) is True

    for wanted in (name, f"{name}==true", f"{name} = true", f"true=={name}", f"{name}!=false", f"!!{name}"):
        same(wanted, holds)
    for wanted in (f"!{name}", f"{name}==false", f"{name}!=true", f"!({name}==true)", f"!({name})"):
        same(wanted, lambda row: not holds(row))


@pytest.mark.statement("ALM-209")
def test_true_finds_every_spelling(ada) -> None:
    assert {1, 2, 3, 4, 5, 6, 7, 8} <= set(ada.refs(filter="Escalated==true"))
    assert not set(range(9, 17)) & set(ada.refs(filter="Escalated"))


def test_a_flag_may_be_null(same) -> None:
    same("Breached==null", lambda row: row.get("Breached") is None)


# --- numbers ---------------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALM-178", "ALM-179", "ALM-180", "ALM-181", "ALM-299")
@pytest.mark.parametrize(
    ("name", "bound"),
    [
        ("ActionCount", 3),
        ("TransferredBytes", 0),
        ("Progress", 0.5),
        ("ActionWorkHours", 1.25),
        ("Cost", 0.1),
        ("Severity", 0),
    ],
)
def test_numbers_of_all_six_types_have_an_order(same, name, bound) -> None:
    def against(compare):
        return lambda row: row.get(name) is not None and compare(row[name])

    same(f"{name}>{bound}", against(lambda value: value > bound))
    same(f"{name} < {bound}", against(lambda value: value < bound))
    same(f"{name}>={bound}", against(lambda value: value >= bound))
    same(f"{name}<={bound}", against(lambda value: value <= bound))
    same(f"{bound}<{name}", against(lambda value: value > bound))


@pytest.mark.parametrize(("wanted", "bound"), [("Ref>1.5e2", 150), ("Ref>-0.5", -1), ("Ref>=160.0", 159)])
def test_a_number_may_be_written_as_in_csharp(same, wanted, bound) -> None:
    same(wanted, lambda row: row["Ref"] > bound, some=bound > 0)


# --- dates -----------------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALM-162", "ALM-214")
def test_the_printed_boundary_is_exact(ada, same) -> None:
    same("LoggedDate > @DateTime(2017-01-01T00:00:00+01:00)", lambda row: row["LoggedDate"] > NEW_YEAR)
    same("LoggedDate >= @DateTime(2017-01-01T00:00:00+01:00)", lambda row: row["LoggedDate"] >= NEW_YEAR)
    assert 22 in ada.refs(filter="LoggedDate==@DateTime(2017-01-01T00:00:00+01:00)")


@pytest.mark.statement("ALM-222")
def test_milliseconds_are_taken(same) -> None:
    same("LoggedDate > @DateTime(2017-01-01T00:00:00.000Z)", lambda row: row["LoggedDate"] > "2017-01-01T00")


@pytest.mark.statement("ALM-170")
def test_equal_instants_give_equal_rows(ada) -> None:
    spellings = (
        "2017-01-01T00:00:00+01:00",
        "2016-12-31T23:00:00Z",
        "2017-01-01T04:30:00+05:30",
        "2016-12-31T18:00-05:00",
    )
    found = [ada.refs(filter=f"LoggedDate<@DateTime({each})") for each in spellings]
    assert found[0]
    assert all(each == found[0] for each in found)


@pytest.mark.statement("ALM-171", "ALM-Q5")
def test_without_a_zone_a_date_is_in_the_server_s(ada, same) -> None:
    wanted = "LoggedDate<@DateTime(2017-01-01T00:00:00)"
    same(wanted, lambda row: row["LoggedDate"] < "2017-01-01T00:00:00.000Z")
    ada.settings(server_time_zone="+13:00")
    same(wanted, lambda row: row["LoggedDate"] < "2016-12-31T11:00:00.000Z")
    ada.settings(dates_without_zone="refuse")
    refused(ada, wanted)
    assert ada.search(filter="LoggedDate<@DateTime(2017-01-01T00:00:00Z)").status == 200


@pytest.mark.statement("ALM-163")
@pytest.mark.parametrize(
    "text", ["01/02/2017", "2017-13-01", "yesterday", "", "2017", "2017-01-01T00:00:00 01:00", "2017-1-1"]
)
def test_a_date_is_iso_8601(ada, text) -> None:
    refused(ada, f"LoggedDate > @DateTime({text})")


@pytest.mark.statement("ALM-161", "ALM-Q6", "ALM-235")
@pytest.mark.parametrize("text", ["2017-01-01", "2017-01-01T00:00:00Z", '"2017-01-01"', "20170101"])
def test_a_date_that_no_augmenter_makes_is_not_supported(ada, text) -> None:
    assert refused(ada, f"CreatedDate > {text}") == "NotSupported"


@pytest.mark.statement("ALM-Q6")
def test_in_the_other_reading_a_bare_date_is_a_date(ada, same) -> None:
    ada.settings(bare_dates="accept")
    same("CreatedDate > 2017-01-01", lambda row: row["CreatedDate"] > "2017-01-01T00:00:00.000Z")
    same("CreatedDate > 2017-01-01T00:00:00Z", lambda row: row["CreatedDate"] > "2017-01-01T00:00:00.000Z")


@pytest.mark.statement("ALM-164", "ALM-165", "ALM-224", "ALM-215")
def test_now_is_where_the_clock_stands_and_moves_with_it(anyone) -> None:
    anyone.sandbox.clock.set(anyone.sandbox.clock.now() - 60 * 86_400_000_000)
    ada = anyone.logged_in("ada.okafor")
    before, after = ada.refs(filter="LoggedDate <= @Now"), ada.refs(filter="LoggedDate > @Now")
    assert before
    assert sorted(before + after) == ada.refs()
    ada.advance("PT9M")
    ada.advance("PT30S")
    anyone.advance("P10D")
    later = anyone.logged_in("ada.okafor").refs(filter="LoggedDate <= @Now")
    assert set(before) < set(later)


@pytest.mark.statement("ALM-Q7")
def test_in_the_other_reading_now_is_the_day(ada) -> None:
    call = ada.new()
    assert call["LoggedDate"] == NOW
    assert call["Ref"] in ada.refs(filter="LoggedDate == @Now")
    ada.settings(now_is="date")
    assert call["Ref"] not in ada.refs(filter="LoggedDate <= @Now")
    assert "ALM-Q7" in ada.search(filter="LoggedDate <= @Now").statements


@pytest.mark.statement("ALM-225", "ALM-272")
@pytest.mark.parametrize(
    ("offset", "first"),
    [
        ("-7,-2,-30", "2017-03-13T09:30:00.000Z"),
        ("0,-1,-30", "2017-03-20T10:30:00.000Z"),
        (" -1 , 0 , 0 ", "2017-03-19T12:00:00.000Z"),
    ],
)
def test_an_offset_is_days_hours_and_minutes(ada, offset, first) -> None:
    call = ada.new()
    for date, found in ((first, False), (first.replace(":00.000Z", ":00.001Z"), True)):
        ada.arrange("call", call["Ref"], LoggedDate=date)
        assert (call["Ref"] in ada.refs(filter=f"LoggedDate > @NowOffset({offset})")) is found


@pytest.mark.statement("ALM-225")
@pytest.mark.parametrize(
    "offset", ["", "1", "1,2", "1,2,3,4", "a,b,c", "1.5,0,0", "999999999,0,0", "@Now,0,0"]
)
def test_an_offset_that_is_none_is_refused(ada, offset) -> None:
    refused(ada, f"LoggedDate > @NowOffset({offset})")


@pytest.mark.statement("ALM-169", "ALM-167", "ALM-162")
def test_a_range_is_two_augmenters(same) -> None:
    same(
        "LoggedDate > @DateTime(2017-01-01T00:00:00+01:00) && LoggedDate < @NowOffset(-20,-1,-30)",
        lambda row: NEW_YEAR < row["LoggedDate"] < "2017-02-28T10:30:00.000Z",
    )


# --- texts -----------------------------------------------------------------------------------------------------------


@pytest.mark.statement("ALM-173", "ALM-174", "ALM-268", "ALM-172", "ALM-176")
@pytest.mark.parametrize(
    ("name", "part", "first", "last"),
    [("ExternalReference", "10", "EXT-10", "4"), ("Description", "printer", "The", "print.")],
)
def test_text_and_rich_text_have_three_methods(same, name, part, first, last) -> None:
    def text(row):
        return row.get(name) or ""

    same(f'{name}.Contains("{part}")', lambda row: part in text(row))
    same(f'{name}.StartsWith("{first}")', lambda row: text(row).startswith(first))
    same(f'{name}.EndsWith("{last}")', lambda row: text(row).endswith(last))
    same(f'!{name}.Contains("{part}")', lambda row: part not in text(row))


@pytest.mark.statement("ALM-299", "ALM-195")
def test_text_is_compared_exactly(same, ada) -> None:
    same('Description.Contains("PRINTER")', lambda row: False, some=False)
    same('Description.Contains("")', lambda row: row["Description"] is not None)
    same('ExternalReference=="ext-1004"', lambda row: False, some=False)


@pytest.mark.statement("ALM-177", "ALM-167", "ALM-168")
def test_blanks_may_stand_before_a_method_s_parenthesis(ada) -> None:
    for blanks in (" ", "\t \r\n"):
        wanted = ada.refs(filter='Description.Contains("dark")')
        assert ada.refs(filter=f'Description.Contains{blanks}("dark")') == wanted != []
        assert ada.search(filter=f'Description{blanks}("dark")').status == 400


def test_text_filters_combine(same) -> None:
    def text(row):
        return row["Description"] or ""

    same('Description.StartsWith("The") && Description.EndsWith("print.")',
         lambda row: text(row).startswith("The") and text(row).endswith("print."))  # fmt: skip
    same('Description.StartsWith("The") || Description.EndsWith("dark.")',
         lambda row: text(row).startswith("The") or text(row).endswith("dark."))  # fmt: skip


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        (r'"\"it"', '"it'),
        (r'"it\u0027s"', "it's"),
        (r'"fire\","', 'fire",'),
        (r'"Caf\u00e9 stra\u00DFe"', "Café straße"),
        ('"50%."', "50%."),
    ],
)
def test_escapes_are_those_of_csharp(ada, literal, text) -> None:
    assert text in ada.stored("call", 12)["Description"]
    assert ada.refs(filter=f"Description.Contains({literal})") == [12]


# --- how things combine ----------------------------------------------------------------------------------------------


@pytest.mark.statement("ALM-182", "ALM-167", "ALM-168")
def test_and_binds_tighter_than_or_and_parentheses_group(same) -> None:
    a, b, c = (
        (lambda row: row["Priority"] == 1),
        (lambda row: row["Impact"] == 2),
        (lambda row: row["Urgency"] == 3),
    )
    same("Priority==1||Impact==2&&Urgency==3", lambda row: a(row) or (b(row) and c(row)))
    same("(Priority==1||Impact==2)&&Urgency==3", lambda row: (a(row) or b(row)) and c(row))
    same("Priority==1&&Impact==2||Urgency==3", lambda row: (a(row) and b(row)) or c(row))
    same("!(Priority==1||Impact==2)&&!(Urgency==3)", lambda row: not (a(row) or b(row)) and not c(row))
    same("!Breached&&Priority==1", lambda row: not is_true(row.get("Breached")) and a(row))


def test_a_comparison_is_a_flag_too(same) -> None:
    same("(Priority==1)==(Impact==2)", lambda row: (row["Priority"] == 1) == (row["Impact"] == 2))
    same("Ref>100==true", lambda row: row["Ref"] > 100)
    same(
        "Breached!=Escalated",
        lambda row: bool(is_true(row.get("Breached"))) != bool(is_true(row.get("Escalated"))),
    )


@pytest.mark.parametrize("wanted", ["true", "1==1", "null==null", "!false", '"a"=="a"', "@Now==@Now"])
def test_what_is_always_true_gives_everything(ada, wanted) -> None:
    assert ada.refs(filter=wanted) == ada.refs()
    assert ada.refs(filter=f"!({wanted})") == []


@pytest.mark.statement("ALM-183")
def test_values_must_be_url_encoded(ada, rows) -> None:
    encoded = ada.get(f"{V1}/call", query="$select=Ref&$top=1000&$filter=Priority%3D%3D1%26%26Impact%3D%3D2")
    raw = ada.get(f"{V1}/call", query="$select=Ref&$top=1000&$filter=Priority==1&&Impact==2")
    both = [each["Ref"] for each in rows if each["Priority"] == 1 and each["Impact"] == 2]
    assert [each["Ref"] for each in encoded.json["results"]] == both
    assert [each["Ref"] for each in raw.json["results"]] == [
        each["Ref"] for each in rows if each["Priority"] == 1
    ]
    plus = ada.get(f"{V1}/call", query="$filter=LoggedDate%3E@DateTime(2017-01-01T00:00:00+01:00)")
    assert plus.status == 400  # a plus that is not encoded is a blank


@pytest.mark.statement("ALM-282", "ALM-285")
def test_paths_lead_as_far_as_one_needs(ada, same) -> None:
    organization = {each["Ref"]: each["Organization"] for each in ada.world.store.all("person")}
    same('User.Organization.Name=="Lindqvist Foods"', lambda row: organization[row["User"]] == 2)
    same("User.Organization.Ref==2", lambda row: organization[row["User"]] == 2)
    same('Service.Organization.Name.StartsWith("Harbour")', lambda row: row.get("Service") in {11, 12})
    same("Service.Partition==2", lambda row: row.get("Service") == 13)


# --- what is no filter -----------------------------------------------------------------------------------------------


@pytest.mark.statement("ALM-150")
@pytest.mark.parametrize(
    "wanted",
    [
        "Priority eq 1",
        "Priority==1 and Impact==2",
        "CallStatus=1 and ActualLogDate ge 2017-01-01",
        "Ref in (1,2)",
        "contains(Description,'x')",
        "not Breached",
        "Priority ne null",
        "startswith(Description,'x') eq true",
    ],
)
def test_the_words_of_odata_are_no_filter(ada, wanted) -> None:
    refused(ada, wanted)


@pytest.mark.statement("ALM-301", "ALM-195")
@pytest.mark.parametrize(
    "wanted",
    [
        "Nonsense==1",
        "priority==1",
        "PRIORITY==1",
        "User.Nonsense==1",
        "Ref.Name==1",
        "Symptom==null",
        "User.==1",
    ],
)
def test_an_unknown_property_is_refused(ada, wanted) -> None:
    refused(ada, wanted)


@pytest.mark.statement("ALM-073")
@pytest.mark.parametrize(
    "wanted",
    [
        'Diagnosis=="x"',
        "Diagnosis==null",
        'Diagnosis.Contains("x")',
        "Stakeholders==4",
        'User.Password=="x"',
        "User.Image!=null",
    ],
)
def test_a_property_without_search_is_not_supported(ada, wanted) -> None:
    assert refused(ada, wanted) == "NotSupported"


@pytest.mark.statement("ALM-302")
@pytest.mark.parametrize(
    "wanted",
    [
        'Ref.Contains("1")',
        'LoggedDate.StartsWith("2017")',
        'Breached.EndsWith("Y")',
        'Description.contains("x")',
        'Description.ToUpper()=="X"',
        "Description.Contains(1)",
        "Description.Contains(Description)",
        "Description.Contains()",
        'Description.Contains("a","b")',
        'Contains("x")',
        "Description.Length>3",
        'User.Contains("x")',
    ],
)
def test_a_method_that_there_is_not_is_refused(ada, wanted) -> None:
    refused(ada, wanted)


@pytest.mark.statement("ALM-303")
@pytest.mark.parametrize(
    "wanted",
    [
        'Ref=="1"',
        "Description==1",
        "Breached==1",
        'Breached=="Y"',
        'Description>"a"',
        "Breached>false",
        "User>3",
        "Ref>null",
        "LoggedDate==true",
        'User=="Sam"',
        "Ref",
        "1",
        '"x"',
        "null",
        "@Now",
        "Description",
        "Ref && Breached",
        "!Ref",
        "Ref==Description",
        "LoggedDate > Ref",
    ],
)
def test_what_means_nothing_is_refused(ada, wanted) -> None:
    refused(ada, wanted)


@pytest.mark.parametrize(
    "wanted",
    [
        "(",
        ")",
        "Ref==",
        "==1",
        "Ref==1)",
        "((Ref==1)",
        "Ref==1 &&",
        "Ref = = 1",
        "Ref==1 Ref==2",
        "Ref===1",
        "Ref<>1",
        "&&",
        "!",
        "Ref & 1",
        "Ref==1;",
        "Ref==1 -- x",
        "Ref==1 /* x */",
        "Ref+1==2",
        "Ref%2==0",
        "a?b:c",
        "x=>x.Ref==1",
        "new Call()",
        "GetType()",
        "GetType().Assembly",
        "Ref.GetType()",
        "__class__",
        "Ref.__class__",
        "it.Ref==1",
        "[0]",
        "{}",
        "`",
        "\\",
        "\x00",
        'Description=="',
        'Description=="x',
        "Description=='x'",
        "Description==\u201cx\u201d",
        'Description=="\\x"',
        'Description=="\\ud800"',
        'Description=="a""b"',
        "Ref==1e999",
        "Ref==" + "9" * 400,
        "Ref==0x1F",
        "Ref==1_000",
        "Ref==.5",
        "Ref==1.",
        "Ref==1L",
        "Ref==\u0661",
        "@",
        "@@Now",
        "@now",
        "@Now()",
        "@DateTime",
        "@NowOffset",
        "@Guid",
        "@UserId(1)",
        "@System",
        'System.Diagnostics.Process.Start("x")',
        'Description.Contains("x").Contains("y")',
        "Ref==1 OR 1=1",
        "'; DROP TABLE Call; --",
        'Description=="x\ny"',
    ],
)
def test_the_grammar_is_closed(ada, wanted) -> None:
    before = ada.state()
    refused(ada, wanted)
    assert ada.state() == before


@pytest.mark.statement("ALM-304")
@pytest.mark.parametrize(
    "wanted",
    [
        "(" * 10_000,
        "(" * 10_000 + "Ref==1" + ")" * 10_000,
        "!" * 10_000 + "Breached",
        "&&" * 10_000,
        "Ref==1" + "&&Ref==1" * 5_000,
        "Ref" + "==1" * 5_000,
        "Ref" + "==1" * 200,
        "x" * 100_000,
        "(" * 65 + "Breached" + ")" * 65,
        "!" * 65 + "Breached",
        'Description=="' + "x" * 70_000,
        ".".join(["User"] * 3_000),
        "Ref" + " " * 17_000 + "==1",
    ],
)
def test_what_is_too_long_or_too_deep_is_refused(ada, wanted) -> None:
    answer = ada.search(filter=wanted)
    assert (answer.status, answer.json["SubStatus"]) == (400, "None")


@pytest.mark.statement("ALM-304")
def test_what_is_just_not_too_deep_is_taken(ada) -> None:
    assert ada.refs(filter="(" * 64 + "Ref==1" + ")" * 64) == [1]
    many = "||".join(f"Ref=={ref}" for ref in range(1, 201))
    assert ada.refs(filter=many) == ada.refs()


@pytest.mark.statement("ALM-304")
def test_a_search_takes_only_so_many_steps(ada, monkeypatch) -> None:
    """So that it holds up no others: each part counts for each row that comes to it."""
    rows = sum(1 for name in MODEL.by_name["Call"].collections for _ in ada.world.store.all(name))
    wanted = "Ref==1||Ref==2"  # seven parts
    monkeypatch.setattr(paths, "MAX_STEPS", 7 * rows)
    assert ada.refs(filter=wanted) == [1, 2]
    assert ada.refs(filter=f"Ref<3&&({wanted})") == [1, 2]
    monkeypatch.setattr(paths, "MAX_STEPS", 4 * rows)
    before = ada.state()
    for more in (wanted, f"Description!=null&&({wanted})", f"!({wanted})"):
        for join in ({}, {"leftJoin": "Person as P on (P.Ref==User)"}):
            answer = ada.search(filter=more, **join)
            assert (answer.status, answer.json["SubStatus"]) == (400, "None")
            assert "steps" in answer.json["Message"]
    assert ada.state() == before
    assert ada.refs(filter=f"Ref==1&&({wanted})") == [1]


@pytest.mark.statement("ALM-304")
@pytest.mark.parametrize(
    "wanted",
    [
        'Description.Contains("zz")',
        '!Description.Contains("zz")',
        'false||Description.Contains("zz")',
    ],
)
def test_a_long_text_that_is_searched_takes_more_steps(ada, monkeypatch, wanted) -> None:
    rows = sum(1 for name in MODEL.by_name["Call"].collections for _ in ada.world.store.all(name))
    monkeypatch.setattr(paths, "MAX_STEPS", 4 * rows)
    assert ada.search(filter=wanted).status == 200
    ada.arrange("call", 1, Description="z" * 4 * rows * 500)
    before = ada.state()
    answer = ada.search(filter=wanted)
    assert (answer.status, answer.entry["explanation"]["problems"][0]["path"]) == (400, "$['$filter']")
    assert ada.search(filter=f"Ref==5&&({wanted})").status == 200  # where it is not looked through
    assert ada.state() == before


def test_now_is_worked_out_once_for_a_request(ada, monkeypatch) -> None:
    worked_out = []

    def noted(at):
        worked_out.append(at)
        return stored_instant(at)

    monkeypatch.setattr(paths, "stored_instant", noted)
    ada.refs(
        filter="LoggedDate>@Now||LoggedDate>@NowOffset(0,0,-1)||LoggedDate==@Now||@NowOffset(0,-1,0)>LoggedDate"
    )
    assert len(worked_out) == 3


@pytest.mark.statement("ALM-304")
@pytest.mark.parametrize(
    ("keys", "steps"),
    [("Ref", [1]), ("Priority.Rank desc", [2]), ("ExternalReference", [4]), ("Ref,ExternalReference desc", [1, 4])],
)  # fmt: skip
def test_an_order_takes_steps_for_each_of_its_keys(ada, monkeypatch, keys, steps) -> None:
    """And more of them the more rows are compared with one another: 128 to 255 rows take two for each."""
    rows = len(ada.refs(top=1000))
    assert 128 <= rows < 256
    most = sum(each + 2 for each in steps) * rows
    monkeypatch.setattr(paths, "MAX_STEPS", most)
    assert ada.search(orderby=keys).status == 200
    monkeypatch.setattr(paths, "MAX_STEPS", most - 1)
    answer = ada.search(orderby=keys)
    assert (answer.status, answer.entry["explanation"]["problems"][0]["path"]) == (400, "$['$orderby']")


@pytest.mark.statement("ALM-304")
def test_a_long_text_that_is_ordered_by_takes_more_steps(ada, monkeypatch) -> None:
    monkeypatch.setattr(paths, "MAX_STEPS", 10_000)
    assert ada.search(orderby="Description").status == 200
    ada.arrange("call", 1, Description="z" * 16 * 10_000)
    assert ada.search(orderby="Description").status == 400


@pytest.mark.statement("ALM-304")
def test_a_selection_takes_steps_for_the_links_that_it_follows(ada, monkeypatch) -> None:
    monkeypatch.setattr(paths, "MAX_STEPS", 30)
    for wanted in ("*", "User.Name", "User.Name,Ref"):
        assert ada.search(select=wanted, top=30).status == 200
    for wanted in ("User.Organization.Name", "User.Name,Priority.Name"):
        answer = ada.search(select=wanted, top=30)
        assert (answer.status, answer.entry["explanation"]["problems"][0]["path"]) == (400, "$['$select']")


@pytest.mark.statement("ALM-304")
def test_a_path_has_so_many_names_also_where_it_goes_in_circles(ada) -> None:
    ada.arrange("organization", 1, Parent=1)
    good = ".".join(["Parent"] * (paths.MAX_NAMES - 1))
    found = ada.search(
        "organization", select=f"{good}.Name", filter=f"Ref==1&&{good}.Ref==1", orderby=f"{good}.Ref"
    )
    value = found.json["results"][0]
    for _ in range(paths.MAX_NAMES - 1):
        value = value["Parent"]
    assert value["Name"] == "Harbour Works"
    for option in (
        {"select": f"Parent.{good}.Name"},
        {"filter": f"Parent.{good}.Ref==1"},
        {"orderby": f"Parent.{good}.Ref"},
    ):
        answer = ada.search("organization", **option)
        assert (answer.status, answer.json["SubStatus"]) == (400, "None")


TERM = "User.Organization.Name!=null"
LARGE = {
    "a chain of and": "&&".join([TERM] * 249),
    "and nested to the right": "&&(".join([TERM] * 60) + ")" * 59,
    "and nested to the left": "(" * 59 + ")&&".join([TERM] * 60),
    "and of nested and": "&&".join(["(" + "&&(".join([TERM] * 60) + ")" * 59 + ")"] * 4),
    "or nested to the right": "||(".join([TERM] * 60) + ")" * 59,
    "and in or in and": f"{TERM}&&({TERM}||(" * 30 + TERM + "))" * 30,
}


@pytest.mark.parametrize("wanted", LARGE.values(), ids=LARGE.keys())
def test_each_part_of_a_filter_is_compiled_a_few_times_however_deep_it_is(monkeypatch, wanted) -> None:
    compilations = []
    predicate = filtering._Compiler.predicate

    def noted(compiler, node):
        compilations.append(node)
        return predicate(compiler, node)

    monkeypatch.setattr(filtering._Compiler, "predicate", noted)
    compiled.__wrapped__(wanted, "Call", (), Readings())
    assert len(compilations) <= wanted.count("&&") + wanted.count("||") + wanted.count(TERM)


METHODS = "Contains, StartsWith, EndsWith, each of a property and with one text"


@pytest.mark.parametrize(
    ("wanted", "why"),
    [
        ("Priority==1 and Impact==2", "'and' where an operator should be at character 12"),
        ('Priority==1  Name . Contains("x")', "'Name' where an operator should be at character 13"),
        ("Priority ==", "the filter ends where something should follow at character 11"),
        ("Priority == 1 ?", "'?' begins nothing that a filter has at character 14"),
        ("! == 1", "== where a value should be at character 2"),
        ("(Priority==1", "a parenthesis is never closed at character 0"),
        ("Priority==1 ))", "a parenthesis is closed that was never opened at character 12"),
        ('Ref==1 && Name.Trim("x")', f"the only methods are {METHODS} at character 10"),
        (r'Name==  "\q"', r"\q is no escape at character 8"),
        (r'Name.Contains( "\ud800" )', "half a character at character 15"),
    ],
)  # fmt: skip
def test_a_refusal_says_where_the_filter_is_wrong(ada, wanted, why) -> None:
    assert ada.search(filter=wanted).json["Message"] == f"$filter: {why}."


def test_the_same_filter_is_compiled_once(ada) -> None:
    ada.refs(filter="Ref==4711")
    before = compiled.cache_info().hits
    ada.refs(filter="Ref==4711")
    assert compiled.cache_info().hits == before + 1


def test_a_filter_works_for_every_entity(ada) -> None:
    for resource in MODEL.by_resource:
        if resource != "ipk-status-stream-type-to-type":
            assert ada.get(f"{V1}/{resource}", query=query(filter="Ref==1")).status == 200
