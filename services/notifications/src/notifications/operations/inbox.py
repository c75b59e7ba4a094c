"""Reading the inbox: what was read stays read, for everyone who shares it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import NotFound
from notifications.queries import Reader, addressed_to
from notifications.tables import Message


async def mark_read(session: AsyncSession, reader: Reader, message_id: UUID) -> datetime:
    """Mark one message as read and return since when it is; raises NotFound for a message of somebody else."""
    mine = (Message.id == message_id, addressed_to(reader))
    read_at: datetime | None = await session.scalar(
        update(Message).where(*mine, Message.read_at.is_(None)).values(read_at=func.now()).returning(Message.read_at)
    )
    read_at = read_at or await session.scalar(select(Message.read_at).where(*mine))
    if read_at is None:
        raise NotFound("Такого сообщения у вас нет.")
    return read_at


async def mark_all_read(session: AsyncSession, reader: Reader) -> int:
    """Mark every unread message of the reader as read and return how many there were."""
    found = await session.scalars(
        update(Message)
        .where(addressed_to(reader), Message.read_at.is_(None))
        .values(read_at=func.now())
        .returning(Message.id)
    )
    return len(found.all())
