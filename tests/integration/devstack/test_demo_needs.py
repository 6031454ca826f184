"""The demo says what it cannot do without, and waits for no mail that cannot come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from devstack.demo.client import App
from devstack.demo.needs import CannotPlay, refuse_unreadable
from devstack.demo.people import Owner, refuse_if_known
from tests.support.rows import make_person, open_rows

if TYPE_CHECKING:
    from devstack.standins.client import InboxClient
    from tests.support.database import Template


@pytest.mark.parametrize("name", ["SMTP_HOST", "AWS_ENDPOINT_URL_SNS"])
def test_mail_and_sms_must_come_to_the_inbox(name: str) -> None:
    with pytest.raises(CannotPlay, match=name):
        refuse_unreadable({name: "elsewhere.test"})


def test_a_push_service_a_database_and_a_temporal_of_ones_own_are_welcome() -> None:
    refuse_unreadable({"FCM_BASE_URL": "x", "DATABASE_URL": "x", "TEMPORAL_ADDRESS": "x", "SMTP_HOST": ""})


async def test_people_who_played_before_are_named(
    stack_environment: dict[str, str], template: Template, inbox: InboxClient
) -> None:
    ada = Owner(name="Ada Lovelace", phone="+12125550171", app=App("http://unused.test"), inbox=inbox)
    async with open_rows(stack_environment, template) as resources:
        await refuse_if_known(resources, ada)
        await make_person(resources, email=ada.email)
        with pytest.raises(CannotPlay, match=r"ada@demo\.test"):
            await refuse_if_known(resources, ada)
