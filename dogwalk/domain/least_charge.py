"""Less than this Stripe takes from no card (`amount_too_small`): docs.stripe.com/currencies, minimum charge amounts."""

from __future__ import annotations

# Minor units. The table goes by what our account is settled in, which is the market's own currency.
_LEAST = {
    "aed": 200,
    "aud": 50,
    "bgn": 100,
    "brl": 50,
    "cad": 50,
    "chf": 50,
    "czk": 1500,
    "dkk": 250,
    "eur": 50,
    "gbp": 30,
    "hkd": 400,
    "huf": 17500,
    "inr": 50,
    "jpy": 50,
    "mxn": 1000,
    "myr": 200,
    "nok": 300,
    "nzd": 50,
    "pln": 200,
    "ron": 200,
    "sek": 300,
    "sgd": 50,
    "thb": 1000,
    "usd": 50,
}
_ELSEWHERE = 50


def least_charge(currency: str) -> int:
    """In minor units of `currency`."""
    return _LEAST.get(currency, _ELSEWHERE)
