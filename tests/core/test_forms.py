"""core/forms.py: a multipart body is read whole, or refused."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.core.call import Upload
from simulator.core.errors import Malformed
from simulator.core.forms import MAX_PARTS, read_multipart

KIND = "multipart/form-data; boundary=edge"
FIELD = b'Content-Disposition: form-data; name="title"'
FILE = b'Content-Disposition: form-data; name="file"; filename="a.txt"'


def body(*parts: tuple[bytes, bytes]) -> bytes:
    """A multipart body of parts, each its headers and its content."""
    return (
        b"".join(b"--edge\r\n" + head + b"\r\n\r\n" + data + b"\r\n" for head, data in parts)
        + b"--edge--\r\n"
    )


def test_fields_and_files_are_told_apart() -> None:
    fields, files = read_multipart(
        KIND, body((FIELD, b"Teddy"), (FILE + b"\r\nContent-Type: text/plain", b"\0\xff\r\n"))
    )

    assert fields == {"title": "Teddy"}
    assert files == {"file": Upload("a.txt", "text/plain", b"\0\xff\r\n")}


def test_a_file_without_a_type_is_bytes() -> None:
    _, files = read_multipart(KIND, body((FILE, b"x")))

    assert files["file"].content_type == "application/octet-stream"


def test_a_name_may_hold_brackets_and_a_file_may_be_empty() -> None:
    head = b'Content-Disposition: form-data; name="upload[file]"; filename="a"'

    _, files = read_multipart(KIND, body((head, b"")))

    assert files["upload[file]"].data == b""


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (b"../../etc/passwd", "../../etc/passwd"),
        (b"C:\\box\\a.txt", "a.txt"),  # what old browsers sent; every reader of forms cuts it
        ("schön.txt".encode(), "schön.txt"),
        (b"a%00b", "a%00b"),
        (b"x" * 3000, "x" * 3000),
    ],
)
def test_a_file_name_is_data_and_never_a_path(sent: bytes, kept: str) -> None:
    head = b'Content-Disposition: form-data; name="file"; filename="' + sent + b'"'

    _, files = read_multipart(KIND, body((head, b"x")))

    assert files["file"].filename == kept


def test_a_form_may_have_no_parts() -> None:
    assert read_multipart(KIND, b"--edge--\r\n") == ({}, {})


def test_of_a_repeated_name_the_last_counts() -> None:
    fields, _ = read_multipart(KIND, body((FIELD, b"one"), (FIELD, b"two")))

    assert fields == {"title": "two"}


@pytest.mark.parametrize(
    "kind", ["multipart/form-data; boundary=edge", 'Multipart/Form-Data; charset=utf-8; boundary="edge"']
)
def test_the_kind_is_read_as_http_writes_it(kind: str) -> None:
    assert read_multipart(kind, body((FIELD, b"x")))[0] == {"title": "x"}


@pytest.mark.parametrize(
    "kind",
    [
        *("", "multipart/form-data", "multipart/form-data; boundary=", "multipart/mixed; boundary=edge"),
        "application/json",
        *("text/plain; boundary=edge", "multipart/form-data; boundary=other", 'multipart/form-data; boundary="', ";;;"),
        *("multipart/form-data; boundary=\xe9", "multipart/form-data; boundary=\x00"),
        "multipart/form-data; boundary=" + "x" * 9000,
    ],
)  # fmt: skip
def test_another_kind_of_body_is_malformed(kind: str) -> None:
    with pytest.raises(Malformed):
        read_multipart(kind, body((FIELD, b"x")))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"--edge",
        b"title=x",
        b'{"title":"x"}',
        body((FIELD, b"x"))[:-4],
        body((FIELD, b"x"))[:-12],
        body((FIELD, b"x")).replace(b"\r\n", b"\n"),
        body((b"Content-Type: text/plain", b"x")),
        body((b'Content-Disposition: attachment; name="title"', b"x")),
        body((b"Content-Disposition: form-data", b"x")),
        body((b"no header", b"x")),
        body((FIELD, b"\xff")),
        body((b'Content-Disposition: form-data; name="\xff"', b"x")),
        body((FIELD + b"\r\nX: " + b"y" * 10_000, b"x")),
        body((FIELD + b"\r\nX: y" * 20, b"x")),
        body(*[(FIELD, b"x")] * (MAX_PARTS + 1)),
        b"preamble" * 2000 + body((FIELD, b"x")),
    ],
)
def test_what_is_not_multipart_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        read_multipart(KIND, data)


@given(st.binary(max_size=200), st.text(max_size=20))
def test_any_bytes_are_read_or_malformed(noise: bytes, kind: str) -> None:
    whole = body((FIELD, b"Teddy"), (FILE, b"bytes"))
    for data in (noise, whole[: len(noise)], whole.replace(b"Teddy", noise), whole[:30] + noise + whole[30:]):
        for content_type in (KIND, "multipart/form-data; boundary=" + kind):
            try:
                fields, files = read_multipart(content_type, data)
            except Malformed:
                continue
            assert all(isinstance(value, str) for value in fields.values())
            assert all(isinstance(file, Upload) for file in files.values())


@pytest.mark.parametrize(
    "data",
    [
        b"--edge\r\n" * 100_000,
        b"-" * 1_000_000,
        b"\r\n" * 500_000,
        b"--edge\r\n" + b"X: y\r\n" * 100_000,
        b"--edge\r\n" + FILE + b"\r\n\r\n" + b"\r\n--edg" * 100_000,
    ],
)
def test_a_hostile_megabyte_is_refused_quickly(data: bytes) -> None:
    started = time.process_time()
    with pytest.raises(Malformed):
        read_multipart(KIND, data)

    assert time.process_time() - started < 10
