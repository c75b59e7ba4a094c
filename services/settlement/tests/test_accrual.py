"""From lessons to obligations: once each, in any order, rounded by act line (invariants 3, 4, 10)."""

import asyncio
import random
import uuid
from datetime import date
from fractions import Fraction

from platform_fixtures import eventually

from contracts.settlement import ObligationAccrued
from settlement.domain.money import round_half_up
from settlement.operations.accrual import accrue_lesson

from .conftest import Network, received

PRICE = Fraction(400_000_00, 1156)


async def test_a_lesson_accrues_one_obligation_for_each_foreign_pupil(network: Network) -> None:
    lesson = network.lesson("school", "club", "club", "centre", "school", hours="2")
    await network.deliver(lesson)
    rows = await network.run.rows(
        "SELECT pupil_id, debtor_id, hours, accrued_kopecks, period FROM obligation ORDER BY debtor_id, accrued_kopecks"
    )
    assert {row.pupil_id for row in rows} == {at.pupil_id for at in lesson.attendances[:3]}
    assert {row.period for row in rows} == {"2026-10"}
    club = sum(row.accrued_kopecks for row in rows if row.debtor_id == network.ids["club"])
    centre = sum(row.accrued_kopecks for row in rows if row.debtor_id == network.ids["centre"])
    assert (club, centre) == (round_half_up(PRICE * 4), round_half_up(PRICE * 2))
    events = await network.run.recorded(ObligationAccrued)
    assert sorted(one.amount_kopecks for one in events) == sorted(row.accrued_kopecks for row in rows)
    assert {(one.hours, one.tariff_code, one.period) for one in events} == {("2", "ph", "2026-10")}
    await network.reconciled()


async def test_repeated_and_reordered_events_accrue_once(network: Network) -> None:
    lessons = [network.lesson("school", "club", "centre", day=date(2026, 10, day)) for day in range(1, 21)]
    shuffled = [*lessons, *lessons, *lessons[:5]]
    random.Random(7).shuffle(shuffled)
    for number, one in enumerate(shuffled):
        await network.run.publish(one, sequence=1 + number % 3)
    await eventually(lambda: network.run.scalar("SELECT count(*) = 40 FROM obligation"))
    await eventually(
        lambda: network.run.scalar("SELECT count(*) = :n FROM inbox WHERE consumer = 'settlement-enrollment'", n=45)
    )
    assert await network.run.scalar("SELECT count(*) FROM obligation") == 40
    assert await network.run.scalar("SELECT count(*) FROM parked_event") == 0
    found = await network.reconciled()
    assert found["accrued_kopecks"] == 2 * round_half_up(PRICE * 20)


async def test_the_same_lesson_with_other_hours_becomes_a_dead_letter(network: Network) -> None:
    lesson = network.lesson("school", "club", hours="1")
    await network.deliver(lesson)
    again = lesson.model_copy(
        update={"attendances": (lesson.attendances[0].model_copy(update={"accepted_hours": "2"}),)}
    )
    await network.run.publish(again)
    await eventually(lambda: network.run.scalar("SELECT count(*) = 1 FROM parked_event WHERE state = 'dead'"))
    assert "уже начислено" in await network.run.scalar("SELECT error FROM parked_event")
    assert await network.run.scalar("SELECT accrued_kopecks FROM obligation") == round_half_up(PRICE)


async def test_without_a_contract_the_lesson_waits_and_names_what_is_missing(network: Network) -> None:
    lesson = network.lesson("school", "college")
    await network.run.publish(lesson)
    await eventually(lambda: network.run.scalar("SELECT count(*) = 1 FROM parked_event"))
    error = await network.run.scalar("SELECT error FROM parked_event")
    assert "нет договора" in error
    assert "«Тазовская СОШ» и «Колледж»" in error
    assert "05.10.2026" in error
    assert (await network.contract("school", "college")).status_code == 201
    await eventually(lambda: network.run.scalar("SELECT count(*) = 1 FROM obligation"))
    assert await network.run.scalar("SELECT count(*) FROM parked_event") == 0


async def test_unknown_references_are_all_named(network: Network) -> None:
    stranger = uuid.uuid4()
    lesson = network.lesson("school", "club", offer_id=uuid.uuid4())
    lesson = lesson.model_copy(update={"tariff_code": "unheard-of", "host_organization_id": stranger})
    await network.run.publish(lesson)
    await eventually(lambda: network.run.scalar("SELECT count(*) = 1 FROM parked_event"))
    error = await network.run.scalar("SELECT error FROM parked_event")
    for words in (str(stranger), str(lesson.offer_id), "тариф «unheard-of» на 05.10.2026", "нет договора"):
        assert words in error


async def test_two_lessons_of_one_line_at_once_keep_cumulative_rounding(network: Network) -> None:
    sessions = network.run.runtime.database.worker
    at_once = 8

    async def accrue(number: int) -> None:
        lesson = network.lesson("school", "club", "centre", day=date(2026, 10, 1 + number % 28))
        async with sessions() as session, session.begin():
            await accrue_lesson(session, received(lesson))

    # the pool of the worker holds five connections: the others wait their turn there, not in the database
    await asyncio.gather(*(accrue(number) for number in range(at_once * 3)))
    rows = await network.run.rows("SELECT hours, posted_kopecks FROM act_line")
    assert [(row.hours, row.posted_kopecks) for row in rows] == [(24, round_half_up(PRICE * 24))] * 2
    await network.reconciled()


async def test_the_same_lesson_at_once_is_accrued_by_one_of_them(network: Network) -> None:
    lesson = network.lesson("school", "club")
    sessions = network.run.runtime.database.worker

    async def accrue() -> None:
        async with sessions() as session, session.begin():
            await accrue_lesson(session, received(lesson))

    outcomes = await asyncio.gather(*(accrue() for _ in range(4)), return_exceptions=True)
    assert None in outcomes
    assert await network.run.scalar("SELECT count(*) FROM obligation") == 1
    assert (await network.reconciled())["accrued_kopecks"] == round_half_up(PRICE)
