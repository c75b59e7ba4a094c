"""An act line was corrected: which obligations behind it change, and by how much."""

from collections.abc import Sequence
from uuid import UUID


def spread_correction(difference_kopecks: int, newest_first: Sequence[tuple[UUID, int]]) -> dict[UUID, int]:
    """Steps for the obligations (id, accrued kopecks) of a line that add up to the difference.

    More is added to the newest; less is taken from the newest first, none below nought while another can give, and the
    rest, if any, from the newest.
    """
    if not newest_first or difference_kopecks == 0:
        return {}
    if difference_kopecks > 0:
        return {newest_first[0][0]: difference_kopecks}
    left = -difference_kopecks
    steps: dict[UUID, int] = {}
    for obligation_id, accrued_kopecks in newest_first:
        taken = min(max(accrued_kopecks, 0), left)
        if taken:
            steps[obligation_id] = -taken
            left -= taken
    if left:
        newest = newest_first[0][0]
        steps[newest] = steps.get(newest, 0) - left
    return steps
