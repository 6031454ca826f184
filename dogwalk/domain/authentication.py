"""How well somebody proved who she is, and for how long that counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from dogwalk.errors import Forbidden

STEP_UP_LASTS = timedelta(minutes=10)
SECOND_FACTOR_STEP_S = 30  # RFC 6238


class Acr(StrEnum):
    """An access token's `acr`."""

    PASSWORD = "pwd"  # noqa: S105 a name of how, not a secret
    TWO_FACTOR = "mfa"


class ChallengeKind(StrEnum):
    """`ADDRESS_TAKEN` stands for an address that has an account: it looks like `EMAIL` and is never solved."""

    EMAIL = "email"
    ADDRESS_TAKEN = "address_taken"
    PHONE = "phone"
    SECOND_FACTOR = "second_factor"
    PASSWORD_RESET = "password_reset"  # noqa: S105 a kind, not a secret


@dataclass(frozen=True, slots=True)
class Proof:
    """How and when somebody last proved who she is, as her access token says."""

    acr: str
    authenticated_at: datetime


def check_step_up(proof: Proof, *, needs_second_factor: bool, now: datetime) -> None:
    """Raises Forbidden `step_up_required` unless she proved it lately, with all the factors she has."""
    is_fresh = now - proof.authenticated_at <= STEP_UP_LASTS
    if not is_fresh or (needs_second_factor and proof.acr != Acr.TWO_FACTOR):
        needed = [Acr.TWO_FACTOR.value] if needs_second_factor else [Acr.PASSWORD.value, Acr.TWO_FACTOR.value]
        raise Forbidden("Prove once more that it is you: POST /v1/auth/step-up", code="step_up_required", acr=needed)
