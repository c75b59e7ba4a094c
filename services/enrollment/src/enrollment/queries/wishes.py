"""Reads of wishes: counts alone, never who wished."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from enrollment.domain.topics import topic_title
from enrollment.tables import Wish

TOP_MAX = 30


@dataclass(frozen=True, slots=True)
class TopicCount:
    """How many pupils wish for a topic."""

    topic_code: str
    title: str
    pupils: int


@dataclass(frozen=True, slots=True)
class OwnWish:
    """A wish as its pupil sees it."""

    id: UUID
    topic_code: str
    title: str
    level: str
    settlement: str
    comment: str


async def top_topics(session: AsyncSession, *, limit: int = TOP_MAX) -> tuple[TopicCount, ...]:
    """Topics by the number of pupils who wish for them."""
    pupils = func.count(Wish.pupil_id.distinct())
    query = select(Wish.topic_code, pupils).group_by(Wish.topic_code).order_by(pupils.desc(), Wish.topic_code)
    return tuple(
        TopicCount(code, topic_title(code), count) for code, count in await session.execute(query.limit(limit))
    )


async def wishes_of(session: AsyncSession, pupil_id: UUID) -> tuple[OwnWish, ...]:
    """The pupil's own wishes, the newest first."""
    query = select(Wish).where(Wish.pupil_id == pupil_id).order_by(Wish.created_at.desc())
    return tuple(own_wish(row) for row in await session.scalars(query))


def own_wish(row: Wish) -> OwnWish:
    """The row as its pupil sees it."""
    return OwnWish(row.id, row.topic_code, topic_title(row.topic_code), row.level, row.settlement, row.comment)
