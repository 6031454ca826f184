"""`python -m devstack`: the whole of Dogwalk on one machine."""

from __future__ import annotations

from devstack.commands import app

if __name__ == "__main__":
    app()
