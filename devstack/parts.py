"""The list of parts, each with the settings that replace it."""

from __future__ import annotations

import importlib.util
from typing import TYPE_CHECKING, Protocol

from devstack.options import Kind, StackOptions
from devstack.payment_emulator import EmulatorOptions, PaymentEmulator
from devstack.postgres import Postgres
from devstack.receivers import ReceiverOptions, Receivers, channels_left
from devstack.temporal import Temporal, TemporalOptions
from devstack.valkey import Valkey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Part(Protocol):
    """One thing that starts, tells its addresses as settings, and stops. `stop` is safe before `start`, and twice."""

    @property
    def name(self) -> str: ...
    async def start(self) -> dict[str, str]: ...
    async def stop(self) -> None: ...


def plan(options: StackOptions, *, outside: Mapping[str, str], secrets: Mapping[str, str]) -> Sequence[Part]:
    """The parts to start, side by side. `outside` is the environment, which may name something in a part's place."""
    wanted: list[Part] = []
    if not outside.get("DATABASE_URL"):
        wanted.append(postgres(options))
    if not outside.get("REDIS_URL"):
        wanted.append(Valkey(socket_dir=options.socket_dir, run_dir=options.run_dir, log_dir=options.log_dir))
    if not outside.get("TEMPORAL_ADDRESS"):
        wanted.append(_temporal(options, outside))
    if not outside.get("STRIPE_API_BASE"):
        wanted.append(_stripe(options, {**secrets, **outside}))
    if channels := channels_left(outside):
        wanted.append(_receivers(options, channels, {**secrets, **outside}))
    return wanted


def public_url(options: StackOptions, outside: Mapping[str, str]) -> str:
    """Where clients and Stripe's announcements reach the API."""
    return outside.get("PUBLIC_URL") or f"http://127.0.0.1:{options.ports.port('api')}"


def project_search_attributes() -> dict[str, str]:
    """Name → type, as the workflows declare them."""
    if importlib.util.find_spec("dogwalk.contracts.search_attributes") is None:
        return {}
    module = importlib.import_module("dogwalk.contracts.search_attributes")
    found: dict[str, str] = dict(module.SEARCH_ATTRIBUTES)
    return found


def postgres(options: StackOptions) -> Postgres:
    return Postgres(
        state_dir=options.state_dir,
        socket_dir=options.socket_dir,
        run_dir=options.run_dir,
        log_dir=options.log_dir,
        durable=options.kind is Kind.UP,
    )


def _temporal(options: StackOptions, outside: Mapping[str, str]) -> Temporal:
    attributes = options.search_attributes
    temporal = TemporalOptions(
        port=options.ports.port("temporal"),
        ui_port=options.ports.port("temporal_ui"),
        database=None if options.kind is Kind.TEST else options.state_dir / "temporal.db",
        time_skipping=options.kind is Kind.TEST,
        search_attributes=project_search_attributes() if attributes is None else attributes,
        codec_endpoint=None if options.kind is Kind.TEST else f"{public_url(options, outside)}/codec",
    )
    return Temporal(options=temporal, run_dir=options.run_dir, log_dir=options.log_dir)


def _stripe(options: StackOptions, settings: Mapping[str, str]) -> PaymentEmulator:
    emulator = EmulatorOptions(
        port=options.ports.port("stripe"),
        secret_key=settings["STRIPE_API_KEY"],
        webhook_secret=newest(settings["STRIPE_WEBHOOK_SECRETS"]),
        connect_webhook_secret=newest(settings["STRIPE_CONNECT_WEBHOOK_SECRETS"]),
        public_url=None if options.kind is Kind.TEST else public_url(options, settings),
        state_file=options.state_dir / "stripe.pickle" if options.kind is Kind.UP else None,
    )
    return PaymentEmulator(options=emulator, run_dir=options.run_dir, log_dir=options.log_dir)


def newest(secrets: str) -> str:
    """The API takes several while they are rolled; the sender signs with one."""
    return secrets.split(",", maxsplit=1)[0].strip()


def _receivers(options: StackOptions, channels: Sequence[str], settings: Mapping[str, str]) -> Receivers:
    receivers = ReceiverOptions(
        port=options.ports.port("inbox"),
        smtp_port=options.ports.port("smtp"),
        sns_port=options.ports.port("sns"),
        smtp_password=settings["SMTP_PASSWORD"],
        channels=channels,
    )
    folder = options.state_dir / "standins"
    return Receivers(options=receivers, folder=folder, run_dir=options.run_dir, log_dir=options.log_dir)
