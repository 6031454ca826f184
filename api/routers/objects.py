"""What a signed address of the folder's leads to. With a bucket there is nothing here: its addresses are Amazon's."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from api.deps import Res, public
from api.errors import problems
from dogwalk.adapters.object_folder import FolderObjectStore
from dogwalk.errors import NotFound

router = APIRouter(tags=["operations"])

Key = Annotated[str, Path(max_length=100)]
Expires = Annotated[int, Query(ge=0, le=2**40)]
Signature = Annotated[str, Query(max_length=100)]
PHOTO: dict[int | str, dict[str, Any]] = {200: {"description": "The object", "content": {"image/jpeg": {}}}}


@router.get(
    "/v1/objects/{key:path}", dependencies=[public], response_class=Response, responses={**PHOTO, **problems(404)}
)
async def get_object(key: Key, expires: Expires, signature: Signature, res: Res) -> Response:
    """Outside production. The address is good until it ends; nobody can make or change one."""
    if not isinstance(res.objects, FolderObjectStore):
        raise NotFound("No such object")
    found = await res.objects.read(key, expires=expires, signature=signature)
    return Response(found.content, media_type=found.content_type)
