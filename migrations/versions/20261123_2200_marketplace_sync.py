"""Marketplace sync: runs, cursors, remote records, quotas, the review inbox and the outbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_2200"
down_revision = "20261123_1900"
branch_labels = None
depends_on = None

SYNC_KINDS = ("outbox", "orders", "listings", "market")
RUN_STATUSES = ("running", "completed", "failed", "cancelled", "waiting", "interrupted")
REMOTE_ENTITIES = ("order", "listing")
REVIEW_KINDS = (
    "bad_record",
    "listing_vanished",
    "listing_without_unit",
    "size_unclear",
    "oversold",
    "order_changed",
)
REVIEW_STATES = ("open", "settled", "dismissed")
REVIEW_ANSWERS = ("sold", "deleted", "expired", "link", "add_unit", "read_again", "dismiss")
OUTBOX_ACTIONS = ("create", "reprice", "activate", "deactivate", "delete", "ship")
OUTBOX_STATES = (
    "held",
    "queued",
    "sending",
    "pending",
    "confirmed",
    "failed",
    "unknown",
    "dropped",
)
OUTBOX_REASONS = ("user", "oversell")
COUNTS = ("fetched", "created", "updated", "unchanged", "failed", "requests")
#: Other desktops hear of these by the domain's name.
ANNOUNCED = (
    "integration.sync_run",
    "integration.review_entry",
    "transactions.outbox",
    "system.platform_account",
)
PROMISES = "inventory.stockx_presale_marking"
#: In these a unit can be bought from us; leaving them for any other means that it is gone.
IN_STOCK = "ARRAY['ordered', 'incoming', 'available', 'consigned', 'reserved']"

#: A statement that changes nothing, such as a foreign key's, wakes nobody; equal notices of one
#: transaction are one.
ANNOUNCE = """
CREATE FUNCTION system.announce() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM changed_rows) THEN
        PERFORM pg_notify('soleflip_changes', 'domain:' || TG_ARGV[0]);
    END IF;
    RETURN NULL;
END
$$
"""

#: Whoever books a unit out - a sync, an import, somebody in the grid, plain SQL -, its offers
#: elsewhere have to end: also one whose end somebody held back, or the platform refused before.
#: One that was sent already is not taken back when the unit returns.
QUEUE_DELISTING = f"""
CREATE FUNCTION transactions.queue_delisting() RETURNS trigger LANGUAGE plpgsql
SET enable_nestloop = off AS $$
DECLARE
    gone bigint[];
    back bigint[];
BEGIN
    SELECT array_agg(a.id) FILTER (WHERE a.status <> ALL ({IN_STOCK})),
        array_agg(a.id) FILTER (WHERE a.status = ANY ({IN_STOCK}))
    INTO gone, back
    FROM before_rows b JOIN after_rows a USING (id)
    WHERE b.status <> a.status AND (b.status = ANY ({IN_STOCK})) <> (a.status = ANY ({IN_STOCK}));
    IF gone IS NOT NULL THEN
        WITH dropped AS (
            UPDATE transactions.outbox o
            SET state = 'dropped', error = 'The unit is no longer in stock.', settled_at = now()
            WHERE o.item_id = ANY (gone) AND o.state IN ('held', 'queued', 'failed')
                AND o.action IN ('create', 'reprice', 'activate')
            RETURNING o.listing_id, o.action
        )
        UPDATE transactions.listing l SET status = 'deleted'
        WHERE l.id = ANY (ARRAY(SELECT listing_id FROM dropped WHERE action = 'create'))
            AND l.external_id IS NULL AND l.status IN ('queued', 'failed');
        INSERT INTO transactions.outbox
            (platform_account_id, action, state, reason, listing_id, item_id, ask, currency)
        SELECT l.platform_account_id, 'delete', 'queued', 'oversell', l.id, l.item_id, l.ask,
            l.currency
        FROM transactions.listing l
        WHERE l.item_id = ANY (gone) AND l.status = 'active' AND l.external_id IS NOT NULL
        ORDER BY l.id
        ON CONFLICT (listing_id, action) WHERE state NOT IN ('confirmed', 'dropped')
        DO UPDATE SET state = 'queued', reason = 'oversell', not_before = NULL, error = ''
        WHERE outbox.state IN ('held', 'failed');
    END IF;
    IF back IS NOT NULL THEN
        UPDATE transactions.outbox o
        SET state = 'dropped', error = 'The unit is in stock again.', settled_at = now()
        WHERE o.item_id = ANY (back) AND o.reason = 'oversell'
            AND o.state IN ('held', 'queued', 'failed');
    END IF;
    RETURN NULL;
END
$$
"""

#: Into the change feed, as `log_change` does it: other tables than the units' own show at a unit.
LOG_UNITS = """
CREATE FUNCTION system.log_units(touched bigint[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    logged bigint;
BEGIN
    IF touched IS NULL THEN
        RETURN;
    END IF;
    IF cardinality(touched) > 500 THEN
        touched := NULL;
    END IF;
    INSERT INTO system.change_log (entity, operation, ids) VALUES ('item', 'U', touched)
    RETURNING seq INTO logged;
    PERFORM pg_notify('soleflip_changes', 'item:' || logged);
END
$$
"""

#: Units on stock whose market value is another one now.
FEED_PRICES = f"""
CREATE FUNCTION integration.feed_prices() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM system.log_units((SELECT array_agg(id) FROM (
        SELECT i.id FROM inventory.item i
        WHERE i.variant_id IN (SELECT r.variant_id FROM changed_rows r)
            AND i.status = ANY ({IN_STOCK})
        LIMIT 501
    ) AS sample));
    RETURN NULL;
END
$$
"""

#: Units that are promised now, or no longer.
FEED_PROMISES = """
CREATE FUNCTION inventory.feed_promises() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM system.log_units((SELECT array_agg(item_id) FROM (
        SELECT DISTINCT item_id FROM changed_rows LIMIT 501
    ) AS sample));
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    change_accounts()
    change_sales()
    create_runs()
    create_remote_records()
    create_review()
    create_outbox()
    create_triggers()


def downgrade() -> None:
    op.execute("DROP TRIGGER queue_delisting ON inventory.item")
    op.execute("DROP TRIGGER feed_prices ON integration.marketplace_data")
    for operation in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER feed_promises_{operation} ON {PROMISES}")
    for operation in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER announce_{operation} ON system.platform_account")
    op.drop_table("outbox", schema="transactions")
    for table in ("review_entry", "remote_record", "request_quota", "sync_cursor", "sync_run"):
        op.drop_table(table, schema="integration")
    for function in (
        "transactions.queue_delisting()",
        "integration.feed_prices()",
        "inventory.feed_promises()",
        "system.log_units(bigint[])",
        "system.announce()",
    ):
        op.execute(f"DROP FUNCTION {function}")
    for column in ("ship_by", "remote_status", "listing_id"):
        op.drop_column("order", column, schema="transactions")
    op.execute("DELETE FROM transactions.listing WHERE item_id IS NULL")
    op.drop_constraint("ck_listing_what", "listing", schema="transactions")
    for column in ("variant_id", "remote_status", "quantity", "seen_at"):
        op.drop_column("listing", column, schema="transactions")
    op.alter_column("listing", "item_id", nullable=False, schema="transactions")
    for column in ("settings", "synced"):
        op.drop_column("platform_account", column, schema="system")


def change_accounts() -> None:
    op.add_column(
        "platform_account",
        sa.Column("synced", sa.Boolean(), server_default=sa.false(), nullable=False),
        schema="system",
    )
    op.add_column(
        "platform_account",
        sa.Column("settings", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        schema="system",
    )


def change_sales() -> None:
    """A listing may be known before its unit is; an order knows what it was sold through."""
    op.alter_column("listing", "item_id", nullable=True, schema="transactions")
    op.add_column("listing", sa.Column("variant_id", sa.BigInteger()), schema="transactions")
    op.add_column("listing", sa.Column("remote_status", sa.Text()), schema="transactions")
    op.add_column(
        "listing",
        sa.Column("quantity", sa.Integer(), server_default="1", nullable=False),
        schema="transactions",
    )
    op.add_column("listing", _instant("seen_at"), schema="transactions")
    op.create_foreign_key(
        op.f("fk_listing_variant_id_product_variant"),
        "listing",
        "product_variant",
        ["variant_id"],
        ["id"],
        source_schema="transactions",
        referent_schema="catalog",
    )
    op.create_check_constraint(
        op.f("ck_listing_what"),
        "listing",
        "item_id IS NOT NULL OR variant_id IS NOT NULL",
        schema="transactions",
    )
    op.create_index("ix_listing_variant_id", "listing", ["variant_id"], schema="transactions")
    op.add_column("order", _instant("ship_by"), schema="transactions")
    op.add_column("order", sa.Column("remote_status", sa.Text()), schema="transactions")
    op.add_column("order", sa.Column("listing_id", sa.BigInteger()), schema="transactions")
    op.create_foreign_key(
        op.f("fk_order_listing_id_listing"),
        "order",
        "listing",
        ["listing_id"],
        ["id"],
        source_schema="transactions",
        referent_schema="transactions",
    )
    op.create_index(
        "ix_order_ship_by",
        "order",
        ["ship_by"],
        schema="transactions",
        postgresql_where=sa.text("status IN ('pending', 'confirmed') AND ship_by IS NOT NULL"),
    )
    op.create_index(
        "ix_order_listing_id",
        "order",
        ["listing_id"],
        schema="transactions",
        postgresql_where=sa.text("listing_id IS NOT NULL"),
    )


def create_runs() -> None:
    op.create_table(
        "sync_run",
        _key(),
        _account(),
        _word("kind", SYNC_KINDS),
        _word("status", RUN_STATUSES),
        sa.Column("full", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column(
            "actor",
            sa.Text(),
            server_default=sa.text(
                "coalesce(current_setting('soleflip.actor', true), current_user)"
            ),
            nullable=False,
        ),
        sa.Column("started_at", _INSTANT, server_default=sa.func.now(), nullable=False),
        _instant("finished_at"),
        *(sa.Column(name, sa.Integer(), server_default="0", nullable=False) for name in COUNTS),
        sa.Column("waited_s", sa.Numeric(10, 1), server_default="0", nullable=False),
        sa.Column("message", sa.Text(), server_default="", nullable=False),
        *_constraints("sync_run", kind=SYNC_KINDS, status=RUN_STATUSES),
        sa.CheckConstraint(
            "fetched = created + updated + unchanged + failed", name=op.f("ck_sync_run_counts")
        ),
        schema="integration",
    )
    op.create_index(
        "ix_sync_run_platform_account_id_kind_id",
        "sync_run",
        ["platform_account_id", "kind", "id"],
        schema="integration",
    )
    op.create_table(
        "sync_cursor",
        _account(),
        _word("kind", SYNC_KINDS),
        sa.Column("cursor", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        _instant("succeeded_at"),
        _instant("next_run_at"),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        *_constraints("sync_cursor", key=("platform_account_id", "kind"), kind=SYNC_KINDS),
        schema="integration",
    )
    op.create_table(
        "request_quota",
        _account(),
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("state", postgresql.JSONB(), nullable=False),
        *_constraints("request_quota", key=("platform_account_id", "bucket")),
        schema="integration",
    )


def create_remote_records() -> None:
    op.create_table(
        "remote_record",
        _account(),
        _word("entity", REMOTE_ENTITIES),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("raw", postgresql.JSONB(), nullable=False),
        sa.Column("digest", sa.CHAR(64), nullable=False),
        sa.Column("local_id", sa.BigInteger()),
        sa.Column("round", sa.Uuid(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("seen_at", _INSTANT, server_default=sa.func.now(), nullable=False),
        sa.Column("changed_at", _INSTANT, server_default=sa.func.now(), nullable=False),
        *_constraints(
            "remote_record",
            key=("platform_account_id", "entity", "external_id"),
            entity=REMOTE_ENTITIES,
        ),
        schema="integration",
    )


def create_review() -> None:
    op.create_table(
        "review_entry",
        _key(),
        _account(),
        _word("kind", REVIEW_KINDS),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("raised_at", _INSTANT, server_default=sa.func.now(), nullable=False),
        _word("state", REVIEW_STATES, default="open"),
        sa.Column("answer", sa.String(_longest(REVIEW_ANSWERS))),
        sa.Column("settled_by", sa.Text()),
        _instant("settled_at"),
        *_constraints(
            "review_entry", kind=REVIEW_KINDS, state=REVIEW_STATES, answer=REVIEW_ANSWERS
        ),
        schema="integration",
    )
    op.create_index(
        "uq_review_entry_open",
        "review_entry",
        ["platform_account_id", "kind", "external_id"],
        unique=True,
        schema="integration",
        postgresql_where=sa.text("state = 'open'"),
    )


def create_outbox() -> None:
    op.create_table(
        "outbox",
        _key(),
        _account(),
        _word("action", OUTBOX_ACTIONS),
        _word("state", OUTBOX_STATES),
        _word("reason", OUTBOX_REASONS, default="user"),
        sa.Column("listing_id", sa.BigInteger()),
        sa.Column("item_id", sa.BigInteger()),
        sa.Column("order_id", sa.BigInteger()),
        sa.Column("ask", sa.Numeric(14, 2)),
        sa.Column("old_ask", sa.Numeric(14, 2)),
        sa.Column("currency", sa.CHAR(3)),
        _instant("expires_at"),
        sa.Column("active", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("carrier", sa.Text()),
        sa.Column("tracking_number", sa.Text()),
        sa.Column(
            "actor",
            sa.Text(),
            server_default=sa.text(
                "coalesce(current_setting('soleflip.actor', true), current_user)"
            ),
            nullable=False,
        ),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        _instant("not_before"),
        _instant("sent_at"),
        _instant("settled_at"),
        sa.Column("operation_id", sa.Text()),
        sa.Column("batch_id", sa.Text()),
        sa.Column("answer", postgresql.JSONB()),
        sa.Column("error", sa.Text(), server_default="", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        *_stamps(),
        *_constraints("outbox", action=OUTBOX_ACTIONS, state=OUTBOX_STATES, reason=OUTBOX_REASONS),
        _reference("outbox", "listing_id", "transactions.listing", "CASCADE"),
        _reference("outbox", "item_id", "inventory.item", "SET NULL"),
        _reference("outbox", "order_id", "transactions.order", "CASCADE"),
        sa.CheckConstraint("ask IS NULL OR currency IS NOT NULL", name=op.f("ck_outbox_currency")),
        schema="transactions",
    )
    for column in ("listing_id", "item_id", "order_id"):
        op.create_index(f"ix_outbox_{column}", "outbox", [column], schema="transactions")
    unsettled = sa.text("state NOT IN ('confirmed', 'dropped')")
    op.create_index(
        "ix_outbox_open",
        "outbox",
        ["platform_account_id", "id"],
        schema="transactions",
        postgresql_where=unsettled,
    )
    op.create_index(
        "uq_outbox_listing_id_action_open",
        "outbox",
        ["listing_id", "action"],
        unique=True,
        schema="transactions",
        postgresql_where=unsettled,
    )


def create_triggers() -> None:
    op.execute(ANNOUNCE)
    for table in ANNOUNCED:
        for operation, rows in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")):
            op.execute(
                f"CREATE TRIGGER announce_{operation} AFTER {operation} ON {table} "
                f"REFERENCING {rows} TABLE AS changed_rows "
                "FOR EACH STATEMENT EXECUTE FUNCTION system.announce('integration')"
            )
    op.execute(QUEUE_DELISTING)
    op.execute(
        "CREATE TRIGGER queue_delisting AFTER UPDATE ON inventory.item "
        "REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION transactions.queue_delisting()"
    )
    op.execute(LOG_UNITS)
    op.execute(FEED_PRICES)
    op.execute(
        "CREATE TRIGGER feed_prices AFTER INSERT ON integration.marketplace_data "
        "REFERENCING NEW TABLE AS changed_rows "
        "FOR EACH STATEMENT EXECUTE FUNCTION integration.feed_prices()"
    )
    op.execute(FEED_PROMISES)
    for operation, rows in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")):
        op.execute(
            f"CREATE TRIGGER feed_promises_{operation} AFTER {operation} ON {PROMISES} "
            f"REFERENCING {rows} TABLE AS changed_rows "
            "FOR EACH STATEMENT EXECUTE FUNCTION inventory.feed_promises()"
        )


_INSTANT = sa.TIMESTAMP(timezone=True)


def _key() -> sa.Column[object]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), primary_key=True)


def _account() -> sa.Column[object]:
    return sa.Column("platform_account_id", sa.BigInteger(), nullable=False)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, _INSTANT)


def _word(name: str, words: tuple[str, ...], default: str | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.String(_longest(words)), server_default=default, nullable=False)


def _longest(words: tuple[str, ...]) -> int:
    return max(map(len, words))


def _stamps() -> tuple[sa.Column[object], ...]:
    return tuple(
        sa.Column(name, _INSTANT, server_default=sa.func.now(), nullable=False)
        for name in ("created_at", "updated_at")
    )


def _reference(table: str, column: str, target: str, action: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target.partition('.')[2]}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name, ondelete=action)


def _constraints(
    table: str, *, key: tuple[str, ...] = ("id",), **words: tuple[str, ...]
) -> tuple[sa.schema.SchemaItem, ...]:
    """The primary key, the account that everything here belongs to, and the allowed words."""
    checks = (
        sa.CheckConstraint(
            f"{column} IN ({', '.join(repr(word) for word in allowed)})",
            name=op.f(f"ck_{table}_{_CHECKS[table, column]}"),
        )
        for column, allowed in words.items()
    )
    account = "platform_account_id"
    return (
        sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(
            [account],
            ["system.platform_account.id"],
            name=op.f(f"fk_{table}_{account}_platform_account"),
            ondelete="CASCADE",
        ),
        *checks,
    )


#: The models name these checks after their enums.
_CHECKS = {
    ("sync_run", "kind"): "synckind",
    ("sync_run", "status"): "runstatus",
    ("sync_cursor", "kind"): "synckind",
    ("remote_record", "entity"): "remoteentity",
    ("review_entry", "kind"): "reviewkind",
    ("review_entry", "state"): "reviewstate",
    ("review_entry", "answer"): "reviewanswer",
    ("outbox", "action"): "outboxaction",
    ("outbox", "state"): "outboxstate",
    ("outbox", "reason"): "outboxreason",
}
