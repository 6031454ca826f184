"""What the services need from the world, by role; imported from here. Adapters (one file per provider) keep these promises.

Every method that changes something at a provider takes an idempotency key made from the fact
(`{workflow id}:{step}:{counter}`) and may be repeated with the same arguments.
"""

from dogwalk.ports.booking import BookingDispatcher, Fate, LastRun, RunningBookings
from dogwalk.ports.clock import Clock
from dogwalk.ports.fan_out import FanOut, LivePositions, OneTime
from dogwalk.ports.message import DeliveryOutcome, MailMessage, MailSender, PushMessage, PushSender, SmsSender
from dogwalk.ports.object_store import CleanPhoto, ObjectStore, PhotoCleaner, SignedUrl
from dogwalk.ports.payment import (
    Card,
    CardSetup,
    HoldStatus,
    PaymentGateway,
    PaymentHold,
    PayoutAccount,
    ProviderEvent,
    RefundReceipt,
    ReversalReceipt,
    TransferReceipt,
)
from dogwalk.ports.secret import Attempts, KeyVault, Passwords, SessionEnds

__all__ = [
    "Attempts",
    "BookingDispatcher",
    "Card",
    "CardSetup",
    "CleanPhoto",
    "Clock",
    "DeliveryOutcome",
    "FanOut",
    "Fate",
    "HoldStatus",
    "KeyVault",
    "LastRun",
    "LivePositions",
    "MailMessage",
    "MailSender",
    "ObjectStore",
    "OneTime",
    "Passwords",
    "PaymentGateway",
    "PaymentHold",
    "PayoutAccount",
    "PhotoCleaner",
    "ProviderEvent",
    "PushMessage",
    "PushSender",
    "RefundReceipt",
    "ReversalReceipt",
    "RunningBookings",
    "SessionEnds",
    "SignedUrl",
    "SmsSender",
    "TransferReceipt",
]
