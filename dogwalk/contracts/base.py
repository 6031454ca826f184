"""One model in and one out of every call over Temporal. Fields are only ever appended, each with a default."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Payload(BaseModel):
    """Unknown fields are passed over, so that an old worker reads what a new one wrote."""

    model_config = ConfigDict(frozen=True, extra="ignore")
