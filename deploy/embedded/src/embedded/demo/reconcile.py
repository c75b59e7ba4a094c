"""The demo's own reconciliations: it ends well only if they hold."""

import asyncio
from dataclasses import dataclass
from typing import Any

from embedded.demo.story import SERVICES, Story


@dataclass(frozen=True, slots=True)
class Check:
    """One sentence that must be true, and the figures it was judged by."""

    name: str
    holds: bool
    figures: Any


async def reconcile(story: Story) -> list[Check]:
    """Every check, whatever the others say."""
    await story.quiet()
    audits = await asyncio.gather(*(story.operator.get(f"/{name}/api/v1/ops/audit") for name in SERVICES))
    by_service = dict(zip(SERVICES, audits, strict=True))
    money = await story.operator.get("/settlement/api/v1/reconciliation")
    figures = await story.operator.get("/enrollment/api/v1/figures")
    stats = story.figures["notifications"]
    story.figures["coverage"] = await story.operator.get("/center/api/v1/coverage", on="2026-12-25")
    story.figures["events"] = {name: audit["publisher"]["logged"] for name, audit in by_service.items()}
    cleared = money["set_off_kopecks"] + money["corrected_kopecks"] + money["paid_kopecks"]
    return [
        Check(
            "every recorded event stands in its stream exactly once",
            all(
                not (one["publisher"]["missing"] or one["publisher"]["doubled"] or one["publisher"]["unpublished"])
                for one in audits
            ),
            {name: audit["publisher"] for name, audit in by_service.items()},
        ),
        Check(
            "every event was applied once by each of its consumers",
            all(
                one["missing"] == one["parked"] == one["discarded"] == 0 and one["applied"] == one["expected"]
                for audit in audits
                for one in audit["consumers"]
            ),
            [one for audit in audits for one in audit["consumers"]],
        ),
        Check("confirmed ≤ capacity at every course", not figures["over_capacity"], figures["placements"]),
        Check("the ledger sums to zero", money["ledger_sum_kopecks"] == 0, money["ledger_sum_kopecks"]),
        Check(
            "accrued = set off + corrected + paid + outstanding",
            money["reconciled"] and money["accrued_kopecks"] == cleared + money["outstanding_kopecks"],
            money,
        ),
        Check("every feed is numbered without gaps", _gap_free(stats), stats),
    ]


def _gap_free(stats: dict[str, Any]) -> bool:
    feeds = stats["feeds"]
    return bool(feeds) and all(one["gap_free"] for one in feeds)
