"""Keep the read copies that the headline figure and the list of wishes are computed from."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, or_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from center.tables import NetworkStudy, PlanApproval, Wish
from chassis.errors import PermanentError
from chassis.inbox import Received
from contracts.enrollment import LessonDelivered, PlanApproved, WishExpressed


async def keep_approvals(session: AsyncSession, events: Sequence[Received[PlanApproved]]) -> int:
    """When each plan was approved; an older state changes nothing."""
    rows = []
    for one in events:
        if one.event.approved_on is None:
            raise PermanentError(
                f"План {one.event.plan_id} утверждён без даты утверждения: охват по нему не посчитать."
            )
        rows.append(
            {
                "plan_id": one.event.plan_id,
                "version": one.sequence,
                "pupil_id": one.event.pupil_id,
                "approved_on": one.event.approved_on,
            }
        )
    statement = insert(PlanApproval)
    statement = statement.on_conflict_do_update(
        index_elements=[PlanApproval.plan_id],
        set_={name: statement.excluded[name] for name in ("version", "pupil_id", "approved_on")},
        where=PlanApproval.version < statement.excluded.version,
    )
    changed = await session.scalars(statement.returning(PlanApproval.plan_id), rows)
    return len(changed.all())


async def keep_network_studies(session: AsyncSession, events: Sequence[Received[LessonDelivered]]) -> int:
    """The first and the latest day each pupil was taught elsewhere; in whatever order lessons come, the result is one."""
    days: dict[UUID, list[date]] = {}
    for one in events:
        for attendance in one.event.attendances:
            elsewhere = attendance.home_organization_id != one.event.host_organization_id
            if elsewhere and Decimal(attendance.accepted_hours) > 0:
                days.setdefault(attendance.pupil_id, []).append(one.event.delivered_on)
    if not days:
        return 0
    rows = [{"pupil_id": pupil, "started_on": min(some), "last_on": max(some)} for pupil, some in sorted(days.items())]
    statement = insert(NetworkStudy)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=[NetworkStudy.pupil_id],
        set_={
            "started_on": func.least(NetworkStudy.started_on, new.started_on),
            "last_on": func.greatest(NetworkStudy.last_on, new.last_on),
        },
        where=or_(new.started_on < NetworkStudy.started_on, new.last_on > NetworkStudy.last_on),
    )
    changed = await session.scalars(statement.returning(NetworkStudy.pupil_id), rows)
    return len(changed.all())


async def keep_wishes(session: AsyncSession, events: Sequence[Received[WishExpressed]]) -> int:
    """What pupils wish for, without the pupils."""
    rows = [
        {
            "wish_id": one.event.wish_id,
            "version": one.sequence,
            "topic_code": one.event.topic_code,
            "level": one.event.level,
            "settlement": one.event.settlement,
        }
        for one in events
    ]
    statement = insert(Wish)
    statement = statement.on_conflict_do_update(
        index_elements=[Wish.wish_id],
        set_={name: statement.excluded[name] for name in ("version", "topic_code", "level", "settlement")},
        where=Wish.version < statement.excluded.version,
    )
    changed = await session.scalars(statement.returning(Wish.wish_id), rows)
    return len(changed.all())
