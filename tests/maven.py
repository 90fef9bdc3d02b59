"""Jars for tests, from Maven Central, fetched once and kept in the user's cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

__all__ = ["UnavailableError", "fetched_jars"]


class UnavailableError(Exception):
    """No server or tool can be had here; the message says why."""


def fetched_jars(name: str, pom: Path) -> Path:
    """The folder with the jars that a POM names; ``name`` (with a version) tells it from others in the cache.

    Raises:
        UnavailableError: without Maven, or if the download fails.
    """
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "paper-kg" / name
    lib = cache / "lib"
    if lib.is_dir():
        return lib
    if shutil.which("mvn") is None:
        raise UnavailableError("Maven (mvn) is not installed")
    cache.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=".lib.", dir=cache))
    command = ["mvn", "-B", "-q", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={aside}"]
    done = subprocess.run(command, cwd=aside, capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(aside, ignore_errors=True)
        raise UnavailableError(f"Maven could not fetch {name}: {(done.stdout + done.stderr).strip()[-300:]}")
    try:
        aside.rename(lib)
    except OSError:  # another process was faster
        shutil.rmtree(aside, ignore_errors=True)
    return lib
