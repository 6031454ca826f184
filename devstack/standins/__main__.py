from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

from devstack.standins.inbox import Channel
from devstack.standins.server import LOOPBACK, StandInOptions, serve


def main() -> None:
    """The mail password comes from the environment: an argument is seen by everybody on the machine."""
    parser = argparse.ArgumentParser(
        prog="python -m devstack.standins", description="Stand-ins: push, mail, SMS, inbox"
    )
    parser.add_argument("--folder", type=Path, required=True, help="for its certificate, key and ready.json")
    parser.add_argument("--host", default=LOOPBACK, help="where to listen")
    parser.add_argument("--name", default=LOOPBACK, help="how others reach it")
    parser.add_argument("--port", type=int, default=0, help="inbox and FCM; 0: a free one")
    parser.add_argument("--smtp-port", type=int, default=0)
    parser.add_argument("--sns-port", type=int, default=0)
    parser.add_argument("--channel", type=Channel, choices=list(Channel), action="append", help="only these")
    given = parser.parse_args()
    given.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    options = StandInOptions(
        folder=given.folder.resolve(),
        host=given.host,
        name=given.name,
        port=given.port,
        smtp_port=given.smtp_port,
        sns_port=given.sns_port,
        smtp_username=os.environ.get("SMTP_USERNAME", "dogwalk"),
        smtp_password=os.environ["SMTP_PASSWORD"],
        channels=frozenset(given.channel or Channel),
    )
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()
