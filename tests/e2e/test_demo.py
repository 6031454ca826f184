"""`make demo`: one walk over HTTP, from registration to payout (S01). One file, so that it is played once a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devstack.demo.outcome import Outcome
from devstack.demo.route import synthetic_route
from tests.e2e.conftest import WITHIN_S, devstack
from tests.support.canary import CODE, found_in

if TYPE_CHECKING:
    from pathlib import Path

    from tests.e2e.conftest import Demo

pytestmark = pytest.mark.timeout(WITHIN_S + 60)
ROUTE = synthetic_route()
ID = "booking_id="
PARTS = {"api", "workers", "migrate", "postgres", "valkey", "temporal", "stripe", "standins", "supervisor"}


def test_it_reaches_its_end(demo: Demo) -> None:
    assert demo.code == 0, f"{demo.complaints}\n{demo.told}"
    assert (demo.outcome["status"], demo.outcome["ledger_balanced"]) == ("closed", True)
    assert list(demo.outcome) == list(Outcome.__dataclass_fields__)


def test_the_money_adds_up(demo: Demo) -> None:
    """A walk of half an hour: 25.00 and the owner's 11 %, of which the walker gets 80 % of the 25.00."""
    outcome = demo.outcome
    assert [outcome[name] for name in ("captured", "transferred", "platform_fee")] == [2775, 2000, 775]


def test_every_position_is_stored_once(demo: Demo) -> None:
    assert demo.outcome["positions_stored"] == demo.outcome["positions_sent"] == len(ROUTE.fixes)
    assert 1500 < demo.outcome["distance_m"] < 2300


def test_it_keeps_within_its_budget_at_temporal(demo: Demo) -> None:
    """S01 and a walker who declines. Under load a step may be tried twice: an action, no event of its own."""
    assert demo.outcome["temporal_actions"] <= 22 + 2
    assert demo.outcome["history_events"] <= 95
    assert demo.outcome["history_bytes"] <= 20_000


def test_it_tells_the_story_once(demo: Demo) -> None:
    for line in (
        "a card, saved through her bank's 3-D Secure",
        "The walk was requested.",
        "Grace accepted the walk.",
        "Everything is settled.",
        "Ada sees 1 photo of the walk, and reads: Rex loved the pond",
    ):
        assert demo.told.count(line) == 1, demo.told
    assert "Traceback" not in demo.told + demo.complaints


def test_no_log_of_any_part_tells(demo: Demo) -> None:
    """The canary: the whole run, every part's log of it."""
    secrets = [line for value in demo.secrets for line in value.splitlines() if len(line) > 8]
    codes = set(CODE.findall(demo.told))
    assert (len(codes), demo.logs.keys() >= PARTS) == (8, True)
    told = {part: [*found_in(log, codes=codes, secrets=secrets)] for part, log in demo.logs.items()}
    assert {part: found for part, found in told.items() if found} == {}


def test_the_logs_are_those_of_the_run(demo: Demo) -> None:
    """Of an empty log nothing would be found."""
    for line in (
        "/v1/homes",
        "/v1/bookings/{booking_id}/photos",
        "/v1/objects/{key:path}",
        "/v1/bookings/{booking_id}/positions",
        "/v1/payment-methods/setup",
    ):
        assert f"route={line}" in demo.logs["api"]
    told = [line for line in demo.logs["workers"].splitlines() if "kind=receipt" in line]
    assert all(name in line for line in told for name in ("process=workers", "activity=notification.deliver", ID))
    assert told
    started = [line for line in demo.logs["workers"].splitlines() if "polling" in line]
    assert len(started) == 3
    assert "payment.authorize" in "".join(started)


def test_nothing_runs_afterwards(demo: Demo) -> None:
    assert devstack(demo.state_dir, "status").returncode == 1


def test_a_file_without_a_walk_is_refused(tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.gpx"
    nothing.write_text("<gpx/>")
    played = devstack(tmp_path / "state", "demo", "--gpx", str(nothing))
    assert (played.returncode, played.stdout) == (1, "")
    assert "no track with times" in played.stderr
