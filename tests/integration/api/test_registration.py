"""Becoming somebody: by a code in a real mail, and nothing told about addresses."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import event, select

from dogwalk.db.models.notification import OutboxMessage
from dogwalk.db.models.person import Challenge, LoginSession, Person
from tests.support.accounts import PASSWORD, digits, somebody

if TYPE_CHECKING:
    from devstack.standins.client import InboxClient
    from tests.support.accounts import Somebody
    from tests.support.api import Api


async def verify(api: Api, challenge: str, code: str) -> tuple[int, str | None]:
    answer = await api.http.post("/v1/auth/email/verify", json={"challenge": challenge, "code": code})
    return answer.status_code, answer.json().get("code")


async def statements_of(api: Api, one: Somebody) -> list[str]:
    """Of her registration, not of its mail's delivery."""
    run: list[str] = []

    def note(*call: Any) -> None:
        run.append(call[2])

    engine = api.resources.database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert (await one.register()).status_code == 202
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return [sql for sql in run if sql.startswith("INSERT") or "challenge" in sql or "FOR NO KEY UPDATE" in sql]


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


async def test_a_code_from_the_mail_logs_her_in(api: Api, ada: Somebody) -> None:
    answer = await ada.register(email=ada.email.upper(), role="walker", phone="+1 (212) 555-0142")
    assert answer.status_code == 202
    body = {"challenge": answer.json()["challenge"], "code": await ada.mailed_code()}
    verified = await api.http.post("/v1/auth/email/verify", json=body)
    assert (verified.json()["token_type"], verified.json()["expires_in"]) == ("Bearer", 900)
    assert verified.headers["Cache-Control"] == "no-store"
    ada.keep(verified)
    me = (await ada.get("/v1/me")).json()
    assert (me["email"], me["email_verified"], me["roles"]) == (ada.email, True, ["walker"])
    assert (me["phone"], me["phone_verified"]) == ("+12125550142", False)


async def test_before_the_code_the_password_opens_nothing(ada: Somebody) -> None:
    await ada.register()
    answer = await ada.log_in()
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_credentials")


async def test_a_known_address_is_answered_alike_and_told_by_mail(api: Api, ada: Somebody, inbox: InboxClient) -> None:
    await ada.join()
    before = (await inbox.messages(to=ada.email, channel="mail"))[-1]["id"]
    again = await ada.register(password="another password", name="Mallory")
    assert (again.status_code, set(again.json())) == (202, {"challenge"})
    told = await inbox.expect(to=ada.email, channel="mail", after=before)
    assert told["subject"] == "You already have a Dogwalk account"
    assert (await verify(api, again.json()["challenge"], "123456")) == (422, "invalid_code")
    resent = await api.http.post("/v1/auth/email/resend", json=again.json())
    assert (resent.status_code, resent.json()) == (202, again.json())
    assert (await ada.log_in()).status_code == 200
    assert (await ada.log_in("another password")).status_code == 401


async def test_new_and_known_addresses_cost_the_same_statements(api: Api, ada: Somebody, inbox: InboxClient) -> None:
    """What an outsider could measure."""
    await ada.join()
    known, new = [await statements_of(api, one) for one in (ada, somebody(api, inbox))]
    assert known == new
    assert len(known) >= 4


async def test_a_wrong_code_is_tried_five_times(api: Api, ada: Somebody) -> None:
    challenge = (await ada.register()).json()["challenge"]
    code = await ada.mailed_code()
    for _ in range(5):
        assert (await verify(api, challenge, another(code))) == (422, "invalid_code")
    assert (await verify(api, challenge, code)) == (422, "invalid_code")


async def test_guesses_sent_at_once_are_counted_one_by_one(api: Api, ada: Somebody) -> None:
    challenge = (await ada.register()).json()["challenge"]
    code = await ada.mailed_code()
    wrong = [f"{(int(code) + n) % 10**6:06d}" for n in range(1, 13)]
    await asyncio.gather(*(verify(api, challenge, one) for one in wrong))
    assert (await verify(api, challenge, code)) == (422, "invalid_code")


async def test_a_code_ends_after_ten_minutes(api: Api, ada: Somebody) -> None:
    challenge = (await ada.register()).json()["challenge"]
    code = await ada.mailed_code()
    api.resources.wall_clock.offset += timedelta(minutes=10)
    assert (await verify(api, challenge, code)) == (422, "invalid_code")


async def test_a_code_sent_at_the_same_time_twice_logs_in_once(api: Api, ada: Somebody) -> None:
    challenge = (await ada.register()).json()["challenge"]
    code = await ada.mailed_code()
    answers = await asyncio.gather(*(verify(api, challenge, code) for _ in range(4)))
    assert Counter(status for status, _ in answers) == {200: 1, 422: 3}
    async with api.resources.database.transaction() as session:
        assert len((await session.scalars(select(LoginSession.id))).all()) == 1


async def test_a_new_code_takes_the_place_of_the_old(api: Api, ada: Somebody, inbox: InboxClient) -> None:
    challenge = (await ada.register()).json()["challenge"]
    first = await inbox.expect(to=ada.email, text="is the code")
    assert (await api.http.post("/v1/auth/email/resend", json={"challenge": challenge})).status_code == 202
    second = await ada.mailed_code(after=first["id"])
    if digits(first["text"]) != second:
        assert (await verify(api, challenge, digits(first["text"]))) == (422, "invalid_code")
    assert (await verify(api, challenge, second)) == (200, None)


async def test_a_code_is_sent_five_times_at_most(api: Api, ada: Somebody) -> None:
    challenge = (await ada.register()).json()
    answers = [await api.http.post("/v1/auth/email/resend", json=challenge) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 202, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0


async def test_nobody_is_flooded_with_mail(ada: Somebody) -> None:
    answers = [await ada.register() for _ in range(11)]
    assert [answer.status_code for answer in answers] == [202] * 10 + [429]


async def test_who_claimed_an_address_first_has_nothing_when_another_proves_it(
    api: Api, ada: Somebody, inbox: InboxClient
) -> None:
    mallory = somebody(api, inbox)
    mallory.email, mallory.password = ada.email, "a password of Mallory's"
    hers = (await mallory.register(name="Mallory")).json()["challenge"]
    first = await inbox.expect(to=ada.email, text="is the code")
    assert "Mallory" not in first["text"]
    challenge = (await ada.register()).json()["challenge"]
    second = await ada.mailed_code(after=first["id"])
    assert (await verify(api, challenge, second)) == (200, None)
    assert (await verify(api, hers, digits(first["text"]))) == (422, "invalid_code")
    assert (await mallory.log_in()).status_code == 401
    assert (await ada.log_in()).status_code == 200


async def test_the_same_new_address_twice_at_once_is_one_person(api: Api, ada: Somebody) -> None:
    answers = await asyncio.gather(*(ada.register() for _ in range(5)))
    assert {answer.status_code for answer in answers} == {202}
    async with api.resources.database.transaction() as session:
        assert len((await session.scalars(select(Person.id))).all()) == 1


async def test_an_unknown_challenge_is_over(api: Api) -> None:
    assert (await verify(api, str(uuid4()), "123456")) == (422, "invalid_code")
    answer = await api.http.post("/v1/auth/email/resend", json={"challenge": str(uuid4())})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_challenge")


async def test_neither_code_nor_password_is_kept_in_clear(api: Api, ada: Somebody) -> None:
    await ada.register()
    code = await ada.mailed_code()
    async with api.resources.database.transaction() as session:
        (challenge,) = (await session.scalars(select(Challenge))).all()
        (message,) = (await session.scalars(select(OutboxMessage))).all()
    stored = f"{challenge.code_hash} {challenge.data} {message.data} {message.sealed!r}"
    assert code not in stored
    assert PASSWORD not in stored
