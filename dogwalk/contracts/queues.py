"""Task queues by area. A prefix lets two installations share a server; it is read off the queue a worker polls."""

from __future__ import annotations

BOOKING = "booking"
PAYMENT = "payment"
NOTIFICATION = "notification"
AREAS = (BOOKING, PAYMENT, NOTIFICATION)


def task_queue(prefix: str, area: str) -> str:
    return f"{prefix}{area}"


def sibling(own_queue: str, area: str) -> str:
    """The queue of `area` in the installation whose booking queue is `own_queue`."""
    return own_queue.removesuffix(BOOKING) + area
