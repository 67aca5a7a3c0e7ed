"""The tables, one module per noun, and the rules on their columns.

Every row says whose it is, and foreign keys carry the owner along, so a link between two
owners' rows cannot exist. The rules on how rows may change are triggers: see
`db/migrations/versions/0001_guards.sql`.
"""

from db.tables.api_key import ApiKey
from db.tables.asset import Asset
from db.tables.concurrency import ConcurrencyLimit, ConcurrencySlot
from db.tables.functions.batch import Batch, BatchRow
from db.tables.functions.link import FunctionLink, LinkRun, LinkUpload
from db.tables.functions.webhook import FunctionCall, Webhook, WebhookDelivery
from db.tables.leader_task import LeaderTask
from db.tables.node_execution import FavouriteResult, NodeExecution
from db.tables.rate_limit import ProviderCall, ProviderCooldown
from db.tables.run import DeletedRun, WorkflowRun
from db.tables.run_event import RunEvent
from db.tables.run_input import RunInput
from db.tables.schedule import Installation, Schedule, ScheduleTick
from db.tables.user import DeletedUser, User, WebhookMessage
from db.tables.version import Function, WorkflowRevision, WorkflowVersion
from db.tables.workflow import Workflow

__all__ = [
    "ApiKey",
    "Asset",
    "Batch",
    "BatchRow",
    "ConcurrencyLimit",
    "ConcurrencySlot",
    "DeletedRun",
    "DeletedUser",
    "FavouriteResult",
    "Function",
    "FunctionCall",
    "FunctionLink",
    "Installation",
    "LeaderTask",
    "LinkRun",
    "LinkUpload",
    "NodeExecution",
    "ProviderCall",
    "ProviderCooldown",
    "RunEvent",
    "RunInput",
    "Schedule",
    "ScheduleTick",
    "User",
    "Webhook",
    "WebhookDelivery",
    "WebhookMessage",
    "Workflow",
    "WorkflowRevision",
    "WorkflowRun",
    "WorkflowVersion",
]
