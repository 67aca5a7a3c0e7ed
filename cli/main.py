"""The commands and their options; what they do is in the modules beside this one."""

import gc
import logging
import os
import sys
import traceback
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer

from cli.settings import read_settings
from schemas.errors import AppError

app = typer.Typer(
    name="nodeloom",
    help="Visual AI workflows: drawn as a graph, stored in PostgreSQL, run by Prefect.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

_SERVICES = frozenset({"api", "worker", "recorder", "prefect", "migrate"})
"""Commands that run where machines read what they say."""
Home = Annotated[
    Path | None,
    typer.Option("--home", help="Folder for everything not configured elsewhere (NODELOOM_HOME)."),
]
Api = Annotated[
    str | None,
    typer.Option("--api", help="Address of the Nodeloom to talk to (NODELOOM_API_URL)."),
]


@contextmanager
def imports_without_gc() -> Generator[None]:
    """Import big libraries in this block: a fifth faster, and never looked at again."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@app.command()
def up(
    host: Annotated[str | None, typer.Option(help="Address that the API listens on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port of the API; 0: a free one.")] = None,
    prefect_port: Annotated[
        int, typer.Option(help="Port of Prefect's server; 0: a free one.")
    ] = 4200,
    home: Home = None,
) -> None:
    """Start everything on this machine, and keep it running until Ctrl-C."""
    with imports_without_gc():
        from cli.up import run_up

    settings = read_settings(home=home, host=host, port=port)
    raise typer.Exit(run_up(settings, prefect_port))


@app.command()
def api(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0: a free one.")] = None,
) -> None:
    """Serve the HTTP API. Configured by the environment; `up` starts it for you."""
    settings = read_settings(host=host, port=port)
    with imports_without_gc():
        from telemetry.logs import configure_logging

        configure_logging(settings)  # before others are imported, which may warn
        from api.server import serve

    serve(settings, on_ready=lambda address: typer.echo(f"api ready {address}"))


@app.command()
def worker() -> None:
    """Execute runs. Configured by the environment; `up` starts one for you."""
    settings = read_settings()
    with imports_without_gc():
        from telemetry.logs import configure_logging

        configure_logging(settings)
        from flows.process.worker import main as work

    raise typer.Exit(work(settings))


@app.command()
def recorder() -> None:
    """Tell Prefect of runs, and take its requests. Configured by the environment; `up` starts one."""
    with imports_without_gc():
        from flows.process.recorder import main as record
        from telemetry.logs import configure_logging

    settings = read_settings()
    configure_logging(settings)
    raise typer.Exit(record(settings))


@app.command()
def prefect(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 4200,
    host: Annotated[
        str, typer.Option(help="Address to listen on; others than this machine's need a password.")
    ] = "127.0.0.1",
    services: Annotated[
        bool, typer.Option(help="Record what is reported, too; else only take and show it.")
    ] = True,
    home: Home = None,
) -> None:
    """Serve Prefect on a database beside DATABASE_URL, with the settings that `up` gives it."""
    from cli.prefect import run_prefect

    run_prefect(read_settings(home=home), host, port, services=services)


@app.command()
def dashboards(
    webhook: Annotated[
        str | None, typer.Option(help='Address that automations send {"text": …} to.')
    ] = None,
    block: Annotated[
        str | None, typer.Option(help="Or a notification block of Prefect's, TYPE/NAME.")
    ] = None,
    waits: Annotated[
        int, typer.Option(min=10, help="Seconds a run waits before somebody is told.")
    ] = 300,
    home: Home = None,
) -> None:
    """Set Prefect's dashboard up: saved views of runs, and automations that tell somebody."""
    from cli.dashboards import set_up_dashboards

    set_up_dashboards(read_settings(home=home), webhook, block, waits)


@app.command()
def model(port: Annotated[int, typer.Option(help="Port on 127.0.0.1.")] = 8010) -> None:
    """Serve the built-in demo model as a Gemini endpoint; GEMINI_API_KEY is the key it asks for."""
    from local.demo_model.serve import serve

    key = read_settings().gemini.api_key
    if key is None:
        raise AppError("not_configured", "Set GEMINI_API_KEY to the key that clients must send.")
    serve(port=port, key=key.get_secret_value())


@app.command()
def run(  # noqa: PLR0917 - typer turns parameters into options
    workflow: Annotated[str, typer.Argument(metavar="FILE_OR_ID", help="Graph file or workflow.")],
    input: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=VALUE",
            help="Value of a declared input, or NAME=@FILE; may be given several times.",
        ),
    ] = None,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for the end.")] = True,
    output: Annotated[Path | None, typer.Option(help="Folder for texts and pictures.")] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the run as JSON.")] = False,
    reuse: Annotated[
        Literal["auto", "always", "never"],
        typer.Option(help="Take over what was made from the same inputs before."),
    ] = "auto",
    api: Api = None,
    home: Home = None,
) -> None:
    """Run a workflow or a graph file; exit code 0 only if it is COMPLETED."""
    from cli.run import RunOptions, run_workflow

    options = RunOptions(workflow, wait, output, json, reuse, tuple(input or ()))
    raise typer.Exit(run_workflow(read_settings(home=home, api=api), options))


@app.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Graph files.")],
    api: Api = None,
    home: Home = None,
) -> None:
    """Store graph files as new workflows, with the pictures they name."""
    from cli.graphs import import_files

    raise typer.Exit(import_files(read_settings(home=home, api=api), files))


@app.command()
def export(
    workflow: Annotated[int, typer.Argument(metavar="ID", help="Number of the workflow.")],
    output: Annotated[Path | None, typer.Option(help="File to write; else it is printed.")] = None,
    assets: Annotated[bool, typer.Option("--assets", help="Pictures and videos, too.")] = False,
    api: Api = None,
    home: Home = None,
) -> None:
    """Print a stored workflow's graph, or write it to a file."""
    from cli.graphs import export_workflow

    export_workflow(read_settings(home=home, api=api), workflow, output, assets=assets)


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="Graph file.")],
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    flow: Annotated[
        bool,
        typer.Option("--flow", help="Without problems, print the Prefect flow that it becomes."),
    ] = False,
) -> None:
    """Print every problem of a graph file; exit code 1 if there is one. Needs no server."""
    from cli.graphs import check_file

    raise typer.Exit(check_file(file, as_json=json, flow=flow))


@app.command()
def doctor(home: Home = None, api: Api = None) -> None:
    """Say what is configured, reachable and missing, and what to do about it."""
    from cli.doctor import run_diagnostics

    raise typer.Exit(run_diagnostics(read_settings(home=home, api=api)))


@app.command()
def mcp(api: Api = None, home: Home = None) -> None:
    """Serve published workflows, and the making of them, to an agent as MCP tools over stdio."""
    from api.mcp.stdio import serve_stdio
    from cli.client import require_api_url

    settings = read_settings(home=home, api=api)
    serve_stdio(require_api_url(settings), settings.api_key)


@app.command()
def migrate(home: Home = None) -> None:
    """Bring the database to the newest schema."""
    from cli.migrate import migrate_database

    migrate_database(read_settings(home=home))


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="File to write; it must not be there yet.")],
    home: Home = None,
) -> None:
    """Write database and assets into one file, also while Nodeloom runs."""
    from cli.backup.save import run_backup

    raise typer.Exit(run_backup(read_settings(home=home), file))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `nodeloom backup` wrote.")],
    home: Home = None,
) -> None:
    """Restore a backup into an empty home folder, or the empty database in DATABASE_URL."""
    from cli.backup.restore import run_restore

    run_restore(read_settings(home=home), file)


def main() -> None:
    """Run a command; an expected failure is one sentence and exit code 1."""
    sys.modules["__main__"].__file__ = None  # or each child process would import this program
    try:
        app()
    except AppError as error:
        if not _log_failure(str(error), code=error.code):
            typer.echo(f"nodeloom: {error}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # such as `nodeloom export 1 | head -1`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except Exception as error:  # noqa: BLE001 - a defect of ours: say so, keep the details
        if _log_failure(f"this should not have happened: {_first_line(error)}", trace=True):
            sys.exit(1)
        typer.echo(f"nodeloom: this should not have happened: {_first_line(error)}", err=True)
        typer.echo(f"The details are in {_log_traceback()}; please report them.", err=True)
        sys.exit(1)


def _log_failure(message: str, *, trace: bool = False, **facts: str) -> bool:
    """Log why a service ends where its log is for machines; False where people read it."""
    from telemetry.unhandled import configure_child, log_form

    as_json = os.environ.get("NODELOOM_LOG_FORMAT") == "json"
    if as_json and log_form() is None and _SERVICES.intersection(sys.argv[1:2]):
        configure_child("json", logging.INFO)  # it failed before it could read its settings
    if log_form() != "json":
        return False
    logging.getLogger("nodeloom").critical(message, exc_info=trace, extra=facts)
    return True


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".splitlines()[0]


def _log_traceback() -> str:
    """Append the traceback to a log file and give its path; where that fails, print it."""
    try:
        folder = read_settings().home_folder / "logs"
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "cli.log").open("a") as file:
            file.write(f"{' '.join(sys.argv)}\n{traceback.format_exc()}\n")
    except (OSError, AppError):
        traceback.print_exc()
        return "the lines above"
    return str(folder / "cli.log")


if __name__ == "__main__":
    main()
