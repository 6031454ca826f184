"""`python -m devstack`: the whole of Dogwalk on one machine."""

from __future__ import annotations

from devstack import database_commands
from devstack.commands import app

__all__ = ["app", "database_commands"]

if __name__ == "__main__":
    app()
