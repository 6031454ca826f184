from __future__ import annotations

from temporalio.converter import ActivitySerializationContext, WorkflowSerializationContext

from dogwalk.adapters.payload_converter import OnePayloadConverter, data_converter


class Keys:
    """One for each workflow, made up by its name."""

    async def for_writing(self, workflow_id: str) -> bytes:
        return workflow_id.encode().ljust(32, b"k")

    for_reading = for_writing


def of_workflow(workflow_id: str) -> WorkflowSerializationContext:
    return WorkflowSerializationContext(namespace="default", workflow_id=workflow_id)


def of_activity(workflow_id: str | None) -> ActivitySerializationContext:
    return ActivitySerializationContext(
        namespace="default",
        activity_id="1",
        activity_type="payment.authorize",
        activity_task_queue="payment",
        workflow_id=workflow_id,
        workflow_type="Booking",
        is_local=False,
    )


def test_there_is_one_payload_converter() -> None:
    assert OnePayloadConverter() is OnePayloadConverter()


def test_a_workflow_and_its_activities_have_one_converter_between_them() -> None:
    converter = data_converter(Keys())
    ours = converter.with_context(of_workflow("booking-1"))
    assert converter.with_context(of_activity("booking-1")) is ours
    assert converter.with_context(of_workflow("booking-2")) is not ours


async def test_each_is_sealed_under_its_own_workflows_key() -> None:
    converter = data_converter(Keys())
    [sealed] = await converter.with_context(of_workflow("booking-1")).encode(["a walk"])
    assert sealed.metadata["workflow"] == b"booking-1"
    assert await converter.decode([sealed]) == ["a walk"]


async def test_what_belongs_to_no_workflow_is_not_sealed() -> None:
    converter = data_converter(Keys())
    for which in (converter, converter.with_context(of_activity(None))):
        [payload] = await which.encode(["ids only"])
        assert payload.data == b'"ids only"'
