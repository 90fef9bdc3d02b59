"""A process that reads what it is told to and says what came out and how much memory that took.

Each line of standard input is a folder and the folder of a workspace ("" for none), as JSON; so is each line of the
answer: an ``Outcome``, the most resident memory in bytes and the seconds.
"""

from __future__ import annotations

import faulthandler
import json
import resource
import sys
import time
from dataclasses import asdict
from pathlib import Path

from tests.hostile.reading import read

PATIENCE = 120


def _forget_peak() -> None:
    """Start to measure the peak anew, where the system can."""
    try:
        Path("/proc/self/clear_refs").write_text("5")
    except OSError:
        return


def _peak() -> int:
    """The most memory that was resident, in bytes."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
        found = next((line for line in lines if line.startswith("VmHWM")), None)
    except OSError:
        found = None
    if found is None:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return int(found.split()[1]) * 1024


def main() -> None:
    """Answer until the input ends."""
    for line in sys.stdin:
        folder, workspace = json.loads(line)
        faulthandler.dump_traceback_later(PATIENCE, exit=True)
        _forget_peak()
        begin = time.process_time()
        outcome = read(Path(folder), Path(workspace) if workspace else None)
        seconds = time.process_time() - begin
        faulthandler.cancel_dump_traceback_later()
        sys.stdout.write(json.dumps([asdict(outcome), _peak(), seconds]) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
