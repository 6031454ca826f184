"""RFC 9457, with a stable code and a JSON pointer for each wrong field."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class FieldError(BaseModel):
    pointer: str = Field(description="JSON pointer into the body, or `/query/…`, `/path/…`, `/header/…`")
    code: str = Field(examples=["string_too_long"])
    detail: str = Field(examples=["String should have at most 64 characters"])


class Problem(BaseModel):
    """Further members, named where a code is described, say what a client needs to act."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:dogwalk:problem:quote_expired"])
    title: str = Field(examples=["That does not go together with what is there"])
    status: int = Field(examples=[409])
    detail: str = Field(examples=["The quote is no longer binding; ask for a new one"])
    instance: str = Field(examples=["urn:dogwalk:request:0193f6c2a1b27c3d8e4f5a6b7c8d9e0f"])
    code: str = Field(description="Stable; clients decide by it", examples=["quote_expired"])
    request_id: str = Field(description="Also in `X-Request-Id`; quote it when asking for help")
    errors: list[FieldError] | None = Field(default=None, description="With 422, field by field")
