from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from api.schemas.auth import Register

GOOD = {"email": "ada@example.com", "password": "12345678", "name": "Ada", "role": "owner"}


def refused(**changes: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        Register(**{**GOOD, **changes})
    return [(str(error["loc"][0]), error["type"]) for error in caught.value.errors()]


def test_an_address_has_one_form() -> None:
    assert Register(**{**GOOD, "email": "Ada@Bücher.Example.COM"}).email == "ada@xn--bcher-kva.example.com"


@pytest.mark.parametrize("email", ["", "ada", "ada@localhost", "ada@a..b", "ädä@example.com", "a@b.de\x00", "a b@c.de"])
def test_what_is_no_address_is_refused(email: str) -> None:
    assert refused(email=email) == [("email", "invalid_email")]


def test_names_are_one_line() -> None:
    assert Register(**{**GOOD, "name": "  Zoë O'Hara-Ünal 王 "}).name == "Zoë O'Hara-Ünal 王"
    assert refused(name="Ada\r\nBcc: all") == [("name", "not_one_line")]
    assert refused(name="   ") == [("name", "string_too_short")]


def test_nobody_registers_as_support() -> None:
    assert refused(role="admin") == [("role", "literal_error")]


def test_a_refused_password_is_not_repeated() -> None:
    with pytest.raises(ValidationError) as caught:
        Register(**{**GOOD, "password": "s3cret!"})
    assert "s3cret!" not in str(caught.value)
