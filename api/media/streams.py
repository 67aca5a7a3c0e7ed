"""Answers that are sent while they are read, so that what goes wrong comes after their status."""

import logging
from collections.abc import AsyncIterator
from typing import TypeVar

from schemas.errors import AppError

logger = logging.getLogger(__name__)

Piece = TypeVar("Piece", str, bytes)


async def log_failure(what: str, pieces: AsyncIterator[Piece]) -> AsyncIterator[Piece]:
    """Give the pieces; log what keeps the rest from coming, which the client only sees as a broken transfer.

    Raises:
        AppError: as it came; the server closes the connection then, without the end of the answer.
    """
    sent = 0
    try:
        async for piece in pieces:
            yield piece
            sent += len(piece)
    except AppError as error:
        logger.warning(
            "%s broke off after %d bytes (%s): %s", what, sent, error.code, error.message
        )
        raise
