"""Seeded synthetic dog walks whose true length and moving time are known: for the demo, the tests and the tuning.

A walk leaves home, turns like streets do, stops where dogs stop, and comes back. The phone sees it through
Gauss-Markov noise (correlated over tens of seconds, as receivers drift) with some white noise on top and rare spikes.
Tuning and scoring use different seeds (TUNING_SEEDS, SCORING_SEEDS), so that no rule is fitted to what judges it.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, exp, hypot, pi, sin, sqrt
from random import Random

from dogwalk.domain.geo import Grid
from dogwalk.domain.track import Fix

TUNING_SEEDS = range(100, 140)
SCORING_SEEDS = range(9000, 9040)

STEP_S = 1.0
TURN_EVERY_S = 75.0
STOP_EVERY_S = 140.0
HOMEWARD = 0.9  # of the pace, as the crow flies: when there is no more time than that, it is straight home
RESERVE_S = 130.0  # a stop that has begun ends first
AT_HOME_M = 3.0


@dataclass(frozen=True, slots=True)
class Reception:
    """How a phone sees the sky. `drift_m` and `white_m` are standard deviations per axis."""

    drift_m: float
    drift_s: float
    white_m: float
    spikes_per_hour: float


OPEN_SKY = Reception(drift_m=1.8, drift_s=60.0, white_m=0.4, spikes_per_hour=1.0)
SUBURB = Reception(drift_m=3.0, drift_s=45.0, white_m=0.6, spikes_per_hour=4.0)
TREES = Reception(drift_m=4.0, drift_s=40.0, white_m=0.8, spikes_per_hour=8.0)
RECEPTIONS = (OPEN_SKY, SUBURB, TREES)


@dataclass(frozen=True, slots=True)
class SyntheticWalk:
    """What the phone recorded, and what really happened."""

    fixes: list[Fix]
    distance_m: float
    moving_s: float
    paused_s: float


@dataclass(frozen=True, slots=True)
class _Truth:
    points: list[tuple[float, float]]
    distance_m: float
    moving_s: float


def synthetic_walk(
    *,
    seed: int,
    duration_s: int = 1800,
    lat: float = 48.1372,
    lon: float = 11.5756,
    started_at_s: float = 1_780_000_000.0,
    reception: Reception | None = None,
    phone_seed: int = 0,
) -> SyntheticWalk:
    """A walk from (`lat`, `lon`) and back at 1 Hz. The same `seed` is the same walk; another `phone_seed` is another
    phone on it.
    """
    truth = _truth(Random(seed), duration_s)
    random = Random(f"{seed}/{phone_seed}")
    seen = _seen(truth.points, random, reception or random.choice(RECEPTIONS))
    grid = Grid(lat, lon)
    fixes = [_fix(grid, started_at_s + index * STEP_S, *point) for index, point in enumerate(seen)]
    return SyntheticWalk(fixes, truth.distance_m, truth.moving_s, duration_s - truth.moving_s)


def _truth(random: Random, duration_s: int) -> _Truth:
    x = y = heading = distance_m = moving_s = 0.0
    heading = random.uniform(0, 2 * pi)
    pace_mps, stop_left_s = random.uniform(1.05, 1.55), random.uniform(0, 40)
    points = []
    for second in range(duration_s + 1):
        points.append((x, y))
        if stop_left_s > 0:
            stop_left_s -= STEP_S
            continue
        heading = _turned(random, heading, x, y, second / duration_s)
        is_due_home = hypot(x, y) > pace_mps * HOMEWARD * (duration_s - second - RESERVE_S)
        if is_due_home:
            heading = atan2(-x, -y)
        if is_due_home and hypot(x, y) < AT_HOME_M:
            continue
        speed_mps = max(0.6, random.gauss(pace_mps, 0.15))
        x, y = x + speed_mps * STEP_S * sin(heading), y + speed_mps * STEP_S * cos(heading)
        distance_m, moving_s = distance_m + speed_mps * STEP_S, moving_s + STEP_S
        if random.random() < STEP_S / STOP_EVERY_S and not is_due_home:
            stop_left_s = random.choice((6, 15, 25, 40, 60, 120))
    return _Truth(points, distance_m, moving_s)


def _turned(random: Random, heading: float, x: float, y: float, done: float) -> float:
    """Mostly straight, at corners a quarter turn, in the second half more and more towards home."""
    heading += random.gauss(0, 0.03)
    if random.random() >= STEP_S / TURN_EVERY_S:
        return heading
    turn = random.choice((-1, 1)) * random.gauss(pi / 2, 0.2)
    if done > 1 / 2 and _towards_home(heading - turn, x, y) > _towards_home(heading + turn, x, y):
        return heading - turn
    return heading + turn


def _towards_home(heading: float, x: float, y: float) -> float:
    return -(x * sin(heading) + y * cos(heading))


def _seen(points: list[tuple[float, float]], random: Random, sky: Reception) -> list[tuple[float, float, float]]:
    """(x, y, claimed accuracy) of each point. Spikes last one to three fixes and claim to be as good as the rest."""
    memory = exp(-STEP_S / sky.drift_s)
    fresh_m = sky.drift_m * sqrt(1 - memory**2)
    drift_x, drift_y = random.gauss(0, sky.drift_m), random.gauss(0, sky.drift_m)
    seen, spike, spike_left = [], (0.0, 0.0), 0
    for x, y in points:
        drift_x = memory * drift_x + random.gauss(0, fresh_m)
        drift_y = memory * drift_y + random.gauss(0, fresh_m)
        if spike_left == 0 and random.random() < sky.spikes_per_hour / 3600:
            spike_left, angle, far_m = random.randint(1, 3), random.uniform(0, 2 * pi), random.uniform(30, 120)
            spike = (far_m * sin(angle), far_m * cos(angle))
        jump_x, jump_y = spike if spike_left else (0.0, 0.0)
        spike_left = max(0, spike_left - 1)
        white_x, white_y = random.gauss(0, sky.white_m), random.gauss(0, sky.white_m)
        accuracy_m = max(3.0, 1.5 * hypot(sky.drift_m, sky.drift_m) * random.uniform(0.7, 1.3))
        seen.append((x + drift_x + white_x + jump_x, y + drift_y + white_y + jump_y, accuracy_m))
    return seen


def _fix(grid: Grid, at_s: float, x: float, y: float, accuracy_m: float) -> Fix:
    lat, lon = grid.to_degrees(x, y)
    return Fix(at_s=at_s, lat=round(lat, 7), lon=round(lon, 7), accuracy_m=round(accuracy_m, 1))
