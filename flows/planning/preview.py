"""Says what a run would do with each node, and why. Pure: what is stored is asked through `find`.

Steps are decided in waves: those whose inputs are known by now, all at once. What a node
gives is known before it runs only where an earlier result would be taken over.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from flows.graph.check import NodeTypes
from flows.graph.text_sizes import MAX_RUN_TEXT_BYTES
from flows.graph.topology import dependency_sorter
from flows.graph.wording import quoted
from flows.planning.cache_key import SAME_INPUTS, ReusableResult, ReusePolicy, resolve_step
from flows.planning.plan import Plan, Step
from schemas.graph import Graph
from schemas.values import TextValue, Value, items_of, text_bytes
from schemas.wire.plan import PlanAction, PlanRead, PlanStepRead
from tasks.node_type.bind import own_params
from tasks.node_type.definition import NodeType

FindCached = Callable[[Collection[str]], Mapping[str, ReusableResult]]
"""(keys) -> the results that there are."""

REUSE_OFF_IN_RUN = "The run is to take nothing over from earlier ones."
REUSE_OFF_IN_NODE = "Its settings say that it runs each time."
NOT_DETERMINISTIC = "Its result may differ each time, so a run of everything makes it anew."
NO_CACHED_RESULT = "There is no earlier result with the same inputs."
NOT_TAKEN = "Nothing is sent to it."
TEXT_TOO_LONG = "Earlier results of this run's nodes come to more text than one run may have."
MAX_KEYS = 50
"""Of results that are looked up at once: each may be large."""
INVALID_INPUT = "Its inputs do not fit: running it says what is wrong with them."


@dataclass
class PlanPreview:
    """Decides what would happen to the steps of a plan."""

    plan: Plan
    node_types: NodeTypes
    policy: ReusePolicy
    find: FindCached
    external: Mapping[str, ReusableResult]
    """What enters the plan from outside, by node id."""
    _decided: dict[str, PlanStepRead] = field(default_factory=dict[str, PlanStepRead])
    _values: dict[str, Mapping[str, Value]] = field(default_factory=dict[str, Mapping[str, Value]])
    _text_bytes: int = 0
    """Of the results that would be taken over."""

    def steps(self) -> list[PlanStepRead]:
        """Give the decisions in the order of the plan."""
        self._values = {id: cached.values for id, cached in self.external.items()}
        sorter = dependency_sorter(
            {step.node_id: step.dependencies - self.external.keys() for step in self.plan.steps}
        )
        while sorter.is_active():
            ready = frozenset(sorter.get_ready())
            self._decide_wave([step for step in self.plan.steps if step.node_id in ready])
            sorter.done(*ready)
        return [self._decided[step.node_id] for step in self.plan.steps]

    def _decide_wave(self, wave: Sequence[Step]) -> None:
        keys: dict[str, str] = {}
        for step in wave:
            if self._is_not_taken(step):
                self._values[step.node_id] = {}
                self._set_action(step, "skip", NOT_TAKEN)
                continue
            key, reason = self._key(step)
            if key is None:
                self._set_action(step, "run", reason)
            else:
                keys[step.node_id] = key
        asked = [step for step in wave if step.node_id in keys]
        for start in range(0, len(asked), MAX_KEYS):
            steps = asked[start : start + MAX_KEYS]
            is_too_much = self._text_bytes > MAX_RUN_TEXT_BYTES
            found = {} if is_too_much else self.find({keys[step.node_id] for step in steps})
            for step in steps:
                self._apply_cached(
                    step,
                    found.get(keys[step.node_id]),
                    TEXT_TOO_LONG if is_too_much else NO_CACHED_RESULT,
                )

    def _is_not_taken(self, step: Step) -> bool:
        known = step.dependencies <= self._values.keys()
        return known and step.connected(self._values) is None

    def _key(self, step: Step) -> tuple[str | None, str]:
        """Give the key to look for, or None and why there is none."""
        if self.policy.reuse == "never":
            return None, REUSE_OFF_IN_RUN
        if step.reuse == "never":
            return None, REUSE_OFF_IN_NODE
        node_type = self.node_types[step.node_type]
        if not step.dependencies <= self._values.keys():
            return None, self._upstream_reason(step, node_type)
        connected = step.connected(self._values) or {}
        resolved = resolve_step(step, node_type, connected, demo=self.policy.demo)
        if resolved is None:
            return None, INVALID_INPUT
        if not self.policy.allows(step, node_type, resolved.params):
            return None, NOT_DETERMINISTIC
        return resolved.key, ""

    def _apply_cached(self, step: Step, cached: ReusableResult | None, otherwise: str) -> None:
        if cached is None:
            self._set_action(step, "run", otherwise)
        else:
            self._text_bytes += sum(
                text_bytes(each.text)
                for each in items_of(cached.values.values())
                if isinstance(each, TextValue)
            )
            self._values[step.node_id] = cached.values
            self._set_action(step, "reuse", SAME_INPUTS)

    def _upstream_reason(self, step: Step, node_type: NodeType) -> str:
        first = next(
            one for one in self.plan.steps if one.node_id in step.dependencies - self._values.keys()
        )
        if not self._may_reuse(step, node_type):
            return f"{quoted(first.label)} runs again before it."
        return (
            f"{quoted(first.label)} runs again before it; an earlier result is taken over only if"
            " its inputs turn out to be the same."
        )

    def _may_reuse(self, step: Step, node_type: NodeType) -> bool:
        """Judge by what is typed, as what is connected has not arrived."""
        connected = {binding.handle for binding in step.bindings}
        typed = {name: one for name, one in own_params(step.data).items() if name not in connected}
        try:
            params = node_type.params.model_validate(typed, by_alias=True, by_name=False)
        except ValidationError:
            return True
        return self.policy.allows(step, node_type, params)

    def _set_action(self, step: Step, action: PlanAction, reason: str) -> None:
        self._decided[step.node_id] = PlanStepRead(
            node_id=step.node_id, action=action, reason=reason
        )


def skipped_steps(
    graph: Graph, plan: Plan, external: Mapping[str, ReusableResult]
) -> Iterator[PlanStepRead]:
    """Tell of the nodes that are outside of a plan, in the order of the document."""
    inside = {step.node_id for step in plan.steps}
    for node in graph.nodes:
        if node.id not in inside:
            reason = "It is outside of the run's scope."
            if node.id in external:
                reason = "It is outside of the run's scope; what it gave in an earlier run is used."
            yield PlanStepRead(node_id=node.id, action="skip", reason=reason)


def preview_plan(
    graph: Graph,
    plan: Plan,
    *,
    node_types: NodeTypes,
    policy: ReusePolicy,
    find: FindCached,
    external: Mapping[str, ReusableResult],
) -> PlanRead:
    """Say what a run of the plan would do with every node of the graph."""
    inside = PlanPreview(plan, node_types, policy, find, external).steps()
    return PlanRead(steps=(*inside, *skipped_steps(graph, plan, external)))
