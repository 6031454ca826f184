"""Phone numbers as one text each: E.164."""

from __future__ import annotations

import phonenumbers

from dogwalk.errors import InvalidInput


def normal_phone(typed: str, *, pointer: str = "/phone") -> str:
    """`+12125550142` of `+1 (212) 555-0142`. Raises InvalidInput `invalid_phone` without a country's prefix, or for a
    number that no network of that country has.
    """
    try:
        number = phonenumbers.parse(typed, None)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise InvalidInput("Give the number with its country: +1 212 555 0142", code="invalid_phone", pointer=pointer)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def check_country(number: str, countries: frozenset[str], *, pointer: str = "/phone") -> None:
    """Raises InvalidInput `country_not_served`: no SMS goes there."""
    region = phonenumbers.region_code_for_number(phonenumbers.parse(number, None))
    if region not in countries:
        raise InvalidInput("We cannot send an SMS to this country", code="country_not_served", pointer=pointer)
