"""How long one try may take (`start_to_close`), how long the business can wait (`schedule_to_close`), how to repeat.

Every call of an activity names one of these; there are no defaults to forget.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy


class ActivityPolicy(TypedDict):
    start_to_close_timeout: timedelta
    schedule_to_close_timeout: timedelta
    retry_policy: RetryPolicy


class LocalActivityPolicy(TypedDict):
    start_to_close_timeout: timedelta
    schedule_to_close_timeout: timedelta
    retry_policy: RetryPolicy


# A slow local activity blocks every command of its booking: 2 s a try, 5 s in all, then once more as a regular one.
LOCAL = LocalActivityPolicy(
    start_to_close_timeout=timedelta(seconds=2),
    schedule_to_close_timeout=timedelta(seconds=5),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=100), maximum_interval=timedelta(seconds=1)),
)

# Our own database: it comes back, and nothing may go on without it.
DATABASE = ActivityPolicy(
    start_to_close_timeout=timedelta(seconds=10),
    schedule_to_close_timeout=timedelta(hours=24),
    retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=10)),
)

# Stripe: 30 s for a request, two retries inside the library; an unknown outcome is asked for before the next try.
STRIPE = ActivityPolicy(
    start_to_close_timeout=timedelta(seconds=100),
    schedule_to_close_timeout=timedelta(days=7),
    retry_policy=RetryPolicy(
        initial_interval=timedelta(seconds=1), backoff_coefficient=2.0, maximum_interval=timedelta(minutes=5)
    ),
)

# The next one comes in a minute, and knows more.
SWEEP = ActivityPolicy(
    start_to_close_timeout=timedelta(seconds=50),
    schedule_to_close_timeout=timedelta(seconds=55),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=10)),
)

# A person waits for the answer of a hold: after ten minutes the booking says so and goes on asking.
HOLD = ActivityPolicy(
    start_to_close_timeout=timedelta(seconds=100),
    schedule_to_close_timeout=timedelta(minutes=10),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30)),
)

# A walk of a weekly plan is booked, or called off, with nobody waiting. Less than the 5 min after which the relay forgets
# a booking that was reserved and not started: what could not be done by then is tried again later, reserved anew.
OCCURRENCE = ActivityPolicy(
    start_to_close_timeout=timedelta(seconds=30),
    schedule_to_close_timeout=timedelta(minutes=4),
    retry_policy=RetryPolicy(initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30)),
)
