"""Grants: minted for one command of one person on one booking, checked by the workers with the same keys."""

from __future__ import annotations

import base64
import hmac
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from dogwalk.contracts.support import Grant, SupportCommand, signed_text
from dogwalk.db.models.base import uuid7

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.ports import KeyVault

PURPOSE = "support-grant"
GOOD_FOR = timedelta(minutes=5)
Command = TypeVar("Command", bound=SupportCommand)


class Grants:
    """Under keys made from the key-encryption keys, so that rolling those rolls these."""

    def __init__(self, *, vault: KeyVault) -> None:
        self._vault = vault

    def mint(self, action: str, booking_id: UUID, command: Command, *, at: datetime) -> Command:
        """The command with its grant. The caller has seen to role, step-up and the second person."""
        unsigned = command.model_copy(update={"grant": Grant(id=uuid7(), expires_at=at + GOOD_FOR, signatures=[])})
        signatures = self._signatures(action, booking_id, unsigned)
        assert unsigned.grant is not None  # noqa: S101 set above
        return unsigned.model_copy(update={"grant": unsigned.grant.model_copy(update={"signatures": signatures})})

    def holds(self, action: str, booking_id: UUID, command: SupportCommand) -> bool:
        """Whether one of our keys signed exactly this; its time and its use are the workflow's to judge. Whatever stands in
        its place, the answer is no.
        """
        if command.grant is None:
            return False
        ours = self._signatures(action, booking_id, command)
        return any(
            hmac.compare_digest(mine.encode(), given.encode()) for mine in ours for given in command.grant.signatures
        )

    def _signatures(self, action: str, booking_id: UUID, command: SupportCommand) -> list[str]:
        text = signed_text(action, booking_id, command)
        return [base64.b64encode(mac).decode() for mac in self._vault.macs(PURPOSE, text)]
