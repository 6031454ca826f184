"""The people themselves: proven mail and phone, roles, the second factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyotp

from devstack.seed.people import TIME_ZONE
from dogwalk.adapters.passwords import Argon2Passwords
from dogwalk.db.repositories import person as people
from dogwalk.db.repositories import two_factor as factors

if TYPE_CHECKING:
    from uuid import UUID

    from devstack.seed.people import SeededPerson
    from dogwalk.bootstrap import Resources


async def account(resources: Resources, person: SeededPerson, *, password: str) -> UUID:
    """What somebody changed by hand since stays."""
    password_hash, now = await Argon2Passwords().hash(password), resources.wall_clock.now()
    async with resources.database.transaction() as session:
        row = await people.ensure(session, person.email, now)
        if row.email_verified_at is None:
            row.email_verified_at = row.phone_verified_at = now
            row.name, row.phone, row.time_zone, row.password_hash = person.name, person.phone, TIME_ZONE, password_hash
        for role in person.roles:
            await people.add_role(session, row.id, role, now)
    return row.id


async def second_factor(resources: Resources, person_id: UUID, *, secret: str) -> None:
    """On with a secret that is known, so that the table of log-ins can tell it."""
    key_id, sealed = resources.vault.wrap(secret.encode())
    async with resources.database.transaction() as session:
        now = resources.wall_clock.now()
        if not await factors.enroll(session, person_id, key_id=key_id, sealed=sealed, at=now):
            return
    await resources.auth.two_factors.confirm(person_id, pyotp.TOTP(secret).now())
