"""What each movement of money is in double entry (booking-life.md, Money). Debit positive, credit negative, sum zero.

A booking is settled when owner, held and walker_payable stand at zero; then, with platform_revenue and platform_cost,
`captured − charged_back + platform_cost = refunded + transferred − reversed + platform_revenue` holds by construction,
and what remains to be checked is that the ledger says what Stripe says.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class Account(StrEnum):
    OWNER = "owner"
    WALKER_PAYABLE = "walker_payable"
    PLATFORM_REVENUE = "platform_revenue"
    PLATFORM_COST = "platform_cost"
    HELD = "held"
    RECEIVABLE = "receivable"
    STRIPE_BALANCE = "stripe_balance"
    PROVIDER_FEES = "provider_fees"


MUST_BE_ZERO = (Account.OWNER, Account.HELD, Account.WALKER_PAYABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    """One fact. `key` is the fact's own, so that booking it twice books it once; `reference` is Stripe's id."""

    key: str
    booking_id: UUID
    kind: str
    at: datetime
    currency: str
    postings: dict[Account, int]
    reference: str | None = None


def hold(*, amount: int) -> dict[Account, int]:
    """Money reserved on the owner's card."""
    return {Account.HELD: amount, Account.OWNER: -amount}


def release(*, amount: int) -> dict[Account, int]:
    return {Account.HELD: -amount, Account.OWNER: amount}


def capture(*, held: int, captured: int) -> dict[Account, int]:
    """Money taken; what the hold held beyond it goes back with it."""
    return {Account.STRIPE_BALANCE: captured, Account.HELD: -held, Account.OWNER: held - captured}


def charge(*, walker_share: int, platform_fee: int) -> dict[Account, int]:
    """What the owner owes for the service, and whose it is."""
    return {
        Account.OWNER: walker_share + platform_fee,
        Account.WALKER_PAYABLE: -walker_share,
        Account.PLATFORM_REVENUE: -platform_fee,
    }


def bonus(*, amount: int) -> dict[Account, int]:
    """What the platform pays a walker of its own."""
    return {Account.PLATFORM_COST: amount, Account.WALKER_PAYABLE: -amount}


def late_credit(*, amount: int) -> dict[Account, int]:
    """A refund at the platform's cost: the owner still owes the whole service, and the walker still gets her share."""
    return {Account.PLATFORM_COST: amount, Account.STRIPE_BALANCE: -amount}


def forgiven(*, amount: int) -> dict[Account, int]:
    """The same where nothing could be captured: the owner's debt is as much smaller. What of it is too little for a card
    is not asked for either.
    """
    return {Account.PLATFORM_COST: amount, Account.OWNER: -amount}


def credit_as_refund(*, amount: int) -> dict[Account, int]:
    """What went back as a credit was due anyway: it costs the platform nothing. Below zero what goes back as a refund is a
    credit.
    """
    return {Account.OWNER: amount, Account.PLATFORM_COST: -amount}


def refund(*, amount: int) -> dict[Account, int]:
    return {Account.OWNER: amount, Account.STRIPE_BALANCE: -amount}


def support_refund(
    *, amount: int, from_revenue: int, from_walker: int, walker_sent: bool, of_owed: int = 0
) -> dict[Account, int]:
    """What the platform and the walker give up of the charge, and `of_owed` what is the owner's since an earlier refund
    came back; the rest is the platform's cost. A walker who was sent hers owes it back.
    """
    hers = Account.RECEIVABLE if walker_sent else Account.WALKER_PAYABLE
    return {
        Account.STRIPE_BALANCE: -amount,
        Account.OWNER: of_owed,
        Account.PLATFORM_REVENUE: from_revenue,
        hers: from_walker,
        Account.PLATFORM_COST: amount - of_owed - from_revenue - from_walker,
    }


def refund_returned(*, amount: int) -> dict[Account, int]:
    """Whatever it was for: the bank sent it back, and it is owed to the owner. Who gave it up has given it up."""
    return {Account.STRIPE_BALANCE: amount, Account.OWNER: -amount}


def reversal(*, amount: int) -> dict[Account, int]:
    """What a walker owed back has come back."""
    return {Account.STRIPE_BALANCE: amount, Account.RECEIVABLE: -amount}


def debt(*, amount: int) -> dict[Account, int]:
    """What no hold could pay: the owner owes it still."""
    return {Account.RECEIVABLE: amount, Account.OWNER: -amount}


def write_off(*, amount: int) -> dict[Account, int]:
    """At the close of the booking what is still owed is the platform's cost, until somebody pays it."""
    return {Account.PLATFORM_COST: amount, Account.RECEIVABLE: -amount}


def recovery(*, amount: int, written_off: bool) -> dict[Account, int]:
    """A debt paid in the end is a capture; after the close it lowers the platform's cost."""
    owed = Account.PLATFORM_COST if written_off else Account.RECEIVABLE
    return {Account.STRIPE_BALANCE: amount, owed: -amount}


def tip(*, amount: int) -> dict[Account, int]:
    """Taken from the owner, the walker's from the first moment."""
    return {Account.STRIPE_BALANCE: amount, Account.WALKER_PAYABLE: -amount}


def transfer(*, amount: int) -> dict[Account, int]:
    return {Account.WALKER_PAYABLE: amount, Account.STRIPE_BALANCE: -amount}


def is_settled(balances: dict[str, int], *, owed_to_owner: int = 0) -> bool:
    """`owed_to_owner`: refunds that came back, which may take longer than a booking is open."""
    expected = {Account.OWNER: -owed_to_owner}
    as_expected = all(balances.get(account.value, 0) == expected.get(account, 0) for account in MUST_BE_ZERO)
    return as_expected and sum(balances.values()) == 0
