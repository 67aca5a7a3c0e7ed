"""Who depends on whom: a table of small graphs, and what holds of every graph."""

from graphlib import CycleError
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.graph.topology import Topology

DIAMOND = Topology.from_pairs("abcd", [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")])


def topology(nodes: str, pairs: str) -> Topology:
    """Read `ab bc` as an edge from a to b and one from b to c."""
    return Topology.from_pairs(nodes, [(pair[0], pair[1]) for pair in pairs.split()])


def test_neighbours_stand_in_the_order_of_the_edges_each_once() -> None:
    made = topology("abc", "cb ab cb")
    assert made.parents["b"] == ("c", "a")
    assert made.children["c"] == ("b",)
    assert made.parents["a"] == ()


def test_edges_to_nodes_that_are_not_there_join_nothing() -> None:
    assert topology("ab", "ab ax xb").pairs == (("a", "b"),)


@pytest.mark.parametrize(
    ("id", "ancestors", "descendants"),
    [("a", "a", "abcd"), ("b", "ab", "bd"), ("d", "abcd", "d"), ("x", "", "")],
)
def test_both_ways_from_a_node(id: str, ancestors: str, descendants: str) -> None:
    assert DIAMOND.ancestors([id]) == set(ancestors)
    assert DIAMOND.descendants([id]) == set(descendants)


def test_what_enters_some_nodes_is_none_of_them() -> None:
    assert DIAMOND.entering("d") == {"b", "c"}
    assert DIAMOND.entering("bcd") == {"a"}
    assert DIAMOND.entering("abcd") == set()


@pytest.mark.parametrize(
    ("nodes", "pairs", "order"),
    [
        ("abc", "", "abc"),
        ("cba", "", "cba"),
        ("abc", "ca", "bca"),
        ("dcba", "ab bc cd", "abcd"),
        ("abcd", "db", "acdb"),
    ],
)
def test_free_nodes_keep_the_order_of_the_document(nodes: str, pairs: str, order: str) -> None:
    assert "".join(topology(nodes, pairs).order(nodes)) == order


def test_a_part_is_ordered_by_its_own_edges() -> None:
    assert DIAMOND.order("db") == ["b", "d"]


def test_what_goes_round_has_no_order() -> None:
    with pytest.raises(CycleError):
        topology("ab", "ab ba").order("ab")


@pytest.mark.parametrize(
    ("pairs", "cycles"),
    [
        ("ab bc", []),
        ("aa", ["a"]),
        ("ab ba", ["ab"]),
        ("ab bc ca ba", ["ab"]),
        ("ab bc ca cd de ed", ["abc", "de"]),
        ("xa ab bx bc", ["xab"]),
    ],
)
def test_one_shortest_cycle_of_each_component(pairs: str, cycles: list[str]) -> None:
    found = {"".join(cycle) for cycle in topology("abcdex", pairs).cycles()}
    assert found == set(cycles)


def test_one_chain_of_any_length_is_walked() -> None:
    ids = [str(number) for number in range(20_000)]
    chain = Topology.from_pairs(ids, pairwise(ids))
    assert chain.order(ids) == ids
    assert len(chain.descendants(["0"])) == len(ids)
    assert chain.cycles() == []


@given(st.sets(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef"))))
def test_there_is_an_order_exactly_where_there_is_no_cycle(pairs: set[tuple[str, str]]) -> None:
    made = Topology.from_pairs("abcdef", sorted(pairs))
    cycles = made.cycles()
    for cycle in cycles:
        assert all(pair in pairs for pair in zip(cycle, [*cycle[1:], cycle[0]], strict=True))
    try:
        place = {id: index for index, id in enumerate(made.order("abcdef"))}
    except CycleError:
        assert cycles
    else:
        assert not cycles
        assert all(place[source] < place[target] for source, target in pairs)
