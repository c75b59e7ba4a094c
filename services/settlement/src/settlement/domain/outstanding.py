"""Which obligations of a pair are still open, when rounding or a correction made some of them negative."""

from collections.abc import Iterable
from dataclasses import replace

from settlement.domain.flow import Edge
from settlement.domain.setoff import Obligation


def net_of_credits(obligations: Iterable[Obligation], credits_kopecks: dict[Edge, int]) -> tuple[Obligation, ...]:
    """Take the pair's negative obligations (given as positive `credits_kopecks`) off its newest positive ones.

    What remains adds up to what the pair really owes; a pair that owes nothing, or less, keeps no obligation.
    """
    left = dict(credits_kopecks)
    result = []
    for obligation in sorted(obligations, key=lambda ob: (ob.incurred_on, ob.obligation_id), reverse=True):
        taken = min(obligation.amount_kopecks, left.get(obligation.edge, 0))
        if taken:
            left[obligation.edge] -= taken
        if obligation.amount_kopecks > taken:
            result.append(replace(obligation, amount_kopecks=obligation.amount_kopecks - taken))
    return tuple(reversed(result))
