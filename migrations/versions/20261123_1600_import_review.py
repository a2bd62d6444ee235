"""Imports that are reviewed, change records, and can be undone and redone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_1600"
down_revision = "20261123_1300"
branch_labels = None
depends_on = None

TARGETS = ("sales", "items", "products", "suppliers", "prices")
ENTITIES = (
    "brand",
    "category",
    "size",
    "product",
    "variant",
    "identifier",
    "supplier",
    "account",
    "item",
    "order",
    "payout",
    "price",
)
BATCH_STATES = ("running", "completed", "cancelled", "failed", "interrupted")
RECORD_STATES = ("rejected", "warning")
COUNTS = ("changed", "unchanged", "conflicts", "skipped")
VERSIONED = (
    "catalog.product",
    "suppliers.supplier",
    "inventory.item",
    "transactions.order",
    "transactions.listing",
)

#: Whoever changes a row, the ORM or plain SQL: an undo tells by the version that somebody did.
RAISE_VERSION = """
CREATE FUNCTION system.raise_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.version := OLD.version + 1;
    NEW.updated_at := now();
    RETURN NEW;
END
$$
"""

#: The state machine tells which steps a unit can take. An import or its undo says what is so, not
#: which step was taken: they name themselves in `soleflip.correction`, and the event keeps it.
RECORD_STATUS_CHANGE = """
CREATE OR REPLACE FUNCTION system.record_status_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    refused record;
    correction text := {correction};
BEGIN
    SELECT b.id, b.status AS from_status, a.status AS to_status INTO refused
    FROM before_rows b JOIN after_rows a USING (id)
    LEFT JOIN system.status_transition t
        ON t.entity = TG_ARGV[0] AND t.from_status = b.status AND t.to_status = a.status
    WHERE b.status <> a.status AND t.entity IS NULL AND correction IS NULL
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'status_transition',
            MESSAGE = format('%s %s cannot go from %s to %s',
                TG_ARGV[0], refused.id, refused.from_status, refused.to_status);
    END IF;
    INSERT INTO system.event_store (event_type, aggregate_kind, aggregate_id, data)
    SELECT TG_ARGV[0] || '.status_changed', TG_ARGV[0], a.id,
           jsonb_strip_nulls(jsonb_build_object('from', b.status, 'to', a.status,
               'correction', correction))
    FROM before_rows b JOIN after_rows a USING (id)
    WHERE b.status <> a.status
    ORDER BY a.id;
    RETURN NULL;
END
$$
"""
CORRECTION = "nullif(current_setting('soleflip.correction', true), '')"


def upgrade() -> None:
    change_batches()
    create_import_change()
    op.create_table(
        "import_profile",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("profile", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        _instant("created_at"),
        _instant("updated_at"),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_import_profile")),
        schema="integration",
    )
    change_units()
    change_sales()
    op.add_column("source_price", sa.Column("import_row", sa.Integer()), schema="pricing")
    op.execute(RECORD_STATUS_CHANGE.replace("{correction}", CORRECTION))
    op.execute(RAISE_VERSION)
    for table in VERSIONED:
        op.execute(
            f"CREATE TRIGGER raise_version BEFORE UPDATE ON {table} FOR EACH ROW "
            "WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION system.raise_version()"
        )


def downgrade() -> None:
    for table in VERSIONED:
        op.execute(f"DROP TRIGGER raise_version ON {table}")
    op.execute("DROP FUNCTION system.raise_version()")
    op.execute(RECORD_STATUS_CHANGE.replace("{correction}", "NULL"))
    op.drop_column("source_price", "import_row", schema="pricing")
    op.drop_index("ix_transaction_payout_id", table_name="transaction", schema="transactions")
    op.drop_index("ix_order_variant_id", table_name="order", schema="transactions")
    op.drop_index("ix_order_item_id", table_name="order", schema="transactions")
    op.drop_index("ix_item_purchase_order_number", table_name="item", schema="inventory")
    op.drop_index("uq_item_content_key", table_name="item", schema="inventory")
    for column in ("content_key", "delivered_at"):
        op.drop_column("item", column, schema="inventory")
    op.drop_table("import_profile", schema="integration")
    op.drop_table("import_change", schema="integration")
    restore_batches()


def change_batches() -> None:
    op.add_column(
        "import_batch",
        sa.Column("title", sa.Text(), server_default="", nullable=False),
        schema="integration",
    )
    op.add_column(
        "import_batch",
        sa.Column(
            "target",
            sa.Enum(*TARGETS, name="target", native_enum=False, create_constraint=True),
            server_default="sales",
            nullable=False,
        ),
        schema="integration",
    )
    for name in COUNTS:
        op.add_column(
            "import_batch",
            sa.Column(name, sa.Integer(), server_default="0", nullable=False),
            schema="integration",
        )
    for column in (
        sa.Column(
            "file_totals",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("row_classes", sa.LargeBinary()),
        sa.Column(
            "kept_rows",
            postgresql.ARRAY(sa.Integer()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("undone_at", sa.TIMESTAMP(timezone=True)),
    ):
        op.add_column("import_batch", column, schema="integration")
    _replace_check(
        "import_batch",
        "row_counts",
        "rows >= imported + changed + duplicates + rejected + conflicts + skipped",
    )
    _replace_check(
        "import_batch", "batchstatus", _one_of("status", ("draft", *BATCH_STATES, "undone"))
    )
    _replace_check("import_record", "recordstate", _one_of("state", ("conflict", *RECORD_STATES)))


def restore_batches() -> None:
    """Drafts and undone batches have no place in the older schema; their rows are not there."""
    op.execute("DELETE FROM integration.import_batch WHERE status = 'draft'")
    op.execute("UPDATE integration.import_batch SET status = 'cancelled' WHERE status = 'undone'")
    op.execute("UPDATE integration.import_record SET state = 'rejected' WHERE state = 'conflict'")
    _replace_check("import_record", "recordstate", _one_of("state", RECORD_STATES))
    _replace_check("import_batch", "batchstatus", _one_of("status", BATCH_STATES))
    _replace_check("import_batch", "row_counts", "rows >= imported + duplicates + rejected")
    for name in (
        *COUNTS,
        "file_totals",
        "row_classes",
        "kept_rows",
        "undone_at",
        "target",
        "title",
    ):
        op.drop_column("import_batch", name, schema="integration")


def create_import_change() -> None:
    op.create_table(
        "import_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=True),
        sa.Column(
            "entity",
            sa.Enum(*ENTITIES, name="changedentity", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("entity_id", sa.BigInteger(), nullable=True),
        sa.Column("operation", sa.CHAR(length=1), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.CheckConstraint("operation IN ('I', 'U')", name=op.f("ck_import_change_operation")),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["integration.import_batch.id"],
            name=op.f("fk_import_change_batch_id_import_batch"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_change")),
        schema="integration",
    )
    op.create_index(
        "ix_import_change_batch_id_row_no",
        "import_change",
        ["batch_id", "row_no"],
        schema="integration",
    )
    op.create_index(
        "ix_import_change_entity_entity_id",
        "import_change",
        ["entity", "entity_id"],
        schema="integration",
    )


def change_units() -> None:
    op.add_column(
        "item", sa.Column("delivered_at", sa.TIMESTAMP(timezone=True)), schema="inventory"
    )
    op.add_column("item", sa.Column("content_key", sa.Uuid()), schema="inventory")
    op.create_index(
        "uq_item_content_key",
        "item",
        ["content_key"],
        unique=True,
        schema="inventory",
        postgresql_where=sa.text("content_key IS NOT NULL"),
    )
    op.create_index(
        "ix_item_purchase_order_number",
        "item",
        ["purchase_order_number"],
        schema="inventory",
        postgresql_where=sa.text("purchase_order_number IS NOT NULL"),
    )


def change_sales() -> None:
    op.create_index("ix_order_item_id", "order", ["item_id"], schema="transactions")
    op.create_index("ix_order_variant_id", "order", ["variant_id"], schema="transactions")
    op.create_index(
        "ix_transaction_payout_id",
        "transaction",
        ["payout_id"],
        schema="transactions",
        postgresql_where=sa.text("payout_id IS NOT NULL"),
    )


def _replace_check(table: str, name: str, condition: str) -> None:
    op.execute(f"ALTER TABLE integration.{table} DROP CONSTRAINT ck_{table}_{name}")
    op.execute(
        f"ALTER TABLE integration.{table} ADD CONSTRAINT ck_{table}_{name} CHECK ({condition})"
    )


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(
        name, sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
    )
