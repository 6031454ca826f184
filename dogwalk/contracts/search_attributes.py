"""For people searching in the Temporal UI, never for decisions. In clear: ids, enums, times, a coarse area only."""

from __future__ import annotations

SEARCH_ATTRIBUTES: dict[str, str] = {
    "BookingStatus": "Keyword",
    "BookingOutcome": "Keyword",
    "Market": "Keyword",
    "Area": "Keyword",
    "OwnerId": "Keyword",
    "WalkerId": "Keyword",
    "StartsAt": "Datetime",
    "NeedsAttention": "Keyword",
}
