"""Wishes of pupils, for courses that exist and for those that nobody offers yet."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.outbox import record
from contracts.enrollment import WishExpressed
from enrollment.domain.plan import LEVEL_TITLES, Level
from enrollment.domain.topics import TOPICS
from enrollment.events import wish_event
from enrollment.operations.codes import require_code
from enrollment.queries.copies import find_pupil
from enrollment.tables import Wish

LEVELS = {level: title for level, title in LEVEL_TITLES.items() if level is not Level.PROJECT}
COMMENT_CHARACTERS_MAX = 500
SETTLEMENT_CHARACTERS_MAX = 60


@dataclass(frozen=True, slots=True)
class WishGiven:
    """A wish as the pupil tells it; the settlement is the pupil's own when none is named."""

    topic_code: str
    level: str
    settlement: str | None = None
    comment: str = ""


async def express_wish(session: AsyncSession, pupil_id: UUID, given: WishGiven) -> tuple[Wish, bool]:
    """Keep a wish and tell it by its code; the same wish again only changes the comment, and is not new."""
    require_code(TOPICS, given.topic_code, "topic_code")
    require_code(LEVELS, given.level, "level")
    pupil = await find_pupil(session, pupil_id, lock=True)
    known = await session.scalar(
        select(Wish).where(Wish.pupil_id == pupil_id, Wish.topic_code == given.topic_code, Wish.level == given.level)
    )
    if known is not None:
        known.comment = given.comment or known.comment
        return known, False
    wish = Wish(
        pupil_id=pupil_id,
        home_organization_id=pupil.home_organization_id,
        topic_code=given.topic_code,
        level=given.level,
        settlement=given.settlement or pupil.residence,
        comment=given.comment,
    )
    session.add(wish)
    await session.flush()
    await record(session, WishExpressed(**wish_event(wish)), sequence=1)
    return wish, True
