"""S01 as its people live it: `play` is the table of contents."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from devstack.demo import market
from devstack.demo.client import App, Json
from devstack.demo.display import Display, money
from devstack.demo.people import Owner, Walker, refuse_if_known
from devstack.demo.route import Route
from devstack.demo.snapshot import says_where
from devstack.demo.walk import Sent, WalkersPhone
from devstack.demo.watching import booking_that, offer_of, tell_messages
from devstack.standins.client import InboxClient
from devstack.stripe.client import PhoneStripe
from dogwalk.bootstrap import Resources

# Far enough for the request to be in time, near enough to walk at once: the demo's policy lets her start an hour early.
STARTS_IN = timedelta(minutes=5)
WALKERS = (("Grace Hopper", "+12125550172"), ("Alan Turing", "+12125550173"), ("Mary Shelley", "+12125550174"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    booking_id: str
    sent: Sent
    timeline: list[Json]
    receipt: Json
    report: Json
    says_where: bool


@dataclass(kw_only=True)
class Story:
    base_url: str
    resources: Resources
    inbox: InboxClient
    phone_stripe: PhoneStripe
    route: Route
    speed: float
    card: str
    display: Display

    async def play(self) -> Played:
        """Raises CannotPlay, NotReached, Refused, CardRefused or NothingReceived with what went wrong."""
        async with AsyncExitStack() as stack:
            owner, walkers = await self._meet(stack)
            told = asyncio.create_task(tell_messages(self.inbox, (owner, *walkers), self.display))
            stack.callback(told.cancel)
            await self._open_market(walkers)
            card, house = await self._prepare(owner, walkers)
            booking_id = await self._book(owner, house, card)
            walker = await self._find_walker(owner, walkers, booking_id)
            sent = await self._walk(walker, booking_id)
            await self._settle(owner, booking_id)
            return await self._look_back(owner, booking_id, sent)

    async def _meet(self, stack: AsyncExitStack) -> tuple[Owner, list[Walker]]:
        self.display.chapter("People register, and prove mail and phone by the codes in the inbox")
        owner = Owner(name="Ada Lovelace", phone="+12125550171", app=await self._app(stack), inbox=self.inbox)
        walkers = [
            Walker(name=name, phone=phone, app=await self._app(stack), inbox=self.inbox) for name, phone in WALKERS
        ]
        await refuse_if_known(self.resources, owner, *walkers)
        await asyncio.gather(*(human.sign_up() for human in (owner, *walkers)))
        self.display.say(f"{owner.name} (owner) and {', '.join(walker.name for walker in walkers)} (walkers) are in")
        return owner, walkers

    async def _open_market(self, walkers: list[Walker]) -> None:
        """Not over HTTP: see the package's docstring."""
        policy = market.demo_policy(walk_s=self.route.duration_s)
        await market.publish(self.resources, policy, home=self.route.home)
        await market.grant(self.resources, [walker.id for walker in walkers])
        self.display.say(
            f"through services, not the API: the market's policy {policy.version} (seconds instead of hours), and the "
            "walkers' verification"
        )

    async def _prepare(self, owner: Owner, walkers: list[Walker]) -> tuple[str, Json]:
        getting_ready = asyncio.gather(*(walker.get_ready(home=self.route.home) for walker in walkers))
        house, card, _ = await asyncio.gather(
            owner.settle_in(home=self.route.home), owner.save_card(self.phone_stripe, self.card), getting_ready
        )
        asked = ", saved through her bank's 3-D Secure" if self.phone_stripe.challenges else ""
        self.display.say(f"Ada has a dog (Rex), a home and a card{asked}")
        self.display.say("the walkers have a second factor, a profile, their week and a payout account")
        return card, house

    async def _book(self, owner: Owner, house: Json, card: str) -> str:
        self.display.chapter("Ada books a walk")
        starts_at = (datetime.now(UTC) + STARTS_IN).isoformat()
        wish = {"home_id": house["home_id"], "dog_ids": [house["dog_id"]], "service": "walk_30", "starts_at": starts_at}
        quote = await owner.app.post("/v1/quotes", wish)
        earns = quote["walker_earns"]
        self.display.say(f"the quote: {_money(quote['total'])}, of which the walker earns {_money(earns)}")
        body = {"quote_id": quote["id"], "payment_method_id": card, "notes": "Rex loves the pond"}
        booking = await owner.app.post("/v1/bookings", body)
        self.display.say(f"requested: booking {booking['id']}")
        await self._pay(owner, booking["id"])
        return str(booking["id"])

    async def _pay(self, owner: Owner, booking_id: str) -> None:
        """Where the card wants 3-D Secure the bank asks when the hold is placed; the app confirms with its secret."""
        booking = await booking_that(
            owner.app, booking_id, lambda one: one["payment_status"] not in {"none", "unknown"}
        )
        if booking["payment_status"] == "action_required":
            self.display.say("the bank asks for 3-D Secure; Ada confirms in the app")
            await self.phone_stripe.confirm_payment(booking["payment_action"]["client_secret"])
            await owner.app.post(f"/v1/bookings/{booking_id}/confirm-payment")
        booking = await booking_that(owner.app, booking_id, lambda one: one["payment_status"] == "held")
        self.display.say(f"{_money(booking['price']['total'])} are held on her card")

    async def _find_walker(self, owner: Owner, walkers: list[Walker], booking_id: str) -> Walker:
        self.display.chapter("Walkers are offered the walk")
        offers = await asyncio.gather(*(offer_of(walker, booking_id) for walker in walkers))
        self.display.say(f"asked: {', '.join(walker.first_name for walker in walkers)}")
        chosen, offer = walkers[0], offers[0]
        await walkers[-1].app.post(f"/v1/offers/{offers[-1]['id']}/decline", {"reason": "another time"})
        self.display.say(f"{walkers[-1].first_name} declines")
        await chosen.app.post(f"/v1/offers/{offer['id']}/accept")
        await booking_that(owner.app, booking_id, lambda one: one["status"] == "assigned")
        self.display.say(f"{chosen.first_name} accepts: the walk is hers")
        return chosen

    async def _walk(self, walker: Walker, booking_id: str) -> Sent:
        self.display.chapter("The walk")
        phone = WalkersPhone(app=walker.app, booking_id=booking_id, route=self.route, speed=self.speed)
        await phone.tap("on-the-way", fix=self.route.fixes[0])
        self.display.say(f"{walker.first_name} is on her way")
        await phone.tap("arrive", fix=self.route.fixes[0])
        self.display.say("she has arrived; Rex is out of the door")
        with self.display.walking(len(self.route.fixes)) as progress:
            booking = await phone.walk(progress)
        summary = booking["summary"]
        kilometres, minutes = summary["distance_m"] / 1000, summary["moving_s"] / 60
        self.display.say(f"home again: {kilometres:.2f} km, {minutes:.0f} min moving, verdict {summary['verdict']}")
        return phone.sent

    async def _settle(self, owner: Owner, booking_id: str) -> None:
        self.display.chapter("The money")
        await booking_that(owner.app, booking_id, lambda one: one["payment_status"] == "captured")
        self.display.say("captured from Ada's card")
        await booking_that(owner.app, booking_id, lambda one: one["status"] == "closed")
        self.display.say("transferred to the walker; the books balance; the booking is closed")

    async def _look_back(self, owner: Owner, booking_id: str, sent: Sent) -> Played:
        report = await owner.app.get(f"/v1/bookings/{booking_id}/report")
        photos = [await owner.app.fetch(photo["url"]) for photo in report["photos"]]
        self.display.say(f"Ada sees {len(photos)} photo of the walk, and reads: {report['notes']}")
        return Played(
            booking_id=booking_id,
            sent=sent,
            timeline=(await owner.app.get(f"/v1/bookings/{booking_id}/timeline"))["items"],
            receipt=await owner.app.get(f"/v1/bookings/{booking_id}/receipt"),
            report=report,
            says_where=any(says_where(photo) for photo in photos),
        )

    async def _app(self, stack: AsyncExitStack) -> App:
        return await stack.enter_async_context(App(self.base_url))


def _money(value: Json) -> str:
    return money(value["amount"], value["currency"])
