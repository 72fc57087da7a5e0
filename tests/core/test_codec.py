"""core/codec.py: what is JSON is read, what is not is refused, and what was read can be written."""

from __future__ import annotations

import json
import math
import time
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.core.codec import INT64, MAX_DEPTH, read_json, write_json
from simulator.core.errors import Malformed

# --- texts that must be read -----------------------------------------------------------------------------------------

SCALARS = {
    "null": None,
    "true": True,
    "false": False,
    "0": 0,
    "-0": 0,
    "7": 7,
    "-7": -7,
    "10": 10,
    "1.5": 1.5,
    "-1.5": -1.5,
    "0.1": 0.1,
    "25.0": 25.0,
    "0e1": 0.0,
    "1e0": 1.0,
    "1E2": 100.0,
    "1e+2": 100.0,
    "1E+2": 100.0,
    "1e-2": 0.01,
    "1.25e2": 125.0,
    "-0.0": -0.0,
    "1e-320": 1e-320,
    "1e-999": 0.0,
    "1.7976931348623157e308": 1.7976931348623157e308,
    "0.30000000000000004": 0.30000000000000004,
    "123456789.12345678901234567890": 123456789.12345679,
    "1234567890123456789012.5": 1.2345678901234568e21,
    "12345678901234567890e2": 1.234567890123456789e21,
    "1e-12345678901234567890": 0.0,
    '""': "",
    '"a"': "a",
    '" "': " ",
    '"\\""': '"',
    '"\\\\"': "\\",
    '"\\/"': "/",
    '"/"': "/",
    '"\\b\\f\\n\\r\\t"': "\b\f\n\r\t",
    '"\\u0041"': "A",
    '"\\u00e9"': "é",
    '"\\u0000"': "\0",
    '"\\ud83d\\ude00"': "😀",
    '"\\uD83D\\uDE00"': "😀",
    '"\\uffff"': "\uffff",
    '"\\u2028"': "\u2028",
    '"é"': "é",
    '"日本"': "日本",
    '"😀"': "😀",
    '"\u007f"': "\u007f",
    '"\u202e"': "\u202e",
    '"[{]}"': "[{]}",
    '"\\\\\\""': '\\"',
    '"null"': "null",
    '"99999999999999999999999"': "99999999999999999999999",
}

# A text around a value, and what it is then.
FRAMES: dict[str, Any] = {
    "%s": lambda value: value,
    " %s ": lambda value: value,
    "\t\r\n%s\n": lambda value: value,
    "[%s]": lambda value: [value],
    "[ %s ]": lambda value: [value],
    "[%s,%s]": lambda value: [value, value],
    '{"a":%s}': lambda value: {"a": value},
    ' { "a" : %s , "b" : [ %s ] } ': lambda value: {"a": value, "b": [value]},
    '{"":%s}': lambda value: {"": value},
    '{"a":1,"a":%s}': lambda value: {"a": value},
}

READ = {
    frame.replace("%s", text): shape(value)
    for (frame, shape), (text, value) in product(FRAMES.items(), SCALARS.items())
}
READ |= {
    "[]": [],
    "{}": {},
    "[[],{}]": [[], {}],
    '{"\\u0061":1}': {"a": 1},
    '{"a\\u0000b":1}': {"a\0b": 1},
    '{"__proto__":{},"constructor":1}': {"__proto__": {}, "constructor": 1},
    '{"b":1,"a":2}': {"b": 1, "a": 2},
}


@pytest.mark.parametrize("text", READ)
def test_json_is_read(text: str) -> None:
    value = read_json(text.encode())

    assert value == READ[text]
    assert repr(value) == repr(
        READ[text]
    )  # 1 is not 1.0, -0.0 not 0.0, True not 1; and the keys keep their order


# --- texts that must be refused --------------------------------------------------------------------------------------

BROKEN_SCALARS = [
    *("", " ", "nul", "nulll", "Null", "NULL", "True", "FALSE", "tru", "undefined", "None", "nil"),
    *("NaN", "-NaN", "nan", "Infinity", "-Infinity", "+Infinity", "inf", "1e400", "-1e400", "1e999999"),
    *("+1", "01", "-01", "00", "-", "--1", "1-", ".5", "-.5", "1.", "1.e1", "1e", "1e+", "1E-", "1ee1", "1e1.5"),
    *("0x1F", "1_000", "1 000", "0b1", "0o7", "1f", "1L", "½", "\uff11", "٣", "- 1", "1..2"),
    *('"', '"a', 'a"', "'a'", "a", '"\\"', '"\\x41"', '"\\a"', '"\\u12"', '"\\u12G4"', '"\\U0041"', '"\\u"', '"\\ "'),
    *('"\n"', '"\t"', '"\x00"', '"\x1f"', '"a\r\nb"', '"\\ud800"', '"\\udc00"', '"\\ud800\\u0041"', '"\\udc00\\ud800"'),
    *("\u00a0", "\u3000", "\u2028", "\x0c", "\x0b", "\u200b", "“a”"),
]  # fmt: skip

BROKEN_FRAMES = ["%s", "[%s]", "[1,%s]", '{"a":%s}']

BROKEN_STRUCTURES = [
    *("[", "]", "{", "}", "[}", "{]", "[[]", "[]]", "{}}", "{{}", "[1", "[1,", "[,", "[1,]", "[,1]"),
    *("[1,,2]", "[1 2]", "[1;2]"),
    *('{"a"', '{"a":', '{"a":1', '{"a":1,', '{"a":1,}', '{,"a":1}', '{"a" 1}', '{"a"::1}', '{"a":1 "b":2}', '{"a",1}'),
    *("{a:1}", "{'a':1}", "{1:1}", "{null:1}", "{[]:1}", '{"a":1,"b"}', '{"a"=1}'),
    *('{"a":1;"b":2}', '["a":1]', "(1)", "<1>"),
    *("1 2", "[] []", "{} {}", "[],", ",[]", "1,", "//x\n1", "/*x*/1", "1 //x", "1 # x", "[1 /*x*/]"),
    *("[1]x", "x[1]", "\\u0031"),
    *("\u00a0[]", "[\u00a01]", '{"a":\u00a01}', "[]\x00", "\x00", "[\x0c]", "\u2060[]", "]["),
]  # fmt: skip

REFUSED = [
    *(frame.replace("%s", text).encode() for frame, text in product(BROKEN_FRAMES, BROKEN_SCALARS)
      if text.strip() or frame != "[%s]"),
    *(text.encode() for text in BROKEN_STRUCTURES),
]  # fmt: skip

BROKEN_BYTES = [
    b"\xff",
    b'"\xff"',
    b'"\xc3"',
    b'"\xc3("',
    b'"\xc0\xaf"',  # "/" in two bytes
    b'"\xe0\x80\xaf"',  # and in three
    b'"\xed\xa0\x80"',  # a surrogate as CESU-8
    b'"\xf4\x90\x80\x80"',  # beyond U+10FFFF
    b'"\xf8\x88\x80\x80\x80"',
    b'{"\xff":1}',
    b'"\xe9"',  # latin-1
    b"\xef\xbb",
    b"\xef\xbb\xbf",
    b"\xef\xbb\xbf\xef\xbb\xbf1",
    b"1\xef\xbb\xbf",
    '["é"]'.encode("utf-16"),
    '["é"]'.encode("utf-16-le"),
    '["é"]'.encode("utf-16-be"),
    '["é"]'.encode("utf-32"),
    b'{"a":1}'.decode().encode("utf-16-le"),
]


@pytest.mark.parametrize("text", [*dict.fromkeys(REFUSED), *BROKEN_BYTES])
def test_what_is_not_json_is_refused(text: bytes) -> None:
    with pytest.raises(Malformed):
        read_json(text)


def test_the_corpus_is_a_few_hundred_texts() -> None:
    assert len(READ) > 400
    assert len(set(REFUSED)) > 300


# --- texts that JSON leaves to its reader: these are our choices -----------------------------------------------------


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read_json(b'\xef\xbb\xbf{"a":1}') == {"a": 1}


def test_the_last_of_equal_keys_wins_in_the_place_of_the_first() -> None:
    assert list(read_json(b'{"a":1,"b":2,"a":3}').items()) == [("a", 3), ("b", 2)]


@pytest.mark.parametrize("number", [INT64.start, INT64.start + 1, -1, 0, INT64.stop - 2, INT64.stop - 1])
def test_integers_of_64_bits_are_read_exactly(number: int) -> None:
    assert read_json(b'{"n":[%d]}' % number) == {"n": [number]}


@pytest.mark.parametrize(
    "number",
    [INT64.start - 1, INT64.stop, 2**64 - 1, 2**64, -(2**64), 10**30, 12345678901234567890],
)
@pytest.mark.parametrize("frame", ["%d", "[1,%d]", '{"a": %d}', '{"a":"\\"","n":%d}', "[0.5,%d,1e5]"])
def test_an_integer_beyond_64_bits_is_refused(number: int, frame: str) -> None:
    with pytest.raises(Malformed, match="64 bits"):
        read_json((frame % number).encode())


@pytest.mark.parametrize(
    "text", [b"1%s.5", b"0.1%s", b"1%s0e2", b"1e-1%s", b'"1%s"', b'"\\"1%s"', b'{"1%s":1}']
)
def test_many_digits_that_are_no_integer_are_read(text: bytes) -> None:
    read_json(text % (b"2" * 30))


@pytest.mark.parametrize("frame", [b"%s", b"[%s]", b"-%s", b"%s.5", b'"%s"', b"[0,%s,0]"])
def test_a_million_digits_are_decided_quickly(frame: bytes) -> None:
    text = frame % (b"9" * 1_000_000)

    started = time.process_time()
    if frame == b'"%s"':
        read_json(text)
    else:
        with pytest.raises(Malformed):
            read_json(text)

    assert time.process_time() - started < 10  # parsing them as a number would take minutes


# --- depth -----------------------------------------------------------------------------------------------------------

OPENERS = ["[", '{"a":', '[0,{"]":', '{"}[":[', '[{"\\"[":"\\\\",  "b":[']


def nested(depth: int, opener: str) -> str:
    """A text of brackets that are open `depth` deep, written with an opener that may be more than one level."""
    text, closers = "", ""
    brackets = [each for each in _outside_strings(opener) if each in "[{"]
    while len(closers) + len(brackets) <= depth:
        text += opener
        closers += "".join("]" if each == "[" else "}" for each in brackets)
    text += "[" * (depth - len(closers))
    closers += "]" * (depth - len(closers))
    if text.endswith(":"):
        text += "0"
    return text + closers[::-1]


def _outside_strings(text: str) -> str:
    kept, inside, escaped = "", False, False
    for each in text:
        if escaped:
            escaped = False
        elif inside and each == "\\":
            escaped = True
        elif each == '"':
            inside = not inside
        elif not inside:
            kept += each
    return kept


def depth_of(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.parametrize("depth", [1, 2, 63, MAX_DEPTH])
def test_nesting_of_64_is_read(depth: int, opener: str) -> None:
    assert depth_of(read_json(nested(depth, opener).encode())) == depth


@pytest.mark.parametrize("opener", OPENERS)
@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 70, 1000])
def test_nesting_of_65_is_refused(depth: int, opener: str) -> None:
    with pytest.raises(Malformed, match="deeper than 64"):
        read_json(nested(depth, opener).encode())


def test_depth_is_that_of_the_deepest_place_not_the_number_of_brackets() -> None:
    wide = b"[" + b",".join([b"[[],{}]"] * 200) + b"]"
    one_deep_place = b"[" + b"[]," * 200 + nested(64, "[").encode() + b",[]]"

    assert len(read_json(wide)) == 200
    with pytest.raises(Malformed, match="deeper"):
        read_json(one_deep_place)


@pytest.mark.parametrize(
    "inside", ["[" * 100, "{" * 100, '\\"' + "[" * 100, "[" * 100 + "\\\\", "]" * 100 + "[" * 100]
)
def test_brackets_in_texts_and_keys_do_not_count(inside: str) -> None:
    assert read_json(f'["{inside}"]'.encode())
    assert read_json(f'{{"{inside}":1}}'.encode())


@pytest.mark.parametrize("opener", ["[", '{"a":', '[{"a":'])
@pytest.mark.parametrize("count", [1000, 100_000, 1_000_000])
def test_a_flood_of_brackets_is_refused_quickly(count: int, opener: str) -> None:
    text = (opener * count).encode()

    started = time.process_time()
    with pytest.raises(Malformed):
        read_json(text)

    assert time.process_time() - started < 10


def test_a_megabyte_of_brackets_that_are_closed_is_decided_quickly() -> None:
    tree = nested(64, "[")
    text = ("[" + ",".join([tree[1:-1]] * (1_000_000 // len(tree))) + "]").encode()

    started = time.process_time()
    value = read_json(text)

    assert time.process_time() - started < 10
    assert depth_of(value[0]) == 63


# --- both ways -------------------------------------------------------------------------------------------------------

texts = st.text(st.characters(exclude_categories=["Cs"]))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(INT64.start, INT64.stop - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=15,
)


@given(values)
def test_what_is_written_is_read_back_equal(value: Any) -> None:
    assert read_json(write_json(value)) == value


@given(values, st.sampled_from([None, 2, "\t"]), st.booleans(), st.booleans())
def test_how_a_text_is_laid_out_changes_nothing(value: Any, indent: Any, ascii_only: bool, bom: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode()

    assert read_json(b"\xef\xbb\xbf" * bom + text) == value


@given(st.binary(max_size=40) | st.text('[]{}",:\\u0d8e1.-+ntrfalse \n', max_size=30).map(str.encode))
def test_any_bytes_are_read_to_what_can_be_written_or_refused(data: bytes) -> None:
    try:
        value = read_json(data)
    except Malformed:
        return

    assert read_json(write_json(value)) == value


@given(st.text('[]{}",:\\u0d8e1.-+ntrfalse \n', max_size=30))
def test_nothing_is_read_that_the_standard_library_refuses(text: str) -> None:
    try:
        value = read_json(text.encode())
    except Malformed:
        return

    assert json.loads(text) == value


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_read_as_the_number_it_is(number: float) -> None:
    text = json.dumps(number)
    if isinstance(number, int) and number not in INT64:
        with pytest.raises(Malformed):
            read_json(text.encode())
        return

    value = read_json(text.encode())

    assert (value, type(value)) == (number, type(number))
    assert math.copysign(1, value) == math.copysign(1, number)


def test_json_is_written_compactly_in_utf_8() -> None:
    assert write_json({"a": [1, None, True, "é"], "b": 25.0}) == '{"a":[1,null,true,"é"],"b":25.0}'.encode()
