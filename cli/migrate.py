"""`nodeloom migrate`: brings the database to the newest schema."""

from contextlib import ExitStack

import typer

from db.postgres.migrate import migrate
from local.postgres.server import EmbeddedPostgres
from schemas.settings import Settings


def migrate_database(settings: Settings) -> None:
    """Migrate `DATABASE_URL`, or else the embedded database, which is started meanwhile.

    Raises:
        AppError: it cannot be reached, or is ahead of this version.
    """
    with ExitStack() as stack:
        if settings.database_url:
            url = settings.database_url.get_secret_value()
        else:
            url = stack.enter_context(EmbeddedPostgres(settings.home_folder)).url()
        revision = migrate(url)
    typer.echo(f"The database has the newest schema ({revision}).")
