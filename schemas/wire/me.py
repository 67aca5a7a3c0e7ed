"""Who is asking, what applies to them, and how people sign in."""

from typing import Literal

from schemas.base import FrozenModel
from schemas.graph import MAX_ID_LENGTH, MAX_NAME_LENGTH
from schemas.wire.api_key import ApiKeyScope


class Limits(FrozenModel):
    """What this server takes."""

    max_nodes: int
    max_edges: int
    max_graph_bytes: int
    max_id_length: int = MAX_ID_LENGTH
    max_name_length: int = MAX_NAME_LENGTH
    max_image_bytes: int
    max_video_bytes: int
    max_page_size: int


class Me(FrozenModel):
    """The user and how they signed in, and which limits apply to them."""

    id: str
    email: str | None
    name: str | None
    auth: Literal["local", "clerk"]
    signed_in_with: Literal["machine", "session", "key"]
    """`machine`: whoever reaches this machine's own address is its user."""
    scopes: list[ApiKeyScope]
    """What may be done; an API key may be for less than everything."""
    functions: list[str] | None
    """The functions that the API key is for; null: everything."""
    demo_model: bool
    """No `GEMINI_API_KEY`: a small local model answers llm nodes."""
    prefect_url: str | None
    version: str
    """Of this server."""
    limits: Limits


class SignInRead(FrozenModel):
    """What a page needs to have people sign in; nothing of it is secret."""

    auth: Literal["local", "clerk"]
    """`local`: nobody needs to."""
    clerk_publishable_key: str | None
