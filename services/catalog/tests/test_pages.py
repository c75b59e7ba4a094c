"""What people see of the catalogue."""

from .conftest import Catalog, draft

OFFERS = "/catalog/api/v1/offers"


async def publish(catalog: Catalog) -> str:
    body = draft(course_title="Химия <script>alert(1)</script>", description="Опыты & задачи")
    answer = await catalog.run.client.post(OFFERS, json=body, headers=catalog.coordinator())
    return str(answer.json()["offer_id"])


async def test_the_catalogue_lists_counts_and_escapes(catalog: Catalog) -> None:
    await publish(catalog)
    page = (await catalog.run.client.get("/catalog/", headers={"accept": "text/html"})).text
    assert "1\xa0курс" in page
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert 'value="chemistry"' in page


async def test_htmx_gets_only_the_results(catalog: Catalog) -> None:
    await publish(catalog)
    answer = await catalog.run.client.get("/catalog/?q=химии&level=advanced", headers={"hx-request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "1\xa0курс" in answer.text
    assert "/catalog/?q=%D1%85%D0%B8%D0%BC%D0%B8%D0%B8" in answer.text  # the chip that takes the level off


async def test_nothing_found_says_what_to_do_next(catalog: Catalog) -> None:
    page = (await catalog.run.client.get("/catalog/?q=астрономия", headers={"accept": "text/html"})).text
    assert "Ничего не нашлось" in page
    assert "/enrollment/wishes" in page


async def test_an_offer_has_a_page_and_an_unknown_one_a_readable_refusal(catalog: Catalog) -> None:
    offer_id = await publish(catalog)
    page = (await catalog.run.client.get(f"/catalog/offers/{offer_id}", headers={"accept": "text/html"})).text
    assert "Вт" in page
    assert "15:10" in page
    missing = await catalog.run.client.get(
        "/catalog/offers/00000000-0000-4000-8000-000000000000", headers={"accept": "text/html"}
    )
    assert missing.status_code == 404
    assert "Такого предложения в каталоге нет" in missing.text


async def test_a_coordinator_sees_own_offers_and_verdicts(catalog: Catalog) -> None:
    await publish(catalog)
    who = catalog.run.browser("coordinator", organization_id=catalog.school.organization_id)
    page = (await catalog.run.client.get("/catalog/mine", headers=who)).text
    assert "Химия" in page
    assert "принято" in page
    guest = await catalog.run.client.get("/catalog/mine", headers={"accept": "text/html"})
    assert (guest.status_code, guest.headers["location"]) == (303, "/center/sign-in?next=%2Fcatalog%2Fmine")
