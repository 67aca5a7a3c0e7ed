"""Calls functions of Nodeloom: workflows that are published under a name.

with Client("http://127.0.0.1:8000", key="nlk_…") as client:
    result = client.call("slogan", {"topic": "Teapots"})
    print(result["slogan"])
"""

from nodeloom_client.async_client import AsyncClient
from nodeloom_client.client import Client
from nodeloom_client.errors import (
    ApiError,
    ConflictError,
    ConnectionFailedError,
    InvalidInputError,
    NodeloomError,
    NotAllowedError,
    NotFoundError,
    Problem,
    RunFailedError,
    SignInError,
    TooManyRequestsError,
    UnavailableError,
)
from nodeloom_client.values import Event, File, FileInput, Result, RunError

__all__ = [
    "ApiError",
    "AsyncClient",
    "Client",
    "ConflictError",
    "ConnectionFailedError",
    "Event",
    "File",
    "FileInput",
    "InvalidInputError",
    "NodeloomError",
    "NotAllowedError",
    "NotFoundError",
    "Problem",
    "Result",
    "RunError",
    "RunFailedError",
    "SignInError",
    "TooManyRequestsError",
    "UnavailableError",
]
