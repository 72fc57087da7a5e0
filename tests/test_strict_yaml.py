"""simulator/strict_yaml.py: JSON's values, each with the line of what JSON could not say."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.strict_yaml import INT64, NotStrict, parse

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(INT64.start, INT64.stop - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    # YAML forbids these unescaped, and our own files are written by people.
    | st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc 1:-", max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values)
def test_json_means_the_same_as_in_json(value: object) -> None:
    assert parse(json.dumps(value, ensure_ascii=False).encode()) == value


WORDS = [
    *("no", "yes", "on", "off", "True", "NULL"),
    *("2015-03-13", "2015-03-13T11:00:00-05:00", "12:30"),
    *("0755", "0x1F", "1_000", "+1", ".5", "1.", ".inf", ".nan"),
]


@pytest.mark.parametrize("word", WORDS)
def test_a_word_that_json_does_not_know_is_text(word: str) -> None:
    assert parse(f"a: {word}".encode()) == {"a": word}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("null", None),
        ("~", None),
        ("", None),
        ("true", True),
        ("-1", -1),
        ("0", 0),
        ("1.50", 1.5),
        ("1e3", 1000.0),
    ],
)
def test_a_word_of_json_has_its_type(written: str, value: object) -> None:
    (read,) = parse(f"a: {written}".encode()).values()

    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize("written", ["'1'", '"1"', "!!str 1", "|-\n 1"])
def test_what_is_quoted_or_tagged_is_text(written: str) -> None:
    assert parse(f"a: {written}".encode()) == {"a": "1"}


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        (b"a: 1\nb:\n  c: 1\n  d: 2\n  c: 3", 5, "the key 'c' stands twice, first on line 3"),
        (b"a:\n  200: x", 2, "quote '200'"),
        (b"a: 1\nb: *x", 2, "found undefined alias"),
        (b"a: &x [1]\nb: *x", 1, "is used again"),
        (b"a: &x {b: *x}", 1, "is used again"),
        (b"a:\n  <<: {b: 1}", 2, "merge keys"),
        (b"\na: !!binary aGk=", 2, "!!binary"),
        (b"\na: !!python/object/apply:os.getcwd []", 2, "no counterpart in JSON"),
        (b"a: !!set {x}", 1, "!!set"),
        (b"a: !!int 0x10", 1, "not what its tag !!int says"),
        (b"a: 9223372036854775808", 1, "beyond 64 bits"),
        (b"a: " + b"9" * 5000, 1, "beyond 64 bits"),
        (b"a: 1e999", 1, "beyond the range"),
        (b"a: 1\nb: [1\n", 3, "while parsing a flow sequence (line 2), did not find"),
        (b"a:\n\tb: 1", 2, "cannot start any token"),
        (b"a: 1\n---\nb: 2", 2, "single document"),
        (b"a: 1\nb: \xff", 2, "not UTF-8: byte 0xff"),
        ("a: é\nb: \x07".encode(), 2, "U+0007"),
        (b'a: "\\ud800"', 1, "escape"),
        (b"[" * 200 + b"]" * 200, 1, "nested deeper than 100"),
        (b"- " * 2000, 1, "nesting depth"),
        (b"# nothing\n", None, "empty"),
    ],
)
def test_a_refusal_says_the_line_and_the_reason(text: bytes, line: int | None, why: str) -> None:
    with pytest.raises(NotStrict) as refusal:
        parse(text)

    assert refusal.value.line == line
    assert why in refusal.value.why


def test_a_byte_order_mark_is_passed_over() -> None:
    assert parse(b"\xef\xbb\xbfa: 1") == {"a": 1}
