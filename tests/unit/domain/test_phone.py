from __future__ import annotations

import pytest

from dogwalk.domain.phone import check_country, normal_phone
from dogwalk.errors import InvalidInput

SERVED = frozenset({"US", "DE"})


@pytest.mark.parametrize("typed", ["+1 (212) 555-0142", "+12125550142", " +1-212-555-0142 "])
def test_a_number_is_one_text_however_it_is_typed(typed: str) -> None:
    assert normal_phone(typed) == "+12125550142"


@pytest.mark.parametrize("typed", ["", "212 555 0142", "+", "+1", "+1212", "+999999999", "+1" + "2" * 30, "+12O2555"])
def test_what_is_no_number_anywhere_is_refused(typed: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        normal_phone(typed, pointer="/me")
    assert (refused.value.code, refused.value.pointer) == ("invalid_phone", "/me")


def test_only_countries_an_sms_may_go_to() -> None:
    check_country("+12125550142", SERVED)
    check_country("+4915112345678", SERVED)
    with pytest.raises(InvalidInput, match="SMS"):
        check_country("+33612345678", SERVED)
