"""What the commands have in common: the group they belong to, how they fail, and the arguments that several take."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from simulator import __version__

if TYPE_CHECKING:
    from simulator.core.vendor import Service

# Everything heavy is imported inside the commands, so that `--help` answers at once.

FINDINGS, USAGE, BAD_CONFIG, ENVIRONMENT, OUR_BUG, INTERRUPTED = 1, 2, 3, 4, 70, 130
F = TypeVar("F", bound=Callable[..., Any])
FILE = click.Path(path_type=Path)


class CommandError(click.ClickException):
    """An error that says what, where, why and the next command, with its exit code."""

    def __init__(self, message: str, exit_code: int, then: str = "") -> None:
        super().__init__(f"{message}\n  next: {then}" if then else message)
        self.exit_code = exit_code  # type: ignore[misc]  # click declares a constant and reads the instance's


class _Group(click.Group):
    """`simulator` alone, or with only options of serve, is `simulator serve`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if not args or (args[0].startswith("-") and args[0] not in {"--help", "-h", "--version"}):
            args = ["serve", *args]
        return super().parse_args(ctx, args)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="simulator")
def main() -> None:
    """A stateful stand-in for vendor REST APIs, simulated from their documents sentence by sentence."""


def explained(command: F) -> F:
    """Turn what loading refuses into an error with an exit code, and anything else unexpected into our bug."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        from simulator.core.document import DocumentError
        from simulator.core.recorder import StateError
        from simulator.core.statements import LedgerError
        from simulator.core.vendor import LoadError
        from simulator.data import DataError

        try:
            return command(*args, **kwargs)
        except (DataError, DocumentError, LedgerError, LoadError) as error:
            checks = command.__name__ == "check"  # which has just said it
            then = "" if checks else checking(kwargs.get("vendors", ()), kwargs.get("fixtures", ()))
            raise CommandError(str(error), BAD_CONFIG, then) from None
        except StateError as error:
            code = ENVIRONMENT if error.elsewhere else BAD_CONFIG
            raise CommandError(str(error), code, "simulator serve --state ANOTHER-FILE") from None
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except KeyboardInterrupt:  # click would end with 1
            raise click.exceptions.Exit(INTERRUPTED) from None
        except Exception:  # noqa: BLE001 - whatever it is, it is ours and is said so
            import traceback

            traceback.print_exc()
            raise CommandError(
                "this is a bug of the simulator; please report it with the lines above", OUR_BUG
            ) from None

    return wrapped  # type: ignore[return-value]  # wraps keeps the signature that click reads


def checking(vendors: Iterable[str], fixtures: Iterable[str]) -> str:
    """The command that checks what a server with these would start from."""
    import shlex

    given = [part for each in fixtures for part in ("--fixture", each)]
    return shlex.join(["simulator", "check", *vendors, *given])


def vendors_of(names: Iterable[str]) -> list[str]:
    from simulator.vendors import VENDORS

    for name in names:
        if name not in VENDORS:
            raise CommandError(
                f"there is no vendor {name}; there is {', '.join(VENDORS)}",
                USAGE,
                f"simulator serve {next(iter(VENDORS))}",
            )
    return list(names) or list(VENDORS)


def instant(now: str | None) -> int | None:
    from simulator.core.clock import parse_instant

    try:
        return None if now is None else parse_instant(now)
    except ValueError as error:
        raise CommandError(
            f"--now {now}: {error}", USAGE, "simulator serve --now 2026-01-31T09:00:00Z"
        ) from None


def fixtures_of(given: tuple[str, ...], services: dict[str, Service]) -> dict[str, str | Path]:
    fixtures: dict[str, str | Path] = {}
    for each in given:
        vendor, equals, file = each.partition("=")
        if not equals:
            fixtures |= dict.fromkeys(services, each)
        elif vendor in services:
            fixtures[vendor] = Path(file)
        else:
            raise CommandError(
                f"--fixture {each}: {vendor} is not served", USAGE, "simulator serve --fixture NAME"
            )
    return fixtures
