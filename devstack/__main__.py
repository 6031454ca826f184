"""`python -m devstack`: the whole of Dogwalk on one machine."""

from __future__ import annotations

from devstack import database_commands, demo_command
from devstack.commands import app

__all__ = ["app", "database_commands", "demo_command"]

if __name__ == "__main__":
    app()
