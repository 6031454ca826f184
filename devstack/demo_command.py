"""`python -m devstack demo`."""

from __future__ import annotations

import asyncio
import signal
from pathlib import Path  # noqa: TC003 typer reads annotations at run time
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from devstack.commands import app, demo_options, failure

if TYPE_CHECKING:
    from devstack.demo.route import Route

SPEED = 300.0
# Its bank asks for 3-D Secure when the card is saved, and not again at the hold: what a plain walk costs is counted on it.
CARD = "pm_card_threeDSecureOptional"


@app.command()
def demo(
    context: typer.Context,
    gpx: Annotated[Path | None, typer.Option(help="Walk this file instead of a synthetic one")] = None,
    speed: Annotated[float, typer.Option(help="Times real time", min=1.0)] = SPEED,
    card: Annotated[
        str, typer.Option(help="One of Stripe's test cards: pm_card_threeDSecure2Required asks again at the hold")
    ] = CARD,
    *,
    keep: Annotated[bool, typer.Option(help="Leave the stack running afterwards")] = False,
) -> None:
    """Start everything, play one real walk from booking to payout, print what came of it, stop."""
    from devstack.demo.play import play
    from devstack.demo.route import BadGpx

    signal.signal(signal.SIGTERM, _interrupt)
    options = demo_options(context)
    try:
        line = asyncio.run(play(options, route=_route(gpx), speed=speed, card=card, keep=keep))
    except BadGpx as error:
        raise failure(error) from None
    except KeyboardInterrupt:
        raise failure("interrupted") from None
    except Exception as error:  # noqa: BLE001 whatever it was: exit 1, and the reason
        reason = f"the demo failed: {type(error).__name__}: {error}\nLogs: {options.log_dir}"
        raise failure(reason) from None
    print(line)


def _route(gpx: Path | None) -> Route:
    from devstack.demo.route import gpx_route, synthetic_route

    return gpx_route(gpx) if gpx else synthetic_route()


def _interrupt(number: int, frame: object) -> NoReturn:
    """As Ctrl-C: everything is stopped on the way out."""
    raise KeyboardInterrupt(number, frame)
