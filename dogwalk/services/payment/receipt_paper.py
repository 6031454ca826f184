"""The receipt on paper: a PDF of one page with the figures of the page it is printed from. Amounts name their currency by
its code: not every sign is in the fonts that need no embedding.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from dogwalk.services.notification.text import LINE_NAMES
from dogwalk.services.notification.wording import Wording, in_currency, zone_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fpdf import FPDF

    from dogwalk.services.payment.receipt import Receipt

FONT = "Helvetica"
TITLE_PT, TEXT_PT = 20, 11
LINE_MM = 8
CODE_FIRST = "¤¤ #,##0.00"

Row = tuple[str, int]


class ReceiptPapers:
    async def render(self, receipt: Receipt) -> bytes:
        """Off the event loop: a page takes some milliseconds."""
        return await asyncio.to_thread(_drawn, receipt)


def _drawn(receipt: Receipt) -> bytes:
    booking = receipt.booking
    at = Wording(zone_of(booking.time_zone)).moment(booking.starts_at)
    page = _page(f"Receipt, {at}")
    page.set_creation_date(booking.ended_at)
    _line(page, f"Walk of {at}")
    _line(page, f"Booking {booking.id}")
    for title, rows in _parts(receipt):
        _table(page, title, rows, booking.currency)
    return bytes(page.output())


def _parts(receipt: Receipt) -> Iterator[tuple[str, Sequence[Row]]]:
    """Each ends with its sum."""
    booking = receipt.booking
    lines = [(LINE_NAMES.get(line["kind"], "Further"), line["amount"]) for line in booking.lines]
    yield "Price", [*lines, ("Price agreed", booking.total)]
    kept = receipt.captured - receipt.refunded
    yield "Your card", [("Paid", receipt.captured), ("Given back", receipt.refunded), ("In all", kept)]
    if receipt.owed:
        yield "Open", [("Still due", receipt.owed)]


def _page(title: str) -> FPDF:
    from fpdf import FPDF  # takes a second, which no process that prints nothing should wait for

    page = FPDF()
    page.set_title(title)
    page.set_lang("en")
    page.add_page()
    page.set_font(FONT, style="B", size=TITLE_PT)
    _line(page, "Receipt")
    page.set_font(FONT, size=TEXT_PT)
    return page


def _table(page: FPDF, title: str, rows: Sequence[Row], currency: str) -> None:
    page.ln(LINE_MM / 2)
    page.set_font(style="B")
    _line(page, title)
    page.set_font(style="")
    for place, (name, amount) in enumerate(rows, start=1):
        edge = "T" if place == len(rows) else ""
        page.cell(page.epw / 2, LINE_MM, name, border=edge)
        page.cell(
            page.epw / 2, LINE_MM, _money(amount, currency), border=edge, align="R", new_x="LMARGIN", new_y="NEXT"
        )


def _line(page: FPDF, text: str) -> None:
    page.cell(0, LINE_MM, text, new_x="LMARGIN", new_y="NEXT")


def _money(amount: int, currency: str) -> str:
    """`USD 27.75`"""
    return in_currency(amount, currency, CODE_FIRST)
