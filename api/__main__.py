"""`python -m api serve` and `python -m api openapi`."""

from __future__ import annotations

import json
from typing import Annotated

import typer
import uvicorn

from api.main import create_app
from dogwalk.config import Settings
from dogwalk.telemetry import configure_logging

app = typer.Typer(help="Dogwalk's HTTP API.", no_args_is_help=True)

GRACE_S = 20
KEEP_ALIVE_S = 75  # longer than a load balancer's minute, or it writes into a closed connection


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Where to listen")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="0 takes a free one")] = 8000,
    *,
    reload: Annotated[bool, typer.Option(help="Start again when a file changes")] = False,
) -> None:
    """Serve until told to stop; open requests may finish, streams are ended."""
    uvicorn.run(
        "api.__main__:served",
        factory=True,
        host=host,
        port=port,
        reload=reload,
        reload_dirs=["api", "dogwalk"] if reload else None,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        timeout_graceful_shutdown=GRACE_S,
        timeout_keep_alive=KEEP_ALIVE_S,
    )


@app.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    typer.echo(json.dumps(create_app(Settings()).openapi(), indent=2, ensure_ascii=False))


def served() -> object:
    """The app of a serving process; with --reload, of each new one."""
    settings = Settings()
    configure_logging(settings, process="api")
    return create_app(settings)


if __name__ == "__main__":
    app()
