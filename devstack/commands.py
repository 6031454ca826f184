"""`python -m devstack`: the whole of Dogwalk on one machine, from the command line."""

from __future__ import annotations

import asyncio
import os
import shlex
import sys
from pathlib import Path  # noqa: TC003 typer reads annotations at run time
from typing import Annotated

import typer

from devstack.options import STATE_DIR, Kind, StackOptions, given_ports
from devstack.ports import PortTaken
from devstack.process import StartFailed
from devstack.running_stack import AlreadyRunning, RunningStack, bring_down, running_stack
from devstack.status import print_running, print_status

app = typer.Typer(
    help="The whole of Dogwalk on one machine.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
DEMO_DIR = "demo"
FAILED = 1


@app.callback()
def state(
    context: typer.Context,
    state_dir: Annotated[Path, typer.Option(envvar="DOGWALK_STATE_DIR", help="Data, logs, secrets")] = STATE_DIR,
) -> None:
    context.obj = state_dir.resolve()


def options_of(context: typer.Context, kind: Kind = Kind.UP) -> StackOptions:
    return StackOptions(kind=kind, state_dir=context.obj, given_ports=given_ports(os.environ))


def both(context: typer.Context) -> dict[str, StackOptions]:
    """The stack of `up`, and the demo's own beside it."""
    return {"Dogwalk": options_of(context), "The demo's Dogwalk": demo_options(context)}


def demo_options(context: typer.Context) -> StackOptions:
    return StackOptions(kind=Kind.DEMO, state_dir=context.obj / DEMO_DIR, given_ports=given_ports(os.environ))


@app.command()
def up(
    context: typer.Context, *, detach: Annotated[bool, typer.Option(help="Leave it running and return")] = False
) -> None:
    """Start everything and keep it running until Ctrl-C or `down`."""
    options = options_of(context)
    if not detach:
        return _run(options)
    from devstack.detached import DetachedStack

    try:
        _print_up(asyncio.run(DetachedStack(options, kept=True).is_up()), options)
    except StartFailed as error:
        raise failure(error) from None
    return None


@app.command("up-for-demo", hidden=True)
def up_for_demo(context: typer.Context) -> None:
    """What `demo` runs beside itself: thrown-away data, no reload."""
    _run(options_of(context, Kind.DEMO))


@app.command()
def down(context: typer.Context) -> None:
    """Stop everything of this checkout, the demo's stack too, and what a killed run left."""
    stopped = [name for name, options in both(context).items() if bring_down(options)]
    print(f"stopped: {', '.join(stopped)}" if stopped else "nothing was running")


@app.command()
def status(context: typer.Context) -> None:
    """Tell what runs. Exits with 1 when nothing does."""
    found = [print_status(options, title=name) for name, options in both(context).items()]
    if not any(found):
        raise typer.Exit(FAILED)


@app.command()
def reset(context: typer.Context) -> None:
    """Stop everything and delete this checkout's data, logs and development secrets."""
    from devstack.stack import Stack

    for options in reversed(both(context).values()):
        bring_down(options)
        Stack(options=options, outside={}).remove()
    print(f"deleted {context.obj}")


@app.command()
def logs(
    context: typer.Context,
    part: Annotated[str | None, typer.Argument(help="api, workers, temporal, …; all of them")] = None,
    *,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many of each")] = 40,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until Ctrl-C")] = False,
) -> None:
    """Print the ends of the logs."""
    from devstack.logs import print_logs

    try:
        print_logs(options_of(context).log_dir, part=part, lines=lines, follow=follow)
    except FileNotFoundError as error:
        raise failure(f"no such log: {error.filename}") from None
    except KeyboardInterrupt:
        return


@app.command()
def env(context: typer.Context) -> None:
    """Print the running stack's settings for a shell: `eval "$(python -m devstack env)"`."""
    for name, value in running_or_fail(context).environment.items():
        print(f"export {name}={shlex.quote(value)}")


@app.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
def run(context: typer.Context, command: Annotated[list[str], typer.Argument(help="What to run")]) -> None:
    """Run a command with the running stack's settings; what is set outside wins."""
    environment = {**running_or_fail(context).environment, **os.environ}
    os.execvpe(command[0], command, environment)  # noqa: S606 a person asked for this command


def running_or_fail(context: typer.Context) -> RunningStack:
    running = next((found for options in both(context).values() if (found := running_stack(options))), None)
    if running is None:
        raise failure("nothing runs: `make up` first")
    return running


def _run(options: StackOptions) -> None:
    from devstack.supervisor import Supervisor

    supervisor = Supervisor(options=options, outside=os.environ, tell=lambda line: print(line, flush=True))
    try:
        asyncio.run(supervisor.run(is_up=lambda running: _print_up(running, options)))
    except (StartFailed, AlreadyRunning, PortTaken) as error:
        raise failure(error) from None


def _print_up(running: RunningStack, options: StackOptions) -> None:
    print_running(running, options)
    print("Ctrl-C or `make down` stops it; `make status`, `make logs` look into it.", flush=True)


def failure(reason: object) -> typer.Exit:
    print(reason, file=sys.stderr)
    return typer.Exit(FAILED)
