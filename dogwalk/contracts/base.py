"""One model in and one out of every call over Temporal. Fields are only ever appended, each with a default."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, model_serializer

if TYPE_CHECKING:
    from pydantic import SerializerFunctionWrapHandler


class Payload(BaseModel):
    """Unknown fields are passed over, so that an old worker reads what a new one wrote. None is not written: it is the
    default of every field that may be None, and histories are paid by the byte.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    @model_serializer(mode="wrap")
    def _without_none(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {name: value for name, value in handler(self).items() if value is not None}
