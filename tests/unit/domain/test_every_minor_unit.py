"""Whatever a walk costs and however it ends, every minor unit of it is somebody's, in cents as in yen."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from dogwalk.domain import ledger
from dogwalk.domain.ledger import Account
from dogwalk.domain.money import percent_of
from dogwalk.domain.policy import Cancellation, NoAccess, Pricing, Rate
from dogwalk.domain.pricing import price
from dogwalk.domain.refund import FundedBy, split_refund
from dogwalk.domain.settlement import Settlement, Terms, after_no_access, after_walk, with_fee, with_late_credit

if TYPE_CHECKING:
    from dogwalk.domain.refund import RefundSplit

DAY = date(2026, 11, 24)
CANCELLATION = Cancellation()
few = settings(max_examples=200, deadline=None)


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    """Of a quote: the amounts of a walk for cents and of one for a handful of yen."""
    pricing = Pricing(
        rates={"walk_30": Rate(duration_s=1800, base=draw(st.integers(1, 100) | st.integers(1, 10**7)))},
        owner_fee_percent=draw(st.integers(0, 100)),
        commission_percent=draw(st.integers(0, 100)),
    )
    found = price(
        pricing=pricing,
        currency=draw(st.sampled_from(["usd", "jpy"])),
        service="walk_30",
        born_on=[None] * draw(st.integers(1, 4)),
        dates=(DAY,),
        lead_s=draw(st.sampled_from([0, 86400])),
    )
    return Terms(lines_total=found.lines_sum, service_fee=found.service_fee, walker_share=found.walker_earns)


@st.composite
def ends(draw: st.DrawFn) -> Settlement:
    """Every way a service can end with money taken."""
    booked = draw(terms())
    how = draw(st.sampled_from(["served", "short", "not_served", "ended_early", "called_off", "no_access"]))
    if how == "called_off":
        end = with_fee(booked, draw(st.integers(0, booked.total)), has_walker=draw(st.booleans()))
    elif how == "no_access":
        end = after_no_access(booked, NoAccess(charged_percent=draw(st.integers(0, 100))))
    else:
        end = after_walk(
            booked,
            verdict=how,
            ended_early=how == "ended_early",
            served_s=draw(st.integers(0, 3600)),
            booked_s=1800,
            policy=CANCELLATION,
        )
    return with_late_credit(end, draw(st.integers(0, booked.lines_total)))


@few
@given(end=ends())
def test_what_is_taken_is_given_back_or_shared_out(end: Settlement) -> None:
    amounts = (end.captured, end.refunded, end.walker_share, end.platform_fee, end.late_credit)
    assert all(type(amount) is int and amount >= 0 for amount in amounts)
    assert end.captured == end.refunded + end.walker_share + end.platform_fee
    assert end.refunded + end.late_credit <= end.captured


class Books:
    """A booking's money as our services move it: refunds of support, and those that come back, included."""

    def __init__(self, end: Settlement, bonus: int) -> None:
        self.accounts: Counter[Account] = Counter()
        self.end = end
        self.left = end.captured - end.refunded - end.late_credit
        self.given_up = self.deducted = self.owed_back = self.reversed = self.owed = 0
        self.arrived = [amount for amount in (end.refunded, end.late_credit) if amount]
        self.bonus = bonus
        self.transferred: int | None = None
        held = end.captured + 7  # what is not captured of a hold is let go
        self.post(ledger.hold(amount=held))
        self.post(ledger.capture(held=held, captured=end.captured))
        self.post(ledger.refund(amount=end.refunded))
        self.post(ledger.late_credit(amount=end.late_credit))
        self.post(ledger.charge(walker_share=end.walker_share, platform_fee=end.platform_fee))
        self.post(ledger.bonus(amount=bonus))

    def post(self, postings: dict[Account, int]) -> None:
        assert sum(postings.values()) == 0
        for account, amount in postings.items():
            self.accounts[account] += amount

    def refund(self, amount: int, funded_by: FundedBy, *, claw_back: bool) -> RefundSplit:
        split = split_refund(
            amount=amount,
            walker_share=self.end.walker_share - self.given_up,
            platform_fee=-self.accounts[Account.PLATFORM_REVENUE],
            funded_by=funded_by,
            claw_back=claw_back,
            owed=self.owed,
        )
        sent = self.transferred is not None
        self.post(
            ledger.support_refund(
                amount=amount,
                from_revenue=split.from_revenue,
                from_walker=split.from_walker,
                walker_sent=sent,
                of_owed=split.of_owed,
            )
        )
        self.left -= amount
        self.owed -= split.of_owed
        self.arrived.append(amount)
        self.given_up += split.from_walker
        if sent:
            self.owed_back += split.from_walker
        else:
            self.deducted += split.from_walker
        return split

    def transfer(self) -> None:
        self.transferred = self.end.walker_share + self.bonus - self.deducted
        assert self.transferred >= 0
        self.post(ledger.transfer(amount=self.transferred))

    def come_back(self, amount: int) -> None:
        self.arrived.remove(amount)
        self.post(ledger.refund_returned(amount=amount))
        self.left += amount
        self.owed += amount

    def take_back(self, amount: int) -> None:
        self.post(ledger.reversal(amount=amount))
        self.owed_back -= amount
        self.reversed += amount


@few
@given(end=ends(), bonus_percent=st.integers(0, 50), data=st.data())
def test_refunds_in_parts_before_and_after_the_transfer_sent_back_or_not_balance(
    end: Settlement, bonus_percent: int, data: st.DataObject
) -> None:
    books = Books(end, percent_of(end.walker_share, bonus_percent))
    for when in ("before", "after the transfer", "some came back"):
        if when == "after the transfer":
            books.transfer()
        if when == "some came back" and books.arrived:
            for amount in data.draw(st.lists(st.sampled_from(books.arrived), unique=True, max_size=2)):
                books.come_back(amount)
        for _ in range(data.draw(st.integers(0, 3))):
            amount = data.draw(st.integers(0, books.left))
            funded_by, claw_back = data.draw(st.sampled_from(FundedBy)), data.draw(st.booleans())
            split = books.refund(amount, funded_by, claw_back=claw_back)
            assert min(split.of_owed, split.from_walker, split.from_revenue, split.at_cost) >= 0
            assert split.of_owed + split.from_walker + split.from_revenue + split.at_cost == amount
    books.take_back(data.draw(st.integers(0, books.owed_back)))

    accounts, transferred = books.accounts, books.transferred or 0
    assert sum(accounts.values()) == 0
    assert ledger.is_settled({account.value: amount for account, amount in accounts.items()}, owed_to_owner=books.owed)
    assert accounts[Account.RECEIVABLE] == books.owed_back
    assert min(-accounts[Account.PLATFORM_REVENUE], accounts[Account.PLATFORM_COST], books.left) >= 0
    refunded = end.captured - books.left
    assert end.captured + accounts[Account.PLATFORM_COST] + accounts[Account.RECEIVABLE] == (
        refunded + books.owed + transferred - books.reversed - accounts[Account.PLATFORM_REVENUE]
    )


@few
@given(end=ends(), claw_back=st.booleans(), data=st.data())
def test_all_of_it_refunded_in_parts_leaves_the_platform_nothing(
    *,
    end: Settlement,
    claw_back: bool,
    data: st.DataObject,
) -> None:
    books = Books(end, 0)
    while books.left:
        books.refund(data.draw(st.integers((books.left + 1) // 2, books.left)), FundedBy.CHARGE, claw_back=claw_back)
    books.transfer()
    left_to_platform = -books.accounts[Account.PLATFORM_REVENUE] - books.accounts[Account.PLATFORM_COST]
    assert left_to_platform == -(books.transferred or 0)
    if claw_back and not end.late_credit:
        assert (left_to_platform, books.given_up) == (0, end.walker_share)
