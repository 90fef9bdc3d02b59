"""The ``kg`` script as a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SLOW = """
import sys, time
import click
from kg.cli import main
@click.command()
def slow():
    click.echo("started", err=True)
    time.sleep(60)
@click.command()
def flood():
    for number in range(10**7):
        click.echo(f"line {number} \\u6570")
sys.modules["slow"] = sys.modules["__main__"]
Row = type(main.COMMANDS["build"])
main.COMMANDS["slow"] = Row("slow:slow", "")
main.COMMANDS["flood"] = Row("slow:flood", "")
main.main()
"""


def kg(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_script(), *args],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=os.environ | env,
        timeout=60,
        check=False,
    )


def _script() -> str:
    return str(Path(sys.executable).with_name("kg"))


def test_help_answers_in_a_fifth_of_a_second() -> None:
    def once() -> float:
        started = time.perf_counter()
        assert kg("--help").returncode == 0
        return time.perf_counter() - started

    assert min(once() for _ in range(5)) < 0.2


def test_help_imports_nothing_heavy() -> None:
    code = "import sys\nfrom kg.cli.main import cli\ncli.main(['--help'], standalone_mode=False)\nprint(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(result.stdout.split())
    assert "kg.cli.main" in loaded
    assert not loaded & {"spacy", "pydantic", "networkx", "ladybug", "pyarrow", "rich", "kg.cli.build"}


def test_wrong_use_ends_with_2_and_one_line() -> None:
    result = kg("formats", "--nonsense")
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1 and result.stderr.startswith("kg: ")


@pytest.mark.parametrize("locale", ["C", "POSIX", "C.UTF-8"])
def test_output_is_utf8_in_any_locale(locale: str) -> None:
    result = kg("seeds", "list", "dataset", LC_ALL=locale, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert result.returncode == 0
    assert result.stderr == ""


def test_a_pipe_that_nobody_reads_ends_quietly() -> None:
    process = subprocess.Popen([sys.executable, "-c", SLOW, "flood"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout and process.stderr
    with process.stdout, process.stderr:
        assert process.stdout.readline() == "line 0 数\n".encode()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.wait(timeout=60) == 141


def test_an_interrupt_ends_with_130_and_one_line() -> None:
    process = subprocess.Popen([sys.executable, "-c", SLOW, "slow"], stderr=subprocess.PIPE)
    assert process.stderr
    with process.stderr:
        assert process.stderr.readline() == b"started\n"
        process.send_signal(signal.SIGINT)
        assert process.stderr.read().strip() == b"kg: interrupted"
    assert process.wait(timeout=60) == 130


def test_an_error_that_nobody_can_read_still_ends_with_its_code() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        result = subprocess.run([_script(), "formats", "--nonsense"], stderr=writer, check=False, timeout=60)
    finally:
        os.close(writer)
    assert result.returncode == 2
