"""What messages say. One template a kind, with the blocks `title` (a push's headline, a mail's subject), `short` (a push,
an SMS, the inbox) and, where the kind goes by mail, `mail`. What a meeting says otherwise than a walk stands in
`templates/meeting`, under the same names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from dogwalk.db.repositories.recipient import BookingFacts
from dogwalk.services.notification.wording import Wording, joined

MEETING = "meeting"
SMS_PREFIX = "Dogwalk: "
PEOPLE = {"owner": "the owner", "walker": "the walker", "support": "Dogwalk", "system": "Dogwalk"}
LINE_NAMES = {
    "base": "Walk",
    "extra_dog": "Further dogs",
    "holiday": "Holiday",
    "short_notice": "Short notice",
    "puppy": "Puppy",
    "service_fee": "Service fee",
}

# Why a walk of a weekly plan could not be booked, by the code it was refused with.
BECAUSE = {
    "unknown_payment_method": "the card of your plan can no longer be used",
    "debt_outstanding": "an earlier payment is still open",
    "verification_required": "your e-mail address or your phone is not confirmed",
    "vaccination_required": "a dog's vaccination does not reach that day; say in the app until when it does",
    "not_found": "the home or a dog of your plan is no longer there",
    "unknown_service": "this walk is no longer offered where you live",
    "too_soon": "it came too near before it could be booked",
}
BECAUSE_OF_US = "something went wrong on our side"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a message is about, and for whom. `data` is the row's; `code` what was sealed beside it."""

    kind: str
    person_id: UUID
    first_name: str
    zone: ZoneInfo
    data: Mapping[str, Any]
    booking: BookingFacts | None = None
    walker_name: str | None = None
    code: str | None = field(default=None, repr=False)


class Texts:
    """Renders; a name a template does not know or a message does not carry is an error, never an empty space."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=PackageLoader("dogwalk.services.notification"),
            autoescape=False,  # noqa: S701 plain text: there is nothing to escape from
            undefined=StrictUndefined,
            keep_trailing_newline=True,
        )

    def title(self, about: About) -> str:
        return _one_line(self._block("title", about))

    def short(self, about: About) -> str:
        return _one_line(self._block("short", about))

    def sms(self, about: About) -> str:
        return SMS_PREFIX + self.short(about)

    def mail(self, about: About) -> str:
        body = self._block("mail", about).strip()
        return self._environment.get_template("mail.jinja").render(me=about.first_name, body=body)

    def event(self, about: About) -> str:
        """A fact of a booking's story; one nobody wrote words for is told by its own name."""
        for name in _places(about, "timeline.jinja"):
            template = self._environment.get_template(name)
            if about.kind in template.blocks:
                return _one_line(_rendered(template, about.kind, about))
        return about.kind.replace("_", " ").capitalize() + "."

    def _block(self, name: str, about: About) -> str:
        return _rendered(self._environment.select_template(_places(about, f"{about.kind}.jinja")), name, about)


def _places(about: About, name: str) -> list[str]:
    """Where its words may stand, the closest first."""
    is_meeting = about.booking is not None and about.booking.booking.total == 0
    return [f"{MEETING}/{name}", name] if is_meeting else [name]


def _rendered(template: Template, block: str, about: About) -> str:
    return "".join(template.blocks[block](template.new_context(_context(about))))


def _context(about: About) -> dict[str, Any]:
    wording = Wording(about.zone)
    given = {
        **about.data,
        "moment": wording.moment,
        "hour": wording.hour,
        "day": wording.day,
        "money": wording.money,
        "distance": wording.distance,
        "minutes": wording.minutes,
        "walker": about.walker_name or "Your walker",
        "me": about.first_name,
    }
    if about.code is not None:
        given["code"] = about.code
    if "reason" in about.data:
        given["because"] = BECAUSE.get(about.data["reason"], BECAUSE_OF_US)
    if "cancelled_by" in about.data:
        given["canceller"] = _canceller(about)
    return given | (_booking_context(about.booking, about.data) if about.booking else {})


def _booking_context(facts: BookingFacts, data: Mapping[str, Any]) -> dict[str, Any]:
    booking = facts.booking
    minutes = round((booking.ends_at - booking.starts_at).total_seconds() / 60)
    return {
        "walk_at": booking.starts_at,
        "walk_length": f"{minutes} minutes",
        "dogs": joined(facts.dog_names) or "your dog",
        "paid_lines": _paid_lines(facts) if data.get("total", {}).get("amount") == booking.total else [],
    }


def _paid_lines(facts: BookingFacts) -> list[dict[str, Any]]:
    """The price's lines, shown when they are what was paid."""
    currency = facts.booking.currency
    return [
        {
            "name": LINE_NAMES.get(line["kind"], "Further"),
            "amount": {"amount": line["amount"], "currency": currency},
        }
        for line in facts.booking.lines
    ]


def _canceller(about: About) -> str:
    by = about.data["cancelled_by"]
    booking = about.booking.booking if about.booking else None
    is_owner = booking is not None and booking.owner_id == about.person_id
    if booking is not None and by == ("owner" if is_owner else "walker"):
        return "you"
    return PEOPLE.get(by, "Dogwalk")


def _one_line(text: str) -> str:
    """No line break reaches a mail's header, whatever a dog is called."""
    return " ".join(text.split())
