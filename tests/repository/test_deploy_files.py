"""The files in deploy/ agree with the code and with each other."""

import json
from pathlib import Path
from typing import Any

import yaml

from local.machine.home import prepare_home
from local.prefect.server import server_environment

DEPLOY = Path(__file__).parents[2] / "deploy"


class Compose(yaml.SafeLoader):
    """Reads Compose's own tags as what they stand before."""


Compose.add_multi_constructor("!", lambda loader, _, node: loader.construct_sequence(node))  # pyright: ignore[reportUnknownLambdaType, reportUnknownArgumentType, reportArgumentType]


def compose(name: str) -> Any:
    return yaml.load((DEPLOY / name).read_text(), Compose)


def test_the_second_server_of_compose_is_set_up_as_nodeloom_prefect_does_it(tmp_path: Path) -> None:
    services = compose("compose.servers.yaml")["services"]
    ours = services["prefect"]["environment"]
    url = {"PREFECT_REDIS_MESSAGING_URL": "redis://redis:6379/0"}
    home = prepare_home(tmp_path / "home")
    made = server_environment(home, 4200, "postgresql://a@b/c", url)
    assert ours == {
        name: value for name, value in made.items() if "redis" in f"{name} {value}".lower()
    }
    assert services["prefect-2"]["environment"].items() >= ours.items()


def test_containers_of_flow_runs_are_on_the_networks_and_the_volume_of_compose() -> None:
    whole = compose("compose.yaml")
    template = json.loads((DEPLOY / "work-pools" / "docker.json").read_text())
    variables = template["variables"]["properties"]
    for network in variables["networks"]["default"]:
        project, _, name = network.partition("_")
        assert project == whole["name"]
        assert name in whole["networks"]
    volume, _, path = variables["volumes"]["default"][0].partition(":")
    assert volume.removeprefix(f"{whole['name']}_") in whole["volumes"]
    assert f"home:{path}" in whole["services"]["worker"]["volumes"]
