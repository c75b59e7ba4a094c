"""The smallest set of debts that leaves everybody's net position as it was: exact, integer, deterministic.

Debts are edges debtor → creditor with whole kopecks. Among all x with 0 ≤ x ≤ debt that give every node the net
position of the debts, the one with the least Σx is a minimum-cost flow with unit costs (Fleischman, Dini, Littera 2020,
J. Risk Financial Manag. 13(12):295). It is found by the primal–dual method: the length of the shortest augmenting path
only grows, from 1 to n − 1, and each length needs one maximum flow, so the work depends on nodes and edges and never on
the size of the amounts.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from heapq import heappop, heappush
from uuid import UUID

Edge = tuple[UUID, UUID]
"""(debtor, creditor)"""


def net_positions(debts: Mapping[Edge, int]) -> dict[UUID, int]:
    """What each node is owed less what it owes; the values add up to nought."""
    net: dict[UUID, int] = {}
    for (debtor, creditor), amount in debts.items():
        net[debtor] = net.get(debtor, 0) - amount
        net[creditor] = net.get(creditor, 0) + amount
    return net


def minimal_remainder(debts: Mapping[Edge, int]) -> dict[Edge, int]:
    """What stays of every debt when as much as possible is cleared; each strongly connected component by itself.

    The answer depends on the debts alone, not on their order. A debt between components lies on no circle and stays
    whole.
    """
    remainder = {edge: debts[edge] for edge in sorted(debts)}
    component_of = {node: index for index, nodes in enumerate(circles(debts)) for node in nodes}
    inside: dict[int, list[Edge]] = {}
    for debtor, creditor in remainder:
        if debtor in component_of and component_of[debtor] == component_of.get(creditor):
            inside.setdefault(component_of[debtor], []).append((debtor, creditor))
    for edges in inside.values():
        remainder.update(_component_remainder({edge: debts[edge] for edge in edges}))
    return remainder


def circles(edges: Iterable[Edge]) -> tuple[tuple[UUID, ...], ...]:
    """Strongly connected components of two or more nodes, in order of id (Tarjan, without recursion)."""
    following: dict[UUID, list[UUID]] = {}
    for debtor, creditor in sorted(edges):
        following.setdefault(debtor, []).append(creditor)
        following.setdefault(creditor, [])
    order: dict[UUID, int] = {}
    low: dict[UUID, int] = {}
    stack: list[UUID] = []
    open_nodes: set[UUID] = set()
    found: list[tuple[UUID, ...]] = []
    for root in sorted(following):
        if root in order:
            continue
        work = [(root, iter(following[root]))]
        order[root] = low[root] = len(order)
        stack.append(root)
        open_nodes.add(root)
        while work:
            node, successors = work[-1]
            for successor in successors:
                if successor not in order:
                    order[successor] = low[successor] = len(order)
                    stack.append(successor)
                    open_nodes.add(successor)
                    work.append((successor, iter(following[successor])))
                    break
                if successor in open_nodes:
                    low[node] = min(low[node], order[successor])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == order[node]:
                    members = stack[stack.index(node) :] if stack[-1] != node else [node]
                    del stack[-len(members) :]
                    open_nodes.difference_update(members)
                    if len(members) > 1:
                        found.append(tuple(sorted(members)))
    return tuple(sorted(found))


def _component_remainder(debts: Mapping[Edge, int]) -> dict[Edge, int]:
    net = net_positions(debts)
    nodes = sorted(net)
    index = {node: place for place, node in enumerate(nodes)}
    network = _Network(len(nodes) + 2)
    source, sink = len(nodes), len(nodes) + 1
    arcs = {edge: network.connect(index[edge[0]], index[edge[1]], amount, 1) for edge, amount in debts.items()}
    for node in nodes:
        if net[node] < 0:
            network.connect(source, index[node], -net[node], 0)
        elif net[node] > 0:
            network.connect(index[node], sink, net[node], 0)
    network.send_all(source, sink)
    return {edge: network.room[arc ^ 1] for edge, arc in arcs.items()}


class _Network:
    """Residual arcs in pairs: arc `a` and its way back `a ^ 1`; `room` is what may still pass."""

    def __init__(self, node_count: int) -> None:
        self.head: list[int] = []
        self.room: list[int] = []
        self.cost: list[int] = []
        self.leaving: list[list[int]] = [[] for _ in range(node_count)]
        self.potential = [0] * node_count

    def connect(self, tail: int, head: int, room: int, cost: int) -> int:
        arc = len(self.head)
        self.head += (head, tail)
        self.room += (room, 0)
        self.cost += (cost, -cost)
        self.leaving[tail].append(arc)
        self.leaving[head].append(arc + 1)
        return arc

    def send_all(self, source: int, sink: int) -> None:
        """Empty the source at the least cost; it can always be emptied, for the debts themselves are such a flow."""
        while self._raise_potentials(source, sink):
            while (level := self._levels(source, sink)) is not None:
                self._block(source, sink, level)

    def _reduced(self, tail: int, arc: int) -> int:
        return self.cost[arc] + self.potential[tail] - self.potential[self.head[arc]]

    def _raise_potentials(self, source: int, sink: int) -> bool:
        """Dijkstra over reduced costs; False when the sink cannot be reached any more."""
        distance: list[int | None] = [None] * len(self.leaving)
        best = {source: 0}
        queue = [(0, source)]
        while queue and distance[sink] is None:
            reached, node = heappop(queue)
            if distance[node] is not None:
                continue
            distance[node] = reached
            for arc in self.leaving[node]:
                head = self.head[arc]
                if self.room[arc] and distance[head] is None:
                    step = reached + self._reduced(node, arc)
                    if step < best.get(head, step + 1):
                        best[head] = step
                        heappush(queue, (step, head))
        furthest = distance[sink]
        if furthest is None:
            return False
        for node, reached_at in enumerate(distance):
            self.potential[node] += furthest if reached_at is None else min(reached_at, furthest)
        return True

    def _levels(self, source: int, sink: int) -> list[int] | None:
        """Breadth-first levels over the arcs that lie on shortest paths, or None when the sink is cut off."""
        level = [-1] * len(self.leaving)
        level[source] = 0
        queue = deque([source])
        while queue:
            node = queue.popleft()
            for arc in self.leaving[node]:
                head = self.head[arc]
                if level[head] < 0 and self.room[arc] and self._reduced(node, arc) == 0:
                    level[head] = level[node] + 1
                    queue.append(head)
        return level if level[sink] >= 0 else None

    def _block(self, source: int, sink: int, level: list[int]) -> None:
        """Fill the level graph until no path is left (a blocking flow), depth first without recursion."""
        next_arc = [0] * len(self.leaving)
        path: list[int] = []
        node = source
        while True:
            if node == sink:
                amount = min(self.room[arc] for arc in path)
                for arc in path:
                    self.room[arc] -= amount
                    self.room[arc ^ 1] += amount
                path, node = [], source
                continue
            while next_arc[node] < len(self.leaving[node]):
                arc = self.leaving[node][next_arc[node]]
                head = self.head[arc]
                if self.room[arc] and level[head] == level[node] + 1 and self._reduced(node, arc) == 0:
                    path.append(arc)
                    node = head
                    break
                next_arc[node] += 1
            else:
                if node == source:
                    return
                node = self.head[path.pop() ^ 1]
                next_arc[node] += 1
