"""Telling people: what the outbox holds is put into words and sent, each message marked right after its own send."""

from __future__ import annotations

from dogwalk.services.notification.delivery import NotificationService
from dogwalk.services.notification.sending import Carriers
from dogwalk.services.notification.text import Texts

__all__ = ["Carriers", "NotificationService", "Texts"]
