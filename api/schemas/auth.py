"""Registration, log-in, sessions, passwords and phones over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from api.schemas.base import Schema
from api.schemas.text import Email, NewPassword, PersonName, Phone, SecondFactorCode, SixDigits, TypedPassword

AnyToken = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Register(Schema):
    email: Email
    password: NewPassword
    name: PersonName
    phone: Phone | None = Field(default=None, description="Proven later: POST /v1/auth/phone/start")
    role: Literal["owner", "walker"]


class ChallengeView(Schema):
    challenge: UUID = Field(description="Goes back together with the code")


class ChallengeGiven(Schema):
    challenge: UUID


class CodeGiven(Schema):
    challenge: UUID
    code: SixDigits


class SecondFactorGiven(Schema):
    challenge: UUID
    code: SecondFactorCode


class Credentials(Schema):
    email: Email
    password: TypedPassword


class Tokens(Schema):
    access_token: str = Field(description="JWT, ES256; keys at /.well-known/jwks.json")
    refresh_token: str = Field(description="Good once: keep the new one")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 a scheme, not a secret
    expires_in: int = Field(description="Of the access token, in seconds", examples=[900])


class SecondFactorRequired(Schema):
    two_factor_required: Literal[True] = True
    challenge: UUID = Field(description="For POST /v1/auth/login/2fa")


class Refresh(Schema):
    refresh_token: AnyToken


class StepUp(Schema):
    password: TypedPassword | None = Field(default=None, description="Without a second factor: required")
    code: SecondFactorCode | None = Field(default=None, description="With a second factor: required")


class SteppedUp(Schema):
    access_token: str = Field(description="Its `auth_time` is now, its `acr` is `pwd` or `mfa`")
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 a scheme, not a secret
    expires_in: int = Field(examples=[900])


class SessionView(Schema):
    id: UUID
    user_agent: str | None = Field(examples=["Dogwalk/3.1 (iPhone; iOS 27.1)"])
    is_current: bool = Field(description="The one that asks")
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime


class PasswordForgotten(Schema):
    email: Email


class PasswordReset(Schema):
    token: AnyToken = Field(description="From the mail")
    password: NewPassword


class PasswordChanged(Schema):
    current_password: TypedPassword
    password: NewPassword


class PhoneStart(Schema):
    phone: Phone


class Enrollment(Schema):
    secret: str = Field(description="Base32, to be typed where there is no camera")
    otpauth_uri: str
    qr_svg: str = Field(description="The same as a picture")


class AuthenticatorCode(Schema):
    code: SixDigits


class RecoveryCodes(Schema):
    recovery_codes: list[str] = Field(description="Each is good once; shown now and never again")
