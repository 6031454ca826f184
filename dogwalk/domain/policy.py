"""A market's rules as values: versioned, immutable, frozen into each booking at creation (booking-life.md, Rules).

Times are seconds, distances metres, percents whole numbers of the base, money minor units of the market's currency.
The defaults are policy `standard-1`; the demo's and the tests' policies are shorter.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

MINUTE = 60
HOUR = 3600
DAY = 86400

Percent = Annotated[int, Field(ge=0, le=100)]
Seconds = Annotated[int, Field(ge=0)]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rate(Frozen):
    """One service on the rate card. A `base` of 0 is a meeting: free of charge, and asked of one walker alone."""

    duration_s: Seconds
    base: int = Field(ge=0)

    @property
    def is_free(self) -> bool:
        return self.base == 0


class Pricing(Frozen):
    rates: dict[str, Rate] = {
        "walk_20": Rate(duration_s=20 * MINUTE, base=1800),
        "walk_30": Rate(duration_s=30 * MINUTE, base=2500),
        "walk_60": Rate(duration_s=60 * MINUTE, base=4000),
        "meet_greet": Rate(duration_s=20 * MINUTE, base=0),
    }
    extra_dog_percent: Percent = 30
    holiday_percent: Percent = 50
    short_notice_percent: Percent = 10
    short_notice_s: Seconds = 2 * HOUR
    puppy_percent: Percent = 10
    puppy_age_days: int = 365
    holidays: frozenset[date] = frozenset()
    owner_fee_percent: Percent = 11
    owner_fee_max: int = 5000
    commission_percent: Percent = 20
    rescue_bonus_percent: Percent = 20
    quote_ttl_s: Seconds = 15 * MINUTE


class Hold(Frozen):
    """`on_session_within_s`: a start nearer than this is authorised at the request; a later one off session, tried
    `off_session_before_s` the start until it is held. Held money is held anew in time before it lapses, tried
    `renewed_before_lapse_s` that.
    """

    on_session_within_s: Seconds = 4 * DAY
    off_session_before_s: tuple[Seconds, ...] = (96 * HOUR, 72 * HOUR, 48 * HOUR, 24 * HOUR, 12 * HOUR, 3 * HOUR)
    renewed_before_lapse_s: tuple[Seconds, ...] = (6 * HOUR, 3 * HOUR, HOUR)
    action_ttl_s: Seconds = 30 * MINUTE
    action_ttl_asap_s: Seconds = 10 * MINUTE


class Offers(Frozen):
    """`preferred_*`: alone first; then waves of `wave_size`; after `rescue_after_declines` or the last wave a rescue
    wave, then the open board.
    """

    preferred_s: Seconds = 120
    preferred_ahead_s: Seconds = 30 * MINUTE
    wave_size: int = Field(default=3, gt=0)
    waves: int = Field(default=3, gt=0)
    wave_asap_s: Seconds = 45
    wave_s: Seconds = 90
    wave_ahead_s: Seconds = 30 * MINUTE
    ahead_from_s: Seconds = DAY
    day_from_hour: int = 7
    day_to_hour: int = 22
    rescue_after_declines: int = 5
    rescue_wave_size: int = 10
    rescue_wave_s: Seconds = 180
    rescue_radius_percent: int = Field(default=50, ge=0, le=50)  # what `walker.reach` holds
    matching_asap_s: Seconds = 20 * MINUTE
    rematch_asap_within_s: Seconds = 2 * HOUR
    rematch_after_start_s: Seconds = 15 * MINUTE
    matching_s: Seconds = 72 * HOUR
    matching_ends_before_start_s: Seconds = 60 * MINUTE
    min_lead_s: Seconds = 60 * MINUTE
    asap_eta_max_s: Seconds = 30 * MINUTE
    travel_buffer_s: Seconds = 15 * MINUTE


class Cancellation(Frozen):
    free_after_assignment_s: Seconds = 5 * MINUTE
    free_until_before_start_s: Seconds = 24 * HOUR
    late_percent: Percent = 50
    on_the_way_percent: Percent = 100
    end_early_min_percent: Percent = 50


class Withdrawal(Frozen):
    """A walker who gives a booking back. `blocks_s`: after the second late cancel within the period, and after each next."""

    late_before_start_s: Seconds = 24 * HOUR
    counted_for_s: Seconds = 30 * DAY
    blocks_s: tuple[Seconds, ...] = (24 * HOUR, 30 * DAY)


class Lateness(Frozen):
    """From the start, or from when a walker assigned later can be there: who hears of it when. `credit_*`: percent of the
    lines for each whole minute.
    """

    told_after_s: Seconds = 1 * MINUTE
    reminded_after_s: Seconds = 5 * MINUTE
    stand_by_after_s: Seconds = 10 * MINUTE
    stand_by_on_the_way_after_s: Seconds = 15 * MINUTE
    no_show_after_s: Seconds = 30 * MINUTE
    signs_from_before_start_s: Seconds = 15 * MINUTE
    credit_percent_a_minute: Percent = 2
    credit_max_percent: Percent = 30


class Silence(Frozen):
    """While the dog is out, from the last position: the walker is pushed, gets an SMS, is called; then the owner hears."""

    pushed_after_s: Seconds = 10 * MINUTE
    texted_after_s: Seconds = 15 * MINUTE
    called_after_s: Seconds = 20 * MINUTE


class Walking(Frozen):
    """When a walker's commands count, and when a walk is served. `shown_within_m`: before the start, how near to home the
    owner sees where she is. `overrun_*`: past the end of a walk that nobody has finished.
    """

    on_the_way_before_s: Seconds = 90 * MINUTE
    start_before_s: Seconds = 15 * MINUTE
    command_age_max_s: Seconds = 2 * HOUR
    ahead_max_s: Seconds = 2 * MINUTE
    home_radius_m: float = 75.0
    shown_within_m: float = 300.0
    served_percent: Percent = 90
    not_served_below_s: Seconds = 5 * MINUTE
    coverage_min_percent: Percent = 80
    overrun_noted_after_s: Seconds = 5 * MINUTE
    overrun_told_after_s: Seconds = 15 * MINUTE
    overrun_ended_after_s: Seconds = 60 * MINUTE
    net_after_end_s: Seconds = 90 * MINUTE


class NoAccess(Frozen):
    """Nobody opens. `seen_within_s`: how old the position may be that shows the walker at the door."""

    wait_s: Seconds = 15 * MINUTE
    attempts_min: int = 2
    seen_within_s: Seconds = 10 * MINUTE
    charged_percent: Percent = 50


class Meeting(Frozen):
    """A free service: how long one owner and one walker wait before they may arrange another."""

    again_after_s: Seconds = 30 * DAY


class Gates(Frozen):
    """What must be there before a booking goes on. `vaccination_required`: of every dog, to the last day of its walk.
    `report_required`: the walker's pay, once due, waits for her report card, `report_waited_s` at most.
    """

    vaccination_required: bool = False
    report_required: bool = False
    report_waited_s: Seconds = 24 * HOUR


class Support(Frozen):
    """`alone_max`: what one person of support may move by herself, in minor units; above it a second one decides."""

    alone_max: int = Field(default=10_000, ge=0)


class Rescheduling(Frozen):
    """How long the other side may think about another time, and until how long before the earlier start."""

    lapses_after_s: Seconds = 72 * HOUR
    lapses_before_start_s: Seconds = 2 * HOUR


class Dunning(Frozen):
    """A debt is tried at once, and again `retry_after_s` it was opened."""

    retry_after_s: tuple[Seconds, ...] = (DAY, 3 * DAY, 7 * DAY, 14 * DAY)


class Settlement(Frozen):
    transfer_after_s: Seconds = 48 * HOUR
    late_positions_s: Seconds = 47 * HOUR


class Incidents(Frozen):
    """While support looks at one the capture waits, until `capture_after_s` after the end or `before_lapse_s` before the
    hold lapses, whichever is first.
    """

    capture_after_s: Seconds = 24 * HOUR
    before_lapse_s: Seconds = 6 * HOUR


class Plans(Frozen):
    """Occurrences of a weekly plan are made `ahead_s` before they start. What could not be made for want of somebody is
    tried again after `retry_after_s`, what its owner must put right after `blocked_retry_s`. A week's statement is made
    on the Monday after it, at `statement_hour` of the home's clock.
    """

    ahead_s: Seconds = 14 * DAY
    retry_after_s: Seconds = HOUR
    blocked_retry_s: Seconds = DAY
    statement_hour: int = Field(default=8, ge=0, le=23)


class AfterTheWalk(Frozen):
    """How long after the end of a service what is open. A tip is at most `tip_max_percent` of the total or `tip_max`,
    whichever is more. `report_within_s`: for the walker's report and photos, of which there are at most `photos_max`.
    `messages_within_s`: for what owner and walker write to each other.
    """

    report_within_s: Seconds = DAY
    photos_max: int = 50
    messages_within_s: Seconds = 48 * HOUR
    tip_within_s: Seconds = 7 * DAY
    tip_max_percent: Percent = 50
    tip_max: int = 5000
    tip_action_ttl_s: Seconds = 30 * MINUTE
    review_within_s: Seconds = 21 * DAY
    claim_within_s: Seconds = 7 * DAY
    claim_decided_within_s: Seconds = 14 * DAY


class MarketPolicy(Frozen):
    """Everything a booking must know of its market, frozen. `version` names the document."""

    version: str = "standard-1"
    pricing: Pricing = Pricing()
    hold: Hold = Hold()
    offers: Offers = Offers()
    cancellation: Cancellation = Cancellation()
    withdrawal: Withdrawal = Withdrawal()
    rescheduling: Rescheduling = Rescheduling()
    lateness: Lateness = Lateness()
    walking: Walking = Walking()
    silence: Silence = Silence()
    no_access: NoAccess = NoAccess()
    dunning: Dunning = Dunning()
    settlement: Settlement = Settlement()
    support: Support = Support()
    incidents: Incidents = Incidents()
    plans: Plans = Plans()
    afterwards: AfterTheWalk = AfterTheWalk()
    gates: Gates = Gates()
    meeting: Meeting = Meeting()

    @property
    def without_rates(self) -> MarketPolicy:
        """For a booking, whose price is made: the rate card and the year's holidays would only weigh on its history."""
        pricing = self.pricing.model_copy(update={"rates": {}, "holidays": frozenset()})
        return self.model_copy(update={"pricing": pricing})
