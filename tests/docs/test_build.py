"""The documentation builds without a warning or a network, fetches nothing from anywhere, and names all there is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import simulator.testing
from simulator.app import load_services
from simulator.cli import main
from simulator.control.routes import Control
from simulator.core.faults import KINDS
from simulator.core.sandbox import Sandboxes
from simulator.testing import Assumption, Edge, Expected, Fired, SandboxOptions, plugin
from tests.docs.pages import ROOT
from tools import reference

PATIENCE_S = 180
# What a browser fetches by itself: everything but where a link leads.
FETCHED = re.compile(
    r"""<(?:script|img|iframe|link|source)\b[^>]*\b(?:src|href)=["'](?:https?:)?//|@import|url\(["']?(?:https?:)?//"""
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("docs")
    done = subprocess.run(
        [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-b", "html", "docs", str(into)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return into


def test_every_page_is_built(built: Path) -> None:
    for page in (ROOT / "docs").rglob("*.md"):
        assert (built / page.relative_to(ROOT / "docs").with_suffix(".html")).exists(), page


def test_nothing_is_fetched_from_anywhere(built: Path) -> None:
    pages = [*built.rglob("*.html"), *built.rglob("*.css")]

    assert len(pages) > 20
    for page in pages:
        assert not (found := FETCHED.search(page.read_text(encoding="utf-8"))), (
            f"{page}: {found and found[0]}"
        )


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example.com/x.js">',
        '<link rel="stylesheet" href="//fonts.example.com/x.css">',
        "url(https://x)",
    ],
)
def test_what_would_be_fetched_is_found(text: str) -> None:
    assert FETCHED.search(text)
    assert not FETCHED.search('<a href="https://example.com/">')


def shape(text: str) -> str:
    """A text with addresses whose parameters have no name."""
    return re.sub(r"\{\w+\}", "{}", text)


def test_the_reference_names_all_there_is() -> None:
    pages = reference.pages()
    services = load_services()

    for name, service in services.items():
        for operation in service.document.operations.values():
            assert f"`{operation.id}`" in pages[f"operations-{name}"]
        for id in service.ledger:
            assert f"| {id} |" in pages[f"statements-{name}"]
        for setting in vars(service.vendor.settings()):
            assert f"`{setting}`" in pages["settings"]
        for collection in service.document.records:
            assert f"`{collection}`" in pages["states"]
    for path, handlers in Control(Sandboxes(services), None).table().items():
        assert shape(f"## {path}") in shape(pages["control"]), path
        for method in handlers:
            assert f"### {method}: " in pages["control"]
    for command in main.commands:
        assert f"## simulator {command}\n" in pages["cli"]
    for public in simulator.testing.__all__:
        assert f"## {public}\n" in pages["python"]
    for kind in KINDS:
        assert f"`{kind}`" in (ROOT / "docs/how-to/simulate-an-outage.md").read_text(encoding="utf-8")
    for option in plugin._OPTIONS:
        assert f"`{option}=`" in (ROOT / "docs/reference/pytest.md").read_text(encoding="utf-8")


def test_every_criterion_is_explained_and_has_an_example() -> None:
    asserting = (ROOT / "docs/how-to/assert-what-was-called.md").read_text(encoding="utf-8")
    python = reference.python()

    for criterion in Expected.__annotations__:
        for page in (python, asserting):
            assert re.search(rf"^\| `{criterion}=?` \|", page, re.MULTILINE), criterion
        assert re.search(rf"assert_called\(.*\b{criterion}=", asserting), criterion


def test_records_are_shown_with_their_fields_and_what_is_made_with_how() -> None:
    python = reference.python()

    for record in (Assumption, Edge, Fired, SandboxOptions):
        for field in record.__annotations__:
            assert f"| `{field}` |" in python, field
    for signature in (
        "Simulator(vendors: Iterable[str] = (), *, url:",
        "SimulatorServer(vendors: Iterable[str] = (),",
    ):
        assert signature in python
    assert "Unpack" not in python
    assert "\nSandbox(" not in python  # it is given


def test_a_text_of_a_document_is_no_markup_of_ours() -> None:
    assert reference.cell("a|b <guid> *x* `y` [z]({w}) & $5 #1") == (
        r"a\|b &lt;guid> \*x\* \`y\` \[z\](&#123;w}) &amp; \$5 \#1"
    )
    assert reference.table(("a", "b"), []) == ""


def test_pages_of_what_there_is_no_longer_go(tmp_path: Path) -> None:
    (tmp_path / "operations-nobody.md").write_text("old", encoding="utf-8")

    reference.write(tmp_path)

    assert {path.stem for path in tmp_path.iterdir()} == reference.pages().keys()
