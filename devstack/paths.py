"""Where the stack keeps things. A unix socket's path holds 107 bytes, so sockets never live under the checkout."""

from __future__ import annotations

import hashlib
import os
import sysconfig
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
IN_MEMORY = Path("/dev/shm")  # noqa: S108 private folders are made inside; Linux keeps it in memory


class UnsafeDirectory(RuntimeError):
    """Somebody else owns a folder we would put sockets, data or binaries in."""


def short_digest(path: Path) -> str:
    """Names one state folder of one user on this machine, in ten characters."""
    return hashlib.sha256(f"{os.geteuid()}:{path.resolve()}".encode()).hexdigest()[:10]


def socket_dir(state_dir: Path) -> Path:
    """A private folder with a short path, the same for the same state folder."""
    return private_dir(_short_temp() / f"dw-{short_digest(state_dir)}")


def private_dir(path: Path, *, mode: int = 0o700) -> Path:
    """Makes the folder, or takes it when it is ours and nobody else can write to it."""
    path.mkdir(mode=mode, parents=True, exist_ok=True)
    found = path.lstat()
    if path.is_symlink() or found.st_uid != os.geteuid():
        raise UnsafeDirectory(f"{path} belongs to user {found.st_uid}, not to us")
    path.chmod(mode)
    return path


def script(name: str) -> Path:
    """A program that a package put beside this interpreter."""
    return Path(sysconfig.get_path("scripts")) / name


def _short_temp() -> Path:
    """The system's own where there is one: TMPDIR may be as deep as a checkout."""
    plain = Path("/tmp")  # noqa: S108 socket paths are short; a private folder is made inside
    return plain if os.access(plain, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())
