"""Pydantic models to sealed payloads and back, made once where the SDK would make them for every payload it looks at.

Measured on the replay of one walk (docs/performance.md, B6): a quarter of it went into new converters.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    ActivitySerializationContext,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    WorkflowSerializationContext,
)

from dogwalk.adapters.payload_codec import EncryptingCodec, key_owner

if TYPE_CHECKING:
    from temporalio.converter import SerializationContext

    from dogwalk.adapters.payload_codec import Keys

CONVERTERS_KEPT = 1000  # as many as a worker keeps workflows


class OnePayloadConverter(PydanticPayloadConverter):
    """The same one whenever it is asked for, with one set of type adapters. It holds nothing of any workflow."""

    _one: OnePayloadConverter | None = None

    def __new__(cls) -> OnePayloadConverter:  # noqa: PYI034 there is one class of it
        return cls._one or super().__new__(cls)

    def __init__(self) -> None:
        if OnePayloadConverter._one is None:
            super().__init__()
            OnePayloadConverter._one = self


class SealingConverter(DataConverter):
    """One for each workflow whose payloads were last looked at; all else of a context means nothing to the codec."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "_of", lru_cache(maxsize=CONVERTERS_KEPT)(self._made_for))

    def with_context(self, context: SerializationContext) -> SealingConverter:
        if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
            made: SealingConverter = self._of(key_owner(context.workflow_id))  # type: ignore[attr-defined]  # frozen
            return made
        return self

    def _made_for(self, workflow_id: str | None) -> SealingConverter:
        if not isinstance(self.payload_codec, EncryptingCodec):
            return self
        return replace(self, payload_codec=self.payload_codec.of(workflow_id))


def data_converter(keys: Keys) -> DataConverter:
    return SealingConverter(
        payload_converter_class=OnePayloadConverter,
        payload_codec=EncryptingCodec(keys=keys),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
