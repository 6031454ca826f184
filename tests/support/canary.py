"""What nobody may read in a log of the demo: how to get in, where, tokens and secrets, positions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from devstack.demo.people import ACCESS_CODE, ACCESS_NOTES, ADDRESS
from devstack.demo.story import WALKERS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

WORDS = (ACCESS_CODE, ACCESS_NOTES, ADDRESS, "@demo.test", "correct-horse", *(phone for _, phone in WALKERS))
SHAPES = {
    "access token": r"eyJ[\w-]{10,}\.",
    "tracking token": r"\btrk_[\w-]{10,}",
    "token of ours": r"(?<![\w/.-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{43}(?![\w.-])",
    "client secret": r"_secret_\w+",
    "key of Stripe": r"\b(?:sk|pk|rk|ek|cuss)_(?:test|live|secret)_\w+|\bwhsec_\w+",
    "authenticator's secret": r"(?<![A-Z0-9])[A-Z2-7]{32}(?![A-Z0-9])",
    "recovery code": r"(?<![\w-])[a-z2-7]{4}(?:-[a-z2-7]{4}){3}(?![\w-])",
    "signed address": r"[?&](?:signature|X-Amz-Signature)=(?!\[)",
    "position": r"(?<![\d.:])-?(?:40\.7[78]|73\.9[67])\d",
}
# As mail and SMS tell it.
CODE = re.compile(r"(?:code: |Dogwalk: )(\d{6})\b")


def found_in(text: str, *, codes: Collection[str] = (), secrets: Collection[str] = ()) -> Iterator[str]:
    """Everything that should not be there, by its name where it has one."""
    yield from (word for word in (*WORDS, *secrets) if word in text)
    yield from (f"code {code}" for code in codes if re.search(rf"(?<![\d.]){code}(?!\d)", text))
    yield from (name for name, shape in SHAPES.items() if re.search(shape, text))
