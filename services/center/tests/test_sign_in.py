"""Signing in with a browser and with a program."""

from collections.abc import Callable

import jwt
import pytest

from chassis.auth import TOKEN_SECONDS

from .conftest import ADMIN_PASSWORD, API, SESSION_COOKIE, TOKEN_COOKIE, Center, cookie, cookies_of


async def test_the_first_start_makes_an_administrator_who_signs_in_with_a_browser(center: Center) -> None:
    answer = await center.sign_in("Admin ", ADMIN_PASSWORD, next="/settlement/acts?period=2026-10")
    assert (answer.status_code, answer.headers["location"]) == (303, "/settlement/acts?period=2026-10")
    assert answer.headers["cache-control"] == "no-store"
    cookies = cookies_of(answer)
    for name in (TOKEN_COOKIE, SESSION_COOKIE):
        morsel = cookies[name]
        assert (morsel["secure"], morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, True, "lax", "/")
        assert morsel["domain"] == ""
    who = await center.principal(cookies[TOKEN_COOKIE].value)
    assert who.roles == {"administrator"}
    page = await center.run.client.get("/center/", headers=cookie(token=cookies[TOKEN_COOKIE].value))
    assert page.status_code == 200
    assert "Администратор платформы" in page.text


async def test_nobody_is_sent_to_a_foreign_place(center: Center) -> None:
    for target in ("https://evil.example/", "//evil.example/", "/\\evil.example", "/\t/evil.example"):
        answer = await center.sign_in("admin", ADMIN_PASSWORD, next=target)
        assert (answer.status_code, answer.headers["location"]) == (303, "/center/"), target
        alive = cookie(session=cookies_of(answer)[SESSION_COOKIE].value)
        for path in ("sign-in", "refresh"):
            again = await center.run.client.get(f"/center/{path}", params={"next": target}, headers=alive)
            assert (again.status_code, again.headers["location"]) == (303, "/center/"), target


async def test_a_session_id_is_fresh_at_each_sign_in_and_the_old_one_ends(center: Center) -> None:
    planted = await center.sign_in("admin", ADMIN_PASSWORD, headers=cookie(session="planted-by-somebody"))
    first = cookies_of(planted)[SESSION_COOKIE].value
    assert first != "planted-by-somebody"
    second = cookies_of(await center.sign_in("admin", ADMIN_PASSWORD, headers=cookie(session=first)))[
        SESSION_COOKIE
    ].value
    assert second != first
    refresh = center.run.client.get
    assert (await refresh("/center/refresh", headers=cookie(session=first))).status_code == 401
    assert (await refresh("/center/refresh", headers=cookie(session=second))).status_code == 204
    stored = await center.run.rows("SELECT id_hash FROM browser_session")
    assert second.encode() not in [bytes(row.id_hash) for row in stored]


async def test_a_living_session_mints_a_new_token_in_silence_until_sign_out(center: Center) -> None:
    signed_in = cookies_of(await center.sign_in("admin", ADMIN_PASSWORD))
    alive = cookie(session=signed_in[SESSION_COOKIE].value)
    silent = await center.run.client.get("/center/sign-in", params={"next": "/enrollment/?a=1"}, headers=alive)
    assert (silent.status_code, silent.headers["location"]) == (303, "/enrollment/?a=1")
    assert (await center.principal(cookies_of(silent)[TOKEN_COOKIE].value)).roles == {"administrator"}
    out = await center.run.client.post("/center/sign-out", headers=alive)
    assert out.status_code == 303
    assert {cookies_of(out)[name]["max-age"] for name in (TOKEN_COOKIE, SESSION_COOKIE)} == {"0"}
    page = await center.run.client.get("/center/sign-in", params={"next": "/enrollment/?a=1"}, headers=alive)
    assert page.status_code == 200
    assert 'name="next" value="/enrollment/?a=1"' in page.text


async def test_a_session_ends_by_age_and_by_idleness(center: Center) -> None:
    ages = {
        "age": "UPDATE browser_session SET expires_at = expires_at - interval '13 hours'",
        "idleness": "UPDATE browser_session SET seen_at = seen_at - interval '3 hours'",
    }
    for reason, passing in ages.items():
        signed_in = cookies_of(await center.sign_in("admin", ADMIN_PASSWORD))
        alive = cookie(session=signed_in[SESSION_COOKIE].value)
        await center.sql(passing)
        assert (await center.run.client.get("/center/refresh", headers=alive)).status_code == 401, reason


async def test_a_shut_account_neither_signs_in_nor_stays_signed_in(center: Center) -> None:
    made = await center.account("petrov", "operator")
    signed_in = cookies_of(await center.sign_in("petrov", "a long enough secret"))
    shut = await center.post(f"/accounts/{made.json()['id']}/disable", None, role="administrator")
    assert shut.status_code == 204
    alive = cookie(session=signed_in[SESSION_COOKIE].value)
    assert (await center.run.client.get("/center/refresh", headers=alive)).status_code == 401
    assert (await center.sign_in("petrov", "a long enough secret")).status_code == 401


async def test_a_foreign_page_signs_nobody_in(center: Center) -> None:
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}):
        answer = await center.sign_in("admin", ADMIN_PASSWORD, headers=headers)
        assert answer.status_code == 403
        assert "set-cookie" not in answer.headers
    own = await center.sign_in("admin", ADMIN_PASSWORD, headers={"origin": "http://test"})
    assert own.status_code == 303


async def test_a_program_gets_a_token_with_what_services_need(center: Center) -> None:
    school = await center.organization()
    await center.account("koordinator", "coordinator", organization_id=str(school), name="Сидорова Ольга")
    answer = await center.run.client.post(
        f"{API}/token", json={"login": "koordinator", "password": "a long enough secret"}
    )
    body = answer.json()
    assert (answer.status_code, body["token_type"], body["expires_in_seconds"]) == (200, "Bearer", TOKEN_SECONDS)
    who = await center.principal(body["access_token"])
    assert (who.roles, who.organization_id, who.name, who.org_name) == (
        {"coordinator"},
        school,
        "Сидорова Ольга",
        "Школа 1",
    )
    claims = jwt.decode(body["access_token"], options={"verify_signature": False})
    assert claims["exp"] - claims["iat"] <= 300
    assert claims["person"] == str(who.person_id)


async def test_failures_look_alike_and_slow_the_guesser_down(center: Center) -> None:
    async def attempt(login: str, password: str) -> tuple[int, str, str]:
        answer = await center.run.client.post(f"{API}/token", json={"login": login, "password": password})
        return answer.status_code, answer.json().get("code", ""), answer.headers.get("retry-after", "")

    assert await attempt("nobody", "wrong") == await attempt("admin", "wrong") == (401, "sign_in.refused", "")
    for _ in range(4):
        assert (await attempt("admin", "wrong"))[0] == 401
    status, code, wait = await attempt("admin", ADMIN_PASSWORD)  # even the right password waits
    assert (status, code) == (429, "sign_in.throttled")
    assert 1 <= int(wait) <= 2
    page = await center.sign_in("admin", ADMIN_PASSWORD)
    assert (page.status_code, page.headers["retry-after"]) == (429, wait)
    await center.account("petrov", "operator")
    assert (await attempt("petrov", "a long enough secret"))[0] == 200  # nobody else is held up
    await center.sql("UPDATE sign_in_failure SET last_failed_at = last_failed_at - interval '5 seconds'")
    assert (await attempt("admin", ADMIN_PASSWORD))[0] == 200
    assert (await attempt("admin", "wrong"))[0] == 401  # a success forgets the failures


async def test_an_unknown_login_costs_as_much_as_a_wrong_password(
    center: Center, monkeypatch: pytest.MonkeyPatch
) -> None:
    from center.adapters import passwords

    checked: list[str] = []
    verify: Callable[[str, str], bool] = passwords._verify
    monkeypatch.setattr(passwords, "_verify", lambda stored, given: checked.append(stored) or verify(stored, given))
    for login in ("nobody", "admin"):
        await center.run.client.post(f"{API}/token", json={"login": login, "password": "wrong"})
    unknown, known = (hashed.rsplit("$", 2)[0] for hashed in checked)
    assert unknown == known  # algorithm and cost


async def test_answers_with_secrets_are_kept_nowhere(center: Center) -> None:
    headers = {"idempotency-key": "once"}
    body = {"login": "admin", "password": ADMIN_PASSWORD}
    first = await center.run.client.post(f"{API}/token", json=body, headers=headers)
    assert (first.status_code, first.headers["cache-control"]) == (200, "no-store")
    assert await center.run.scalar("SELECT count(*) FROM idempotency_key") == 0
