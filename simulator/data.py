"""The project's data files, read: the documents in `openapi/` and the starting states in `fixtures/`."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from simulator.core.codec import read_json
from simulator.core.errors import Malformed


class DataError(Exception):
    """A data file that cannot be used: what was being read, where it is wrong (file and line), and why."""

    def __init__(self, what: str, where: str, why: str) -> None:
        super().__init__(what, where, why)
        self.what = what
        self.where = where
        self.why = why

    def __str__(self) -> str:
        return f"cannot read {self.what}: {self.where}: {self.why}"


def read_document(name: str) -> dict[str, Any]:
    """A file of `openapi/` by its name without `.yaml`: `kinetic`, `kinetic.statements`, `control`."""
    return _read_named(f"the document {name!r}", "openapi", name)


def read_parts(name: str) -> dict[str, dict[str, Any]]:
    """The files of a document's own folder, `openapi/<name>/`, by their names without `.yaml`, in their order."""
    folder = f"openapi/{name}"
    return {
        part: _read_named(f"{name}'s {part!r}", folder, part) for part in _names(_source().files / folder)
    }


def read_fixture(vendor: str, name: str | Path = "default") -> dict[str, Any]:
    """A starting state: one of the vendor's own by its name, or a file of the user's by its Path (JSON if it is called
    `.json`, else YAML). A str is never taken for a path: it may come from a request."""
    if isinstance(name, str):
        return _read_named(f"{vendor}'s fixture {name!r}", f"fixtures/{vendor}", name)
    what = f"{vendor}'s fixture"
    try:
        text = name.read_bytes()
    except OSError as error:
        raise DataError(what, str(name), error.strerror or str(error)) from None
    if name.suffix != ".json":
        return _object(_parse_yaml(text, what, name), what, name)
    try:
        return _object(read_json(text), what, name)
    except Malformed as error:
        raise DataError(what, str(name), str(error)) from None


def fixture_names(vendor: str) -> list[str]:
    """The names of the vendor's own starting states."""
    return _names(_source().files / "fixtures" / vendor)


class _Source(NamedTuple):
    files: Path  # holds openapi/ and fixtures/
    compiled: Path  # mirrors them, with the values as JSON


def _source() -> _Source:
    # Plain paths and not importlib.resources, which costs 20 ms of start-up and buys reading from a zip: our
    # dependencies in C cannot be imported from one.
    package = Path(__file__).parent
    installed = package / "_data"
    if installed.is_dir():
        return _Source(installed, installed / "compiled")
    checkout = package.parent
    if (checkout / "openapi").is_dir():
        return _Source(checkout, checkout / ".compiled")
    raise DataError(
        "the project's data", str(installed), "neither there nor beside the package; install it again"
    )


def _read_named(what: str, folder: str, name: str) -> dict[str, Any]:
    source = _source()
    path = source.files / folder / f"{name}.yaml"
    known = _names(source.files / folder)
    if name not in known:  # by the listing, so that no name leads out of the folder
        raise DataError(what, str(path), f"no such file; there are: {', '.join(known) or 'none'}")
    text = path.read_bytes()
    value = _compiled(source.compiled / folder / f"{name}.json", text)
    return _object(_parse_yaml(text, what, path) if value is None else value, what, path)


def _compiled(path: Path, yaml: bytes) -> Any:
    """What the file says was made of this very YAML; None when it is missing, cut short or made of another text."""
    try:
        copy = orjson.loads(path.read_bytes())
        return copy["data"] if copy["sha256"] == hashlib.sha256(yaml).hexdigest() else None
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _parse_yaml(text: bytes, what: str, path: Path) -> Any:
    from simulator import strict_yaml  # noqa: PLC0415  PyYAML costs 40 ms, and the compiled copy needs none

    try:
        return strict_yaml.parse(text)
    except strict_yaml.NotStrict as error:
        raise DataError(
            what, str(path) if error.line is None else f"{path}:{error.line}", error.why
        ) from None


def _object(value: Any, what: str, path: Path) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DataError(what, str(path), "not an object")
    return value


def _names(folder: Path) -> list[str]:
    return sorted(path.stem for path in folder.glob("*.yaml"))
