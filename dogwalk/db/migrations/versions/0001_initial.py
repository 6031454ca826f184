"""initial"""

from __future__ import annotations

import re

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from dogwalk.db.models.base import Box

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


REACH = (
    "box(point({lon} - service_radius_m * 1.515 / 111195 / greatest(cos(radians({lat})), 0.01),"
    " {lat} - service_radius_m * 1.515 / 111195),"
    " point({lon} + service_radius_m * 1.515 / 111195 / greatest(cos(radians({lat})), 0.01),"
    " {lat} + service_radius_m * 1.515 / 111195))"
)

POSITION_DEFAULT = "CREATE TABLE position_default PARTITION OF position DEFAULT"

LEDGER_BALANCES = """
CREATE FUNCTION ledger_journal_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM ledger_posting WHERE journal_id = NEW.journal_id GROUP BY currency HAVING sum(amount) <> 0) THEN
    RAISE EXCEPTION 'journal % does not balance', NEW.journal_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_journal_balances AFTER INSERT ON ledger_posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_journal_balances();
"""

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE ON ledger_posting
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_is_append_only BEFORE UPDATE OR DELETE ON ledger_journal
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit_entry
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER policy_is_immutable BEFORE UPDATE OR DELETE ON market_policy
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def _run(script: str) -> None:
    """asyncpg takes one statement at a time; a function's body keeps its semicolons."""
    for statement in re.split(r";\n(?=CREATE|$)", script):
        if statement.strip():
            op.execute(statement)


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "idempotency_record",
        sa.Column("principal", sa.Text(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("body_hash", sa.Text(), nullable=False),
        sa.Column("resource_id", sa.UUID(), nullable=True),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("response", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("principal", "route", "key", name=op.f("pk_idempotency_record")),
    )
    op.create_index(op.f("ix_idempotency_record_created_at"), "idempotency_record", ["created_at"], unique=False)
    op.create_table(
        "market",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("center_lat", sa.Double(), nullable=False),
        sa.Column("center_lon", sa.Double(), nullable=False),
        sa.Column("radius_m", sa.Double(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market")),
    )
    op.create_table(
        "stored_object",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("doomed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_stored_object")),
    )
    op.create_index(
        "ix_stored_object_doomed",
        "stored_object",
        ["doomed_at"],
        unique=False,
        postgresql_where=sa.text("doomed_at IS NOT NULL"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("phone_verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("stripe_customer_id", sa.Text(), nullable=True),
        sa.Column("default_payment_method_id", sa.Text(), nullable=True),
        sa.Column("photo_key", sa.Text(), nullable=True),
        sa.Column("emergency_name", sa.Text(), nullable=True),
        sa.Column("emergency_phone", sa.Text(), nullable=True),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_person_email_lower")),
        sa.ForeignKeyConstraint(["photo_key"], ["stored_object.key"], name=op.f("fk_person_photo_key_stored_object")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_index(
        "uq_person_verified_phone",
        "person",
        ["phone"],
        unique=True,
        postgresql_where=sa.text("phone_verified_at IS NOT NULL"),
    )
    op.create_table(
        "position",
        sa.Column("walk_id", sa.UUID(), nullable=False),
        sa.Column("device_id", sa.UUID(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("speed_mps", sa.Double(), nullable=True),
        sa.Column("heading_deg", sa.Double(), nullable=True),
        sa.Column("battery", sa.Double(), nullable=True),
        sa.Column("flags", sa.BigInteger(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("walk_id", "device_id", "at", name=op.f("pk_position")),
        postgresql_partition_by="RANGE (at)",
    )
    op.create_table(
        "quarantined_position",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("walk_id", sa.UUID(), nullable=True),
        sa.Column("device_id", sa.UUID(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("raw", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quarantined_position")),
    )
    op.create_index("ix_quarantined_position_walk", "quarantined_position", ["walk_id"], unique=False)
    op.create_table(
        "stripe_event",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("object_id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stripe_event")),
    )
    op.create_index("ix_stripe_event_object", "stripe_event", ["object_id"], unique=False)
    op.create_index(
        "ix_stripe_event_pending",
        "stripe_event",
        ["received_at"],
        unique=False,
        postgresql_where=sa.text("processed_at IS NULL"),
    )
    op.create_table(
        "workflow_key",
        sa.Column("workflow_id", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workflow_id", name=op.f("pk_workflow_key")),
    )
    op.create_table(
        "card_setup",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_card_setup_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_setup")),
    )
    op.create_index("ix_card_setup_person", "card_setup", ["person_id", "created_at"], unique=False)
    op.create_table(
        "challenge",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=True),
        sa.Column("code_hash", sa.Text(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("sends", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_challenge_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_challenge")),
    )
    op.create_index(op.f("ix_challenge_person_id"), "challenge", ["person_id"], unique=False)
    op.create_table(
        "dog",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("owner_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("breed", sa.Text(), nullable=False),
        sa.Column("weight_kg", sa.Double(), nullable=False),
        sa.Column("born_on", sa.Date(), nullable=True),
        sa.Column("adult", sa.Boolean(), nullable=False),
        sa.Column("sex", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("behaviour", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("vet", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("microchip", sa.Text(), nullable=True),
        sa.Column("vaccinated_until", sa.Date(), nullable=True),
        sa.Column("photo_key", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("weight_kg > 0 AND weight_kg < 150", name=op.f("ck_dog_weight")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_dog_owner_id_person"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["photo_key"], ["stored_object.key"], name=op.f("fk_dog_photo_key_stored_object")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dog")),
    )
    op.create_index(op.f("ix_dog_owner_id"), "dog", ["owner_id"], unique=False)
    op.create_table(
        "home",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("owner_id", sa.UUID(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("area_name", sa.Text(), nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("market_id", sa.Text(), nullable=False),
        sa.Column("access_kind", sa.Text(), nullable=True),
        sa.Column("access_key_id", sa.Text(), nullable=True),
        sa.Column("access_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("lat BETWEEN -90 AND 90", name=op.f("ck_home_lat")),
        sa.CheckConstraint("lon BETWEEN -180 AND 180", name=op.f("ck_home_lon")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_home_market_id_market")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_home_owner_id_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_home")),
    )
    op.create_index(op.f("ix_home_owner_id"), "home", ["owner_id"], unique=False)
    op.create_table(
        "login_session",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("user_agent", sa.Text(), nullable=True),
        sa.Column("authenticated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("acr", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_login_session_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_session")),
    )
    op.create_index(op.f("ix_login_session_person_id"), "login_session", ["person_id"], unique=False)
    op.create_table(
        "market_policy",
        sa.Column("market_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_market_policy_market_id_market")),
        sa.PrimaryKeyConstraint("market_id", "version", name=op.f("pk_market_policy")),
    )
    op.create_table(
        "person_role",
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('owner','walker','support','admin')", name=op.f("ck_person_role_role")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_person_role_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", "role", name=op.f("pk_person_role")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_recovery_code_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    op.create_index(op.f("ix_recovery_code_person_id"), "recovery_code", ["person_id"], unique=False)
    op.create_table(
        "two_factor",
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.BigInteger(), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_two_factor_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_two_factor")),
    )
    op.create_table(
        "walker",
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("bio", sa.Text(), nullable=False),
        sa.Column("home_lat", sa.Double(), nullable=True),
        sa.Column("home_lon", sa.Double(), nullable=True),
        sa.Column("service_radius_m", sa.BigInteger(), nullable=False),
        sa.Column("max_dogs", sa.BigInteger(), nullable=False),
        sa.Column("max_dog_weight_kg", sa.Double(), nullable=False),
        sa.Column("min_rates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocked_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("two_factor_on", sa.Boolean(), nullable=False),
        sa.Column("payout_account_id", sa.Text(), nullable=True),
        sa.Column("payout_active", sa.Boolean(), nullable=False),
        sa.Column("rating", sa.Double(), nullable=False),
        sa.Column("reviews", sa.BigInteger(), nullable=False),
        sa.Column("offers_received", sa.BigInteger(), nullable=False),
        sa.Column("offers_accepted", sa.BigInteger(), nullable=False),
        sa.Column("late_cancels", sa.BigInteger(), nullable=False),
        sa.Column("last_walk_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("on_call_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("on_call_lat", sa.Double(), nullable=True),
        sa.Column("on_call_lon", sa.Double(), nullable=True),
        sa.Column(
            "reach", Box(), sa.Computed(REACH.format(lat="home_lat", lon="home_lon"), persisted=True), nullable=True
        ),
        sa.Column(
            "on_call_reach",
            Box(),
            sa.Computed(REACH.format(lat="on_call_lat", lon="on_call_lon"), persisted=True),
            nullable=True,
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("max_dogs BETWEEN 1 AND 10", name=op.f("ck_walker_dogs")),
        sa.CheckConstraint("service_radius_m BETWEEN 100 AND 50000", name=op.f("ck_walker_radius")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_walker_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_walker")),
        sa.UniqueConstraint("payout_account_id", name=op.f("uq_walker_payout_account_id")),
    )
    op.create_index(
        "ix_walker_reach",
        "walker",
        ["reach"],
        unique=False,
        postgresql_using="gist",
        postgresql_where=sa.text("verified_at IS NOT NULL AND two_factor_on AND payout_active"),
    )
    op.create_index(
        "ix_walker_on_call_reach",
        "walker",
        ["on_call_reach"],
        unique=False,
        postgresql_using="gist",
        postgresql_where=sa.text("on_call_until IS NOT NULL"),
    )
    op.create_table(
        "notification_preference",
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("switched_off", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_to", sa.Time(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(quiet_from IS NULL) = (quiet_to IS NULL)", name=op.f("ck_notification_preference_quiet_hours")
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_notification_preference_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_notification_preference")),
    )
    op.create_table(
        "device",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("session_id", sa.UUID(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("kind IN ('fid','token')", name=op.f("ck_device_kind")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_device_person_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["login_session.id"], name=op.f("fk_device_session_id_login_session"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device")),
        sa.UniqueConstraint("value", name=op.f("uq_device_value")),
    )
    op.create_index(op.f("ix_device_person_id"), "device", ["person_id"], unique=False)
    op.create_index(op.f("ix_device_session_id"), "device", ["session_id"], unique=False)
    op.create_table(
        "quote",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("owner_id", sa.UUID(), nullable=False),
        sa.Column("home_id", sa.UUID(), nullable=False),
        sa.Column("dog_ids", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asap", sa.Boolean(), nullable=False),
        sa.Column("walker_id", sa.UUID(), nullable=True),
        sa.Column("market_id", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("walker_earns", sa.BigInteger(), nullable=False),
        sa.Column("platform_fee", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_quote_home_id_home")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_quote_owner_id_person"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
    )
    op.create_index(op.f("ix_quote_owner_id"), "quote", ["owner_id"], unique=False)
    op.create_table(
        "refresh_token",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("session_id", sa.UUID(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("successor_id", sa.UUID(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["login_session.id"],
            name=op.f("fk_refresh_token_session_id_login_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_refresh_token_token_hash")),
    )
    op.create_index(op.f("ix_refresh_token_session_id"), "refresh_token", ["session_id"], unique=False)
    op.create_table(
        "weekly_availability",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("walker_id", sa.UUID(), nullable=False),
        sa.Column("weekday", sa.BigInteger(), nullable=False),
        sa.Column("from_time", sa.Time(), nullable=False),
        sa.Column("to_time", sa.Time(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_weekly_availability_weekday")),
        sa.ForeignKeyConstraint(
            ["walker_id"],
            ["walker.person_id"],
            name=op.f("fk_weekly_availability_walker_id_walker"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weekly_availability")),
    )
    op.create_index(op.f("ix_weekly_availability_walker_id"), "weekly_availability", ["walker_id"], unique=False)
    op.create_table(
        "plan",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("owner_id", sa.UUID(), nullable=False),
        sa.Column("home_id", sa.UUID(), nullable=False),
        sa.Column("market_id", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('active','paused','ended')", name=op.f("ck_plan_status")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_plan_order")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_plan_home_id_home")),
        sa.ForeignKeyConstraint(["market_id"], ["market.id"], name=op.f("fk_plan_market_id_market")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_plan_owner_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
    )
    op.create_index(
        "ix_plan_owner",
        "plan",
        ["owner_id", sa.literal_column("created_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_plan_unstarted", "plan", ["created_at"], unique=False, postgresql_where=sa.text("revealed_at IS NULL")
    )
    op.create_table(
        "plan_break",
        sa.Column("plan_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind = 'pause' OR last_on IS NOT NULL", name=op.f("ck_plan_break_known_end")),
        sa.CheckConstraint("kind IN ('skip','vacation','pause')", name=op.f("ck_plan_break_kind")),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_plan_break_order")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_break_plan_id_plan"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plan_id", "number", name=op.f("pk_plan_break")),
    )
    op.create_table(
        "plan_occurrence",
        sa.Column("plan_id", sa.UUID(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("terms_number", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('due','booked','broken','dropped','kept')", name=op.f("ck_plan_occurrence_state")
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_plan_occurrence_plan_id_plan"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "local_date", "at", name=op.f("pk_plan_occurrence")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_plan_occurrence_booking_id")),
    )
    op.create_table(
        "plan_statement",
        sa.Column("plan_id", sa.UUID(), nullable=False),
        sa.Column("week_of", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("walks", sa.BigInteger(), nullable=False),
        sa.Column("captured", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["plan.id"], name=op.f("fk_plan_statement_plan_id_plan"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "week_of", name=op.f("pk_plan_statement")),
    )
    op.create_table(
        "plan_terms",
        sa.Column("plan_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_until", sa.Date(), nullable=True),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("dog_ids", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("preferred_walker_ids", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("payment_method_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("effective_until >= effective_from", name=op.f("ck_plan_terms_order")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_terms_plan_id_plan"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("plan_id", "number", name=op.f("pk_plan_terms")),
    )
    op.create_table(
        "plan_weekly",
        sa.Column("plan_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.Time(), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_plan_weekly_weekday")),
        sa.ForeignKeyConstraint(
            ["plan_id", "number"],
            ["plan_terms.plan_id", "plan_terms.number"],
            name=op.f("fk_plan_weekly_plan_id_number_plan_terms"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("plan_id", "number", "weekday", "at", name=op.f("pk_plan_weekly")),
    )
    op.create_table(
        "booking",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("owner_id", sa.UUID(), nullable=False),
        sa.Column("home_id", sa.UUID(), nullable=False),
        sa.Column("quote_id", sa.UUID(), nullable=False),
        sa.Column("plan_id", sa.UUID(), nullable=True),
        sa.Column("market_id", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("asap", sa.Boolean(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("original_starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("preferred_walker_ids", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("walker_earns", sa.BigInteger(), nullable=False),
        sa.Column("platform_fee", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("payment_method_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("incident", sa.Boolean(), nullable=False),
        sa.Column("on_hold", sa.Boolean(), nullable=False),
        sa.Column("payment_status", sa.Text(), nullable=False),
        sa.Column("payment_action_kind", sa.Text(), nullable=True),
        sa.Column("payment_action_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("walker_id", sa.UUID(), nullable=True),
        sa.Column("assignment_no", sa.BigInteger(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("on_the_way_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("needs_attention", sa.Text(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_booking_order")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_booking_home_id_home")),
        sa.ForeignKeyConstraint(["owner_id"], ["person.id"], name=op.f("fk_booking_owner_id_person")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_booking_plan_id_plan")),
        sa.ForeignKeyConstraint(["quote_id"], ["quote.id"], name=op.f("fk_booking_quote_id_quote")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("quote_id", name=op.f("uq_booking_quote_id")),
    )
    op.create_index(
        "ix_booking_open",
        "booking",
        ["market_id", "status"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_booking_owner",
        "booking",
        ["owner_id", sa.literal_column("starts_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_index(
        "ix_booking_plan",
        "booking",
        ["plan_id", "starts_at"],
        unique=False,
        postgresql_where=sa.text("plan_id IS NOT NULL"),
    )
    op.create_index(
        "ix_booking_running",
        "booking",
        ["market_id", "starts_at"],
        unique=False,
        postgresql_where=sa.text("walker_id IS NOT NULL AND outcome IS NULL"),
    )
    op.create_index(
        "ix_booking_unstarted", "booking", ["created_at"], unique=False, postgresql_where=sa.text("revealed_at IS NULL")
    )
    op.create_index(
        "ix_booking_walker",
        "booking",
        ["walker_id", sa.literal_column("starts_at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "booking_dog",
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("dog_id", sa.UUID(), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_booking_dog_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["dog_id"], ["dog.id"], name=op.f("fk_booking_dog_dog_id_dog")),
        sa.PrimaryKeyConstraint("booking_id", "dog_id", name=op.f("pk_booking_dog")),
    )
    op.create_table(
        "booking_event",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("xid", sa.BigInteger(), server_default=sa.text("pg_current_xact_id()::text::bigint"), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("audience", postgresql.ARRAY(sa.UUID()), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_booking_event_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_booking_event")),
        sa.UniqueConstraint("booking_id", "version", "n", name=op.f("uq_booking_event_booking_id_version_n")),
    )
    op.create_index("ix_booking_event_audience", "booking_event", ["audience"], unique=False, postgresql_using="gin")
    op.create_index("ix_booking_event_order", "booking_event", ["xid", "seq"], unique=False)
    op.create_table(
        "booking_rung",
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("assignment_no", sa.BigInteger(), nullable=False),
        sa.Column("rung", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_booking_rung_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("booking_id", "assignment_no", "rung", name=op.f("pk_booking_rung")),
    )
    op.create_table(
        "reschedule",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("assignment_no", sa.BigInteger(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("walker_earns", sa.BigInteger(), nullable=False),
        sa.Column("platform_fee", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("asked_by IN ('owner','walker')", name=op.f("ck_reschedule_asked_by")),
        sa.CheckConstraint(
            "status IN ('asked','open','accepted','declined','replaced','lapsed')", name=op.f("ck_reschedule_status")
        ),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_reschedule_order")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_reschedule_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reschedule")),
    )
    op.create_index(
        "ix_reschedule_booking", "reschedule", ["booking_id", sa.literal_column("created_at DESC")], unique=False
    )
    op.create_table(
        "contact_attempt",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("assignment_no", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('message','call')", name=op.f("ck_contact_attempt_kind")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_contact_attempt_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_attempt")),
    )
    op.create_index("ix_contact_attempt_walk", "contact_attempt", ["booking_id", "assignment_no", "at"], unique=False)
    op.create_table(
        "photo",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("assignment_no", sa.BigInteger(), nullable=False),
        sa.Column("object_key", sa.Text(), nullable=False),
        sa.Column("content_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("width_px", sa.BigInteger(), nullable=False),
        sa.Column("height_px", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_photo_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["object_key"], ["stored_object.key"], name=op.f("fk_photo_object_key_stored_object")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_photo_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        sa.UniqueConstraint("object_key", name=op.f("uq_photo_object_key")),
    )
    op.create_index("ix_photo_walk", "photo", ["booking_id", "assignment_no", "stored_at"], unique=False)
    op.create_table(
        "booking_message",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("assignment_no", sa.BigInteger(), nullable=False),
        sa.Column("walker_id", sa.UUID(), nullable=False),
        sa.Column("sender_id", sa.UUID(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("photo_id", sa.UUID(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("num_nonnulls(text, photo_id) = 1", name=op.f("ck_booking_message_content")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_booking_message_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["photo_id"], ["photo.id"], name=op.f("fk_booking_message_photo_id_photo")),
        sa.ForeignKeyConstraint(["sender_id"], ["person.id"], name=op.f("fk_booking_message_sender_id_person")),
        sa.ForeignKeyConstraint(["walker_id"], ["person.id"], name=op.f("fk_booking_message_walker_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking_message")),
    )
    op.create_index(
        "ix_booking_message_booking",
        "booking_message",
        ["booking_id", sa.literal_column("at DESC"), sa.literal_column("id DESC")],
        unique=False,
    )
    op.create_table(
        "walk_report",
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("walker_id", sa.UUID(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("events", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_walk_report_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["walker_id"], ["person.id"], name=op.f("fk_walk_report_walker_id_person")),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_walk_report")),
    )
    op.create_table(
        "ledger_journal",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_ledger_journal_booking_id_booking")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_journal")),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_journal_key")),
    )
    op.create_index(op.f("ix_ledger_journal_booking_id"), "ledger_journal", ["booking_id"], unique=False)
    op.create_table(
        "board_entry",
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("wave", sa.BigInteger(), nullable=False),
        sa.Column("bonus", sa.BigInteger(), nullable=False),
        sa.Column("radius_percent", sa.BigInteger(), nullable=False),
        sa.Column("asap", sa.Boolean(), nullable=False),
        sa.Column("dogs", sa.BigInteger(), nullable=False),
        sa.Column("heaviest_kg", sa.Double(), nullable=False),
        sa.Column("base_rate", sa.BigInteger(), nullable=False),
        sa.Column("travel_buffer_s", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_board_entry_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("booking_id", name=op.f("pk_board_entry")),
    )
    op.create_index(op.f("ix_board_entry_expires_at"), "board_entry", ["expires_at"], unique=False)
    op.create_table(
        "offer",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("walker_id", sa.UUID(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("wave", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("earns", sa.BigInteger(), nullable=False),
        sa.Column("bonus", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("distance_m", sa.BigInteger(), nullable=False),
        sa.Column("rank", sa.BigInteger(), nullable=False),
        sa.Column("score", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decline_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status IN ('open','accepted','declined','expired','withdrawn','taken')", name=op.f("ck_offer_status")
        ),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_offer_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["walker_id"], ["walker.person_id"], name=op.f("fk_offer_walker_id_walker")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
        sa.UniqueConstraint("booking_id", "round", "walker_id", name=op.f("uq_offer_booking_id_round_walker_id")),
    )
    op.create_index("ix_offer_walker", "offer", ["walker_id", sa.literal_column("created_at DESC")], unique=False)
    op.create_table(
        "outbox_message",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("batch", sa.Text(), nullable=False),
        sa.Column("person_id", sa.UUID(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=True),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sealed_key_id", sa.Text(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_after", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("channel IN ('push','mail','sms')", name=op.f("ck_outbox_message_channel")),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_outbox_message_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_outbox_message_person_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox_message")),
        sa.UniqueConstraint("key", name=op.f("uq_outbox_message_key")),
    )
    op.create_index(op.f("ix_outbox_message_batch"), "outbox_message", ["batch"], unique=False)
    op.create_index(op.f("ix_outbox_message_booking_id"), "outbox_message", ["booking_id"], unique=False)
    op.create_index(
        "ix_outbox_message_pending",
        "outbox_message",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('pending','sending')"),
    )
    op.create_index(
        "ix_outbox_message_person", "outbox_message", ["person_id", sa.literal_column("created_at DESC")], unique=False
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("customer_id", sa.Text(), nullable=False),
        sa.Column("payment_method_id", sa.Text(), nullable=False),
        sa.Column("payment_intent_id", sa.Text(), nullable=True),
        sa.Column("charge_id", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("amount_captured", sa.BigInteger(), nullable=False),
        sa.Column("amount_refunded", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("decline_code", sa.Text(), nullable=True),
        sa.Column("capture_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('service','tip','debt')", name=op.f("ck_payment_kind")),
        sa.CheckConstraint("amount > 0 AND amount_captured BETWEEN 0 AND amount", name=op.f("ck_payment_captured")),
        sa.CheckConstraint("amount_refunded BETWEEN 0 AND amount_captured", name=op.f("ck_payment_refunded")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_payment_booking_id_booking")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint("booking_id", "kind", "number", name=op.f("uq_payment_booking_id_kind_number")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_payment_idempotency_key")),
        sa.UniqueConstraint("payment_intent_id", name=op.f("uq_payment_payment_intent_id")),
    )
    op.create_table(
        "payout",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("assignment_no", sa.BigInteger(), nullable=False),
        sa.Column("walker_id", sa.UUID(), nullable=False),
        sa.Column("amount_from_charge", sa.BigInteger(), nullable=False),
        sa.Column("amount_from_platform", sa.BigInteger(), nullable=False),
        sa.Column("amount_deducted", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("amount_receivable", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("amount_reversed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("transfer_id", sa.Text(), nullable=True),
        sa.Column("platform_transfer_id", sa.Text(), nullable=True),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('due','paying','paid','held','failed','void')", name=op.f("ck_payout_state")),
        sa.CheckConstraint(
            "least(amount_deducted, amount_receivable, amount_reversed) >= 0", name=op.f("ck_payout_taken_back")
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_payout_booking_id_booking")),
        sa.ForeignKeyConstraint(["walker_id"], ["walker.person_id"], name=op.f("fk_payout_walker_id_walker")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint("booking_id", "assignment_no", name=op.f("uq_payout_booking_id_assignment_no")),
        sa.UniqueConstraint("platform_transfer_id", name=op.f("uq_payout_platform_transfer_id")),
        sa.UniqueConstraint("transfer_id", name=op.f("uq_payout_transfer_id")),
    )
    op.create_index(op.f("ix_payout_walker_id"), "payout", ["walker_id"], unique=False)
    op.create_table(
        "walk",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("assignment_no", sa.BigInteger(), nullable=False),
        sa.Column("walker_id", sa.UUID(), nullable=False),
        sa.Column("owner_id", sa.UUID(), nullable=False),
        sa.Column("home_lat", sa.Double(), nullable=False),
        sa.Column("home_lon", sa.Double(), nullable=False),
        sa.Column("home_radius_m", sa.Double(), nullable=False),
        sa.Column("max_ahead_s", sa.BigInteger(), nullable=False),
        sa.Column("shown_within_m", sa.Double(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heard_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("primary_device_id", sa.UUID(), nullable=True),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence_complete", sa.Boolean(), nullable=False),
        sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fences", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_walk_booking_id_booking"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["walker_id"], ["walker.person_id"], name=op.f("fk_walk_walker_id_walker")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walk")),
        sa.UniqueConstraint("booking_id", "assignment_no", name=op.f("uq_walk_booking_id_assignment_no")),
    )
    op.create_index(
        "ix_walk_late",
        "walk",
        ["late_at"],
        unique=False,
        postgresql_where=sa.text("late_at IS NOT NULL AND NOT evidence_complete"),
    )
    op.create_table(
        "person_block",
        sa.Column("blocker_id", sa.UUID(), nullable=False),
        sa.Column("blocked_id", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("blocker_id <> blocked_id", name=op.f("ck_person_block_other")),
        sa.ForeignKeyConstraint(
            ["blocker_id"], ["person.id"], name=op.f("fk_person_block_blocker_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["blocked_id"], ["person.id"], name=op.f("fk_person_block_blocked_id_person"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("blocker_id", "blocked_id", name=op.f("pk_person_block")),
    )
    op.create_table(
        "favourite_walker",
        sa.Column("owner_id", sa.UUID(), nullable=False),
        sa.Column("walker_id", sa.UUID(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["person.id"], name=op.f("fk_favourite_walker_owner_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["walker_id"], ["walker.person_id"], name=op.f("fk_favourite_walker_walker_id_walker"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("owner_id", "walker_id", name=op.f("pk_favourite_walker")),
    )
    op.create_table(
        "walker_calendar",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("walker_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=True),
        sa.Column("assignment_no", sa.BigInteger(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("travel_buffer", sa.Interval(), nullable=False),
        sa.Column("blocked", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("walker_id"), "="),
            (sa.column("blocked"), "&&"),
            where=sa.text("live"),
            using="gist",
            name="ex_walker_calendar_no_overlap",
        ),
        sa.CheckConstraint(
            "blocked = tstzrange(starts_at, ends_at + travel_buffer, '[)')", name=op.f("ck_walker_calendar_blocked")
        ),
        sa.CheckConstraint("kind IN ('assignment','tentative','time_off')", name=op.f("ck_walker_calendar_kind")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_walker_calendar_order")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_walker_calendar_booking_id_booking")),
        sa.ForeignKeyConstraint(
            ["walker_id"], ["walker.person_id"], name=op.f("fk_walker_calendar_walker_id_walker"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walker_calendar")),
    )
    op.create_index(
        "uq_walker_calendar_live_assignment",
        "walker_calendar",
        ["booking_id"],
        unique=True,
        postgresql_where=sa.text("live AND kind = 'assignment'"),
    )
    op.create_table(
        "walker_strike",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("walker_id", sa.UUID(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("assignment_no", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("waived_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('late_cancel','no_show')", name=op.f("ck_walker_strike_kind")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_walker_strike_booking_id_booking")),
        sa.ForeignKeyConstraint(
            ["walker_id"], ["walker.person_id"], name=op.f("fk_walker_strike_walker_id_walker"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_walker_strike")),
        sa.UniqueConstraint(
            "booking_id", "assignment_no", "kind", name=op.f("uq_walker_strike_booking_id_assignment_no_kind")
        ),
    )
    op.create_index(
        "ix_walker_strike_walker", "walker_strike", ["walker_id", sa.literal_column("at DESC")], unique=False
    )
    op.create_table(
        "strike_appeal",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("strike_id", sa.UUID(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.UUID(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('open','lifted','kept')", name=op.f("ck_strike_appeal_state")),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_strike_appeal_decided")),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["person.id"], name=op.f("fk_strike_appeal_decided_by_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["strike_id"],
            ["walker_strike.id"],
            name=op.f("fk_strike_appeal_strike_id_walker_strike"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_strike_appeal")),
        sa.UniqueConstraint("strike_id", name=op.f("uq_strike_appeal_strike_id")),
    )
    op.create_table(
        "ledger_posting",
        sa.Column("journal_id", sa.UUID(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("party_id", sa.UUID(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "account IN ('owner','walker_payable','platform_revenue','platform_cost','held','receivable','stripe_balance','provider_fees')",
            name=op.f("ck_ledger_posting_account"),
        ),
        sa.ForeignKeyConstraint(
            ["journal_id"], ["ledger_journal.id"], name=op.f("fk_ledger_posting_journal_id_ledger_journal")
        ),
        sa.PrimaryKeyConstraint("journal_id", "account", name=op.f("pk_ledger_posting")),
    )
    op.create_table(
        "refund",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("payment_id", sa.UUID(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("refund_id", sa.Text(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("of_owed", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("from_walker", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("from_revenue", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("walker_sent", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("funded_by", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount > 0", name=op.f("ck_refund_amount")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_refund_booking_id_booking")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id_payment")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_refund_idempotency_key")),
        sa.UniqueConstraint("refund_id", name=op.f("uq_refund_refund_id")),
    )
    op.create_index(op.f("ix_refund_booking_id"), "refund", ["booking_id"], unique=False)
    op.create_table(
        "geofence",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("home_id", sa.UUID(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("circle", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("polygon", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(circle IS NULL) <> (polygon IS NULL)", name=op.f("ck_geofence_shape")),
        sa.CheckConstraint("kind IN ('home','safe_area','no_go')", name=op.f("ck_geofence_kind")),
        sa.ForeignKeyConstraint(["home_id"], ["home.id"], name=op.f("fk_geofence_home_id_home"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_geofence")),
    )
    op.create_index(op.f("ix_geofence_home_id"), "geofence", ["home_id"], unique=False)
    op.create_index("uq_geofence_home", "geofence", ["home_id"], unique=True, postgresql_where=sa.text("kind = 'home'"))
    op.create_table(
        "fence_edge",
        sa.Column("walk_id", sa.UUID(), nullable=False),
        sa.Column("fence_id", sa.UUID(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("is_entering", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_late", sa.Boolean(), nullable=False),
        sa.Column("is_news", sa.Boolean(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["walk_id"], ["walk.id"], name=op.f("fk_fence_edge_walk_id_walk"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("walk_id", "fence_id", "n", name=op.f("pk_fence_edge")),
    )
    op.create_index(
        "ix_fence_edge_untold",
        "fence_edge",
        ["found_at"],
        unique=False,
        postgresql_where=sa.text("is_news AND told_at IS NULL"),
    )
    op.create_table(
        "track",
        sa.Column("walk_id", sa.UUID(), nullable=False),
        sa.Column("n", sa.BigInteger(), nullable=False),
        sa.Column("t0", sa.DateTime(timezone=True), nullable=True),
        sa.Column("t1", sa.DateTime(timezone=True), nullable=True),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.Column("polyline", sa.Text(), nullable=False),
        sa.Column("stats", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("verdict", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("algorithm_version", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["walk_id"], ["walk.id"], name=op.f("fk_track_walk_id_walk"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("walk_id", name=op.f("pk_track")),
    )
    op.create_table(
        "tracking_session",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("walk_id", sa.UUID(), nullable=False),
        sa.Column("walker_id", sa.UUID(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["walk_id"], ["walk.id"], name=op.f("fk_tracking_session_walk_id_walk"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tracking_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_tracking_session_token_hash")),
    )
    op.create_index(op.f("ix_tracking_session_walk_id"), "tracking_session", ["walk_id"], unique=False)
    op.create_table(
        "support_task",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=True),
        sa.Column("person_id", sa.UUID(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("assignee_id", sa.UUID(), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(status = 'resolved') = (resolved_at IS NOT NULL)", name=op.f("ck_support_task_resolved")),
        sa.CheckConstraint("status IN ('open','assigned','resolved')", name=op.f("ck_support_task_status")),
        sa.ForeignKeyConstraint(
            ["assignee_id"], ["person.id"], name=op.f("fk_support_task_assignee_id_person"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_support_task_booking_id_booking")),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_support_task_person_id_person"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_support_task")),
        sa.UniqueConstraint("key", name=op.f("uq_support_task_key")),
    )
    op.create_index(op.f("ix_support_task_booking_id"), "support_task", ["booking_id"], unique=False)
    op.create_index(
        "ix_support_task_waiting",
        "support_task",
        ["created_at", "id"],
        unique=False,
        postgresql_where=sa.text("status <> 'resolved'"),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_audit_entry_booking_id_booking")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("key", name=op.f("uq_audit_entry_key")),
    )
    op.create_index("ix_audit_entry_booking", "audit_entry", ["booking_id", "at"], unique=False)
    op.create_index("ix_audit_entry_subject", "audit_entry", ["subject", "at"], unique=False)
    op.create_table(
        "approval",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.UUID(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.UUID(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(state = 'pending') = (decided_by IS NULL)", name=op.f("ck_approval_decided")),
        sa.CheckConstraint("state IN ('pending','approved','rejected')", name=op.f("ck_approval_state")),
        sa.CheckConstraint("decided_by <> asked_by", name=op.f("ck_approval_second_person")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_approval_asked_by_person")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_approval_booking_id_booking")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_approval_decided_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approval")),
    )
    op.create_index(op.f("ix_approval_booking_id"), "approval", ["booking_id"], unique=False)
    op.create_table(
        "area_action",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("area", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("begins", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delay_s", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.UUID(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("executed_by", sa.UUID(), nullable=True),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("action IN ('cancel_free','delay','notify')", name=op.f("ck_area_action_action")),
        sa.CheckConstraint("cause IN ('storm','heat','outage','other')", name=op.f("ck_area_action_cause")),
        sa.CheckConstraint("state IN ('dry_run','running','done')", name=op.f("ck_area_action_state")),
        sa.ForeignKeyConstraint(["asked_by"], ["person.id"], name=op.f("fk_area_action_asked_by_person")),
        sa.ForeignKeyConstraint(["executed_by"], ["person.id"], name=op.f("fk_area_action_executed_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_action")),
    )
    op.create_table(
        "area_action_booking",
        sa.Column("action_id", sa.UUID(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("effect", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint("effect IN ('cancel','delay','tell')", name=op.f("ck_area_action_booking_effect")),
        sa.CheckConstraint("state IN ('planned','sent')", name=op.f("ck_area_action_booking_state")),
        sa.ForeignKeyConstraint(
            ["action_id"],
            ["area_action.id"],
            name=op.f("fk_area_action_booking_action_id_area_action"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_area_action_booking_booking_id_booking")),
        sa.PrimaryKeyConstraint("action_id", "booking_id", name=op.f("pk_area_action_booking")),
    )
    op.create_index(
        "ix_area_action_booking_left",
        "area_action_booking",
        ["action_id"],
        unique=False,
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.create_table(
        "review",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("author_id", sa.UUID(), nullable=False),
        sa.Column("about_id", sa.UUID(), nullable=False),
        sa.Column("about_walker", sa.Boolean(), nullable=False),
        sa.Column("rating", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("rating BETWEEN 1 AND 5", name=op.f("ck_review_rating")),
        sa.ForeignKeyConstraint(
            ["about_id"], ["person.id"], name=op.f("fk_review_about_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["person.id"], name=op.f("fk_review_author_id_person"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_review_booking_id_booking")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review")),
        sa.UniqueConstraint("booking_id", "author_id", name=op.f("uq_review_booking_id_author_id")),
    )
    op.create_index(
        "ix_review_about", "review", ["about_id", sa.literal_column("shown_at DESC"), sa.literal_column("id DESC")]
    )
    op.create_index("ix_review_hidden", "review", ["closes_at"], postgresql_where=sa.text("shown_at IS NULL"))
    op.create_table(
        "claim",
        sa.Column("id", sa.UUID(), nullable=False),
        sa.Column("booking_id", sa.UUID(), nullable=False),
        sa.Column("claimant_id", sa.UUID(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("granted", sa.BigInteger(), nullable=False),
        sa.Column("decide_by", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.UUID(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open','upheld','rejected')", name=op.f("ck_claim_state")),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f("ck_claim_decided")),
        sa.CheckConstraint("granted >= 0", name=op.f("ck_claim_granted")),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name=op.f("fk_claim_booking_id_booking")),
        sa.ForeignKeyConstraint(["claimant_id"], ["person.id"], name=op.f("fk_claim_claimant_id_person")),
        sa.ForeignKeyConstraint(["decided_by"], ["person.id"], name=op.f("fk_claim_decided_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
        sa.UniqueConstraint("booking_id", "claimant_id", "kind", name=op.f("uq_claim_booking_id_claimant_id_kind")),
    )
    op.create_index(op.f("ix_claim_booking_id"), "claim", ["booking_id"], unique=False)

    op.execute(POSITION_DEFAULT)
    _run(LEDGER_BALANCES)
    _run(APPEND_ONLY)


def downgrade() -> None:
    op.execute("DROP FUNCTION ledger_journal_balances CASCADE")
    op.execute("DROP FUNCTION refuse_change CASCADE")
    op.drop_table("claim")
    op.drop_table("review")
    op.drop_index(
        "ix_area_action_booking_left",
        table_name="area_action_booking",
        postgresql_where=sa.text("state = 'planned'"),
    )
    op.drop_table("area_action_booking")
    op.drop_table("area_action")
    op.drop_index(op.f("ix_approval_booking_id"), table_name="approval")
    op.drop_table("approval")
    op.drop_index("ix_audit_entry_booking", table_name="audit_entry")
    op.drop_index("ix_audit_entry_subject", table_name="audit_entry")
    op.drop_table("audit_entry")
    op.drop_index(op.f("ix_support_task_booking_id"), table_name="support_task")
    op.drop_index(
        "ix_support_task_waiting", table_name="support_task", postgresql_where=sa.text("status <> 'resolved'")
    )
    op.drop_table("support_task")
    op.drop_index(op.f("ix_tracking_session_walk_id"), table_name="tracking_session")
    op.drop_table("tracking_session")
    op.drop_table("track")
    op.drop_index(
        "ix_fence_edge_untold", table_name="fence_edge", postgresql_where=sa.text("is_news AND told_at IS NULL")
    )
    op.drop_table("fence_edge")
    op.drop_index("uq_geofence_home", table_name="geofence", postgresql_where=sa.text("kind = 'home'"))
    op.drop_index(op.f("ix_geofence_home_id"), table_name="geofence")
    op.drop_table("geofence")
    op.drop_index(op.f("ix_refund_booking_id"), table_name="refund")
    op.drop_table("refund")
    op.drop_table("ledger_posting")
    op.drop_table("strike_appeal")
    op.drop_index("ix_walker_strike_walker", table_name="walker_strike")
    op.drop_table("walker_strike")
    op.drop_index(
        "uq_walker_calendar_live_assignment",
        table_name="walker_calendar",
        postgresql_where=sa.text("live AND kind = 'assignment'"),
    )
    op.drop_table("walker_calendar")
    op.drop_table("favourite_walker")
    op.drop_table("person_block")
    op.drop_index(
        "ix_walk_late", table_name="walk", postgresql_where=sa.text("late_at IS NOT NULL AND NOT evidence_complete")
    )
    op.drop_table("walk")
    op.drop_index(op.f("ix_payout_walker_id"), table_name="payout")
    op.drop_table("payout")
    op.drop_table("payment")
    op.drop_index("ix_outbox_message_person", table_name="outbox_message")
    op.drop_index(
        "ix_outbox_message_pending",
        table_name="outbox_message",
        postgresql_where=sa.text("state IN ('pending','sending')"),
    )
    op.drop_index(op.f("ix_outbox_message_booking_id"), table_name="outbox_message")
    op.drop_index(op.f("ix_outbox_message_batch"), table_name="outbox_message")
    op.drop_table("outbox_message")
    op.drop_index("ix_offer_walker", table_name="offer")
    op.drop_table("offer")
    op.drop_index(op.f("ix_ledger_journal_booking_id"), table_name="ledger_journal")
    op.drop_table("ledger_journal")
    op.drop_index("ix_reschedule_booking", table_name="reschedule")
    op.drop_table("reschedule")
    op.drop_table("walk_report")
    op.drop_index("ix_booking_message_booking", table_name="booking_message")
    op.drop_table("booking_message")
    op.drop_index("ix_photo_walk", table_name="photo")
    op.drop_table("photo")
    op.drop_index("ix_contact_attempt_walk", table_name="contact_attempt")
    op.drop_table("contact_attempt")
    op.drop_table("booking_rung")
    op.drop_index("ix_booking_event_order", table_name="booking_event")
    op.drop_index("ix_booking_event_audience", table_name="booking_event", postgresql_using="gin")
    op.drop_table("booking_event")
    op.drop_table("booking_dog")
    op.drop_index("ix_booking_walker", table_name="booking")
    op.drop_index(
        "ix_booking_running",
        table_name="booking",
        postgresql_where=sa.text("walker_id IS NOT NULL AND outcome IS NULL"),
    )
    op.drop_index("ix_booking_unstarted", table_name="booking", postgresql_where=sa.text("revealed_at IS NULL"))
    op.drop_index("ix_booking_plan", table_name="booking", postgresql_where=sa.text("plan_id IS NOT NULL"))
    op.drop_index("ix_booking_owner", table_name="booking")
    op.drop_index("ix_booking_open", table_name="booking", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_table("booking")
    op.drop_table("plan_weekly")
    op.drop_table("plan_terms")
    op.drop_table("plan_statement")
    op.drop_table("plan_occurrence")
    op.drop_table("plan_break")
    op.drop_index("ix_plan_unstarted", table_name="plan", postgresql_where=sa.text("revealed_at IS NULL"))
    op.drop_index("ix_plan_owner", table_name="plan")
    op.drop_table("plan")
    op.drop_index(op.f("ix_weekly_availability_walker_id"), table_name="weekly_availability")
    op.drop_table("weekly_availability")
    op.drop_index(op.f("ix_refresh_token_session_id"), table_name="refresh_token")
    op.drop_table("refresh_token")
    op.drop_index(op.f("ix_quote_owner_id"), table_name="quote")
    op.drop_table("quote")
    op.drop_index(op.f("ix_device_session_id"), table_name="device")
    op.drop_index(op.f("ix_device_person_id"), table_name="device")
    op.drop_table("device")
    op.drop_table("notification_preference")
    op.drop_index("ix_walker_on_call_reach", table_name="walker")
    op.drop_index("ix_walker_reach", table_name="walker")
    op.drop_table("walker")
    op.drop_table("two_factor")
    op.drop_index(op.f("ix_recovery_code_person_id"), table_name="recovery_code")
    op.drop_table("recovery_code")
    op.drop_table("person_role")
    op.drop_table("market_policy")
    op.drop_index(op.f("ix_login_session_person_id"), table_name="login_session")
    op.drop_table("login_session")
    op.drop_index(op.f("ix_home_owner_id"), table_name="home")
    op.drop_table("home")
    op.drop_index(op.f("ix_dog_owner_id"), table_name="dog")
    op.drop_table("dog")
    op.drop_index(op.f("ix_challenge_person_id"), table_name="challenge")
    op.drop_table("challenge")
    op.drop_index("ix_card_setup_person", table_name="card_setup")
    op.drop_table("card_setup")
    op.drop_table("workflow_key")
    op.drop_index(
        "ix_stripe_event_pending", table_name="stripe_event", postgresql_where=sa.text("processed_at IS NULL")
    )
    op.drop_index("ix_stripe_event_object", table_name="stripe_event")
    op.drop_table("stripe_event")
    op.drop_index("ix_quarantined_position_walk", table_name="quarantined_position")
    op.drop_table("quarantined_position")
    op.drop_table("position")
    op.drop_index(
        "uq_person_verified_phone", table_name="person", postgresql_where=sa.text("phone_verified_at IS NOT NULL")
    )
    op.drop_table("person")
    op.drop_index(
        "ix_stored_object_doomed", table_name="stored_object", postgresql_where=sa.text("doomed_at IS NOT NULL")
    )
    op.drop_table("stored_object")
    op.drop_table("market")
    op.drop_index(op.f("ix_idempotency_record_created_at"), table_name="idempotency_record")
    op.drop_table("idempotency_record")
