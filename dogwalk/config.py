"""Every setting, read once, typed. Nothing else in the tree reads the environment.

Addresses with a stand-in behind them (`*_BASE_URL`, `STRIPE_API_BASE`, `AWS_ENDPOINT_URL_*`) are unset in production,
where `Settings.check_production` refuses to start with one, with a missing or default secret, or with the address of
something on this machine, where stand-ins live.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cached_property
from ipaddress import ip_address
from typing import Self
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEVELOPMENT_SECRET = "development-only-not-for-production"  # noqa: S105 the value production refuses
DEVELOPMENT_PUBLISHABLE_KEY = "pk_test_dev"
STAND_INS = ("stripe_api_base", "fcm_base_url", "aws_endpoint_url_sns", "aws_endpoint_url_s3")
NEEDED_ELSEWHERE = ("database_url", "redis_url", "temporal_address", "smtp_host", "public_url")
STAND_IN_UNIVERSE = "local.test"


class Environment(StrEnum):
    DEVELOPMENT = "development"
    TEST = "test"
    PRODUCTION = "production"


class ApiDocs(StrEnum):
    PUBLIC = "public"
    STAFF = "staff"
    OFF = "off"


class ConfigurationError(RuntimeError):
    """Names every setting that is missing or not allowed, so that one restart is enough."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=None, env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True
    )

    environment: Environment = Field(default=Environment.DEVELOPMENT, description="development, test or production")
    build_id: str = Field(default="dev", description="Names this build: the worker deployment's version")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR")
    log_format: str = Field(default="auto", description="json, console, or auto: console on a terminal")

    database_url: SecretStr = Field(
        default=SecretStr("postgresql+asyncpg:///dogwalk"), description="postgresql+asyncpg://user:password@host/db"
    )
    database_pool_size: int = Field(default=10, description="Connections a process keeps open")
    redis_url: SecretStr = Field(default=SecretStr("redis://127.0.0.1:6379/0"), description="redis:// or unix://")
    redis_prefix: str = Field(default="dogwalk:", description="Before every key and channel, so that two may share one")

    temporal_address: str = Field(default="127.0.0.1:7233", description="host:port of the Temporal frontend")
    temporal_namespace: str = Field(default="default", description="Temporal namespace")
    temporal_api_key: SecretStr | None = Field(default=None, description="For Temporal Cloud; turns TLS on")
    temporal_ui_url: str | None = Field(default=None, description="Base address of the Temporal UI, for links")
    task_queue_prefix: str = Field(default="", description="Before every task queue, so that two may share a server")
    worker_deployment: str = Field(default="dogwalk", description="Worker deployment name")
    worker_versioning: bool = Field(default=False, description="Register workers under the deployment's build id")
    worker_max_cached_workflows: int = Field(
        default=1000, description="Sticky cache; 0 replays on every task, one task at a time"
    )
    worker_max_activities: int = Field(default=100, description="Activity slots a process")
    worker_graceful_shutdown_s: float = Field(default=20.0, description="How long running activities may finish")
    metrics_port: int = Field(default=0, description="Prometheus port of this process; 0 turns it off")
    metrics_host: str = Field(
        default="127.0.0.1", description="Where the metrics' port listens; 0.0.0.0 in a container"
    )

    payload_key_encryption_keys: SecretStr = Field(
        default=SecretStr(f"dev:{DEVELOPMENT_SECRET}"),
        description="id:secret, comma separated, first one wraps new keys (Temporal payloads, access codes)",
    )
    jwt_signing_keys: SecretStr = Field(
        default=SecretStr(DEVELOPMENT_SECRET), description="PEM keys (EC P-256), newest first; first one signs"
    )
    access_token_ttl_s: int = Field(default=900, description="Life of an access token")
    refresh_token_ttl_s: int = Field(default=60 * 86400, description="Life of a refresh token's family")
    totp_issuer: str = Field(default="Dogwalk", description="Name shown in the authenticator app")

    stripe_api_key: SecretStr = Field(
        default=SecretStr("sk_test_" + DEVELOPMENT_SECRET), description="Stripe secret key"
    )
    stripe_publishable_key: str = Field(
        default=DEVELOPMENT_PUBLISHABLE_KEY, description="Stripe publishable key, given to apps"
    )
    stripe_webhook_secrets: SecretStr = Field(
        default=SecretStr(DEVELOPMENT_SECRET), description="Endpoint secrets, comma separated: two while rolling"
    )
    stripe_connect_webhook_secrets: SecretStr = Field(
        default=SecretStr(DEVELOPMENT_SECRET), description="As above, for the connected accounts' endpoint"
    )
    stripe_api_base: str | None = Field(default=None, description="Stand-in address; unset in production")
    stripe_timeout_s: float = Field(default=30.0, description="One attempt at Stripe")

    firebase_credentials: SecretStr | None = Field(default=None, description="Service account as JSON")
    fcm_base_url: str | None = Field(default=None, description="Stand-in address; unset in production")
    smtp_host: str = Field(default="127.0.0.1", description="Mail server")
    smtp_port: int = Field(default=587, description="Mail server's port (STARTTLS)")
    smtp_username: str = Field(default="dogwalk", description="Mail log-in")
    smtp_password: SecretStr = Field(default=SecretStr(DEVELOPMENT_SECRET), description="Mail password")
    smtp_ca_file: str | None = Field(default=None, description="PEM of an own CA for STARTTLS")
    mail_from: str = Field(default="Dogwalk <walks@dogwalk.test>", description="Sender of every mail")
    aws_region: str = Field(default="eu-central-1", description="Region of SNS and S3")
    aws_access_key_id: SecretStr | None = Field(
        default=None, description="SNS and S3 access key; unset: the instance's role"
    )
    aws_secret_access_key: SecretStr | None = Field(default=None, description="SNS and S3 secret key")
    aws_endpoint_url_sns: str | None = Field(default=None, description="Stand-in address; unset in production")
    aws_endpoint_url_s3: str | None = Field(default=None, description="Stand-in address; unset in production")
    object_store_bucket: str | None = Field(
        default=None, description="S3 bucket of photos; unset: a folder, outside production"
    )
    object_store_folder: str = Field(default=".dev/objects", description="Where photos are without a bucket")
    object_url_ttl_s: int = Field(default=600, description="Life of a photo's address")
    sms_countries: str = Field(default="US,DE,GB,AT,CH", description="Countries an SMS may go to")
    sms_per_number_per_day: int = Field(default=20, description="Cap on SMS to one number a day")

    public_url: str = Field(default="http://127.0.0.1:8000", description="Where clients reach the API")
    app_url: str = Field(default="https://app.dogwalk.test", description="Where links into the app begin")
    api_docs: ApiDocs | None = Field(
        default=None, description="public, staff or off; unset: staff in production, public elsewhere"
    )
    api_areas: str = Field(
        default="", description="What this process serves: auth, booking, payment, notification, tracking; empty: all"
    )
    contact_technical: str = Field(default="api@dogwalk.test", description="Mail for developers of clients")
    contact_security: str = Field(default="security@dogwalk.test", description="Mail for reports of weaknesses")
    emergency_line: str = Field(default="+12125550199", description="Phone answered at all hours, told on an incident")
    contact_emergency: str = Field(default="emergency@dogwalk.test", description="Mail read at all hours")
    rate_limits: bool = Field(default=True, description="Answer 429 past a limit")
    request_body_limit_bytes: int = Field(default=1_000_000, description="Larger bodies are answered 413")
    sse_heartbeat_s: float = Field(default=15.0, description="Comment line on quiet event streams")
    command_timeout_s: float = Field(default=10.0, description="How long a command waits for its worker")
    least_app_version: str = Field(default="1.0.0", description="Older apps are told to update")
    default_market: str = Field(default="standard", description="Market of homes that no other market's area holds")

    @field_validator("database_url", "redis_url", mode="after")
    @classmethod
    def _not_empty(cls, value: SecretStr) -> SecretStr:
        if not value.get_secret_value():
            raise ValueError("must not be empty")
        return value

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if self.environment is Environment.PRODUCTION:
            self.check_production()
        return self

    @field_validator("payload_key_encryption_keys", mode="after")
    @classmethod
    def _pairs(cls, value: SecretStr) -> SecretStr:
        """A key without a secret would seal everything under the hash of nothing."""
        pairs = [item.partition(":") for item in value.get_secret_value().split(",") if item.strip()]
        if not pairs or not all(key_id.strip() and secret.strip() for key_id, _, secret in pairs):
            raise ValueError("must be id:secret, comma separated")
        return value

    def check_production(self) -> None:
        """Raises ConfigurationError naming every missing or default secret and every address of a stand-in."""
        problems = [*self._missing_secrets(), *self._stand_ins(), *self._on_this_machine(), *self._kept_in_a_folder()]
        if problems:
            raise ConfigurationError("not fit for production: " + "; ".join(problems))

    def _missing_secrets(self) -> list[str]:
        secrets = {name: value for name, value in self if isinstance(value, SecretStr)}
        missing = [name for name, value in secrets.items() if _is_missing(value)]
        missing += ["firebase_credentials"] if self.firebase_credentials is None else []
        missing += (
            ["stripe_publishable_key"] if self.stripe_publishable_key in {"", DEVELOPMENT_PUBLISHABLE_KEY} else []
        )
        return [f"{name.upper()} is missing or the development default" for name in missing]

    def _stand_ins(self) -> list[str]:
        names = [name for name in STAND_INS if getattr(self, name)]
        credentials = self.firebase_credentials
        names += ["firebase_credentials"] if credentials and STAND_IN_UNIVERSE in credentials.get_secret_value() else []
        return [f"{name.upper()} points at a stand-in" for name in names]

    def _on_this_machine(self) -> list[str]:
        addresses = {name: getattr(self, name) for name in NEEDED_ELSEWHERE}
        found = [name for name, address in addresses.items() if _is_on_this_machine(_plain(address))]
        return [f"{name.upper()} is missing or points at this machine" for name in found]

    def _kept_in_a_folder(self) -> list[str]:
        """Each process would have photos of its own."""
        return [] if self.object_store_bucket else ["OBJECT_STORE_BUCKET is missing"]

    @cached_property
    def stripe_livemode(self) -> bool:
        return self.stripe_api_key.get_secret_value().startswith(("sk_live_", "rk_live_"))

    @cached_property
    def api_docs_for(self) -> ApiDocs:
        return self.api_docs or (ApiDocs.STAFF if self.is_production else ApiDocs.PUBLIC)

    @cached_property
    def is_production(self) -> bool:
        return self.environment is Environment.PRODUCTION


def _is_missing(secret: SecretStr) -> bool:
    text = secret.get_secret_value()
    return not text.strip(" ,") or DEVELOPMENT_SECRET in text


def _plain(value: str | SecretStr) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value


def _is_on_this_machine(address: str) -> bool:
    """Loopback, or no host at all. A socket's path does not count: it was given on purpose, a proxy listens there."""
    parts = urlsplit(address if "//" in address else f"//{address}")
    if parts.scheme == "unix":
        return False
    hosts = parse_qs(parts.query).get("host", [parts.hostname or ""])
    return any(_is_loopback(host) for host in hosts)


def _is_loopback(host: str) -> bool:
    if host in {"", "localhost"} or host.endswith(".localhost"):
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
