"""Settings: every environment variable Nodeloom reads, in one place.

Values only; a process makes one `Settings()` at its edge and hands it inward.
"""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, SettingsConfigDict

from schemas.errors import UnavailableError
from schemas.model_limits import parse_model_limits

LOCAL_USER_ID: Final = "local"
"""The one user of local mode."""
_BUCKET: Final = re.compile(r"(?:s3|gs|az)://[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9._/-]*)?")
PrefectMode = Literal["auto", "tasks", "record", "off"]
_DASK: Final = re.compile(r"dask(?:\+tls)?://(?:[A-Za-z0-9._-]+|\[[0-9a-fA-F:]+\]):[0-9]{1,5}")


def split_list(text: str) -> list[str]:
    """Give the parts of a setting that are separated by commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


class ProviderAccess(BaseModel):
    """How a model provider is reached: of a field `gemini` the variables `GEMINI_…`."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)

    api_key: SecretStr | None = None
    """The key; absent: the provider is not used. Where nothing is set for Gemini, the built-in demo model answers in its place."""
    base_url: str | None = None
    """The address of the service; absent: the provider's own. At `OPENAI_BASE_URL` any service that speaks OpenAI's chat API is asked, also without a key: Ollama is at `http://127.0.0.1:11434/v1`."""


class Settings(BaseSettings):
    """The configuration of a process, read from the environment."""

    model_config = SettingsConfigDict(
        extra="ignore",
        env_ignore_empty=True,
        use_attribute_docstrings=True,
        env_nested_delimiter="_",
        env_nested_max_split=1,
    )

    home: Path = Field(default=Path("~/.nodeloom"), validation_alias="NODELOOM_HOME")
    """Where everything lives that is not configured elsewhere."""
    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    """`postgresql://user:password@host:port/name`; absent: `up` runs an embedded server."""
    prefect_api_url: str | None = Field(default=None, validation_alias="PREFECT_API_URL")
    """Absent: `up` starts a Prefect server."""
    prefect_ui_url: str | None = Field(default=None, validation_alias="PREFECT_UI_URL")
    """Where people open Prefect; absent: the API's address without `/api`."""
    gemini: ProviderAccess = Field(default=ProviderAccess(), validation_alias="GEMINI")
    openai: ProviderAccess = Field(default=ProviderAccess(), validation_alias="OPENAI")
    demo_model: bool = Field(default=False, validation_alias="NODELOOM_DEMO_MODEL")
    """`up` sets it when `GEMINI_BASE_URL` is the built-in demo model."""
    assets: str | None = Field(default=None, validation_alias="NODELOOM_ASSETS")
    """Where pictures and videos live: a folder, or `s3://bucket/prefix`, `gs://bucket/prefix`, `az://container/prefix`; default `$NODELOOM_HOME/assets`. See docs/deploy.md for the credentials."""
    assets_cache_mb: int = Field(default=5_000, ge=50, validation_alias="NODELOOM_ASSETS_CACHE_MB")
    """With an object store: how much of it each machine keeps in `$NODELOOM_HOME/cache`; what was used in the last quarter of an hour stays anyway."""
    auth: Literal["local", "clerk"] = Field(default="local", validation_alias="NODELOOM_AUTH")
    """Who signs people in: `local` is one user on this machine; `clerk` many, see docs/sign-in.md."""
    clerk_issuer: str | None = Field(default=None, validation_alias="CLERK_ISSUER")
    """The issuer of Clerk's session tokens, such as `https://clerk.example.com`. Needed with `clerk`."""
    clerk_authorized_parties: str | None = Field(
        default=None, validation_alias="CLERK_AUTHORIZED_PARTIES"
    )
    """The origins whose session tokens are accepted, such as `https://app.example.com`, separated by commas. Needed with `clerk`."""
    clerk_jwks_url: str | None = Field(default=None, validation_alias="CLERK_JWKS_URL")
    """Where Clerk publishes its keys; default: the issuer and `/.well-known/jwks.json`."""
    clerk_webhook_secret: SecretStr | None = Field(
        default=None, validation_alias="CLERK_WEBHOOK_SECRET"
    )
    """The secret that Clerk's webhooks are signed with, `whsec_…`. Needed with `clerk`; `off` says that there are none, and then nothing here learns of deleted users."""
    clerk_publishable_key: str | None = Field(
        default=None, validation_alias="CLERK_PUBLISHABLE_KEY"
    )
    """What the editor shows Clerk's sign-in with, `pk_…`; everybody may know it."""
    origins: str | None = Field(default=None, validation_alias="NODELOOM_ORIGINS")
    """The origins of pages that may call the API from another address, `https://app.example.com`, separated by commas; default: with `clerk` `CLERK_AUTHORIZED_PARTIES`, else only its own pages."""
    api_key: SecretStr | None = Field(default=None, validation_alias="NODELOOM_API_KEY")
    """For the command line: the API key, `nlk_…`, to come with."""
    host: str = Field(default="127.0.0.1", validation_alias="NODELOOM_HOST")
    """The address that the API listens on."""
    port: int = Field(default=8000, ge=0, le=65535, validation_alias="NODELOOM_PORT")
    """The port that the API listens on; 0 picks a free one."""
    api_url: str | None = Field(default=None, validation_alias="NODELOOM_API_URL")
    """For the command line: the Nodeloom to talk to; absent: the one `up` runs in NODELOOM_HOME."""
    proxies: str = Field(default="", validation_alias="NODELOOM_PROXIES")
    """Addresses or networks, separated by commas, of proxies in front whose `X-Forwarded-*` is believed: `10.0.0.7, 192.168.0.0/24`."""
    rate_requests: int | None = Field(default=None, ge=0, validation_alias="NODELOOM_RATE_REQUESTS")
    """Requests a second of one user to one API process, five seconds' worth at once; 0: no limit. Absent: 50, in local mode 1000."""
    rate_runs: int | None = Field(default=None, ge=0, validation_alias="NODELOOM_RATE_RUNS")
    """Run starts a minute of one user, a third of them at once; 0: no limit. Absent: 60, in local mode 6000."""
    rate_uploads: int | None = Field(default=None, ge=0, validation_alias="NODELOOM_RATE_UPLOADS")
    """Uploads a minute of one user, a third of them at once; 0: no limit. Absent: 60, in local mode 6000."""
    concurrent_runs: int = Field(
        default=10, ge=1, le=1000, validation_alias="NODELOOM_CONCURRENT_RUNS"
    )
    """Runs that one worker executes at the same time. Up to three times as many may wait beside them for a model provider's limits."""
    memory_limit_mb: int | None = Field(
        default=None, ge=400, validation_alias="NODELOOM_MEMORY_LIMIT_MB"
    )
    """Memory that a worker itself may take, in millions of bytes; each of the processes that it has for pictures may take 1 GB more. Absent: half of what the machine or container has, at least 400. From three quarters of it on, the node fails that takes most, and no further runs are claimed; at the limit, the worker ends."""
    llm_models: str | None = Field(default=None, validation_alias="NODELOOM_LLM_MODELS")
    """The models that the editor offers, separated by commas: `gemini-3.8-flash`, or `provider/name` where the provider is not Google; any other name can be typed. Absent: some of each configured provider's."""
    llm_rpm: str | None = Field(default=None, validation_alias="NODELOOM_LLM_RPM")
    """Requests a minute to one model with one key, of all workers together; absent: no limit. One number, or one for each model, the last for all others: `gemini-3.8-flash=60,gemini-3.8-pro=5,20`."""
    llm_tpm: str | None = Field(default=None, validation_alias="NODELOOM_LLM_TPM")
    """Tokens a minute, questions and answers together, in the same form; estimated before a call and corrected after it."""
    llm_window_seconds: float = Field(
        default=60.0, ge=0.5, le=86_400, validation_alias="NODELOOM_LLM_WINDOW_SECONDS"
    )
    """The span that the two limits above are about, for a provider that counts other than by the minute."""
    keep_runs_days: int = Field(default=90, ge=1, validation_alias="NODELOOM_KEEP_RUNS_DAYS")
    """Runs that ended so many days ago are deleted, with their node executions and events; those with a favourite stay."""
    keep_runs: int = Field(default=10_000, ge=1, validation_alias="NODELOOM_KEEP_RUNS")
    """Of each user's runs, so many are kept at most; the oldest go first."""
    keep_versions: int = Field(default=100, ge=1, validation_alias="NODELOOM_KEEP_VERSIONS")
    """Of each workflow's history, so many entries are kept, beside those that are pinned or named; every save of the last hour, before that the last one of each session."""
    keep_deleted_days: int = Field(default=30, ge=1, validation_alias="NODELOOM_KEEP_DELETED_DAYS")
    """A deleted workflow can be brought back for so many days, and as long as it has runs."""
    retention_seconds: float = Field(
        default=600.0, ge=1, le=86_400, validation_alias="NODELOOM_RETENTION_SECONDS"
    )
    """Between two looks of a worker for what is to be deleted."""
    webhooks_to_private_addresses: bool = Field(
        default=False, validation_alias="NODELOOM_WEBHOOKS_PRIVATE"
    )
    """Whether webhooks may lead to private addresses, of this machine or its network, and to every port. With it, who has an account here can have this server send requests there."""
    compute: str = Field(default="local", validation_alias="NODELOOM_COMPUTE")
    """Where pictures and videos are worked on: `local`, in child processes of each worker; or on the Dask cluster whose scheduler is at `dask://host:port`, with TLS `dask+tls://host:port`. See docs/deploy.md."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", validation_alias="NODELOOM_LOG_LEVEL"
    )
    """How much the processes write to their logs."""
    log_format: Literal["auto", "json", "text"] = Field(
        default="auto", validation_alias="NODELOOM_LOG_FORMAT"
    )
    """`json`: one JSON object a line; `text`: lines for people; `auto`: `text` on a terminal, else `json`. `nodeloom up` has its parts write `text`."""
    metrics_port: int | None = Field(
        default=None, ge=0, le=65535, validation_alias="NODELOOM_METRICS_PORT"
    )
    """Where this process serves Prometheus metrics, at `/metrics`; absent: nowhere. `nodeloom up` gives it to the API, the next port to the worker and the one after to the recorder."""
    metrics_host: str = Field(default="127.0.0.1", validation_alias="NODELOOM_METRICS_HOST")
    """The address that metrics are served on. They are not protected: keep it to this machine or a private network."""
    otlp_endpoint: str | None = Field(default=None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    """Where traces are sent, by OTLP over HTTP, such as `http://127.0.0.1:4318`; absent: nowhere. OpenTelemetry's other variables (`OTEL_SERVICE_NAME`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_TRACES_SAMPLER` …) apply."""
    drain_seconds: float = Field(
        default=5.0, ge=0, le=3600, validation_alias="NODELOOM_DRAIN_SECONDS"
    )
    """After SIGTERM, how long a worker lets its runs go on before it gives them to others, and how long the API still takes requests while `/health/ready` already says 503, so that a load balancer turns away first."""
    prefect_auth: Literal["on", "off"] = Field(
        default="on", validation_alias="NODELOOM_PREFECT_AUTH"
    )
    """Whether the Prefect server that `nodeloom up` starts asks for a password, which is made once and kept in `$NODELOOM_HOME/prefect.password`."""

    prefect_mode: PrefectMode = Field(default="auto", validation_alias="NODELOOM_PREFECT")
    """Which runs are executed inside of Prefect's tasks. `auto`: those that began in Prefect, or ask a model or a web server; `tasks`: all; `record`: none, Prefect is told of them; `off`: none, and Prefect is told nothing. While Prefect is away, none is."""
    prefect_content: Literal["auto", "full", "none"] = Field(
        default="auto", validation_alias="NODELOOM_PREFECT_CONTENT"
    )
    """What people who may open Prefect see of what nodes gave: with `full` the texts of models and the pictures, with `none` neither. `auto`: only those of local mode's one user, who is the operator."""
    public_url: str | None = Field(default=None, validation_alias="NODELOOM_PUBLIC_URL")
    """Where people open Nodeloom, `https://app.example.com`, for links to runs in Prefect and addresses of files that webhooks are told; absent: no links. `nodeloom up` sets it for its worker and recorder."""

    @field_validator("llm_rpm", "llm_tpm")
    @classmethod
    def _check_model_limits(cls, text: str | None) -> str | None:
        if text is not None:
            parse_model_limits(text)
        return text

    @field_validator("assets")
    @classmethod
    def _check_assets(cls, place: str | None) -> str | None:
        if place is not None and "://" in place and not _BUCKET.fullmatch(place):
            raise ValueError(
                "an object store is s3://bucket/prefix, gs://bucket/prefix or az://container/prefix,"
                " without user name, password or query: credentials come from the provider's own"
                " variables"
            )
        return place

    @field_validator("compute")
    @classmethod
    def _check_compute(cls, place: str) -> str:
        if place != "local" and not _DASK.fullmatch(place):
            raise ValueError("it is `local`, `dask://host:port` or `dask+tls://host:port`")
        return place

    @field_validator("proxies")
    @classmethod
    def _check_networks(cls, text: str) -> str:
        for network in split_list(text):
            ip_network(network)
        return text

    @property
    def proxy_networks(self) -> tuple[IPv4Network | IPv6Network, ...]:
        """`proxies`, one by one."""
        return tuple(ip_network(network) for network in split_list(self.proxies))

    @property
    def dask_scheduler(self) -> str | None:
        """The address of Dask's scheduler in Dask's own form, where `compute` names one."""
        if self.compute == "local":
            return None
        return self.compute.replace("dask+tls://", "tls://").replace("dask://", "tcp://")

    @property
    def memory_limit_bytes(self) -> int | None:
        """`memory_limit_mb` in bytes."""
        return self.memory_limit_mb and self.memory_limit_mb * 1_000_000

    @property
    def llm_model_names(self) -> list[str]:
        """The names in `llm_models`, each once."""
        return list(dict.fromkeys(split_list(self.llm_models or "")))

    @property
    def home_folder(self) -> Path:
        """`home` as an absolute path."""
        return self.home.expanduser().absolute()

    @property
    def required_database_url(self) -> str:
        """`database_url` in clear. Raises UnavailableError where it is not set."""
        if self.database_url is None:
            raise UnavailableError(
                "database_not_configured",
                "DATABASE_URL is not set: set it to postgresql://user:password@host:port/name,"
                " or use `nodeloom up`, which brings its own PostgreSQL.",
            )
        return self.database_url.get_secret_value()

    @property
    def assets_in_bucket(self) -> bool:
        """Whether `assets` names a bucket rather than a folder."""
        return self.assets is not None and "://" in self.assets

    @property
    def assets_folder(self) -> Path:
        """The folder of the asset store."""
        return Path(self.assets).expanduser() if self.assets else self.home_folder / "assets"


def environment_variables() -> dict[str, FieldInfo]:
    """Give every environment variable that Nodeloom reads, with the field that it fills."""
    found: dict[str, FieldInfo] = {}
    for field in Settings.model_fields.values():
        name = str(field.validation_alias)
        if field.annotation is ProviderAccess:
            found |= {
                f"{name}_{key.upper()}": each for key, each in ProviderAccess.model_fields.items()
            }
        else:
            found[name] = field
    return found
