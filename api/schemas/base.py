"""What every request and answer has in common."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

T = TypeVar("T")


class Answer(BaseModel):
    """What is only ever sent. Fields nobody knows are ignored, numbers are finite."""

    model_config = ConfigDict(extra="ignore", frozen=True, allow_inf_nan=False, hide_input_in_errors=True)


class Schema(Answer):
    """What may be received, too: no text holds a NUL (Postgres cannot store one).

    Give every text and list of a request a `max_length`, every number its bounds.
    """

    @field_validator("*", mode="after")
    @classmethod
    def _holds_no_nul(cls, value: Any) -> Any:
        if holds_nul(value):
            raise PydanticCustomError("text_nul", "must not hold the character NUL")
        return value


class Page(Schema, Generic[T]):
    """`next_cursor` is null on the last page; else send it back as `cursor`."""

    items: list[T]
    next_cursor: str | None = Field(default=None, examples=["WyIyMDI2LTExLTIzVDA5OjMwOjAwWiIsIjAxOTMiXQ"])


def holds_nul(value: Any) -> bool:
    """Looks into lists and plain objects too. Schemas inside have looked for themselves."""
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, list | tuple):
        return any(holds_nul(item) for item in value)
    if isinstance(value, dict):
        return any(holds_nul(key) or holds_nul(item) for key, item in value.items())
    return False
