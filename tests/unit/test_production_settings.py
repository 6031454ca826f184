"""Production refuses to start with a missing secret, a default secret or a stand-in's address, and names them all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from dogwalk.config import DEVELOPMENT_SECRET, NEEDED_ELSEWHERE, STAND_INS, ConfigurationError, Settings

FIT = {
    "environment": "production",
    "database_url": "postgresql+asyncpg://dogwalk:p4ss@db.internal/dogwalk",
    "redis_url": "rediss://:p4ss@cache.internal:6380/0",
    "temporal_address": "temporal.internal:7233",
    "payload_key_encryption_keys": "k2:fresh-secret,k1:older-secret",
    "jwt_signing_keys": "-----BEGIN PRIVATE KEY-----\nMIG…\n-----END PRIVATE KEY-----",
    "stripe_api_key": "sk_live_x",
    "stripe_publishable_key": "pk_live_x",
    "stripe_webhook_secrets": "whsec_new,whsec_old",
    "stripe_connect_webhook_secrets": "whsec_connect",
    "firebase_credentials": json.dumps({"type": "service_account", "universe_domain": "googleapis.com"}),
    "smtp_host": "mail.internal",
    "smtp_password": "p4ss",
    "public_url": "https://api.dogwalk.example",
    "object_store_bucket": "dogwalk-photos",
}
NEVER_NEEDED = {"temporal_api_key", "aws_access_key_id", "aws_secret_access_key"}
SECRETS = sorted(name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation))
ON_THIS_MACHINE = {
    "database_url": [
        "postgresql+asyncpg:///dogwalk",
        "postgresql+asyncpg://dogwalk:p4ss@localhost/dogwalk",
        "postgresql+asyncpg://dogwalk:p4ss@/dogwalk?host=127.0.0.1",
    ],
    "redis_url": ["redis://127.0.0.1:6379/0", "redis://[::1]:6379/0"],
    "temporal_address": ["127.0.0.1:7233", "localhost:7233"],
    "smtp_host": ["127.0.0.1", "localhost", "mail.localhost"],
    "public_url": ["http://127.0.0.1:8000", "http://0.0.0.0:8000"],
}


def _settings(**changes: Any) -> Settings:
    return Settings.model_validate({**FIT, **changes})


@pytest.fixture(autouse=True)
def _no_settings_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_what_is_fit_starts() -> None:
    assert _settings().is_production


@pytest.mark.parametrize("name", sorted({*SECRETS, "stripe_publishable_key"} - NEVER_NEEDED))
def test_a_missing_secret_is_named(name: str) -> None:
    missing = {key: value for key, value in FIT.items() if key != name}
    with pytest.raises(ConfigurationError, match=f"{name.upper()} is missing"):
        Settings.model_validate(missing)


@pytest.mark.parametrize("name", sorted(NEVER_NEEDED))
def test_a_secret_somebody_else_may_hold_may_be_missing(name: str) -> None:
    assert getattr(_settings(), name) is None


@pytest.mark.parametrize("name", SECRETS)
def test_a_default_secret_is_named(name: str) -> None:
    value = f"k1:{DEVELOPMENT_SECRET}" if name == "payload_key_encryption_keys" else DEVELOPMENT_SECRET
    with pytest.raises(ConfigurationError, match=f"{name.upper()} is missing or the development default"):
        _settings(**{name: value})


@pytest.mark.parametrize("name", ["stripe_webhook_secrets", "smtp_password", "jwt_signing_keys"])
@pytest.mark.parametrize("blank", ["", " ", ","])
def test_a_blank_secret_is_a_missing_one(name: str, blank: str) -> None:
    with pytest.raises(ConfigurationError, match=name.upper()):
        _settings(**{name: blank})


@pytest.mark.parametrize("name", STAND_INS)
def test_a_stand_ins_address_is_named(name: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name.upper()} points at a stand-in"):
        _settings(**{name: "https://stand-in.internal"})


def test_a_stand_ins_service_account_is_named() -> None:
    with pytest.raises(ConfigurationError, match="FIREBASE_CREDENTIALS points at a stand-in"):
        _settings(firebase_credentials=json.dumps({"universe_domain": "local.test"}))


@pytest.mark.parametrize(("name", "address"), [(name, one) for name, all_ in ON_THIS_MACHINE.items() for one in all_])
def test_an_address_of_this_machine_is_named(name: str, address: str) -> None:
    with pytest.raises(ConfigurationError, match=f"{name.upper()} is missing or points at this machine"):
        _settings(**{name: address})


def test_every_default_address_is_of_this_machine() -> None:
    missing = {name: value for name, value in FIT.items() if name not in NEEDED_ELSEWHERE}
    with pytest.raises(ConfigurationError) as refused:
        Settings.model_validate(missing)
    assert all(name.upper() in str(refused.value) for name in NEEDED_ELSEWHERE)


def test_a_socket_given_on_purpose_is_taken() -> None:
    found = _settings(
        database_url="postgresql+asyncpg://dogwalk@/dogwalk?host=/cloudsql/project", redis_url="unix:///run/valkey.sock"
    )
    assert found.is_production


def test_everything_wrong_is_told_at_once_and_no_secret_with_it() -> None:
    with pytest.raises(ConfigurationError) as refused:
        Settings.model_validate(
            {**FIT, "smtp_password": "", "fcm_base_url": "http://x", "redis_url": "redis://localhost"}
        )
    text = str(refused.value)
    assert all(name in text for name in ("SMTP_PASSWORD", "FCM_BASE_URL", "REDIS_URL"))
    assert not any(value in text for value in ("p4ss", "sk_live_x", "whsec_new", "fresh-secret"))


def test_development_starts_without_any_setting() -> None:
    assert not Settings().is_production


def test_an_empty_variable_is_an_unset_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "")
    assert Settings().log_level == "INFO"


@pytest.mark.parametrize("keys", ["k1:", ":secret", "secret", "k1:secret,k2:", " "])
def test_a_payload_key_needs_its_id_and_its_secret(keys: str) -> None:
    with pytest.raises(ValidationError, match="must be id:secret"):
        Settings(payload_key_encryption_keys=SecretStr(keys))


def test_photos_in_a_folder_are_named() -> None:
    missing = {key: value for key, value in FIT.items() if key != "object_store_bucket"}
    with pytest.raises(ConfigurationError, match="OBJECT_STORE_BUCKET is missing"):
        Settings.model_validate(missing)
