"""How to log in as the people of the seed, for a person to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyotp

from devstack.seed.people import PEOPLE
from devstack.tables import console, table

if TYPE_CHECKING:
    from collections.abc import Mapping

PASSWORD, AUTHENTICATOR = "SEED_PASSWORD", "SEED_AUTHENTICATOR"


def print_logins(environment: Mapping[str, str]) -> None:
    """`environment` holds the checkout's development secrets."""
    secret, out = environment[AUTHENTICATOR], console()
    people = table("Log-ins", headings=("mail", "who", "second factor"))
    for person in PEOPLE:
        who = f"{person.name}, {' and '.join(person.roles)}"
        people.add_row(person.email, who, "asked" if person.has_second_factor else "")
    out.print(people)
    out.print(f"Everybody's password: {environment[PASSWORD]}")
    out.print(f"Second factor: secret {secret} for an authenticator; the code now is {pyotp.TOTP(secret).now()}")
