"""Everything about accounts, put together: what a process that answers people holds of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from dogwalk.config import Settings
from dogwalk.db.session import Database
from dogwalk.ports import Attempts, Clock, KeyVault, Passwords, SessionEnds
from dogwalk.services.auth.account import Accounts
from dogwalk.services.auth.challenges import Challenges
from dogwalk.services.auth.guarded_password import GuardedPasswords
from dogwalk.services.auth.login import LogIn
from dogwalk.services.auth.messages import AccountMessages
from dogwalk.services.auth.password import PasswordChange
from dogwalk.services.auth.phone import Phones
from dogwalk.services.auth.registration import Registration
from dogwalk.services.auth.sessions import Sessions
from dogwalk.services.auth.tokens import AccessTokens
from dogwalk.services.auth.two_factor import TwoFactors
from dogwalk.services.support.people import SupportPeople


@dataclass(frozen=True, kw_only=True)
class AuthServices:
    registration: Registration
    login: LogIn
    sessions: Sessions
    two_factors: TwoFactors
    passwords: PasswordChange
    phones: Phones
    accounts: Accounts
    support: SupportPeople


@dataclass(frozen=True, kw_only=True)
class AuthNeeds:
    """What they stand on. `clock` is the wall's: codes and sessions do not move with a booking's time."""

    settings: Settings
    database: Database
    clock: Clock
    vault: KeyVault
    passwords: Passwords
    attempts: Attempts
    ends: SessionEnds
    tokens: AccessTokens
    messages: AccountMessages


def auth_services(needs: AuthNeeds) -> AuthServices:
    settings, database, clock, vault = needs.settings, needs.database, needs.clock, needs.vault
    challenges = Challenges(vault=vault)
    guarded = GuardedPasswords(passwords=needs.passwords, attempts=needs.attempts, vault=vault)
    sessions = Sessions(
        database=database,
        clock=clock,
        vault=vault,
        tokens=needs.tokens,
        ends=needs.ends,
        lasts=timedelta(seconds=settings.refresh_token_ttl_s),
    )
    two_factors = TwoFactors(
        database=database, clock=clock, vault=vault, messages=needs.messages, issuer=settings.totp_issuer
    )
    return AuthServices(
        registration=Registration(
            database=database,
            clock=clock,
            passwords=needs.passwords,
            challenges=challenges,
            messages=needs.messages,
            sessions=sessions,
        ),
        login=LogIn(
            database=database,
            clock=clock,
            passwords=guarded,
            challenges=challenges,
            factors=two_factors,
            sessions=sessions,
        ),
        sessions=sessions,
        two_factors=two_factors,
        passwords=PasswordChange(
            database=database,
            clock=clock,
            passwords=needs.passwords,
            guarded=guarded,
            challenges=challenges,
            messages=needs.messages,
            ends=needs.ends,
        ),
        phones=Phones(
            database=database,
            clock=clock,
            challenges=challenges,
            messages=needs.messages,
            countries=frozenset(settings.sms_countries.upper().replace(" ", "").split(",")),
        ),
        accounts=Accounts(database=database, clock=clock),
        support=SupportPeople(
            database=database, clock=clock, ends=needs.ends, two_factors=two_factors, messages=needs.messages
        ),
    )
