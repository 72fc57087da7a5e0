"""Some three hundred JSON texts: Y are JSON that can be stored and answered, N are not JSON, or none that we take.

N holds, beside what no parser takes, what RFC 8259 leaves to the parser and we refuse: numbers beyond 64 bits,
lone surrogates, nesting deeper than 64, encodings other than UTF-8.
"""

from __future__ import annotations

DEEPEST = 64

_SCALARS = [
    "null", "true", "false", "0", "-0", "1", "-1", "10", "1234567890", "9223372036854775807",
    "-9223372036854775808", "0.0", "-0.0", "0.1", "-0.1", "1.0", "25.0", "1.5", "123.456789",
    "0.30000000000000004", "3.141592653589793", "1e0", "1E0", "1e1", "1E+2", "1e-2", "1.5e3", "1.5E-3",
    "-1e5", "0e0", "0e+1", "0E-1", "-0e0", "1e308", "1.7976931348623157e308", "2.2250738585072014e-308",
    "5e-324", "1e-320", "4.9e-324", "1e-400", "0.00000000000000000000000000000000001", "1e22", "1e23",
    "0.1e1", "100000000000000000000.0", "9223372036854775807.0", "1.0000000000000002",
    "12345678901234567890e-10",
]  # fmt: skip

_ESCAPED = [
    r"\"", r"\\", r"\/", r"\b", r"\f", r"\n", r"\r", r"\t", r"\u0000", r"\u001f", r"\u0041", r"\u00e9",
    r"\u00E9", r"\u2028", r"\u2029", r"\uFFFE", r"\uFFFF", r"\uFDD0", r"\ufeff", r"\u200b", r"\u202e",
    r"\ud83d\ude00", r"\uD834\uDD1E", r"\udbff\udfff", r"\ud83d\ude00\ud83d\ude00", r"a\u0000b", r"\\u0041",
    r"\\ud800", r"\\\"", r"\u0022", r"\u005c", r"\u007f", r"\u0080",
]  # fmt: skip

_TEXTS = [
    "", " ", "a", "null", "[", "{", "]", "}", "[[[[", "{{{{", ":", ",", "//", "/* */", "#", "'", "<script>",
    "&amp;", "%00", "\u00e9", "e\u0301", "\u00df", "\u0130", "\u0131", "\u00a0", "\u3000", "\u2028",
    "\u2029", "\u200f\u202e", "\u0661\u0662", "\ufeff", "\ufffd", "\ufffe", "\uffff", "\U0001f4a7",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0010ffff", "\u0410\u0411", "\u6c34", "\x7f", "\x80",
    "\x9f", "a" * 1000, "\u6c34" * 300, "9" * 4301, "1e400", "9223372036854775808", "NaN", "a,b",
    " padded ", "trailing ", "'; drop table users; --", "../../etc/passwd", "{{7*7}}", "${x}",
]  # fmt: skip

_CONTAINERS = [
    "[]", "{}", "[ ]", "{ }", "[null]", "[1]", "[1,2,3]", "[[]]", "[{}]", "[[],[[]]]", '{"a":1}',
    '{"a":{}}', '{"a":[]}', '{"":0}', '{"a":1,"a":2}', '{"a":1,"a":1}', '{"a":{},"a":[]}', '{"\\u0000":0}',
    '{"a":null,"b":true,"c":"x","d":[1]}', '{"__proto__":1}', '{"constructor":{"prototype":1}}',
    '{"__class__":"x"}', '{"id":1,"guid":"x"}', '{"$ref":"#/"}', '{"\\ud83d\\ude00":1}', '["a","a"]',
    "[1,1.0,1e0]", '[true,1,"1"]', "[null,null,null]", '[" "]', '{" ":" "}', "[0,-0,0.0]",
    "[" * DEEPEST + "]" * DEEPEST, '{"a":' * (DEEPEST - 1) + "{}" + "}" * (DEEPEST - 1), "[{}]",
    '[[{"a":[{"b":[]}]}]]', "[" + ",".join(["0"] * 1000) + "]",
    "{" + ",".join(f'"k{n}":{n}' for n in range(200)) + "}", "[" + ",".join(["[]"] * 200) + "]",
]  # fmt: skip

_SPACED = ["{0}[1]", "[1]{0}", "[{0}1{0},{0}2{0}]", '{{{0}"a"{0}:{0}1{0}}}']
_BLANKS = [" ", "\t", "\n", "\r", "\r\n", " \t\n\r"]

Y: list[bytes] = [
    text.encode()
    for text in (
        _SCALARS
        + [f'"{text}"' for text in _ESCAPED]
        + [f'"{text}"' for text in _TEXTS]
        + _CONTAINERS
        + [form.format(blank) for form in _SPACED for blank in _BLANKS]
    )
]

_NO_VALUE = [
    "nul", "nulll", "Null", "NULL", "tru", "True", "TRUE", "fals", "False", "none", "None", "undefined",
    "yes", "nil", "void 0", "NaN", "-NaN", "nan", "Infinity", "-Infinity", "+Infinity", "inf", "-inf",
    "Inf", "1e400", "-1e400", "1e99999", "123123e100000",
]  # fmt: skip

_NO_NUMBER = [
    "+1", "-", "+", "--1", "-+1", "01", "-01", "00", "1.", ".1", "-.1", "1.e1", "1e", "1E", "1e+", "1e-",
    "1.5.2", "1e1.5", "1e1e1", "0x1", "0b1", "0o7", "0x", "1_000", "1,000", "1 000", "1a", "a1", "1f", "1L",
    "1n", "- 1", "1 .5", "1. 5", "1e 5", "e1", "\u0661", "\uff11", "\u2212" + "1", "1/2", "1+1", "0.1.",
    "9.e", "2.e3", "-2.", "1e0.", "0.e1", "1ee1", "++", "1-", "0-0", "1\u0660",
    # more than 64 bits
    "9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616",
    "99999999999999999999", "1" + "0" * 400, "9" * 4301, "-" + "9" * 5000,
]  # fmt: skip

_NO_TEXT = [
    '"', '"a', 'a"', "'a'", "`a`", "a", '"a"b', '"a""b"', '"a" "b"', '"\\', '"\\"', '"\\a"', '"\\x41"',
    '"\\0"', '"\\u"', '"\\u1"', '"\\u12"', '"\\u123"', '"\\u123g"', '"\\u 123"', '"\\U0041"', '"\\u{41}"',
    '"\\\u00e9"', '"\x00"', '"\x01"', '"\n"', '"\t"', '"\x1f"', '"a\r"', '"\\\n"', '\u201ca\u201d', '"a\\',
    "\\u0041", '\\"a"',
    # lone surrogates
    '"\\ud800"', '"\\udfff"', '"\\ud800\\ud800"', '"\\udc00\\ud800"', '"\\ud800a"', '"\\ud83d"',
    '"a\\udbff"', '"\\ud800\\u0041"', '"\\ud800\\n"',
]  # fmt: skip

_NO_CONTAINER = [
    "[", "]", "{", "}", "[[", "]]", "[]]", "[[]", "{}}", "[}", "{]", "[1", "1]", "[1,", "[1,]", "[,]",
    "[,1]", "[1,,2]", "[1 2]", "[1;2]", "[1:2]", "[a]", '["a]', '["a"', '["a",', '["a":1]', "[1]x",
    "[1][2]", "[],", ",[]", "[-]", "[.]", "[nul]", "[true false]", "{1:1}", "{a:1}", "{'a':1}", '{"a"}',
    '{"a":}', '{"a" 1}', '{"a"=1}', '{"a":1', '{"a":1,', '{"a":1,}', '{"a":1,,"b":2}', '{,"a":1}', '{:1}',
    '{"a":1 "b":2}', '{"a":1;"b":2}', '{"a"::1}', '{"a":"b":1}', '{null:1}', '{[]:1}', '{"a":1}}',
    '{"a":1}x', '{"a":1}{"b":2}', '{"a', '{"a":"b', "[/**/]", "[1]//", "/**/1", "#1", "[1]#", "<a/>", "a=1",
    "--", "()", "[1](x)", "\u00a0[]", "[\u00a0]", "[\u3000]", "[\u2028]", "\x0c[]", "[\x0b]", "\x00",
    "[]\x00", '{"a"\u00a0:1}', "\u2060[]", "\u200b1",
    # deeper than we take
    "[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), '{"a":' * DEEPEST + "{}" + "}" * DEEPEST, "[" * 1000,
    "[" * 100_000, '{"a":' * 100_000, '[{"a":' * 50_000,
]  # fmt: skip

_NO_UTF8 = [
    b'"\xff"', b'"\xc3"', b'"\xc3(\"', b'"\xc0\xaf"', b'"\xe0\x80\xaf"', b'"\xed\xa0\x80"',
    b'"\xed\xbf\xbf"', b'"\xf4\x90\x80\x80"', b'"\xf8\x88\x80\x80\x80"', b'"a\x80"', b"\xff", b"\xfe\xff",
    b"[\xe9]", b'{"\xff":1}', b'"\xe2\x82"', b'"\xf0\x9f\x98"', '"a"'.encode("utf-16"),
    '{"a":1}'.encode("utf-16-le"), '{"a":1}'.encode("utf-16-be"), "[1]".encode("utf-32"),
    '{"a":1}'.encode("utf-32-be"), b"\xef\xbb\xbf", b"\xef\xbb", b"\xef\xbb\xbf\xef\xbb\xbf[]",
]  # fmt: skip

# Within another object they are deeper than we take.
DEEP = [text for text in Y if text.count(b"[") + text.count(b"{") == DEEPEST]

N: list[bytes] = [text.encode() for text in _NO_VALUE + _NO_NUMBER + _NO_TEXT + _NO_CONTAINER] + _NO_UTF8


def name(text: bytes) -> str:
    """A test's name for a text."""
    shown = ascii(text.decode("latin-1"))[1:-1]
    return shown if len(shown) <= 40 else f"{shown[:30]}...{len(text)}"
