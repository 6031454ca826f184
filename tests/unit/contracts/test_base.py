from __future__ import annotations

from typing import get_args

import pytest

from dogwalk.contracts import booking
from dogwalk.contracts.base import Payload

PAYLOADS = [one for one in vars(booking).values() if isinstance(one, type) and issubclass(one, Payload)]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_may_be_none_is_none_unless_said_for_none_is_not_written(payload: type[Payload]) -> None:
    nullable = [field for field in payload.model_fields.values() if type(None) in get_args(field.annotation)]
    assert all(field.default is None for field in nullable)


def test_none_is_left_out_and_read_back() -> None:
    state = booking.BookingState(version=3)
    assert "walker_id" not in state.model_dump_json()
    assert booking.BookingState.model_validate_json(state.model_dump_json()) == state
