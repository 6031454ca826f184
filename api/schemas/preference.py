"""What a person does not want to be told, over HTTP."""

from __future__ import annotations

from pydantic import ConfigDict, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from api.schemas.base import Schema
from api.schemas.moment import WallTime


class ChannelsWanted(Schema):
    """Null, or not named: the kind does not take this channel, or it stays on."""

    push: bool | None = None
    mail: bool | None = None
    sms: bool | None = None


class KindWanted(Schema):
    kind: str = Field(max_length=60, examples=["walk_started"])
    channels: ChannelsWanted


class KindView(KindWanted):
    critical: bool = Field(description="Cannot be switched off")


class QuietHours(Schema):
    """Wall time where the phone was last, else the account's; may go over midnight."""

    model_config = ConfigDict(validate_by_name=True, validate_by_alias=True)

    from_time: WallTime = Field(alias="from", examples=["22:00"])
    to_time: WallTime = Field(alias="to", examples=["07:00"])

    @field_validator("to_time", mode="after")
    @classmethod
    def _is_another(cls, to_time: str, info: ValidationInfo) -> str:
        if info.data.get("from_time") == to_time:
            raise PydanticCustomError("no_hours", "must be another time than `from`")
        return to_time


class PreferencesChange(Schema):
    """The whole: kinds and channels that are not named are on. The answer of GET may be sent back."""

    kinds: list[KindWanted] = Field(max_length=200)
    quiet_hours: QuietHours | None = None


class PreferencesView(Schema):
    """Every kind there is with the channels it takes. Quiet hours hold back pushes and SMS that are not critical; they
    are found in the inbox.
    """

    kinds: list[KindView]
    quiet_hours: QuietHours | None
