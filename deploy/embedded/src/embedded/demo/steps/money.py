"""Settlement: tariffs, contracts, an obligation per lesson and pupil, a closed month, acts, lawful set-off."""

from collections import Counter
from typing import Any

from embedded.demo.actors import StoryFailed
from embedded.demo.story import Story

API = "/settlement/api/v1"
TARIFFS: dict[str, dict[str, Any]] = {
    "pupil-hour-2026": {"kind": "pupil_hour", "norm_kopecks": 400_000_00, "share": "0.72", "hours_a_year": 1156},
    "group-hour-2026": {"kind": "group_hour", "teacher_hour_kopecks": 1_450_00, "payroll_factor": "1.302"},
    "college-hour-2026": {"kind": "pupil_hour", "norm_kopecks": 310_000_00, "share": "1", "hours_a_year": 1258},
    "free": {"kind": "free"},
}
CLOSED_MONTHS = ("2026-09", "2026-10")


async def publish_terms(story: Story) -> None:
    """Tariffs of the year, and the contracts of the network form; one contract is still unsigned."""
    for code, terms in TARIFFS.items():
        body = {"code": code, "valid_from": "2026-08-01", "terms": terms, "basis": "Приказ о тарифах (пример)"}
        await story.department.post(f"{API}/tariffs", body)
    *signed, late = _pairs(story)
    await story.quiet()
    await story.each(signed, lambda pair: _sign(story, *pair))
    story.figures["contracts"] = len(signed) + 1
    story.figures["_late_contract"] = late


def _pairs(story: Story) -> list[tuple[str, str, str]]:
    """Number, host, home of every contract of the world; the last one has lessons behind it."""
    attended = {(one.host_slug, one.home_slug): one.number for one in story.world.contracts}
    return sorted((number, host, home) for (host, home), number in attended.items() if host != home)


async def _sign(story: Story, number: str, host: str, home: str) -> None:
    body = {
        "number": number,
        "host_organization_id": story.organizations[host],
        "home_organization_id": story.organizations[home],
        "valid_from": "2026-09-01",
        "valid_to": "2027-05-31",
    }
    await story.department.post(f"{API}/contracts", body)


async def sign_late_contract(story: Story) -> None:
    """Lessons without a contract wait with their reason; the operator signs it in and tries them again."""
    await story.quiet(parked_allowed=True)
    parked = await story.operator.get("/settlement/api/v1/ops/dead-letters", limit=500)
    if not parked:
        raise StoryFailed("lessons without a contract should have waited")
    story.figures["waited_for_contract"] = {"events": len(parked), "reason": parked[0]["error"]}
    await _sign(story, *story.figures.pop("_late_contract"))
    outcomes: Counter[str] = Counter()
    for one in parked:
        path = f"/settlement/api/v1/ops/dead-letters/{one['consumer']}/{one['event_id']}/retry"
        answer = await story.operator.post(path, accept=(200, 404, 409))
        outcomes[answer.get("outcome", "already applied")] += 1
    story.figures["waited_for_contract"]["outcomes"] = dict(outcomes)
    await story.quiet()


async def close_months(story: Story) -> None:
    """Close the months; both sides of every act sign."""
    figures: list[dict[str, Any]] = []
    for month in CLOSED_MONTHS:
        await story.operator.post(f"{API}/periods/{month}/close")
        acts = await story.operator.get(f"{API}/acts", period=month)
        await story.each(acts, lambda act: _sign_act(story, act))
        total = sum(act["total_kopecks"] for act in acts)
        figures.append({"period": month, "acts": len(acts), "total_kopecks": total})
    story.figures["closed_months"] = figures


async def _sign_act(story: Story, act: dict[str, Any]) -> None:
    creditor = story.accountant(story.slug_of(act["creditor_organization_id"]))
    debtor = story.accountant(story.slug_of(act["debtor_organization_id"]))
    sent = await creditor.post(f"{API}/acts/{act['id']}/send", {"version": act["version"]})
    await debtor.post(f"{API}/acts/{act['id']}/confirm", {"version": sent["version"]})


async def settle(story: Story) -> None:
    """Set-off where the law allows it, a correction by the founder where it does not; all whose claims change agree."""
    methods: Counter[str] = Counter()
    cleared: Counter[str] = Counter()
    for month in CLOSED_MONTHS:
        for order in await story.operator.post(f"{API}/setoffs", {"period": month}):
            for party in order["parties"]:
                if party["agreed_at"] is None:
                    slug = story.slug_of(party["organization_id"])
                    path = f"{API}/setoffs/{order['id']}/agree"
                    order = await story.accountant(slug).post(path, {"version": order["version"]})  # noqa: PLW2901
            done = await story.department.post(f"{API}/setoffs/{order['id']}/execute", {"version": order["version"]})
            methods[done["method"]] += 1
            cleared[done["method"]] += done["cleared_kopecks"]
    story.figures["settlement_orders"] = {
        method: {"orders": count, "cleared_kopecks": cleared[method]} for method, count in methods.items()
    }
    found = await story.operator.get(f"{API}/reconciliation")
    story.figures["settlement"] = found
