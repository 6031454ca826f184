"""The receipt as a page to print or keep: what was agreed, what the card paid. No script, no style, nothing fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from dogwalk.services.booking.facts import money
from dogwalk.services.notification.text import LINE_NAMES
from dogwalk.services.notification.wording import Wording, zone_of

if TYPE_CHECKING:
    from dogwalk.services.payment.receipt import Receipt

TEMPLATE = "receipt.html.jinja"


class ReceiptPages:
    def __init__(self) -> None:
        loader = PackageLoader("dogwalk.services.payment")
        self._template = Environment(loader=loader, autoescape=True, undefined=StrictUndefined).get_template(TEMPLATE)

    def render(self, receipt: Receipt) -> str:
        return self._template.render(_context(receipt))


def _context(receipt: Receipt) -> dict[str, Any]:
    booking, currency = receipt.booking, receipt.booking.currency
    wording = Wording(zone_of(booking.time_zone))
    return {
        "moment": wording.moment,
        "money": wording.money,
        "booking_id": booking.id,
        "walk_at": booking.starts_at,
        "lines": [
            {"name": LINE_NAMES.get(line["kind"], "Further"), "amount": money(line["amount"], currency)}
            for line in booking.lines
        ],
        "total": money(booking.total, currency),
        "captured": money(receipt.captured, currency),
        "refunded": money(receipt.refunded, currency),
        "kept": money(receipt.captured - receipt.refunded, currency),
        "owed": money(receipt.owed, currency),
    }
