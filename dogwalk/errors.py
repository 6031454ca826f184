"""What can go wrong, once, with a stable code.

DogwalkError
├── InvalidInput          the request itself is wrong             (422)
├── Unauthenticated       no or bad proof of who is asking        (401)
├── Forbidden             the right person without the right      (403)
├── NotFound              it is not there, or not yours to see    (404)
├── Conflict              the state of things says no             (409)
│   └── WrongState        a command in a state that does not take it
├── TooManyRequests       a limit was passed                      (429)
├── Unavailable           somebody we need is away; try again     (503)
└── PaymentError          the card or the provider said no
    ├── CardDeclined      final for this card
    ├── AuthenticationRequired  the card's holder must confirm (3-D Secure)
    └── PaymentUnknown    no answer: the money may have moved; ask before trying again

Edges say what to do: `api/errors.py` maps a class to a status, `activities/_failures.py` to an ApplicationError.
`code` is part of the API contract; `extra` holds what a client needs to act (never a secret, address or position).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence


class DogwalkError(Exception):
    """Root. `retryable` tells an activity whether trying the same again can help."""

    code: str = "internal"
    title: ClassVar[str] = "Something went wrong"
    retryable: ClassVar[bool] = False

    def __init__(self, detail: str = "", *, code: str | None = None, **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.extra = extra
        if code is not None:
            self.code = code


class InvalidInput(DogwalkError):
    """`pointer` names the field as a JSON pointer, e.g. `/starts_at`; `pointers` where several are wrong alike."""

    code = "invalid_input"
    title = "The request is not valid"

    def __init__(
        self,
        detail: str = "",
        *,
        code: str | None = None,
        pointer: str | None = None,
        pointers: Sequence[str] = (),
        **extra: Any,
    ) -> None:
        super().__init__(detail, code=code, **extra)
        self.pointer = pointer
        self.pointers = tuple(pointers) if pointer is None else (pointer,)


class Unauthenticated(DogwalkError):
    code = "unauthenticated"
    title = "Log in first"


class Forbidden(DogwalkError):
    code = "forbidden"
    title = "Not allowed"


class NotFound(DogwalkError):
    code = "not_found"
    title = "Not found"


class Conflict(DogwalkError):
    code = "conflict"
    title = "That does not go together with what is there"


class WrongState(Conflict):
    """`extra` carries `status` and `expected`, the states that take the command."""

    code = "wrong_state"
    title = "The booking's state does not take this command"


class TooManyRequests(DogwalkError):
    code = "rate_limited"
    title = "Too many requests"

    def __init__(self, detail: str = "", *, retry_after_s: int, **extra: Any) -> None:
        super().__init__(detail, **extra)
        self.retry_after_s = retry_after_s


class Unavailable(DogwalkError):
    code = "unavailable"
    title = "Try again in a moment"
    retryable = True


class PaymentError(DogwalkError):
    code = "payment_error"
    title = "The payment did not go through"


class CardDeclined(PaymentError):
    """`extra` may carry the issuer's `decline_code`."""

    code = "card_declined"
    title = "The card was declined"


class AuthenticationRequired(PaymentError):
    """The issuer wants 3-D Secure. `extra` carries `payment_intent_id`; the client secret is fetched, never carried."""

    code = "authentication_required"
    title = "The card's holder must confirm the payment"


class PaymentUnknown(PaymentError):
    """No answer in time: the call may have worked. Ask the provider by key or metadata before anything else."""

    code = "payment_unknown"
    title = "The payment provider did not answer"
    retryable = True
