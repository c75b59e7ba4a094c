"""What notifications hears: everything of everybody, each event exactly once."""

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.inbox import Consumer, Received
from contracts.base import Event, service_of
from contracts.center import OrganizationChanged, OrganizationRegistered, OrganizationState
from contracts.registry import EVENTS
from notifications.operations.delivery import deliver_event
from notifications.operations.organizations import keep_organization

SOURCES = ("center", "catalog", "enrollment", "settlement")
_ORGANIZATIONS = (OrganizationRegistered, OrganizationChanged)


async def hear_organization(session: AsyncSession, received: Received[OrganizationState]) -> None:
    """An organisation changed: keep the copy first, so that a new one finds its own registration on its feed."""
    await keep_organization(session, received)
    await deliver_event(session, received)


async def hear(session: AsyncSession, received: Received[Event]) -> None:
    """Any other event: feeds, messages, letters."""
    await deliver_event(session, received)


def _listen(source: str) -> Consumer:
    consumer = Consumer(f"notifications-{source}", source)
    consumer.effect(
        *(kind for name, kind in EVENTS.items() if service_of(name) == source and kind not in _ORGANIZATIONS)
    )(hear)
    return consumer


consumers = tuple(_listen(source) for source in SOURCES)
consumers[0].effect(*_ORGANIZATIONS)(hear_organization)
