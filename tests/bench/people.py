"""People as they stand before the API: with an access token, as after a log-in, which is measured nowhere here."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dogwalk.db.models.base import uuid7

if TYPE_CHECKING:
    from uuid import UUID

    from dogwalk.bootstrap import Resources
    from dogwalk.domain.role import Role


def signed_in(resources: Resources, person_id: UUID, *roles: Role) -> dict[str, str]:
    """The headers of her requests."""
    token = resources.access_tokens.issue(
        person_id=person_id, session_id=uuid7(), roles=roles, acr="mfa", authenticated_at=datetime.now(UTC)
    )
    return {"Authorization": f"Bearer {token}"}
