from __future__ import annotations

import io
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from kg import __version__
from kg.cli.main import COMMANDS, cli, main
from kg.cli.options import input_options, json_option, workspace_argument
from kg.console import one_line, printable, utf8_output
from kg.errors import KgError, QueryError, ServiceError, UsageError


@click.command()
@click.argument("what")
def fail(what: str) -> Any:
    """Fail in a given way."""
    raised: dict[str, BaseException] = {
        "kg": KgError("the base of all errors"),
        "usage": UsageError("no such file\nor folder: \x1b[31mx"),
        "query": QueryError("unknown label"),
        "service": ServiceError("the disk is full"),
        "bug": ZeroDivisionError("division\nby zero"),
        "interrupt": KeyboardInterrupt(),
        "click": click.FileError("x", "is locked"),
        "pipe": BrokenPipeError(),
        "exit": SystemExit(9),
    }
    if what in raised:
        raise raised[what]
    if what == "some":
        click.get_current_context().exit(1)
    return 1 if what == "returned" else None


@pytest.fixture(autouse=True)
def extra_command(monkeypatch: pytest.MonkeyPatch) -> None:
    row = type(COMMANDS["build"])(f"{__name__}:fail", "Fail in a given way.")
    monkeypatch.setitem(COMMANDS, "fail", row)


def run(*args: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(cli, args, env=env)


@pytest.mark.parametrize(
    ("what", "code", "message"),
    [
        ("fine", 0, ""),
        ("some", 1, ""),
        ("returned", 1, ""),
        ("kg", 2, "kg: the base of all errors\n"),
        ("usage", 2, "kg: no such file or folder: \\x1b[31mx\n"),
        ("query", 2, "kg: unknown label\n"),
        ("service", 3, "kg: the disk is full\n"),
        ("click", 1, "kg: Could not open file 'x': is locked\n"),
        ("exit", 9, ""),
        ("pipe", 141, ""),
    ],
)
def test_an_error_is_one_line_on_stderr_and_an_exit_code(what: str, code: int, message: str) -> None:
    result = run("fail", what)
    assert (result.exit_code, result.stderr, result.stdout) == (code, message, "")


def test_an_unexpected_error_asks_for_a_report_and_shows_no_traceback() -> None:
    result = run("fail", "bug")
    assert result.exit_code == 3
    assert result.stderr.startswith("kg: unexpected error: ZeroDivisionError: division by zero (please report it")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("what", ["bug", "query"])
def test_kg_debug_shows_the_traceback(what: str) -> None:
    assert "Traceback" in run("fail", what, env={"KG_DEBUG": "1"}).stderr
    assert "Traceback" not in run("fail", what, env={"KG_DEBUG": "0"}).stderr


def test_an_interrupt_ends_with_130() -> None:
    result = run("fail", "interrupt")
    assert result.exit_code == 130
    assert result.stderr.strip() == "kg: interrupted"


def test_wrong_options_name_the_help_to_read() -> None:
    result = run("formats", "--nonsense")
    assert result.exit_code == 2
    assert result.stderr.startswith("kg: No such option")
    assert result.stderr.endswith("(see kg formats --help)\n")


@pytest.mark.parametrize(("name", "hint"), [("biuld", " Did you mean 'build'?"), ("zzz", "")])
def test_an_unknown_command_suggests_a_near_one(name: str, hint: str) -> None:
    result = run(name)
    assert (result.exit_code, result.stderr) == (2, f"kg: No such command {name!r}.{hint} (see kg --help)\n")


def test_an_unknown_option_before_the_command_is_refused() -> None:
    assert run("--nonsense").exit_code == 2


@pytest.mark.parametrize("args", [(), ("seeds",)])
def test_a_group_called_alone_shows_its_help(args: tuple[str, ...]) -> None:
    result = run(*args)
    assert "Usage: kg" in result.output
    assert result.exit_code in (0, 2)


def test_help_lists_every_command_and_imports_none() -> None:
    result = run("--help")
    assert result.exit_code == 0
    for name, row in COMMANDS.items():
        assert name in result.stdout and row.help in result.stdout


def test_version() -> None:
    assert run("--version").stdout == f"kg {__version__}\n"


def test_without_standalone_mode_errors_pass() -> None:
    with pytest.raises(QueryError):
        cli.main(["fail", "query"], standalone_mode=False)
    assert cli.main(["fail", "returned"], standalone_mode=False) == 1
    assert cli.get_command(click.Context(cli), "none") is None
    assert cli.list_commands(click.Context(cli)) == list(COMMANDS)


def test_the_script_ends_with_the_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["kg", "fail", "service"])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 3
    assert capsys.readouterr().err == "kg: the disk is full\n"


@pytest.mark.parametrize("name", [name for name in COMMANDS if name != "fail"])
def test_each_command_of_the_table_has_help_that_ends_with_an_example(name: str) -> None:
    module = COMMANDS[name].target.partition(":")[0]
    if not (Path(__file__).parents[2] / (module.replace(".", "/") + ".py")).exists():
        pytest.skip(f"{module} is not there yet")
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"Usage: kg {name}" in result.stdout
    command = getattr(import_module(module), COMMANDS[name].target.partition(":")[2])
    commands = [command]
    if isinstance(command, click.Group):
        ctx = click.Context(command)
        commands = [sub for sub in (command.get_command(ctx, n) for n in command.list_commands(ctx)) if sub]
    for one in commands:
        assert "Example:" in (one.epilog or one.help or ""), one.name


def test_text_for_a_terminal_holds_nothing_that_it_would_obey() -> None:
    assert printable("a\x1b[2Jb\u202ec\ud800d\n") == "a\\x1b[2Jb\\u202ec\\ud800d\\x0a"
    assert printable("Größe 数据 🎉") == "Größe 数据 🎉"
    assert one_line("two\nlines\t here") == "two lines here"
    assert len(one_line("x" * 5000)) == 2000


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


def test_output_takes_any_text_whatever_the_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe, terminal = io.BytesIO(), io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(pipe, encoding="ascii"))
    monkeypatch.setattr(sys, "stderr", Terminal(terminal, encoding="latin-1"))
    utf8_output()
    print("数\udce9", file=sys.stdout, flush=True)  # noqa: T201
    print("ü数", file=sys.stderr, flush=True)  # noqa: T201
    assert pipe.getvalue() == "数\\udce9\n".encode()
    assert terminal.getvalue() == b"\xfc\\u6570\n"
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    utf8_output()


@click.command()
@input_options()
@workspace_argument
@json_option
def options(**values: Any) -> None:
    """Show what the shared options give."""
    click.echo(repr(values))


def test_shared_options_have_names_that_fit_read_inputs() -> None:
    args = "a b graph --map title=x=y --map author-count=n --format csv --year 2024 --rejects r --json"
    result = CliRunner().invoke(options, args)
    assert result.exit_code == 0, result.output
    assert eval(result.output) == {
        "inputs": ("a", "b"),
        "folder": "graph",
        "format_name": "csv",
        "columns": {"title": "x=y", "author_count": "n"},
        "year": 2024,
        "rejects": "r",
        "as_json": True,
    }


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--map", "title"], "'title' is not FIELD=COLUMN"),
        (["--map", "=x"], "is not FIELD=COLUMN"),
        (["--map", "title=x", "--map", "title=y"], "title is mapped twice"),
        (["--map", "author_count=x", "--map", "author-count=y"], "mapped twice"),
        (["--year", "24"], "24 is not in the range"),
    ],
)
def test_wrong_values_of_shared_options_are_refused(args: list[str], message: str) -> None:
    result = CliRunner().invoke(options, ["a", "graph", *args])
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.replace("│", "").split())
