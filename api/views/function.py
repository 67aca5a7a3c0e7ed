"""Functions as the outside sees them."""

from api.views.times import utc
from db.lists.functions import PublishedFunction
from flows.functions.publish import function_signature
from schemas.wire.workflow import FunctionRead, FunctionSummary


def present_function(function: PublishedFunction) -> FunctionRead:
    """Present a function with what it takes and gives."""
    signature = function_signature(function)
    return FunctionRead(
        **present_function_summary(function).model_dump(by_alias=False),
        inputs=signature.inputs,
        outputs=signature.outputs,
        example=signature.example,
        node_count=len(function.graph["nodes"]),
    )


def present_function_summary(function: PublishedFunction) -> FunctionSummary:
    """Present a function in a list."""
    row = function.row
    return FunctionSummary(
        name=row.name,
        url=f"/api/functions/{row.name}",
        workflow_id=row.workflow_id,
        workflow_name=function.workflow_name,
        version_id=row.version_id,
        revision=row.revision,
        created_at=utc(row.created_at),
        updated_at=utc(row.updated_at),
    )
