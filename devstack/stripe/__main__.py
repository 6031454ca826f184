from __future__ import annotations

import argparse
from pathlib import Path

from devstack.stripe.server import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m devstack.stripe", description="Stripe stand-in")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0: a free one, printed")
    parser.add_argument("--state", type=Path, help="remember accounts in this file over a restart")
    options = parser.parse_args()
    serve(host=options.host, port=options.port, state_file=options.state)


if __name__ == "__main__":
    main()
