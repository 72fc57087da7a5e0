"""core/settings.py: switches that take what their type says, all of a change or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional

import pytest

from simulator.core.settings import change_settings, setting
from tests.core.toy import Settings


@dataclass(frozen=True)
class Older:
    size: Optional[int] = setting(None, "a size", "TOY-001")  # noqa: UP045  both spellings are legal


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("page_size", 5, 5),
        ("loan_hours", 0.5, 0.5),
        ("loan_hours", 2, 2),
        ("wording", "polite", "polite"),
        ("colors", ["red"], ("red",)),
        ("colors", [], ()),
        ("colors", ("red",), ("red",)),
        ("cap", 3, 3),
        ("cap", None, None),
        ("closed", True, True),
        ("mood", "bad", "bad"),
        ("mood", None, None),
    ],
)
def test_a_setting_takes_a_value_of_its_type(name: str, value: Any, kept: Any) -> None:
    changed = change_settings(Settings(), {name: value})

    assert getattr(changed, name) == kept
    assert type(getattr(changed, name)) is type(kept)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("page_size", "5", "an integer"),
        ("page_size", 5.0, "an integer"),
        ("page_size", True, "an integer"),
        ("page_size", None, "an integer"),
        ("loan_hours", "1", "a number"),
        ("loan_hours", False, "a number"),
        ("wording", "rude", "one of 'plain', 'polite'"),
        ("wording", None, "one of 'plain', 'polite'"),
        ("wording", ["plain"], "one of 'plain', 'polite'"),
        ("colors", "red", "a list of a text"),
        ("colors", [1], "a list of a text"),
        ("colors", {"red": 1}, "a list of a text"),
        ("cap", "3", "an integer or null"),
        ("cap", True, "an integer or null"),
        ("closed", 1, "true or false"),
        ("closed", "true", "true or false"),
        ("closed", None, "true or false"),
        ("mood", "so-so", "one of 'good', 'bad' or null"),
    ],
)
def test_a_value_of_another_type_is_refused_in_words(name: str, value: Any, words: str) -> None:
    with pytest.raises(ValueError, match=f"{name} takes {words}, not "):
        change_settings(Settings(), {name: value})


def test_an_unknown_setting_is_refused_by_name_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="volume is not a setting; there are cap, closed, colors"):
        change_settings(Settings(), {"volume": 11})


def test_a_settings_class_may_check_more_than_types() -> None:
    with pytest.raises(ValueError, match="page_size takes 1 or more"):
        change_settings(Settings(), {"page_size": 0})


def test_the_old_settings_stay_as_they_were() -> None:
    old = Settings()

    change_settings(old, {"page_size": 5})

    assert old == Settings()


def test_no_change_is_none() -> None:
    assert change_settings(Settings(), {}) == Settings()


def test_an_optional_setting_may_be_spelled_either_way() -> None:
    assert change_settings(Older(), {"size": 3}).size == 3
    with pytest.raises(ValueError, match="size takes an integer or null, not True"):
        change_settings(Older(), {"size": True})
