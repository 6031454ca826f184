"""The one shape that passes through the emulator: a JSON object as Stripe sends it.

Keys that start with an underscore are the emulator's own and never leave it (`render.visible`).
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
