"""Results of a workflow as the outside sees them."""

from api.views.times import utc
from api.views.value import present_outputs
from db.lists.results import ListedResult
from db.postgres.pagination import Page
from schemas.wire.run import ResultPage, ResultRead


def present_results(page: Page[ListedResult]) -> ResultPage:
    """Present a page of a gallery."""
    return ResultPage(
        items=[_present_result(row) for row in page.items], next_cursor=page.next_cursor
    )


def _present_result(row: ListedResult) -> ResultRead:
    return ResultRead(
        id=row.id,
        run_id=row.run_id,
        node_id=row.node_id,
        node_type=row.node_type,
        label=row.label,
        reused=row.reused,
        **present_outputs(row),
        is_cut=row.is_cut,
        favourite=row.is_favourite,
        finished_at=utc(row.finished_at),
    )
