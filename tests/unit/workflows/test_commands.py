"""Every update has a validator: only what has one is shown to the door, which keeps strangers' commands out."""

from __future__ import annotations

import pytest

from dogwalk.adapters.update_door import UpdateDoor
from dogwalk.adapters.vault import SettingsKeyVault
from workflows.booking import Booking
from workflows.claim import Claim
from workflows.debt import Debt
from workflows.plan import Plan
from workflows.tip import Tip


@pytest.mark.parametrize("ours", [Booking, Claim, Debt, Plan, Tip])
def test_every_update_comes_past_the_door(ours: type) -> None:
    definition = ours.__dict__["__temporal_workflow_definition"]
    assert [name for name, update in definition.updates.items() if update.validator is None] == []


def test_a_hash_is_good_for_one_update_of_one_workflow_and_outlives_a_rotation() -> None:
    old = UpdateDoor(vault=SettingsKeyVault(keys="one:first secret"))
    new = UpdateDoor(vault=SettingsKeyVault(keys="two:second secret,one:first secret"))
    signed = old.sign("booking-1", "cancel", "u1")
    assert new.is_ours("booking-1", "cancel", "u1", signed)
    assert old.is_ours("booking-1", "cancel", "u1", new.sign("booking-1", "cancel", "u1"))
    others = [("booking-2", "cancel", "u1"), ("booking-1", "withdraw", "u1"), ("booking-1", "cancel", "u2")]
    assert not any(new.is_ours(*other, signed) for other in others)
    assert not new.is_ours("booking-1", "cancel", "u1", b"")
