"""Asking a Temporal server whether it is ready. Apart, for the SDK takes half a second to import."""

from __future__ import annotations

from typing import TYPE_CHECKING

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.client import Client
from temporalio.service import RPCError

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPES = {
    "Text": IndexedValueType.INDEXED_VALUE_TYPE_TEXT,
    "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    "Int": IndexedValueType.INDEXED_VALUE_TYPE_INT,
    "Double": IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE,
    "Bool": IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
    "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    "KeywordList": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
}


async def has_search_attributes(*, address: str, namespace: str, wanted: Mapping[str, str]) -> bool:
    """Adds the missing ones (the server's own flag does nothing on a database that is already there).

    False while nothing serves there, or not all of them yet.
    """
    try:
        client = await Client.connect(address, namespace=namespace)
        service = client.operator_service
        known = await service.list_search_attributes(ListSearchAttributesRequest(namespace=namespace))
        missing = {name: TYPES[kind] for name, kind in wanted.items() if name not in known.custom_attributes}
        if missing:
            request = AddSearchAttributesRequest(namespace=namespace, search_attributes=missing)
            await service.add_search_attributes(request)
    except (RPCError, RuntimeError):
        return False
    return not missing
