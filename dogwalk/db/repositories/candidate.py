"""Who may be offered a booking: one query (booking-life.md, Who may be offered)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Float, Text, Uuid, text

from dogwalk.domain.matching import FAR_M, NEW_WALKER_ACCEPTANCE, RESTED_DAYS, WEIGHTS, Candidate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.ext.asyncio import AsyncSession


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """What a walker must fit. `radius_percent` widens her own radius for a rescue wave; `only` restricts to these; with
    `asap` who is on call until the end fits from where she waits, outside her week too. `at` is when it is looked.
    """

    booking_id: UUID
    round: int
    owner_id: UUID
    lat: float
    lon: float
    starts_at: datetime
    ends_at: datetime
    travel_buffer_s: int
    dogs: int
    heaviest_kg: float
    service: str
    base_rate: int
    radius_percent: int
    only: list[UUID]
    asap: bool
    at: datetime
    limit: int


# Its values stand in braces: parameters for one booking, or columns where many are judged at once (`fitting_each`).
# An index finds those whose reach holds the place, before any distance is computed; both arms of the union are cut so
# before they are joined. The order is the score of `rank`, from its own numbers (tests compare them).
# OFFSET 0 keeps the calendars asked walker by walker: a day that statistics do not know yet looks empty to the planner,
# which would then read everybody's walks of that hour.
_FITTING = """
WITH waiting AS NOT MATERIALIZED (
  SELECT w.*, w.home_lat AS at_lat, w.home_lon AS at_lon, w.reach AS around, FALSE AS on_call FROM walker w
  WHERE NOT ({asap} AND w.on_call_until IS NOT NULL AND w.on_call_until >= {ends_at})
  UNION ALL
  SELECT w.*, w.on_call_lat, w.on_call_lon, w.on_call_reach, TRUE FROM walker w
  WHERE {asap} AND w.on_call_until IS NOT NULL AND w.on_call_until >= {ends_at}
), near AS (
  SELECT w.*, 2 * 6371008.8 * asin(least(1, sqrt(
           power(sin(radians(w.at_lat - {lat}) / 2), 2)
           + cos(radians({lat})) * cos(radians(w.at_lat)) * power(sin(radians(w.at_lon - {lon}) / 2), 2)))) AS distance_m
  FROM waiting w
  WHERE w.verified_at IS NOT NULL AND w.two_factor_on AND w.payout_active
    AND w.around @> box(point({lon}, {lat}))
    AND w.suspended_at IS NULL AND (w.blocked_until IS NULL OR w.blocked_until <= {at})
    AND w.person_id <> {owner_id}
    AND w.max_dogs >= {dogs} AND w.max_dog_weight_kg >= {heaviest_kg}
    AND coalesce((w.min_rates ->> {service})::bigint, 0) <= {base_rate}
    AND {among}
)
SELECT near.person_id AS walker_id, near.distance_m, near.rating, near.offers_received, near.offers_accepted,
       near.last_walk_at, near.time_zone
FROM near
WHERE near.distance_m <= near.service_radius_m * {radius_percent} / 100.0
  AND NOT EXISTS (SELECT 1 FROM offer o
                  WHERE o.booking_id = {booking_id} AND o.walker_id = near.person_id
                    AND (o.round = {round} OR o.status IN ('declined', 'accepted')))
  AND (near.on_call OR EXISTS (SELECT 1 FROM weekly_availability a
              WHERE a.walker_id = near.person_id
                AND a.weekday = extract(isodow FROM {starts_at} AT TIME ZONE near.time_zone) - 1
                AND a.from_time <= ({starts_at} AT TIME ZONE near.time_zone)::time
                AND CASE ({ends_at} AT TIME ZONE near.time_zone)::date - ({starts_at} AT TIME ZONE near.time_zone)::date
                    WHEN 0 THEN a.to_time = '00:00' OR a.to_time >= ({ends_at} AT TIME ZONE near.time_zone)::time
                    WHEN 1 THEN a.to_time = '00:00' AND (({ends_at} AT TIME ZONE near.time_zone)::time = '00:00'
                      OR EXISTS (SELECT 1 FROM weekly_availability b
                                 WHERE b.walker_id = near.person_id AND b.from_time = '00:00'
                                   AND b.weekday = extract(isodow FROM {ends_at} AT TIME ZONE near.time_zone) - 1
                                   AND (b.to_time = '00:00'
                                        OR b.to_time >= ({ends_at} AT TIME ZONE near.time_zone)::time)))
                    ELSE FALSE END))
  AND NOT EXISTS (SELECT 1 FROM person_block p WHERE p.blocker_id = {owner_id} AND p.blocked_id = near.person_id)
  AND NOT EXISTS (SELECT 1 FROM person_block p WHERE p.blocker_id = near.person_id AND p.blocked_id = {owner_id})
  AND NOT EXISTS (SELECT 1 FROM walker_calendar c
                  WHERE c.walker_id = near.person_id AND c.live
                    AND c.blocked && tstzrange({starts_at}, {ends_at} + make_interval(secs => {travel_buffer_s}))
                  OFFSET 0)
ORDER BY {score} DESC, near.person_id
LIMIT {limit}
"""

_PARTS = {
    "rating": "(near.rating - 1) / 4",
    "distance": f"1 - near.distance_m / {FAR_M}",
    "acceptance": "CAST(near.offers_accepted + {} AS double precision) / (near.offers_received + {})".format(
        *NEW_WALKER_ACCEPTANCE
    ),
    "rest": f"coalesce(extract(epoch FROM CAST({{at}} AS timestamptz) - near.last_walk_at) / {86400 * RESTED_DAYS}, 1)",
}
_SCORE = " + ".join(f"{weight} * greatest(0, least(1, {_PARTS[name]}))" for name, weight in WEIGHTS.items())


_AMONG = "(cardinality(CAST(:only AS uuid[])) = 0 OR w.person_id = ANY(CAST(:only AS uuid[])))"


def fitting_each(*, among: str = _AMONG, **values: str) -> str:
    """The query, with SQL in place of values; what is not named stays a parameter. `among` says which walkers `w` are
    looked at, all or those of the search. Only constants may come in here.
    """
    given = {name: f":{name}" for name in Search.__slots__} | values
    return _FITTING.format(**given, among=among, score=_SCORE.format(**given))


_QUERY = text(fitting_each())

# The same, to join what else is shown of them; as an ORM statement it carries rows of walkers.
FIT = (
    text(fitting_each())
    .columns(
        walker_id=Uuid,
        distance_m=Float,
        rating=Float,
        offers_received=BigInteger,
        offers_accepted=BigInteger,
        last_walk_at=DateTime(timezone=True),
        time_zone=Text,
    )
    .subquery("fit")
)

# What may have changed since she was asked; her calendar is judged by its own constraint.
_MAY_STILL = text("""
SELECT EXISTS (SELECT 1 FROM walker w
  WHERE w.person_id = :walker_id AND w.verified_at IS NOT NULL AND w.suspended_at IS NULL
    AND (w.blocked_until IS NULL OR w.blocked_until <= :starts_at)
    AND NOT EXISTS (SELECT 1 FROM person_block p
                    WHERE (p.blocker_id = :owner_id AND p.blocked_id = w.person_id)
                       OR (p.blocker_id = w.person_id AND p.blocked_id = :owner_id)))
""")

POOL = 50  # the best of those who fit: a wave asks 10 at most, some may be asleep


async def candidates(session: AsyncSession, search: Search) -> Sequence[Candidate]:
    """The best `limit` walkers who fit, free of conflicts, not asked before in this round."""
    rows = await session.execute(_QUERY, parameters(search))
    return [Candidate(**row) for row in rows.mappings()]


def parameters(search: Search) -> dict[str, Any]:
    return {name: getattr(search, name) for name in search.__slots__}


async def may_still_have(session: AsyncSession, *, walker_id: UUID, owner_id: UUID, starts_at: datetime) -> bool:
    """Whether a walker who was asked may be assigned: not suspended or blocked since, either way. Late cancels keep
    every new request from her; of those that she has they take the walks which begin before her block is over.
    """
    given = {"walker_id": walker_id, "owner_id": owner_id, "starts_at": starts_at}
    return bool(await session.scalar(_MAY_STILL, given))
