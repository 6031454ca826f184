"""Everything on one event loop: HTTP (inbox, FCM), SMTP, and SNS on threads beside it."""

from __future__ import annotations

import asyncio
import json
import socket
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError
from starlette.applications import Starlette

from devstack.development_secrets import write_private
from devstack.stand_in_server import stand_in_server
from devstack.standins.certificate import server_tls
from devstack.standins.faults import Faults
from devstack.standins.fcm import Fcm
from devstack.standins.inbox import Channel, Inbox
from devstack.standins.mail import MailServer
from devstack.standins.pages import Pages, refuse
from devstack.standins.service_account import Bearers, kept_private_key, service_account
from devstack.standins.sms import SnsServer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LOOPBACK = "127.0.0.1"
READY = "ready.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class StandInOptions:
    """`host` is where it listens, `name` how others reach it. Ports of 0 are free ones. `folder` gets `ca.pem` and, once
    all of it answers, `ready.json`: what Dogwalk's settings must say. Only `channels` are served: the others are
    somebody else's.
    """

    folder: Path
    port: int
    smtp_port: int
    sns_port: int
    smtp_username: str
    smtp_password: str
    host: str = LOOPBACK
    name: str = LOOPBACK
    channels: frozenset[Channel] = frozenset(Channel)


async def serve(options: StandInOptions) -> None:
    """Until a signal."""
    (options.folder / READY).unlink(missing_ok=True)
    listener = socket.create_server((options.host, options.port))
    base_url = f"http://{options.name}:{listener.getsockname()[1]}"
    app = Starlette(lifespan=lambda app: _opened(app, options, base_url), exception_handlers={ValidationError: refuse})
    await stand_in_server(app).serve(sockets=[listener])


@asynccontextmanager
async def _opened(app: Starlette, options: StandInOptions, base_url: str) -> AsyncIterator[None]:
    inbox, faults = Inbox(), Faults()
    settings = {"INBOX_URL": base_url}
    app.router.routes += Pages(inbox=inbox, faults=faults).routes
    async with AsyncExitStack() as stack:
        if Channel.PUSH in options.channels:
            settings |= _push(app, options, base_url, inbox, faults)
        if Channel.MAIL in options.channels:
            settings |= await _mail(stack, options, inbox, faults)
        if Channel.SMS in options.channels:
            settings |= await _sms(stack, options, inbox, faults)
        _tell(options.folder, settings)
        yield


def _push(app: Starlette, options: StandInOptions, base_url: str, inbox: Inbox, faults: Faults) -> dict[str, str]:
    key = kept_private_key(options.folder / "service_account.key")
    bearers = Bearers(private_key=key, base_url=base_url)
    app.router.routes += Fcm(inbox=inbox, faults=faults, bearers=bearers).routes
    account = service_account(private_key=key, base_url=base_url)
    write_private(options.folder / "service_account.json", account)
    return {"FCM_BASE_URL": base_url, "FIREBASE_CREDENTIALS": account}


async def _mail(stack: AsyncExitStack, options: StandInOptions, inbox: Inbox, faults: Faults) -> dict[str, str]:
    mail = MailServer(
        inbox=inbox,
        faults=faults,
        tls=server_tls(options.folder, name=options.name),
        username=options.smtp_username,
        password=options.smtp_password,
    )
    server = await asyncio.get_running_loop().create_server(mail.protocol, options.host, options.smtp_port)
    stack.callback(server.close)
    return {
        "SMTP_HOST": options.name,
        "SMTP_PORT": str(server.sockets[0].getsockname()[1]),
        "SMTP_USERNAME": options.smtp_username,
        "SMTP_CA_FILE": str(options.folder / "ca.pem"),
    }


async def _sms(stack: AsyncExitStack, options: StandInOptions, inbox: Inbox, faults: Faults) -> dict[str, str]:
    sns = SnsServer(inbox=inbox, faults=faults, host=options.host, port=options.sns_port)
    await sns.start()
    stack.push_async_callback(sns.stop)
    return {"AWS_ENDPOINT_URL_SNS": f"http://{options.name}:{sns.port}"}


def _tell(folder: Path, settings: dict[str, str]) -> None:
    """Written whole or not at all: whoever waits for the file may read it at once."""
    making = folder / f"{READY}.new"
    write_private(making, json.dumps(settings))
    making.replace(folder / READY)
