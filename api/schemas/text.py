"""Kinds of text that several requests take."""

from __future__ import annotations

import unicodedata
from typing import Annotated

import email_validator
from pydantic import AfterValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

MAX_EMAIL = 254  # RFC 5321
MIN_PASSWORD, MAX_PASSWORD = 8, 200


def _normal_email(value: str) -> str:
    """Lower case, the domain in ASCII. `.test` passes: it reaches nobody."""
    try:
        found = email_validator.validate_email(
            value, check_deliverability=False, test_environment=True, allow_smtputf8=False
        )
    except email_validator.EmailNotValidError as error:
        raise PydanticCustomError("invalid_email", "is not a mail address") from error
    return (found.ascii_email or found.normalized).lower()


def _of_one_line(value: str) -> str:
    """It goes into mails' headings and on receipts."""
    if not value.isprintable():
        raise PydanticCustomError("not_one_line", "must be one line of printable characters")
    return value


Email = Annotated[
    str,
    Field(max_length=MAX_EMAIL, examples=["ada@example.com"], json_schema_extra={"format": "email"}),
    AfterValidator(_normal_email),
]
ShortText = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(_of_one_line)
]
TypedPassword = Annotated[str, StringConstraints(min_length=1, max_length=MAX_PASSWORD)]
NewPassword = Annotated[
    str,
    StringConstraints(min_length=MIN_PASSWORD, max_length=MAX_PASSWORD),
    Field(description="Any characters; long beats complicated", examples=["correct horse battery staple"]),
]
PersonName = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(_of_one_line),
    Field(examples=["Ada Lovelace"]),
]
Phone = Annotated[
    str,
    StringConstraints(min_length=3, max_length=40),
    Field(description="With its country's prefix", examples=["+1 212 555 0142"]),
]


def _of_lines(value: str) -> str:
    """Line breaks and tabs are the only control characters a written text needs; half a surrogate is no text."""
    if any(unicodedata.category(one) in {"Cc", "Cs"} and one not in "\n\t" for one in value):
        raise PydanticCustomError("control_character", "must hold no control character but line breaks and tabs")
    return value


MessageText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
    AfterValidator(_of_lines),
    Field(examples=["I am at the door."]),
]
SixDigits = Annotated[str, StringConstraints(min_length=1, max_length=20), Field(examples=["493817"])]
SecondFactorCode = Annotated[
    str,
    StringConstraints(min_length=1, max_length=40),
    Field(description="Of the authenticator, or a recovery code", examples=["493817", "k3vd-2gqx-7mzt-p5wa"]),
]
