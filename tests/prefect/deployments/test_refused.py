"""Deployments that Prefect refuses to make or change. On a real server."""

from sqlalchemy.orm import Session

from db.workflows import rename_workflow
from support.product.backend import OWNER, Backend, eventually, graph, node
from support.product.scheduled import scheduled

HELLO = graph([node("hello", "text", text="hello")])


def test_job_variables_that_prefect_refuses_by_now_are_left_behind(backend: Backend) -> None:
    """When the deployment is made anew, as its workflow was renamed; nothing else is lost."""
    properties = {"cpu": {"type": "integer"}}
    template = {
        "job_configuration": {"cpu": "{{ cpu }}"},
        "variables": {"type": "object", "properties": properties, "required": []},
    }
    backend.prefect("/work_pools/", name="strict", type="process", base_job_template=template)
    with scheduled(backend, HELLO) as of, scheduled(backend, HELLO) as later:
        of.make()
        former = of.synced()
        of.update_deployment(former, work_pool_name="strict", job_variables={"cpu": 2})
        properties["cpu"]["type"] = "boolean"
        backend.send_prefect("PATCH", "/work_pools/strict", base_job_template=template)
        with Session(backend.engine) as session, session.begin():
            rename_workflow(session, OWNER, of.workflow, "Renamed")
        later.make()
        later.synced()
        eventually(lambda: [each["name"] for each in of.deployments()] == ["Renamed"], 60)
        made = of.synced()
        assert (made["work_pool_name"], made["job_variables"]) == ("strict", {})


def test_one_that_prefect_refuses_stops_no_other_and_comes_later(backend: Backend) -> None:
    with scheduled(backend, HELLO) as of, scheduled(backend, HELLO) as later:
        id = of.make()
        refused = of.synced()
        schema = refused["parameter_openapi_schema"]
        workflow_id = {"type": "string", "title": "Of another kind"}
        changed = schema | {"properties": schema["properties"] | {"workflow_id": workflow_id}}
        of.update_deployment(
            refused, parameter_openapi_schema=changed, enforce_parameter_schema=False
        )
        of.update_deployment(refused, parameters={"workflow_id": "what Prefect takes by now"})
        log = backend.home / "logs" / f"recorder-{len(backend.recorders) - 1}.log"
        of.change(id, name="Of which Prefect is to be told")
        eventually(lambda: "refused, tried again" in log.read_text(), 120)
        later.make()
        later.synced()
        fresh = backend.prefect(f"/deployments/{refused['id']}")
        assert fresh["parameters"] != {"workflow_id": of.workflow}  # or nothing was refused
        of.update_deployment(refused, parameter_openapi_schema=schema)
        of.change(id, name="Of which it is told at once")
        of.synced()
        fresh = backend.prefect(f"/deployments/{refused['id']}")
        assert fresh["parameters"] == {"workflow_id": of.workflow}
