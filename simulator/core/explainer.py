"""A jsonschema validator that gives the verdicts of jsonschema-rs, for the words of a refusal. Slow to import."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

MOST_ERRORS = 100  # of one choice, or of one value: nobody reads more
_LONG = 50  # elements: fewer are walked through as fast, more are asked about so many at once


def explainer(schema: Any) -> Validator:
    """The validator of a bundled schema."""
    # Formats are annotations in 2020-12, and jsonschema-rs leaves them so: neither validator asserts one. A text's
    # shape is stated by `pattern`, which means the same to both.
    kind: type[Validator] = extend(_KIND, {"items": _Items(schema).explain})  # type: ignore[no-untyped-call]  # as below
    return kind(schema, format_checker=FormatChecker(formats=()))


class _Items:
    """`items`. jsonschema walks through each element in Python, which for a body of fifty thousand good ones and a bad
    one takes seconds in which nobody else is answered: of a long list only those are explained that are wrong."""

    def __init__(self, root: Any) -> None:
        self._definitions = root.get("$defs", {}) if isinstance(root, dict) else {}
        self._verdicts: dict[
            int, Callable[[Any], bool]
        ] = {}  # by identity of a part of the root, which lives as long

    def explain(self, validator: Any, items: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        if not isinstance(instance, list) or len(instance) > schema.get("maxItems", len(instance)):
            return  # of what is too long as a whole nobody reads what is wrong in it
        first = len(schema.get("prefixItems", ()))
        for start in range(first, len(instance), _LONG):
            part = instance[start : start + _LONG]
            if len(instance) > _LONG and isinstance(items, dict) and self._accepts(items, part):
                continue
            for index, each in enumerate(part, start):
                yield from validator.descend(each, items, path=index)

    def _accepts(self, items: Any, part: list[Any]) -> bool:
        verdict = self._verdicts.get(id(items))
        if verdict is None:
            whole = {"items": items, "$defs": self._definitions}
            verdict = self._verdicts[id(items)] = jsonschema_rs.Draft202012Validator(whole).is_valid
        return bool(verdict(part))


def _verdict(keyword: str, value: Any) -> Callable[[Any], bool]:
    return jsonschema_rs.Draft202012Validator({keyword: value}).is_valid


def _delegated(
    _validator: Any, value: Any, instance: Any, _schema: Any, keyword: str = ""
) -> Iterator[ValidationError]:
    """A keyword that jsonschema-rs decides: ECMA patterns in linear time, its equality, its decimal `multipleOf`."""
    if not _verdict(keyword, value)(instance):
        yield ValidationError(f"breaks {keyword} {value!r}")


def _under_patterns(validator: Any, patterns: Any, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    for pattern, inner in patterns.items() if isinstance(instance, dict) else ():
        for name in filter(_verdict("pattern", pattern), instance):
            yield from validator.descend(instance[name], inner, path=name, schema_path=pattern)


def _additional(validator: Any, inner: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    patterns = [_verdict("pattern", pattern) for pattern in schema.get("patternProperties", ())]
    for name in instance if isinstance(instance, dict) else ():
        if name in schema.get("properties", ()) or any(matches(name) for matches in patterns):
            continue
        if inner is False:
            yield ValidationError(f"{name!r} is not known", path=[name])
        else:
            yield from validator.descend(instance[name], inner, path=name)


def _choice(
    validator: Any, choices: Any, instance: Any, _schema: Any, most: int = 0
) -> Iterator[ValidationError]:
    """`anyOf`, and with `most` 1 `oneOf`. Written anew because jsonschema first gathers all that is wrong with every
    choice, which takes half a minute for a list of half a million wrong elements."""
    context: list[ValidationError] = []
    matched = 0
    for index, each in enumerate(choices):
        wrong = list(islice(validator.descend(instance, each, schema_path=index), MOST_ERRORS))
        context += wrong
        matched += not wrong
    if not matched or (most and matched > most):
        yield ValidationError("fits none of the choices", context=[] if matched else context)


_OWN = {keyword: partial(_delegated, keyword=keyword) for keyword in ("pattern", "multipleOf", "uniqueItems")}
_KIND: type[Validator] = extend(  # type: ignore[no-untyped-call]  # upstream has no types
    Draft202012Validator,
    {
        **_OWN,
        "patternProperties": _under_patterns,
        "additionalProperties": _additional,
        "anyOf": _choice,
        "oneOf": partial(_choice, most=1),
    },
)
