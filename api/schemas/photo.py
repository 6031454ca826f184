"""Photos, as those entitled to see them get them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import Field

from api.schemas.base import Schema


class PhotoAddress(Schema):
    """Works without a token until `expires_at`; ask again for another."""

    url: str = Field(examples=["https://dogwalk-photos.s3.amazonaws.com/photos/0193….jpg?X-Amz-Signature=…"])
    expires_at: datetime


class Photo(PhotoAddress):
    """Of a walk. `stored_at`: when it reached us, whatever the phone's clock said."""

    id: UUID
    stored_at: datetime
    width_px: int
    height_px: int


class Photos(Schema):
    """Oldest first."""

    items: list[Photo]
