"""Pages as each role sees them: figures in words, live rules, buttons that work without scripts."""

import re
import uuid
from typing import Any

from httpx import Response

from .conftest import Enrollment

PAGE = "/enrollment/"
REQUESTS = "/enrollment/requests"
HTMX = {"hx-request": "true"}


class Browser:
    """A browser of one role: follows the redirect after a form, and finds forms by the text of their button."""

    def __init__(self, enrollment: Enrollment, *roles: str, **who: Any) -> None:
        self.client = enrollment.run.client
        self.headers = enrollment.run.browser(*roles, **who)

    async def open(self, path: str, expect: int = 200, **headers: str) -> str:
        answer = await self.client.get(path, headers={**self.headers, **headers})
        assert answer.status_code == expect, answer.text[-2000:]
        return answer.text

    async def send(self, path: str, expect: int = 200, **fields: Any) -> str:
        answer: Response = await self.client.post(path, data=fields, headers=self.headers)
        if answer.status_code == 303:
            return await self.open(answer.headers["location"])
        assert answer.status_code == expect, answer.text[-2000:]
        return answer.text

    async def press(self, page: str, button: str, expect: int = 200, **more: Any) -> str:
        """Send the form that holds the button, as the page filled it."""
        for form in re.findall(r"<form.*?</form>", page, re.DOTALL):
            label = re.search(r"<button[^>]*>(?:<svg.*?</svg>)?([^<]*)</button>", form, re.DOTALL)
            if label and label.group(1) == button:
                fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
                action = re.search(r'action="([^"]+)"', form)
                assert action is not None
                return await self.send(action.group(1), expect, **fields, **more)
        raise AssertionError(f"no button «{button}»")


def words(page: str) -> str:
    """The page's text."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ").split())


async def test_pupil_builds_breaks_repairs_and_submits_without_scripts(enrollment: Enrollment) -> None:
    physics = await enrollment.offer(title="Физика <script>alert(1)</script>")
    club = await enrollment.offer(title="Химический клуб", subject_code=None, level="extracurricular")
    pupil = Browser(enrollment, "pupil", person_id=await enrollment.pupil())
    start = await pupil.open(f"{PAGE}?offer={physics}")
    assert "Технологический" in start
    assert f'value="{physics}" checked' in start
    page = await pupil.send("/enrollment/plan", profile="technological", offer_ids=str(physics))
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "2 312 ч" in words(page)
    assert "Выполнены все правила" in page
    page = await pupil.press(page, "Всё равно добавить")
    assert "Что мешает плану" in page
    assert "пересекается с «Химический клуб»" in page
    assert re.search(r"<button[^>]*disabled>.{0,200}Отправить тьютору", page, re.DOTALL)
    assert "уже в вашем плане" in await pupil.open(f"{PAGE}?offer={club}")
    fragment = await pupil.open(f"{PAGE}?grade=11", **HTMX)
    assert "<html" not in fragment
    assert "Что мешает плану" in fragment
    plan_id, version = (
        await enrollment.run.scalar("SELECT id FROM plan"),
        await enrollment.run.scalar("SELECT version FROM plan"),
    )
    refused = await pupil.send(f"/enrollment/plans/{plan_id}/submit", expect=422, version=version)
    assert "План нельзя отправить" in refused
    assert await enrollment.run.scalar("SELECT status FROM plan") == "draft"
    page = await pupil.press(page, "Убрать «Химический клуб»")
    assert "Выполнены все правила" in page
    page = await pupil.press(page, "Отправить тьютору")
    assert "у тьютора" in page
    assert "Собрать план заново" not in page


async def test_tutor_and_school_decide_from_their_lists(enrollment: Enrollment) -> None:
    physics, pupil_id = await enrollment.offer(), await enrollment.pupil()
    tutor = Browser(enrollment, "tutor", person_id=enrollment.tutor_id)
    school = Browser(enrollment, "coordinator", organization_id=enrollment.home.organization_id)
    assert "Решать нечего" in await tutor.open(PAGE)
    plan = await enrollment.plan(pupil_id, physics)
    await enrollment.post(f"/plans/{plan['id']}/submit", enrollment.as_pupil(pupil_id), {"version": plan["version"]})
    listed = await tutor.open(PAGE)
    assert str(pupil_id)[:8] in listed
    assert str(pupil_id) not in listed
    one = await tutor.open(f"/enrollment/plans/{plan['id']}")
    assert "Согласовать" in one
    assert "Убрать" not in one
    assert "в порядке" in await tutor.press(listed, "Согласовать")
    back = await school.press(await school.open(f"/enrollment/plans/{plan['id']}"), "Вернуть", reason_code="timetable")
    assert "не сходится расписание" in back
    pupil = Browser(enrollment, "pupil", person_id=pupil_id)
    page = await pupil.open(PAGE)
    assert "План вернули на доработку" in page
    await pupil.press(page, "Отправить тьютору")
    await tutor.press(await tutor.open(PAGE), "Согласовать")
    assert "утверждён" in await school.press(await school.open(PAGE), "Утвердить")
    assert "ждёт ответа" in await pupil.open(PAGE)
    stranger = Browser(enrollment, "tutor", person_id=uuid.uuid4())
    await stranger.open(f"/enrollment/plans/{plan['id']}", expect=404)


async def test_host_gives_seats_and_results_and_the_school_counts_them(enrollment: Enrollment) -> None:
    course = await enrollment.offer(capacity=1)
    for pupil_id in await enrollment.pupils(2):
        await enrollment.approved(pupil_id, course)
    host = Browser(enrollment, "coordinator", organization_id=enrollment.host.organization_id)
    page = await host.open(REQUESTS)
    assert "2 новые заявки" in words(page)
    assert "0 из 1" in page
    page = await host.press(page, "Распределить места")
    assert "1 из 1" in page
    assert "в очереди: 1" in page
    seat = await enrollment.run.scalar("SELECT id FROM placement WHERE status = 'confirmed'")
    teacher = Browser(enrollment, "teacher", organization_id=enrollment.host.organization_id)
    page = await teacher.open(f"{REQUESTS}?half_year=2026-H1")
    assert "Распределить места" not in page
    page = await teacher.press(page, "Отправить школам", **{f"mark-{seat}": "5"})
    assert "отправлен школе" in page
    school = Browser(enrollment, "coordinator", organization_id=enrollment.home.organization_id)
    page = await school.open(REQUESTS)
    assert "ждут зачёта" in page
    assert "зачтён" in await school.press(page, "Зачесть")
    page = await school.press(await school.open(REQUESTS), "Отозвать")
    assert "отозвана" in page
    figures = words(await Browser(enrollment, "head").open(REQUESTS))
    assert "Утверждённых планов 2" in figures
    assert "Результатов зачтено 1" in figures
    await Browser(enrollment, "pupil", person_id=uuid.uuid4()).open(REQUESTS, expect=403)


async def test_wishes_lead_a_guest_to_sign_in_and_count_for_all(enrollment: Enrollment) -> None:
    page = (await enrollment.run.client.get("/enrollment/wishes", headers={"accept": "text/html"})).text
    assert "Войдите, чтобы оставить пожелание" in page
    assert "/center/sign-in?next=%2Fenrollment%2Fwishes" in page
    pupil = Browser(enrollment, "pupil", person_id=await enrollment.pupil())
    wrong = await pupil.send("/enrollment/wishes", expect=422, topic_code="", level="elective", comment="<b>хочу</b>")
    assert "Исправьте, чтобы продолжить" in wrong
    assert "&lt;b&gt;хочу&lt;/b&gt;" in wrong
    page = await pupil.send("/enrollment/wishes", topic_code="oil-and-gas", level="elective")
    assert "1 ученик" in words(page)
    guest = await enrollment.run.client.get(PAGE, headers={"accept": "text/html"})
    assert (guest.status_code, guest.headers["location"]) == (303, "/center/sign-in?next=%2Fenrollment%2F")
    assert "Здесь планов нет" in await Browser(enrollment, "teacher").open(PAGE)
