"""The pytest plugin as its user meets it: installed by its entry point, in a pytest run of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.app import create_app, load_services
from simulator.client import ControlClient
from simulator.serving import ServerThread
from simulator.testing import plugin

pytest_plugins = ["pytester"]

APPLICATION = """
import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

def call(method, url, body=None, token="no-token"):
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    try:
        with urlopen(Request(url, body and json.dumps(body).encode(), headers, method=method)) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refused:
        return refused.code, json.load(refused)
"""
CREATES = """
from application import call

def test_it(simulator):
    kinetic = simulator.kinetic
    call("POST", kinetic.url + "/api/v1/issues", {"name": "Leak"}, kinetic.token)
    kinetic.assert_called("create_issue", json_contains={"name": "Leak"}, times=1)
"""


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A user's project; its pytest runs in a process of its own, where our settings and plugins do not reach."""
    for name in [name for name in os.environ if name.startswith(("SIMULATOR", "PYTEST_ADDOPTS"))]:
        monkeypatch.delenv(name)
    pytester.makepyfile(application=APPLICATION)
    return pytester


def run(project: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    return project.runpytest_subprocess("-p", "no:hypothesispytest", "-p", "no:schemathesis", *arguments)


def test_a_test_with_the_fixture_passes_without_any_configuration(project: pytest.Pytester) -> None:
    project.makepyfile(test_user=CREATES)

    run(project, "-W", "error", "--strict-markers").assert_outcomes(passed=1)


def test_a_run_that_wants_no_simulator_imports_none_of_it(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_user="""
        import sys

        def test_it():
            ours = {name for name in sys.modules if name.partition(".")[0] == "simulator"}
            assert ours == {"simulator", "simulator.testing", "simulator.testing.plugin"}
            assert not {"uvicorn", "starlette", "http.client"} & set(sys.modules)
        """
    )

    run(project).assert_outcomes(passed=1)


def test_with_a_url_no_server_is_imported(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_user=CREATES
        + """
    import sys
    assert not {"uvicorn", "starlette", "jsonschema_rs", "simulator.app"} & set(sys.modules)
"""
    )
    with ServerThread(create_app(load_services(["kinetic"]))) as server:
        run(project, "--simulator-url", server.url).assert_outcomes(passed=1)


def test_each_test_has_a_sandbox_of_its_own_called_after_it(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_user="""
        from application import call

        def test_one(simulator):
            call("POST", simulator.kinetic.url + "/api/v1/issues", {"name": "Leak"}, simulator.kinetic.token)
            assert simulator.name.startswith("test-one-")
            assert len(simulator.kinetic.records("issues")) == 3

        def test_two(simulator, simulator_server):
            assert len(simulator.kinetic.records("issues")) == 2
            assert [each["name"] for each in simulator_server.client.get("/sandboxes")["sandboxes"]] == [
                "default", simulator.name]
        """
    )

    run(project).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    "nodeid", ["a.py::test_x", "a.py::test_" + "x" * 90, "a.py::test[ä-Ö/--]", "::", "a::[-]"]
)
def test_a_sandbox_has_a_name_that_the_server_takes(nodeid: str) -> None:
    name = plugin._name(nodeid)

    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name)
    assert len(name) <= 32
    assert name != plugin._name(nodeid + "x")


def test_workers_have_a_server_each_and_the_order_changes_nothing(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_user="""
        import pytest
        from application import call

        @pytest.mark.parametrize("number", range(12))
        def test_it(simulator, number):
            kinetic = simulator.kinetic
            for _ in range(number):
                assert call("POST", kinetic.url + "/api/v1/issues", {"name": "Leak"}, kinetic.token)[0] == 200
            assert len(kinetic.records("issues")) == 2 + number
            with open(f"token-{number}", "a") as file:
                file.write(kinetic.token + "\\n")
        """
    )

    run(project, "-n", "2").assert_outcomes(passed=12)
    run(project).assert_outcomes(passed=12)

    tokens = [path.read_text().split() for path in project.path.glob("token-*")]
    assert all(one == other for one, other in tokens), "a token depends on the process or on the order"
    assert len({one for one, _ in tokens}) == 12


def test_the_marker_says_how_a_sandbox_begins(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_user="""
        import pytest

        pytestmark = pytest.mark.simulator(now="2026-01-31T09:00:00Z", clock="frozen", fixture="default")

        @pytest.mark.simulator(settings={"kinetic": {}}, seed=7)
        def test_it(simulator):
            assert simulator.clock.now.isoformat() == "2026-01-31T09:00:00+00:00"

        @pytest.mark.simulator(now="2027-01-31T09:00:00Z")
        def test_the_nearer_marker_wins(simulator):
            assert simulator.clock.now.year == 2027
            assert simulator.clock.mode == "frozen"
        """
    )

    run(project, "--strict-markers").assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("nwo=1", "the marker simulator takes fixture, now, clock, seed, settings, basis, strict, not nwo"),
        ("'x'", "the marker simulator takes fixture, now, clock, seed, settings, basis, strict, not 'x'"),
        ("fixture='nothing'", "the sandbox cannot be made: kinetic's fixture nothing: no such file"),
        ("now='yesterday'", "the sandbox cannot be made: Invalid isoformat string"),
        ("basis='guessed'", "the sandbox cannot be made: strict_basis takes one of documented, published"),
        ("settings={'kinetic': 5}", "the sandbox cannot be made: settings is given by vendor"),
        ("settings=['kinetic']", "the sandbox cannot be made: settings is given by vendor"),
        (
            "settings={'kinetic': {'x': {1}}}",
            "the sandbox cannot be made: POST /sandboxes: what is sent is no JSON",
        ),
        ("fixture=[1]", "the sandbox cannot be made: fixture is given by vendor"),
        ("now=5", "the sandbox cannot be made: now takes a text, not 5"),
        ("seed='x'", "the sandbox cannot be made: seed takes an integer from"),
    ],
)
def test_a_marker_that_is_wrong_is_an_error_without_a_traceback(
    project: pytest.Pytester, marker: str, said: str
) -> None:
    project.makeini("[pytest]\nsimulator_vendors = kinetic")
    project.makepyfile(
        test_user=f"import pytest\n@pytest.mark.simulator({marker})\ndef test_it(simulator):\n    pass\n"
    )

    result = run(project)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"{said}*"])
    assert "simulator/testing" not in result.stdout.str()
    assert "During handling" not in result.stdout.str()


def test_a_vendor_in_the_configuration_that_there_is_not_is_an_error_without_a_traceback(
    project: pytest.Pytester,
) -> None:
    project.makeini("[pytest]\nsimulator_vendors = nonsense")
    project.makepyfile(test_user=CREATES)

    result = run(project)

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["simulator_vendors: there is no vendor nonsense; there are *kinetic*"])
    assert "simulator/testing" not in result.stdout.str()
    assert "During handling" not in result.stdout.str()


def test_a_mistake_is_told_at_its_line_of_the_test(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_user="""
        def test_criterion(simulator):
            simulator.kinetic.calls(times=3)

        def test_operation(simulator):
            simulator.kinetic.fault("nothing", status=500)

        def test_vendor(simulator):
            simulator.knetic

        def test_record(simulator):
            simulator.kinetic.seed.issue(due=object())

        def test_setting(simulator):
            simulator.kinetic.settings(nothing=1)

        def test_value(simulator):
            simulator.kinetic.settings(nothing=object())

        def test_server(simulator_server):
            simulator_server.sandbox("No Name")
        """
    )

    result = run(project)

    result.assert_outcomes(failed=7)
    assert not re.findall(r"(?:simulator|json)/\S+\.py:\d+", result.stdout.str())
    assert "During handling" not in result.stdout.str()


def test_what_is_not_simulated_fails_the_test_at_its_end(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_user="""
        import pytest
        from application import call

        def test_strict(simulator):
            call("GET", f"{simulator.server.url}/s/{simulator.name}/nothing/x")

        @pytest.mark.simulator(strict=False)
        def test_lax(simulator):
            call("GET", f"{simulator.server.url}/nothing")

        def test_next(simulator):
            pass
        """
    )

    result = run(project)

    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_strict*",
            "the application asked for what is not simulated:",
            "  GET /s/test-strict-*/nothing/x -> 404: nothing is not served; *",
            "  if that is meant: strict=False",
        ]
    )


def test_a_basis_fails_a_test_that_relied_on_less(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_user=CREATES.replace(
            "def test", "import pytest\n@pytest.mark.simulator(basis='documented')\ndef test"
        )
    )

    result = run(project)

    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        [
            "the test relied on what is weaker than documented:",
            "  KIN-103 (published): *",
            "    source: *",
            "    in call 1: POST /api/v1/issues -> 200 (create_issue)",
        ]
    )


def test_a_failing_test_tells_its_last_ten_calls(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_user="""
        from application import call

        def test_it(simulator):
            kinetic = simulator.kinetic
            for _ in range(11):
                call("GET", kinetic.url + "/api/v1/me", token=kinetic.token)
            call("POST", kinetic.url + "/api/v1/issues", {}, kinetic.token)
            assert False
        """
    )

    result = run(project)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*- simulator: the last calls -*",
            "(2 earlier)",
            "kinetic 3: GET /api/v1/me -> 200 (read_me)",
            "kinetic 12: POST /api/v1/issues -> 422 (create_issue)",
            "    body $.name: expected *, got nothing",
        ]
    )


def test_a_failed_assertion_shows_the_test_and_not_our_code(project: pytest.Pytester) -> None:
    project.makepyfile(test_user=CREATES.replace('"Leak"}, times', '"Leek"}, times'))

    result = run(project)

    result.stdout.fnmatch_lines(
        [
            ">*kinetic.assert_called(*",
            "E*AssertionError: kinetic: expected 1 matching call, found 0",
            "E*nearest: call 1: POST /api/v1/issues -> 200 (create_issue)",
            "E *json $.name",
            'E *expected: "Leek"',
            'E *got: *"Leak"',
        ]
    )
    assert "simulator/testing" not in result.stdout.str()


def test_a_test_that_failed_is_not_failed_again_for_what_is_not_simulated(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_user="""
        from application import call

        def test_it(simulator):
            call("GET", f"{simulator.server.url}/s/{simulator.name}/nothing/x")
            assert False
        """
    )

    result = run(project)

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["what nobody answered:", "  GET /s/test-it-*/nothing/x -> 404: *"])


def test_a_failure_that_is_expected_is_none_at_the_end_either(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_user="""
        import pytest
        from application import call

        @pytest.mark.xfail
        def test_it(simulator):
            call("GET", f"{simulator.server.url}/s/{simulator.name}/nothing/x")
            assert False
        """
    )

    run(project).assert_outcomes(xfailed=1)


def test_a_url_that_nobody_answers_says_what_to_do(project: pytest.Pytester) -> None:
    project.makepyfile(test_user=CREATES)

    result = run(project, "--simulator-url", "http://127.0.0.1:9")

    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "no simulator answers at http://127.0.0.1:9*",
            "  next: simulator serve, or leave out --simulator-url and SIMULATOR_URL",
        ]
    )


def test_exec_gives_its_server_to_the_tests(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_user=CREATES.replace(
            "    kinetic = simulator.kinetic\n",
            "    import os\n    kinetic = simulator.kinetic\n"
            "    assert kinetic.url.startswith(os.environ['SIMULATOR_URL'])\n",
        )
    )
    command = [sys.executable, "-m", "simulator.cli", "exec", "--vendor", "kinetic", "--"]

    done = subprocess.run(
        [*command, sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_user.py"],
        cwd=project.path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_holding_keeps_the_sandboxes_of_tests_that_failed(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_user="""
        def test_bad(simulator):
            assert False

        def test_good(simulator, simulator_server):
            names = [each["name"] for each in simulator_server.client.get("/sandboxes")["sandboxes"]]
            assert len(names) == 3
        """
    )

    result = run(project, "--simulator-hold")  # nobody sits at its input, so it does not wait

    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(
        [
            "it is kept: simulator logs --url http://127.0.0.1:* --sandbox test-bad-*",
            "*simulator: sandboxes that are kept*",
            "test_user.py::test_bad",
            "  kinetic: http://127.0.0.1:*/s/test-bad-*/kinetic",
            "  simulator logs --url http://127.0.0.1:* --sandbox test-bad-*",
            "the simulator goes on at http://127.0.0.1:*; press Enter to stop it",
        ]
    )


def test_holding_keeps_no_test_that_was_skipped_or_failed_as_it_should(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_user="""
        import pytest

        def test_skipped(simulator):
            pytest.skip()

        @pytest.mark.xfail
        def test_expected(simulator):
            assert False
        """
    )

    result = run(project, "--simulator-hold")

    result.assert_outcomes(skipped=1, xfailed=1)
    assert "kept" not in result.stdout.str()
    assert "press Enter" not in result.stdout.str()


def test_a_call_to_the_default_sandbox_fails_the_test_at_its_end(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_user="""
        import pytest
        from application import call

        @pytest.mark.simulator(strict=False)
        def test_lax(simulator):
            call("GET", f"{simulator.server.url}/kinetic/api/v1/me")

        def test_strict(simulator):
            call("GET", f"{simulator.server.url}/kinetic/api/v1/me")

        def test_next(simulator):
            pass
        """
    )

    result = run(project)

    result.assert_outcomes(passed=3, errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at teardown of test_strict*",
            "the application's calls reached the default sandbox; use simulator.kinetic.url:",
            "  kinetic 2: GET /api/v1/me -> 401 (read_me)",
            "  if that is meant: strict=False",
        ]
    )


def test_holding_waits_for_enter(project: pytest.Pytester) -> None:
    project.makepyfile(test_user="def test_bad(simulator):\n    assert False\n")
    command = [sys.executable, "-u", "-m", "pytest", "-q", "--simulator-hold", "test_user.py"]

    with subprocess.Popen(
        command, cwd=project.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as held:
        assert held.stdout is not None
        assert held.stdin is not None
        said = next(line for line in held.stdout if line.startswith("the simulator goes on at"))
        assert held.poll() is None
        url = said.removeprefix("the simulator goes on at ").partition(";")[0]
        with ControlClient(url) as client:
            assert len(client.get("/sandboxes")["sandboxes"]) == 2
        held.stdin.write("\n")
        held.stdin.flush()
        held.stdout.read()

    assert held.returncode == 1


def test_holding_needs_one_process_or_a_server_that_runs(project: pytest.Pytester) -> None:
    project.makepyfile(test_user=CREATES)

    result = run(project, "--simulator-hold", "-n", "2")

    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*leave -n out, or start `simulator serve` and pass --simulator-url"])


def test_unittest_cases_may_use_it(project: pytest.Pytester) -> None:
    project.makepyfile(
        test_user="""
        import unittest
        import pytest

        class TestIt(unittest.TestCase):
            @pytest.fixture(autouse=True)
            def _sandbox(self, simulator):
                self.simulator = simulator

            def test_it(self):
                self.simulator.kinetic.assert_not_called()
        """
    )

    run(project).assert_outcomes(passed=1)


def test_the_package_can_be_imported_without_pytest(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['pytest'] = None\n"
        "from simulator.testing import Simulator\n"
        "with Simulator(['kinetic']) as sim: print(sim.kinetic.email)"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False
    )

    assert done.stdout == "ada.okafor@example.com\n", done.stderr


def test_a_program_that_has_imported_us_may_run_pytest(project: pytest.Pytester) -> None:
    project.makepyfile(test_user="def test_it():\n    pass\n")
    code = (
        "import sys, pytest, simulator.testing; sys.exit(pytest.main(['-q', '-W', 'error', 'test_user.py']))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=project.path, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr


def test_every_public_name_is_there() -> None:
    import simulator.testing as package  # noqa: PLC0415 - to look at the module itself

    assert package.__all__ == sorted(package.__all__)
    assert package._WHERE.keys() == set(package.__all__)
    for name in package.__all__:
        assert getattr(package, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        package.Nothing  # noqa: B018 - to see it refused
