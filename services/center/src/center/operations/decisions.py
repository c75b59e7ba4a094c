"""Carry out an operator's decisions on dead letters at the services that own them, and keep what came of each."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from center.adapters.services import Outcome, Services
from center.tables import Decision
from chassis.errors import DomainError, FieldError
from chassis.logs import logger

log = logger("decisions")

Action = Literal["retry", "discard"]
CHOICES_MAX = 200
_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")


class NothingChosen(DomainError):
    """The operator pressed a button without choosing an event, or chose what cannot be one."""

    code = "decision.nothing_chosen"


@dataclass(frozen=True, slots=True)
class Choice:
    """One dead letter: the service that owns it, the consumer it failed in, the event."""

    service: str
    consumer: str
    event_id: UUID

    @classmethod
    def parse(cls, text: str) -> "Choice":
        """Read `service/consumer/event id`; raises NothingChosen. The parts become an address, so they are strict."""
        parts = text.split("/")
        try:
            service, consumer, event_id = parts
            if not _NAME.fullmatch(service) or not _NAME.fullmatch(consumer):
                raise ValueError(text)
            return cls(service, consumer, UUID(event_id))
        except ValueError as error:
            problem = FieldError("chosen", "Такого события нет.", "Обновите список и повторите.")
            raise NothingChosen("Такого события нет.", errors=(problem,)) from error


async def decide(
    session: AsyncSession, services: Services, token: str, choices: Sequence[Choice], action: Action, *, by: UUID
) -> UUID:
    """Do it for each choice, the oldest first within a service; returns the batch whose outcomes may be read."""
    if not choices:
        problem = FieldError("chosen", "Не выбрано ни одного события.", "Отметьте события в списке.")
        raise NothingChosen("Не выбрано ни одного события.", errors=(problem,))
    chosen = list(dict.fromkeys(choices))[:CHOICES_MAX]
    by_service: dict[str, list[Choice]] = {}
    for choice in chosen:
        by_service.setdefault(choice.service, []).append(choice)
    answers = await asyncio.gather(*(_decide(services, token, some, action) for some in by_service.values()))
    outcomes = {choice: outcome for some in answers for choice, outcome in some}
    batch_id = uuid4()
    session.add_all(
        Decision(
            batch_id=batch_id,
            place=place,
            account_id=by,
            service=choice.service,
            consumer=choice.consumer,
            event_id=choice.event_id,
            action=action,
            outcome=outcomes[choice].name,
            reason=outcomes[choice].reason[:2000],
        )
        for place, choice in enumerate(chosen)
    )
    await session.flush()
    log.info("dead_letters.decided", by=str(by), action=action, events=len(chosen), batch_id=str(batch_id))
    return batch_id


async def _decide(
    services: Services, token: str, choices: Sequence[Choice], action: Action
) -> list[tuple[Choice, Outcome]]:
    """One after the other, because events of one aggregate have an order; a silent service is asked once, not often."""
    done: list[tuple[Choice, Outcome]] = []
    silent: Outcome | None = None
    for choice in choices:
        outcome = silent or await services.decide(token, choice.service, choice.consumer, choice.event_id, action)
        if outcome.name == "unreachable":
            silent = outcome
        done.append((choice, outcome))
    return done
