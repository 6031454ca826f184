"""The composition root: the only place that makes engines and clients, in one exit stack.

`async with open_resources(settings) as resources:` gives everything a process needs and closes it in reverse order.
Services are built here from resources and hold no global state.
"""

from __future__ import annotations

from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from redis.asyncio import Redis

from dogwalk.adapters.attempts import RedisAttempts
from dogwalk.adapters.clock import SystemClock
from dogwalk.adapters.live_positions import RedisLivePositions
from dogwalk.adapters.object_folder import FolderObjectStore
from dogwalk.adapters.one_time import RedisOneTime
from dogwalk.adapters.passwords import Argon2Passwords
from dogwalk.adapters.rate_limits import RateLimiter
from dogwalk.adapters.redis import RedisPubSub
from dogwalk.adapters.redis import connect as connect_redis
from dogwalk.adapters.revoked_sessions import RevokedSessions
from dogwalk.adapters.smtp import SmtpMailSender
from dogwalk.adapters.stripe import StripePaymentGateway
from dogwalk.adapters.vault import SettingsKeyVault
from dogwalk.adapters.workflow_keys import WorkflowKeys
from dogwalk.config import Settings
from dogwalk.db.engine import create_engine
from dogwalk.db.session import Database
from dogwalk.ports import Clock, ObjectStore, PushSender, SmsSender
from dogwalk.services.auth.guarded_password import ATTEMPTS, ATTEMPTS_WINDOW_S
from dogwalk.services.auth.live_tickets import LiveTickets
from dogwalk.services.auth.messages import AccountMessages
from dogwalk.services.auth.services import AuthNeeds, AuthServices, auth_services
from dogwalk.services.auth.tokens import AccessTokens
from dogwalk.services.event import EventStreams, Wakes
from dogwalk.services.notification import Carriers, NotificationService, Texts
from dogwalk.services.photo.shelf import PhotoShelf
from dogwalk.services.tracking.days import Days
from dogwalk.services.tracking.ingest import Ingest
from dogwalk.services.tracking.live import LiveWalks
from dogwalk.services.tracking.news import News
from dogwalk.services.tracking.route import RouteReader
from dogwalk.services.tracking.sessions import TrackingSessions
from dogwalk.services.tracking.viewers import Viewers
from dogwalk.services.tracking.walk import WalkRecorder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from dogwalk.adapters.fcm import FirebasePushSender
    from dogwalk.adapters.photos import PillowPhotoCleaner
    from dogwalk.adapters.s3 import S3ObjectStore
    from dogwalk.adapters.sms import SnsSmsSender


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What one process holds open. `clock` is moved by tests with their workflows; `wall_clock`, which tokens, codes and
    sessions live on, is not.
    """

    settings: Settings
    database: Database
    redis: Redis
    clock: SystemClock
    wall_clock: SystemClock
    vault: SettingsKeyVault
    workflow_keys: WorkflowKeys
    payments: StripePaymentGateway
    push: PushSender
    mail: SmtpMailSender
    sms: SmsSender
    texts: Texts
    notifications: NotificationService
    event_streams: EventStreams
    access_tokens: AccessTokens
    revoked_sessions: RevokedSessions
    rate_limiter: RateLimiter
    walk_recorder: WalkRecorder
    tracking_sessions: TrackingSessions
    ingest: Ingest
    live_walks: LiveWalks
    live_tickets: LiveTickets
    objects: ObjectStore
    photo_shelf: PhotoShelf
    account_messages: AccountMessages
    auth: AuthServices


@asynccontextmanager
async def open_resources(settings: Settings, *, clock: SystemClock | None = None) -> AsyncIterator[Resources]:
    async with AsyncExitStack() as stack:
        engine = create_engine(settings.database_url.get_secret_value(), pool_size=settings.database_pool_size)
        stack.push_async_callback(engine.dispose)
        redis = connect_redis(settings.redis_url.get_secret_value())
        stack.push_async_callback(redis.aclose)
        wakes = Wakes(fan_out=RedisPubSub(client=redis, prefix=settings.redis_prefix))
        stack.push_async_callback(wakes.close)
        database = Database(engine, on_news=wakes.announce)
        vault = SettingsKeyVault(keys=settings.payload_key_encryption_keys.get_secret_value())
        live = RedisLivePositions(client=redis, prefix=settings.redis_prefix)
        ingest = Ingest(database=database, days=Days(database=database), news=News(live=live))
        stack.push_async_callback(ingest.close)
        viewers = Viewers(live=live)
        stack.push_async_callback(viewers.close)
        payments = _payments(settings)
        stack.push_async_callback(payments.close)
        push, mail, sms = _push(settings), _mail(settings), _sms(settings)
        stack.push_async_callback(push.close)
        stack.callback(sms.close)
        clock, texts = clock or SystemClock(), Texts()
        notifications = NotificationService(
            database=database,
            clock=clock,
            vault=vault,
            carriers=Carriers(push=push, mail=mail, sms=sms, texts=texts),
            sms_per_day=settings.sms_per_number_per_day,
        )
        messages = AccountMessages(clock=clock, vault=vault, notifications=notifications)
        stack.push_async_callback(messages.close)
        wall_clock, access_tokens = SystemClock(), AccessTokens.of(settings)
        revoked_sessions = RevokedSessions(
            client=redis, prefix=settings.redis_prefix, access_token_ttl_s=settings.access_token_ttl_s
        )
        objects, cleaner = _objects(settings, vault, wall_clock), _photo_cleaner()
        stack.callback(cleaner.close)
        stack.callback(objects.close)
        yield Resources(
            settings=settings,
            database=database,
            redis=redis,
            clock=clock,
            wall_clock=wall_clock,
            vault=vault,
            workflow_keys=WorkflowKeys(database=database, vault=vault),
            payments=payments,
            push=push,
            mail=mail,
            sms=sms,
            texts=texts,
            notifications=notifications,
            event_streams=EventStreams(database=database, wakes=wakes, clock=clock),
            access_tokens=access_tokens,
            revoked_sessions=revoked_sessions,
            rate_limiter=RateLimiter(client=redis, prefix=settings.redis_prefix),
            walk_recorder=WalkRecorder(),
            tracking_sessions=TrackingSessions(database=database, clock=clock),
            ingest=ingest,
            live_walks=LiveWalks(
                database=database, viewers=viewers, wakes=wakes, routes=RouteReader(database=database), clock=clock
            ),
            live_tickets=LiveTickets(kept=RedisOneTime(client=redis, prefix=settings.redis_prefix)),
            objects=objects,
            photo_shelf=PhotoShelf(database=database, store=objects, cleaner=cleaner),
            account_messages=messages,
            auth=auth_services(
                AuthNeeds(
                    settings=settings,
                    database=database,
                    clock=wall_clock,
                    vault=vault,
                    passwords=Argon2Passwords(),
                    attempts=_attempts(settings, redis),
                    ends=revoked_sessions,
                    tokens=access_tokens,
                    messages=messages,
                )
            ),
        )


def _attempts(settings: Settings, redis: Redis) -> RedisAttempts:
    return RedisAttempts(
        client=redis,
        prefix=settings.redis_prefix,
        limit=ATTEMPTS,
        window_s=ATTEMPTS_WINDOW_S,
        is_enforced=settings.rate_limits,
    )


def _payments(settings: Settings) -> StripePaymentGateway:
    return StripePaymentGateway(
        api_key=settings.stripe_api_key.get_secret_value(),
        api_base=settings.stripe_api_base,
        timeout_s=settings.stripe_timeout_s,
    )


def _push(settings: Settings) -> FirebasePushSender:
    from dogwalk.adapters.fcm import FirebasePushSender

    credentials = settings.firebase_credentials
    return FirebasePushSender(
        credentials_json=credentials.get_secret_value() if credentials else None, base_url=settings.fcm_base_url
    )


def _mail(settings: Settings) -> SmtpMailSender:
    return SmtpMailSender(
        host=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_username,
        password=settings.smtp_password.get_secret_value(),
        ca_file=settings.smtp_ca_file,
        sender=settings.mail_from,
    )


def _sms(settings: Settings) -> SnsSmsSender:
    from dogwalk.adapters.sms import SnsSmsSender

    key_id, secret = settings.aws_access_key_id, settings.aws_secret_access_key
    return SnsSmsSender(
        region=settings.aws_region,
        countries=settings.sms_countries,
        access_key_id=key_id.get_secret_value() if key_id else None,
        secret_access_key=secret.get_secret_value() if secret else None,
        endpoint_url=settings.aws_endpoint_url_sns,
        is_enabled=settings.is_production or key_id is not None,
    )


def _objects(settings: Settings, vault: SettingsKeyVault, clock: Clock) -> FolderObjectStore | S3ObjectStore:
    """boto3 is imported by who needs it."""
    if settings.object_store_bucket is None:
        return FolderObjectStore(
            folder=Path(settings.object_store_folder),
            public_url=settings.public_url,
            vault=vault,
            clock=clock,
            url_ttl_s=settings.object_url_ttl_s,
        )
    from dogwalk.adapters.s3 import S3ObjectStore

    key_id, secret = settings.aws_access_key_id, settings.aws_secret_access_key
    return S3ObjectStore(
        bucket=settings.object_store_bucket,
        region=settings.aws_region,
        clock=clock,
        url_ttl_s=settings.object_url_ttl_s,
        access_key_id=key_id.get_secret_value() if key_id else None,
        secret_access_key=secret.get_secret_value() if secret else None,
        endpoint_url=settings.aws_endpoint_url_s3,
    )


def _photo_cleaner() -> PillowPhotoCleaner:
    from dogwalk.adapters.photos import PillowPhotoCleaner

    return PillowPhotoCleaner()
