"""Who is asking."""

from importlib.metadata import version

from litestar import Controller, get
from litestar.di import NamedDependency

from api.auth.identity import Identity
from api.http.pagination import MAX_PAGE_SIZE
from api.state.app_state import AppState
from api.views.prefect import prefect_ui_url
from schemas.graph import MAX_BYTES, MAX_EDGES, MAX_NODES
from schemas.wire.me import Limits, Me, SignInRead
from tasks.media.images import MAX_BYTES as MAX_IMAGE_BYTES
from tasks.media.videos import MAX_BYTES as MAX_VIDEO_BYTES


class MeController(Controller):
    """The user and their limits."""

    path = "/api"
    tags = ("Me",)

    @get("/sign-in", operation_id="readSignIn", summary="How people sign in", sync_to_thread=False)
    def read_sign_in(self, app_state: NamedDependency[AppState]) -> SignInRead:
        """Tell a page, before anybody has signed in, how that is done here."""
        settings = app_state.settings
        key = settings.clerk_publishable_key if settings.auth == "clerk" else None
        return SignInRead(auth=settings.auth, clerk_publishable_key=key)

    @get("/me", operation_id="readMe", summary="Who am I, which limits apply")
    async def read_me(
        self, app_state: NamedDependency[AppState], user: NamedDependency[Identity]
    ) -> Me:
        """Tell who is asking and what this server takes."""
        assert user.signed_in_with != "link"  # it opens no address but its own
        return Me(
            id=user.id,
            email=user.email,
            name=user.name,
            auth=app_state.settings.auth,
            signed_in_with=user.signed_in_with,
            scopes=list(user.scopes),
            functions=None if user.functions is None else list(user.functions),
            demo_model=app_state.settings.demo_model,
            prefect_url=prefect_ui_url(app_state.settings),
            version=version("nodeloom"),
            limits=Limits(
                max_nodes=MAX_NODES,
                max_edges=MAX_EDGES,
                max_graph_bytes=MAX_BYTES,
                max_image_bytes=MAX_IMAGE_BYTES,
                max_video_bytes=MAX_VIDEO_BYTES,
                max_page_size=MAX_PAGE_SIZE,
            ),
        )
