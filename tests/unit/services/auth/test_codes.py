from __future__ import annotations

import re
from uuid import uuid4

from dogwalk.adapters.vault import SettingsKeyVault
from dogwalk.services.auth import codes

VAULT = SettingsKeyVault(keys="one:first secret")
ROTATED = SettingsKeyVault(keys="two:second secret,one:first secret")
FOREIGN = SettingsKeyVault(keys="one:another secret")


def test_codes_are_six_digits_and_differ() -> None:
    made = {codes.new_code() for _ in range(50)}
    assert all(re.fullmatch(r"\d{6}", code) for code in made)
    assert len(made) > 40


def test_a_code_proves_its_own_challenge_only() -> None:
    challenge_id = uuid4()
    hashed = codes.hash_code(VAULT, challenge_id, "123456")
    assert codes.is_code(VAULT, challenge_id, "123456", hashed)
    assert not codes.is_code(VAULT, challenge_id, "123457", hashed)
    assert not codes.is_code(VAULT, uuid4(), "123456", hashed)
    assert not codes.is_code(VAULT, challenge_id, "123456", None)


def test_a_code_survives_a_new_key_in_front_but_no_foreign_key() -> None:
    challenge_id = uuid4()
    hashed = codes.hash_code(VAULT, challenge_id, "123456")
    assert codes.is_code(ROTATED, challenge_id, "123456", hashed)
    assert not codes.is_code(FOREIGN, challenge_id, "123456", hashed)


def test_recovery_codes_may_be_typed_any_way() -> None:
    code = codes.new_recovery_code()
    assert re.fullmatch(r"([a-z2-7]{4}-){3}[a-z2-7]{4}", code)
    assert codes.normal_recovery_code(f" {code.upper().replace('-', ' ')} ") == codes.normal_recovery_code(code)


def test_a_refresh_tokens_successor_is_the_same_again_and_nobody_elses() -> None:
    token, successor_id = codes.new_token(), uuid4()
    (made,) = codes.successor_tokens(VAULT, token, successor_id)
    assert codes.successor_tokens(ROTATED, token, successor_id)[1] == made
    others = {
        *codes.successor_tokens(VAULT, codes.new_token(), successor_id),
        *codes.successor_tokens(VAULT, token, uuid4()),
        *codes.successor_tokens(FOREIGN, token, successor_id),
    }
    assert made not in others
    assert len(others) == 3
