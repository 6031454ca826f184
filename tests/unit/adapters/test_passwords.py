from __future__ import annotations

from time import perf_counter

from argon2 import PasswordHasher as Argon2

from dogwalk.adapters.passwords import Argon2Passwords

PASSWORD = "correct horse battery staple"


async def test_only_the_password_itself_matches() -> None:
    passwords = Argon2Passwords()
    hashed = await passwords.hash(PASSWORD)
    assert PASSWORD not in hashed
    assert hashed != await passwords.hash(PASSWORD)
    assert await passwords.matches(PASSWORD, hashed)
    assert not await passwords.matches(PASSWORD + " ", hashed)


async def test_two_ways_to_type_a_letter_are_one_password() -> None:
    passwords = Argon2Passwords()
    assert await passwords.matches("cafe\u0301 au lait", await passwords.hash("caf\u00e9 au lait"))


async def test_without_a_hash_nothing_matches_and_it_takes_as_long() -> None:
    passwords = Argon2Passwords()
    hashed = await passwords.hash(PASSWORD)
    began = perf_counter()
    assert not await passwords.matches("wrong", hashed)
    middle = perf_counter()
    assert not await passwords.matches("wrong", None)
    assert perf_counter() - middle > (middle - began) / 5


async def test_a_broken_hash_matches_nothing() -> None:
    assert not await Argon2Passwords().matches(PASSWORD, "$argon2id$nonsense")


async def test_a_cheaper_hash_is_outdated() -> None:
    passwords = Argon2Passwords()
    assert passwords.is_outdated(Argon2(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD))
    assert not passwords.is_outdated(await passwords.hash(PASSWORD))
