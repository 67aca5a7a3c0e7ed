"""API keys as the outside sees them."""

from db.tables import ApiKey
from schemas.wire.api_key import ApiKeyRead


def present_api_key(key: ApiKey) -> ApiKeyRead:
    """Present an API key, without its secret."""
    return ApiKeyRead.model_validate(
        {
            "id": key.id,
            "name": key.name,
            "hint": key.hint,
            "scopes": key.scopes,
            "functions": key.functions,
            "created_at": key.created_at,
            "expires_at": key.expires_at,
            "last_used_at": key.last_used_at,
        }
    )
