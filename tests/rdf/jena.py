"""Apache Jena's command line on Java, with the jars of Maven Central (17 MB), kept in the user's cache."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.maven import UnavailableError, fetched_jars

VERSION = "5.6.0"
_POM = Path(__file__).with_name("pom.xml")


class Jena:
    """Runs programs of Jena.

    Raises:
        UnavailableError: without Java, or without Maven while the jars are not there yet.
    """

    def __init__(self) -> None:
        if shutil.which("java") is None:
            raise UnavailableError("Java is not installed")
        self._lib = _fetched()

    def run(self, program: str, *arguments: str) -> tuple[int, str]:
        """Exit code, and everything that it printed."""
        command = ["java", "-Xmx1g", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", f"{self._lib}/*", program]
        done = subprocess.run([*command, *arguments], capture_output=True, text=True, encoding="utf-8", timeout=300)
        return done.returncode, done.stdout + done.stderr

    def complaints(self, paths: Sequence[Path]) -> str:
        """What riot has to say against files, strictly: nothing for good ones."""
        code, printed = self.run("riotcmd.riot", "--validate", "--strict", *map(str, paths))
        return printed.strip() if printed.strip() or not code else f"exit code {code}"


def _fetched() -> Path:
    return fetched_jars(f"jena-{VERSION}", _POM)
