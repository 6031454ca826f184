"""`photo: Uploaded` on a route: the bytes of a multipart body's field `file`, read once it is known who sends it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from api.body_limit import PHOTO_BYTES, TOO_LARGE
from api.deps import Principal, Res, principal
from api.idempotency import Onceness
from dogwalk.errors import InvalidInput

FIELD = "file"
MAX_FIELDS = 4
# FastAPI would read a body that it knows of before it asks who sends it.
PHOTO_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "properties": {
                        FIELD: {
                            "type": "string",
                            "format": "binary",
                            "description": "A JPEG, PNG or HEIC photo, at most 10 MB",
                        }
                    },
                }
            }
        },
    }
}


async def uploaded(request: Request, _: Annotated[Principal, Depends(principal)]) -> bytes:
    """InvalidInput `photo_missing`. 413 past 10 MB; what multipart adds is counted by `LimitedBodies`."""
    async with request.form(max_files=1, max_fields=MAX_FIELDS) as form:
        file = form.get(FIELD)
        if not isinstance(file, UploadFile):
            raise InvalidInput(f"Send the photo as `{FIELD}`", code="photo_missing", pointer=f"/{FIELD}")
        if (file.size or 0) > PHOTO_BYTES:
            raise HTTPException(TOO_LARGE)
        return await file.read()


Uploaded = Annotated[bytes, Depends(uploaded)]


async def once_uploaded(
    request: Request, res: Res, who: Annotated[Principal, Depends(principal)], photo: Uploaded
) -> Onceness:
    """Judged by the photo: what multipart writes around it differs from try to try."""
    return Onceness(request=request, res=res, who=who, body=photo)


OnceUploaded = Annotated[Onceness, Depends(once_uploaded)]
