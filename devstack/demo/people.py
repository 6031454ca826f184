"""The owner and the walkers, from registration to the point where one may book and the others may be asked."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

import httpx
import pyotp

from devstack.demo.client import App, Json
from devstack.demo.needs import CannotPlay
from devstack.standins.client import InboxClient
from dogwalk.db.repositories import person

if TYPE_CHECKING:
    from devstack.stripe.client import PhoneStripe
    from dogwalk.bootstrap import Resources

PASSWORD = "correct-horse-battery-staple-{name}"
CODE = re.compile(r"\b(\d{6})\b")
ADDRESS = "17 Linden Passage"
ACCESS_CODE, ACCESS_NOTES = "K4711-9083", "behind the third flowerpot"
WHOLE_DAY = {"from": "00:00", "to": "00:00"}


@dataclass(kw_only=True)
class Human:
    """`app` is signed in after `sign_up`."""

    name: str
    phone: str
    role: str
    app: App
    inbox: InboxClient
    id: UUID = field(default=UUID(int=0))

    @property
    def first_name(self) -> str:
        return self.name.partition(" ")[0]

    @property
    def email(self) -> str:
        return f"{self.first_name.lower()}@demo.test"

    @property
    def device(self) -> str:
        return f"demo-phone-of-{self.first_name.lower()}"

    async def sign_up(self) -> None:
        """Registers, proves mail and phone by the codes in the inbox, and gives the phone's push address."""
        password = PASSWORD.format(name=self.first_name)
        who = {"email": self.email, "password": password, "name": self.name, "phone": self.phone, "role": self.role}
        challenge = (await self.app.post("/v1/auth/register", who))["challenge"]
        code = await self._code("mail", self.email)
        tokens = await self.app.post("/v1/auth/email/verify", {"challenge": challenge, "code": code})
        self.app.sign_in(tokens["access_token"])
        challenge = (await self.app.post("/v1/auth/phone/start", {"phone": self.phone}))["challenge"]
        await self.app.post(
            "/v1/auth/phone/verify", {"challenge": challenge, "code": await self._code("sms", self.phone)}
        )
        self.id = UUID((await self.app.get("/v1/me"))["id"])
        await self._give_device()

    async def _give_device(self) -> None:
        device = {"kind": "fid", "value": self.device, "platform": "ios", "app": self.role}
        await self.app.post("/v1/devices", {**device, "locale": "en", "time_zone": "UTC"})

    async def _code(self, channel: str, to: str) -> str:
        """The newest one that came."""
        message = await self.inbox.expect(to=to, channel=channel, text="code", within_s=15)
        found = CODE.search(f"{message['subject']} {message['text']}")
        if found is None:
            raise ValueError(f"no code in the {channel} to {self.first_name}")
        return found[1]


@dataclass(kw_only=True)
class Owner(Human):
    role: str = "owner"

    async def settle_in(self, *, home: tuple[float, float]) -> Json:
        """A dog and a home; answers both ids."""
        dog = {"name": "Rex", "breed": "Beagle", "weight_kg": 12.5, "born_on": "2021-05-04", "sex": "male"}
        dog_id = (await self.app.post("/v1/dogs", {**dog, "behaviour": ["friendly"], "notes": "Pulls at squirrels"}))[
            "id"
        ]
        access = {"kind": "key_box", "code": ACCESS_CODE, "notes": ACCESS_NOTES}
        place = {"label": "Home", "address": ADDRESS, "lat": home[0], "lon": home[1], "access": access}
        return {"dog_id": dog_id, "home_id": (await self.app.post("/v1/homes", place))["id"]}

    async def save_card(self, phone: PhoneStripe, card: str) -> str:
        """As Stripe's library in the app: publishable key and client secret, and 3-D Secure where the card wants it."""
        setup = await self.app.post("/v1/payment-methods/setup")
        await phone.confirm_setup_intent(setup["client_secret"], pm=card)
        return str((await self.app.get("/v1/payment-methods"))["items"][0]["id"])


@dataclass(kw_only=True)
class Walker(Human):
    role: str = "walker"

    async def get_ready(self, *, home: tuple[float, float]) -> None:
        """Profile, availability, second factor and payout account: all that a first offer asks for but verification."""
        await self._turn_on_second_factor()
        profile = {"bio": "Walks in all weather.", "home_lat": home[0], "home_lon": home[1], "service_radius_m": 5000}
        limits = {"max_dogs": 3, "max_dog_weight_kg": 60, "min_rates": {}}
        await self.app.put("/v1/walkers/me", {**profile, **limits})
        weekly = [{"weekday": weekday, **WHOLE_DAY} for weekday in range(7)]
        await self.app.put("/v1/walkers/me/availability", {"time_zone": "UTC", "weekly": weekly})
        await self._open_payout_account()

    async def _turn_on_second_factor(self) -> None:
        secret = (await self.app.post("/v1/auth/2fa/enroll"))["secret"]
        await self.app.post("/v1/auth/2fa/confirm", {"code": pyotp.TOTP(secret).now()})

    async def _open_payout_account(self) -> None:
        """Presses the button on Stripe's onboarding page, and comes back."""
        url = (await self.app.post("/v1/walkers/me/payout-account"))["onboarding_url"]
        async with httpx.AsyncClient() as browser:
            await browser.post(url)
        await self.app.get("/v1/walkers/me/payout-account")


async def refuse_if_known(resources: Resources, *people: Human) -> None:
    """In a database of one's own they may have played before, and who is registered gets no code."""
    async with resources.database.transaction() as session:
        known = [one.email for one in people if await person.by_email(session, one.email) is not None]
    if known:
        raise CannotPlay(f"{', '.join(known)} played in this database before: name an empty one in DATABASE_URL")
