"""Tell the story from the first organisation to the reconciliation, with progress and times."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from embedded.demo.actors import Actor
from embedded.demo.reconcile import Check, reconcile
from embedded.demo.steps import feeds, lessons, money, offers, people, plans
from embedded.demo.story import Story
from embedded.demo.world import build_world

Step = tuple[str, tuple[Callable[[Story], Awaitable[None]], ...]]

STEPS: tuple[Step, ...] = (
    ("организации, люди и доступ", (people.register_organisations, people.open_staff_accounts, people.register_pupils,
                                    people.open_pupil_accounts, people.open_broker_access)),
    ("предложения курсов четырьмя путями", (offers.publish_offers,)),
    ("пожелания учеников", (offers.express_wishes,)),
    ("планы: черновик, правила, тьютор, школа", (plans.draft_plans,)),
    ("места: ровно по вместимости, остальные в очереди", (plans.allocate_seats,)),
    ("тарифы и договоры", (money.publish_terms,)),
    ("уроки и начисления", (lessons.deliver_lessons, money.sign_late_contract)),
    ("полугодовые отметки и их зачёт", (lessons.issue_results,)),
    ("месяцы закрыты, акты подписаны обеими сторонами", (money.close_months,)),
    ("взаимозачёт законным способом", (money.settle,)),
    ("ленты, письма и сообщения", (feeds.read_feed, feeds.count_messages)),
)  # fmt: skip


async def tell(
    base_url: str, nats_url: str, state_dir: Path, login: str, password: str, say: Callable[[str], None]
) -> tuple[Story, list[Check]]:
    """Play every step and reconcile; raises StoryFailed at the first answer that the story does not expect."""
    limits = httpx.Limits(max_connections=20)
    async with httpx.AsyncClient(base_url=base_url, timeout=60, limits=limits, trust_env=False) as http:
        story = Story(http, build_world(), Actor(http, login, password, "Администратор"), nats_url, state_dir, say)
        story.admin.gate = story.gate
        for number, (title, parts) in enumerate(STEPS, 1):
            started = time.monotonic()
            for part in parts:
                await part(story)
            say(f"  {number:>2}. {title:<52} {time.monotonic() - started:5.1f} с")
        started = time.monotonic()
        checks = await reconcile(story)
        say(f"  {len(STEPS) + 1:>2}. {'сверка':<52} {time.monotonic() - started:5.1f} с")
    return story, checks
