from __future__ import annotations

from datetime import UTC, datetime, time

import pytest

from dogwalk.domain.notification import CATALOGUE, Channel, MessageKind
from dogwalk.domain.preferences import EVERYTHING_ON, Preferences, QuietHours, check, choosable
from dogwalk.errors import InvalidInput

NIGHT = QuietHours(from_time=time(22), to_time=time(7))
NOON_TO_TWO = QuietHours(from_time=time(12), to_time=time(14))
STARTED = CATALOGUE["walk_started"]
ASSIGNED = CATALOGUE["walker_assigned"]


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, 27, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("hours", "local", "is_quiet"),
    [
        (NIGHT, time(21, 59), False),
        (NIGHT, time(22), True),
        (NIGHT, time(0), True),
        (NIGHT, time(6, 59), True),
        (NIGHT, time(7), False),
        (NOON_TO_TWO, time(11, 59), False),
        (NOON_TO_TWO, time(12), True),
        (NOON_TO_TWO, time(14), False),
    ],
)
def test_quiet_hours_may_go_over_midnight_and_their_end_is_not_theirs(
    hours: QuietHours, local: time, *, is_quiet: bool
) -> None:
    assert hours.hold(local) is is_quiet


def test_nothing_rings_in_quiet_hours_and_mail_goes_out_as_ever() -> None:
    quiet = Preferences(quiet_hours=NIGHT)
    assert quiet.mute(ASSIGNED, Channel.PUSH, local=at(23))
    assert not quiet.mute(ASSIGNED, Channel.MAIL, local=at(23))
    assert not quiet.mute(ASSIGNED, Channel.PUSH, local=at(12))


def test_a_kind_is_switched_off_channel_by_channel() -> None:
    chosen = Preferences(switched_off=frozenset({("walker_assigned", "mail")}))
    assert chosen.mute(ASSIGNED, Channel.MAIL, local=at(12))
    assert not chosen.mute(ASSIGNED, Channel.PUSH, local=at(12))
    assert not chosen.mute(STARTED, Channel.PUSH, local=at(12))


@pytest.mark.parametrize("kind", [kind for kind in CATALOGUE.values() if kind.critical], ids=lambda kind: kind.name)
def test_what_is_critical_is_told_at_any_hour_whatever_was_said(kind: MessageKind) -> None:
    everything_off = frozenset((name, channel) for name in CATALOGUE for channel in Channel)
    deaf = Preferences(switched_off=everything_off, quiet_hours=NIGHT)
    assert not any(deaf.mute(kind, channel, local=at(23)) for channel in Channel)


def test_who_has_said_nothing_is_told_everything() -> None:
    assert not any(
        EVERYTHING_ON.mute(kind, channel, local=at(3)) for kind in CATALOGUE.values() for channel in kind.channels
    )


def test_codes_are_no_matter_of_choice() -> None:
    assert not {"email_verification", "phone_verification", "password_reset"} & {kind.name for kind in choosable()}
    assert {"offer_made", "receipt", "walk_started"} <= {kind.name for kind in choosable()}


@pytest.mark.parametrize(
    ("kind", "channel", "code"),
    [
        ("receipt", "mail", "critical_kind"),
        ("password_reset", "mail", "critical_kind"),
        ("walk_started", "mail", "unknown_channel"),
        ("dog_barked", "push", "unknown_kind"),
    ],
)
def test_what_cannot_be_switched_off_says_why(kind: str, channel: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check({(kind, channel)}, pointer="/kinds/0")
    assert (refused.value.code, refused.value.pointer) == (code, "/kinds/0")
