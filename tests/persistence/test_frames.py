"""persistence/frames.py: what is torn is left out, what is damaged is said, and nothing else is ever read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.persistence.frames import Damaged, frame, frames

BODIES = [b'{"a":1}', b"", b'{"b":"' + b"x" * 40 + b'"}', b'{"c":3}']
LOG = b"".join(map(frame, BODIES))


def bodies(data: bytes) -> list[bytes]:
    return [body for _, body in frames(data)]


def test_what_is_written_is_read() -> None:
    assert bodies(LOG) == BODIES
    assert [end for end, _ in frames(LOG)][-1] == len(LOG)


def test_of_a_log_that_is_cut_anywhere_the_whole_frames_are_read() -> None:
    ends = [0, *(end for end, _ in frames(LOG))]

    for cut in range(len(LOG)):
        assert bodies(LOG[:cut]) == BODIES[: sum(end <= cut for end in ends) - 1]


def test_blocks_that_the_disk_never_wrote_are_a_torn_tail() -> None:
    for cut in range(len(LOG) - len(frame(BODIES[-1])), len(LOG) - 8):
        assert bodies(LOG[:cut] + b"\0" * (len(LOG) - cut)) == BODIES[:-1]
    assert bodies(LOG + b"\0" * 4096) == BODIES


def test_a_single_bit_that_flips_anywhere_is_damage_and_never_read() -> None:
    for place in range(len(LOG)):
        for bit in range(8):
            flipped = bytearray(LOG)
            flipped[place] ^= 1 << bit
            with pytest.raises(Damaged) as damaged:
                bodies(bytes(flipped))
            assert damaged.value.offset <= place


@given(st.binary(max_size=200))
def test_whatever_follows_a_log_is_torn_or_damage(rest: bytes) -> None:
    try:
        assert bodies(LOG + rest)[: len(BODIES)] == BODIES
    except Damaged as damaged:
        assert damaged.offset >= len(LOG)  # noqa: PT017 - either outcome will do
