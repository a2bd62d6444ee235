"""Baseline: the eight domains' schemas, their tables, the status machine and the change feed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_1300"
down_revision = None
branch_labels = None
depends_on = None

SCHEMAS = (
    "catalog",
    "suppliers",
    "system",
    "integration",
    "inventory",
    "transactions",
    "pricing",
)

PLATFORMS = (
    ("stockx", "StockX"),
    ("alias", "alias / GOAT"),
    ("ebay", "eBay"),
    ("kleinanzeigen", "Kleinanzeigen"),
    ("laced", "Laced"),
    ("wtn", "WTN"),
    ("vinted", "Vinted"),
    ("shopify", "Shopify"),
    ("other", "Other"),
)

#: entity -> from -> to ...; the app's enums hold the same machine, a test compares them.
TRANSITIONS = {
    "item": {
        "ordered": "available cancelled incoming",
        "incoming": "available cancelled damaged lost",
        "available": "consigned damaged lost personal_use reserved returned_to_supplier sold",
        "consigned": "available damaged lost sold",
        "reserved": "available sold",
        "sold": "available completed shipped to_ship",
        "to_ship": "available packed shipped",
        "packed": "available shipped to_ship",
        "shipped": "completed delivered lost return_incoming",
        "delivered": "completed return_incoming",
        "completed": "return_incoming",
        "return_incoming": "available damaged lost",
        "lost": "available",
        "damaged": "available personal_use returned_to_supplier",
        "personal_use": "available",
    },
    "order": {
        "pending": "cancelled completed confirmed shipped",
        "confirmed": "cancelled completed shipped",
        "shipped": "authenticating completed received returned",
        "received": "authenticating completed returned",
        "authenticating": "cancelled completed returned",
        "completed": "refunded returned",
        "returned": "refunded",
    },
    "listing": {
        "draft": "active deleted queued",
        "queued": "active deleted failed inactive",
        "active": "deleted expired failed inactive matched sold",
        "inactive": "active deleted expired queued",
        "matched": "active inactive sold",
        "expired": "active deleted queued",
        "failed": "deleted queued",
    },
}

RECORD_STATUS_CHANGE = """
CREATE FUNCTION system.record_status_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    refused record;
BEGIN
    SELECT b.id, b.status AS from_status, a.status AS to_status INTO refused
    FROM before_rows b JOIN after_rows a USING (id)
    LEFT JOIN system.status_transition t
        ON t.entity = TG_ARGV[0] AND t.from_status = b.status AND t.to_status = a.status
    WHERE b.status <> a.status AND t.entity IS NULL
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
           jsonb_build_object('from', b.status, 'to', a.status)
    FROM before_rows b JOIN after_rows a USING (id)
    WHERE b.status <> a.status
    ORDER BY a.id;
    RETURN NULL;
END
$$
"""

#: One row a statement; more than 500 ids are told as "many" (performance.md D).
LOG_CHANGE = """
CREATE FUNCTION system.log_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[];
    logged bigint;
BEGIN
    SELECT array_agg(id) INTO touched FROM (SELECT id FROM changed_rows LIMIT 501) AS sample;
    IF touched IS NULL THEN
        RETURN NULL;
    END IF;
    IF cardinality(touched) > 500 THEN
        touched := NULL;
    END IF;
    INSERT INTO system.change_log (entity, operation, ids)
    VALUES (TG_ARGV[0], left(TG_OP, 1), touched)
    RETURNING seq INTO logged;
    PERFORM pg_notify('soleflip_changes', TG_ARGV[0] || ':' || logged);
    RETURN NULL;
END
$$
"""

KEEP_EVENTS = """
CREATE FUNCTION system.keep_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'events are append only' USING ERRCODE = 'integrity_constraint_violation';
END
$$
"""


def upgrade() -> None:
    for schema in SCHEMAS:
        op.execute(f"CREATE SCHEMA {schema}")
    create_tables()
    seed()
    create_triggers()


def downgrade() -> None:
    for schema in reversed(SCHEMAS):
        op.execute(f"DROP SCHEMA {schema} CASCADE")


def seed() -> None:
    platform = sa.table("platform", sa.column("slug"), sa.column("name"), schema="system")
    op.bulk_insert(platform, [{"slug": slug, "name": name} for slug, name in PLATFORMS])
    transition = sa.table(
        "status_transition",
        sa.column("entity"),
        sa.column("from_status"),
        sa.column("to_status"),
        schema="system",
    )
    op.bulk_insert(
        transition,
        [
            {"entity": entity, "from_status": old, "to_status": new}
            for entity, steps in TRANSITIONS.items()
            for old, followers in steps.items()
            for new in followers.split()
        ],
    )


def create_triggers() -> None:
    for function in (RECORD_STATUS_CHANGE, LOG_CHANGE, KEEP_EVENTS):
        op.execute(function)
    op.execute(
        "CREATE TRIGGER keep_events BEFORE UPDATE OR DELETE OR TRUNCATE ON system.event_store "
        "FOR EACH STATEMENT EXECUTE FUNCTION system.keep_events()"
    )
    for entity, table in (
        ("item", "inventory.item"),
        ("order", "transactions.order"),
        ("listing", "transactions.listing"),
    ):
        op.execute(
            f"CREATE TRIGGER record_status_change AFTER UPDATE ON {table} "
            "REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows "
            f"FOR EACH STATEMENT EXECUTE FUNCTION system.record_status_change('{entity}')"
        )
        for operation, rows in (("insert", "NEW"), ("update", "NEW"), ("delete", "OLD")):
            op.execute(
                f"CREATE TRIGGER log_{operation} AFTER {operation} ON {table} "
                f"REFERENCING {rows} TABLE AS changed_rows "
                f"FOR EACH STATEMENT EXECUTE FUNCTION system.log_change('{entity}')"
            )


def create_tables() -> None:
    op.create_table(
        "brand",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_brand_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["parent_brand_id"],
            ["catalog.brand.id"],
            name=op.f("fk_brand_parent_brand_id_brand"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand")),
        schema="catalog",
    )
    op.create_index(
        "uq_brand_lower_name",
        "brand",
        [sa.literal_column("lower(name)")],
        unique=True,
        schema="catalog",
    )
    op.create_table(
        "category",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["catalog.category.id"], name=op.f("fk_category_parent_id_category")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_category")),
        sa.UniqueConstraint(
            "parent_id",
            "name",
            name=op.f("uq_category_parent_id_name"),
            postgresql_nulls_not_distinct=True,
        ),
        schema="catalog",
    )
    op.create_table(
        "size",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "system",
            sa.Enum(
                "us_m",
                "us_w",
                "us_y",
                "us_c",
                "us_j",
                "uk",
                "eu",
                "jp_cm",
                "kr_mm",
                "alpha",
                "waist",
                "waist_length",
                "one_size",
                "none",
                "other",
                name="sizesystem",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("sort_key", sa.Numeric(precision=10, scale=3), nullable=False),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_size")),
        sa.UniqueConstraint("system", "value", name=op.f("uq_size_system_value")),
        schema="catalog",
    )
    op.create_table(
        "import_batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_size", sa.BigInteger(), nullable=False),
        sa.Column("file_sha256", sa.CHAR(length=64), nullable=True),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column(
            "parse_settings",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column(
            "header", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column(
            "status",
            sa.Enum(
                "running",
                "completed",
                "cancelled",
                "failed",
                "interrupted",
                name="batchstatus",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "started_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("finished_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("imported", sa.Integer(), server_default="0", nullable=False),
        sa.Column("duplicates", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rejected", sa.Integer(), server_default="0", nullable=False),
        sa.Column("warnings", sa.Integer(), server_default="0", nullable=False),
        sa.Column(
            "totals",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "rows >= imported + duplicates + rejected", name=op.f("ck_import_batch_row_counts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
        schema="integration",
    )
    op.create_index(
        op.f("ix_import_batch_file_sha256"),
        "import_batch",
        ["file_sha256"],
        unique=False,
        schema="integration",
    )
    op.create_table(
        "supplier",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("website", sa.Text(), nullable=True),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("country", sa.CHAR(length=2), nullable=True),
        sa.Column("vat_number", sa.Text(), nullable=True),
        sa.Column("return_policy_days", sa.Integer(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "active",
                "paused",
                "closed",
                name="supplierstatus",
                native_enum=False,
                create_constraint=True,
            ),
            server_default="active",
            nullable=False,
        ),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier")),
        schema="suppliers",
    )
    op.create_index(
        "uq_supplier_lower_name",
        "supplier",
        [sa.literal_column("lower(name)")],
        unique=True,
        schema="suppliers",
    )
    op.create_table(
        "change_log",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "entity",
            sa.Enum(
                "item",
                "order",
                "listing",
                "import_batch",
                name="entitykind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("operation", sa.CHAR(length=1), nullable=False),
        sa.Column("ids", postgresql.ARRAY(sa.BigInteger()), nullable=True),
        sa.Column(
            "xid",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text)::bigint"),
            nullable=False,
        ),
        sa.Column(
            "at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("operation IN ('I', 'U', 'D')", name=op.f("ck_change_log_operation")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_change_log")),
        schema="system",
    )
    op.create_table(
        "event_store",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_type", sa.Text(), nullable=False),
        sa.Column(
            "aggregate_kind",
            sa.Enum(
                "item",
                "order",
                "listing",
                "import_batch",
                name="entitykind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("aggregate_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "occurred_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "actor",
            sa.Text(),
            server_default=sa.text(
                "coalesce(current_setting('soleflip.actor', true), current_user)"
            ),
            nullable=False,
        ),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("correlation_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_event_store")),
        schema="system",
    )
    op.create_index(
        "ix_event_store_aggregate_kind_aggregate_id",
        "event_store",
        ["aggregate_kind", "aggregate_id"],
        unique=False,
        schema="system",
    )
    op.create_index(
        "ix_event_store_occurred_at", "event_store", ["occurred_at"], unique=False, schema="system"
    )
    op.create_table(
        "platform",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform")),
        sa.UniqueConstraint("name", name=op.f("uq_platform_name")),
        sa.UniqueConstraint("slug", name=op.f("uq_platform_slug")),
        schema="system",
    )
    op.create_table(
        "status_transition",
        sa.Column(
            "entity",
            sa.Enum(
                "item",
                "order",
                "listing",
                "import_batch",
                name="entitykind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("from_status", sa.Text(), nullable=False),
        sa.Column("to_status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint(
            "entity", "from_status", "to_status", name=op.f("pk_status_transition")
        ),
        schema="system",
    )
    op.create_table(
        "system_config",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("encrypted_value", sa.LargeBinary(), nullable=True),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "value IS NULL OR encrypted_value IS NULL", name=op.f("ck_system_config_one_value")
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_system_config")),
        schema="system",
    )
    op.create_table(
        "system_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "at", sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column(
            "level",
            sa.Enum(
                "info",
                "warning",
                "error",
                name="loglevel",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("component", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("details", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_system_log")),
        schema="system",
    )
    op.create_index("ix_system_log_at", "system_log", ["at"], unique=False, schema="system")
    op.create_table(
        "brand_pattern",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "prefix",
                "keyword",
                "regex",
                name="patternkind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("pattern", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), server_default="100", nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["brand_id"],
            ["catalog.brand.id"],
            name=op.f("fk_brand_pattern_brand_id_brand"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand_pattern")),
        sa.UniqueConstraint("kind", "pattern", name=op.f("uq_brand_pattern_kind_pattern")),
        schema="catalog",
    )
    op.create_index(
        op.f("ix_brand_pattern_brand_id"),
        "brand_pattern",
        ["brand_id"],
        unique=False,
        schema="catalog",
    )
    op.create_table(
        "product",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("brand_id", sa.BigInteger(), nullable=True),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("style_code", sa.Text(), nullable=True),
        sa.Column("style_code_key", sa.Text(), nullable=True),
        sa.Column("colourway", sa.Text(), nullable=True),
        sa.Column(
            "audience",
            sa.Enum(
                "men",
                "women",
                "youth",
                "child",
                "unisex",
                name="audience",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.Column("release_date", sa.Date(), nullable=True),
        sa.Column("retail_price", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("retail_currency", sa.CHAR(length=3), nullable=True),
        sa.Column("image_url", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(retail_price IS NULL) = (retail_currency IS NULL)",
            name=op.f("ck_product_retail_currency"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id"], ["catalog.brand.id"], name=op.f("fk_product_brand_id_brand")
        ),
        sa.ForeignKeyConstraint(
            ["category_id"], ["catalog.category.id"], name=op.f("fk_product_category_id_category")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product")),
        sa.UniqueConstraint(
            "brand_id",
            "style_code_key",
            "name",
            name=op.f("uq_product_brand_id_style_code_key_name"),
            postgresql_nulls_not_distinct=True,
        ),
        schema="catalog",
    )
    op.create_index(
        op.f("ix_product_category_id"), "product", ["category_id"], unique=False, schema="catalog"
    )
    op.create_index(
        "ix_product_style_code_key", "product", ["style_code_key"], unique=False, schema="catalog"
    )
    op.create_table(
        "import_chunk",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("first_row", sa.Integer(), nullable=False),
        sa.Column("offsets", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["integration.import_batch.id"],
            name=op.f("fk_import_chunk_batch_id_import_batch"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("batch_id", "first_row", name=op.f("pk_import_chunk")),
        schema="integration",
    )
    op.create_table(
        "import_record",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "rejected", "warning", name="recordstate", native_enum=False, create_constraint=True
            ),
            nullable=False,
        ),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("issues", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"],
            ["integration.import_batch.id"],
            name=op.f("fk_import_record_batch_id_import_batch"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("batch_id", "row_no", name=op.f("pk_import_record")),
        schema="integration",
    )
    op.create_table(
        "supplier_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("email", sa.LargeBinary(), nullable=True),
        sa.Column("keyring_ref", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["suppliers.supplier.id"],
            name=op.f("fk_supplier_account_supplier_id_supplier"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_supplier_account")),
        sa.UniqueConstraint(
            "supplier_id", "label", name=op.f("uq_supplier_account_supplier_id_label")
        ),
        schema="suppliers",
    )
    op.create_table(
        "supplier_performance",
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("delivery_days_mean", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("return_pct", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("roi_pct", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column(
            "computed_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "extract(day from month) = 1", name=op.f("ck_supplier_performance_month_first")
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["suppliers.supplier.id"],
            name=op.f("fk_supplier_performance_supplier_id_supplier"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("supplier_id", "month", name=op.f("pk_supplier_performance")),
        schema="suppliers",
    )
    op.create_table(
        "platform_account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("platform_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("keyring_ref", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["platform_id"],
            ["system.platform.id"],
            name=op.f("fk_platform_account_platform_id_platform"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_platform_account")),
        sa.UniqueConstraint(
            "platform_id", "label", name=op.f("uq_platform_account_platform_id_label")
        ),
        schema="system",
    )
    op.create_table(
        "product_variant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("size_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["catalog.product.id"],
            name=op.f("fk_product_variant_product_id_product"),
        ),
        sa.ForeignKeyConstraint(
            ["size_id"], ["catalog.size.id"], name=op.f("fk_product_variant_size_id_size")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_variant")),
        sa.UniqueConstraint(
            "product_id", "size_id", name=op.f("uq_product_variant_product_id_size_id")
        ),
        schema="catalog",
    )
    op.create_index(
        op.f("ix_product_variant_size_id"),
        "product_variant",
        ["size_id"],
        unique=False,
        schema="catalog",
    )
    op.create_table(
        "account_purchase_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=True),
        sa.Column("ordered_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "placed",
                "confirmed",
                "delivered",
                "cancelled",
                "returned",
                name="purchasestatus",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("failure_reason", sa.Text(), nullable=True),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["suppliers.supplier_account.id"],
            name=op.f("fk_account_purchase_history_account_id_supplier_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_purchase_history")),
        sa.UniqueConstraint(
            "account_id",
            "order_number",
            name=op.f("uq_account_purchase_history_account_id_order_number"),
        ),
        schema="suppliers",
    )
    op.create_index(
        op.f("ix_account_purchase_history_account_id"),
        "account_purchase_history",
        ["account_id"],
        unique=False,
        schema="suppliers",
    )
    op.create_table(
        "payout",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("platform_account_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("paid_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("import_batch_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["import_batch_id"],
            ["integration.import_batch.id"],
            name=op.f("fk_payout_import_batch_id_import_batch"),
        ),
        sa.ForeignKeyConstraint(
            ["platform_account_id"],
            ["system.platform_account.id"],
            name=op.f("fk_payout_platform_account_id_platform_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payout")),
        sa.UniqueConstraint(
            "platform_account_id",
            "external_id",
            name=op.f("uq_payout_platform_account_id_external_id"),
        ),
        schema="transactions",
    )
    op.create_table(
        "product_identifier",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "scheme",
            sa.Enum(
                "style",
                "sku",
                "ean",
                "upc",
                "stockx_product",
                "stockx_variant",
                "alias_catalog",
                "ebay_epid",
                name="identifierscheme",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["product_id"],
            ["catalog.product.id"],
            name=op.f("fk_product_identifier_product_id_product"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"],
            ["catalog.product_variant.id"],
            name=op.f("fk_product_identifier_variant_id_product_variant"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_identifier")),
        sa.UniqueConstraint(
            "scheme",
            "value",
            "product_id",
            "variant_id",
            name=op.f("uq_product_identifier_scheme_value_product_id_variant_id"),
            postgresql_nulls_not_distinct=True,
        ),
        schema="catalog",
    )
    op.create_index(
        op.f("ix_product_identifier_product_id"),
        "product_identifier",
        ["product_id"],
        unique=False,
        schema="catalog",
    )
    op.create_index(
        op.f("ix_product_identifier_variant_id"),
        "product_identifier",
        ["variant_id"],
        unique=False,
        schema="catalog",
    )
    op.create_table(
        "marketplace_data",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("platform_id", sa.BigInteger(), nullable=False),
        sa.Column("observed_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("lowest_ask", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("highest_bid", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("last_sale", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("sell_faster", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("earn_more", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("sales_72h", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["platform_id"],
            ["system.platform.id"],
            name=op.f("fk_marketplace_data_platform_id_platform"),
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"],
            ["catalog.product_variant.id"],
            name=op.f("fk_marketplace_data_variant_id_product_variant"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marketplace_data")),
        sa.UniqueConstraint(
            "variant_id",
            "platform_id",
            "currency",
            "observed_at",
            name=op.f("uq_marketplace_data_variant_id_platform_id_currency_observed_at"),
        ),
        schema="integration",
    )
    op.create_index(
        op.f("ix_marketplace_data_platform_id"),
        "marketplace_data",
        ["platform_id"],
        unique=False,
        schema="integration",
    )
    op.create_table(
        "item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "ordered",
                "incoming",
                "available",
                "consigned",
                "reserved",
                "sold",
                "to_ship",
                "packed",
                "shipped",
                "delivered",
                "completed",
                "return_incoming",
                "returned_to_supplier",
                "lost",
                "damaged",
                "personal_use",
                "cancelled",
                name="itemstatus",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column(
            "condition",
            sa.Enum(
                "new",
                "excellent",
                "very_good",
                "good",
                "fair",
                "poor",
                name="condition",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.Column(
            "box_state",
            sa.Enum(
                "original",
                "damaged",
                "replacement",
                "none",
                name="boxstate",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.Column("supplier_id", sa.BigInteger(), nullable=True),
        sa.Column("purchase_order_number", sa.Text(), nullable=True),
        sa.Column("purchase_invoice_number", sa.Text(), nullable=True),
        sa.Column("acquired_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("return_until", sa.Date(), nullable=True),
        sa.Column("cost_gross", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("cost_net", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("cost_currency", sa.CHAR(length=3), nullable=True),
        sa.Column(
            "vat_scheme",
            sa.Enum(
                "standard",
                "margin",
                "reverse_charge",
                "intra_eu",
                "import",
                "none",
                name="vatscheme",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=True,
        ),
        sa.Column("vat_pct", sa.Numeric(precision=7, scale=4), nullable=True),
        sa.Column("location", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        sa.Column("import_batch_id", sa.BigInteger(), nullable=True),
        sa.Column("import_row", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "cost_currency IS NOT NULL OR (cost_gross IS NULL AND cost_net IS NULL)",
            name=op.f("ck_item_cost_currency"),
        ),
        sa.ForeignKeyConstraint(
            ["import_batch_id"],
            ["integration.import_batch.id"],
            name=op.f("fk_item_import_batch_id_import_batch"),
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"], ["suppliers.supplier.id"], name=op.f("fk_item_supplier_id_supplier")
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"],
            ["catalog.product_variant.id"],
            name=op.f("fk_item_variant_id_product_variant"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item")),
        schema="inventory",
    )
    op.create_index(
        "ix_item_import_batch_id",
        "item",
        ["import_batch_id"],
        unique=False,
        schema="inventory",
        postgresql_using="brin",
    )
    op.create_index(
        "ix_item_status_open",
        "item",
        ["status"],
        unique=False,
        schema="inventory",
        postgresql_where=sa.text("status NOT IN ('completed', 'sold', 'cancelled')"),
    )
    op.create_index(
        "ix_item_supplier_id",
        "item",
        ["supplier_id"],
        unique=False,
        schema="inventory",
        postgresql_where=sa.text("supplier_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_item_variant_id"), "item", ["variant_id"], unique=False, schema="inventory"
    )
    op.create_table(
        "source_price",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("price", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column(
            "availability",
            sa.Enum(
                "in_stock",
                "out_of_stock",
                "preorder",
                "unknown",
                name="availability",
                native_enum=False,
                create_constraint=True,
            ),
            server_default="unknown",
            nullable=False,
        ),
        sa.Column("stock_quantity", sa.Integer(), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("seen_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("import_batch_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_batch_id"],
            ["integration.import_batch.id"],
            name=op.f("fk_source_price_import_batch_id_import_batch"),
        ),
        sa.ForeignKeyConstraint(
            ["supplier_id"],
            ["suppliers.supplier.id"],
            name=op.f("fk_source_price_supplier_id_supplier"),
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"],
            ["catalog.product_variant.id"],
            name=op.f("fk_source_price_variant_id_product_variant"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source_price")),
        sa.UniqueConstraint(
            "variant_id",
            "supplier_id",
            "source",
            "seen_at",
            name=op.f("uq_source_price_variant_id_supplier_id_source_seen_at"),
        ),
        schema="pricing",
    )
    op.create_index(
        op.f("ix_source_price_supplier_id"),
        "source_price",
        ["supplier_id"],
        unique=False,
        schema="pricing",
    )
    op.create_table(
        "stockx_presale_marking",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("stockx_listing_id", sa.Text(), nullable=True),
        sa.Column(
            "marked_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("ship_by", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("unmarked_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["inventory.item.id"],
            name=op.f("fk_stockx_presale_marking_item_id_item"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stockx_presale_marking")),
        sa.UniqueConstraint(
            "stockx_listing_id", name=op.f("uq_stockx_presale_marking_stockx_listing_id")
        ),
        schema="inventory",
    )
    op.create_index(
        op.f("ix_stockx_presale_marking_item_id"),
        "stockx_presale_marking",
        ["item_id"],
        unique=False,
        schema="inventory",
    )
    op.create_table(
        "listing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("platform_account_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column(
            "status",
            sa.Enum(
                "draft",
                "queued",
                "active",
                "inactive",
                "matched",
                "sold",
                "expired",
                "deleted",
                "failed",
                name="listingstatus",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("ask", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("currency", sa.CHAR(length=3), nullable=True),
        sa.Column("expires_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("(ask IS NULL) = (currency IS NULL)", name=op.f("ck_listing_currency")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["inventory.item.id"], name=op.f("fk_listing_item_id_item")
        ),
        sa.ForeignKeyConstraint(
            ["platform_account_id"],
            ["system.platform_account.id"],
            name=op.f("fk_listing_platform_account_id_platform_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
        sa.UniqueConstraint(
            "platform_account_id",
            "external_id",
            name=op.f("uq_listing_platform_account_id_external_id"),
        ),
        schema="transactions",
    )
    op.create_index(
        op.f("ix_listing_item_id"), "listing", ["item_id"], unique=False, schema="transactions"
    )
    op.create_table(
        "order",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("platform_account_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True),
        sa.Column("content_key", sa.Uuid(), nullable=True),
        sa.Column("item_id", sa.BigInteger(), nullable=True),
        sa.Column("variant_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "pending",
                "confirmed",
                "shipped",
                "received",
                "authenticating",
                "completed",
                "cancelled",
                "returned",
                "refunded",
                name="orderstatus",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("sold_at", sa.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("gross_amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("gross_currency", sa.CHAR(length=3), nullable=False),
        sa.Column("payout_amount", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("payout_currency", sa.CHAR(length=3), nullable=True),
        sa.Column("paid_at", sa.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("payout_id", sa.BigInteger(), nullable=True),
        sa.Column("buyer_country", sa.CHAR(length=2), nullable=True),
        sa.Column("buyer_region", sa.Text(), nullable=True),
        sa.Column("import_batch_id", sa.BigInteger(), nullable=True),
        sa.Column("import_row", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column(
            "created_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(payout_amount IS NULL) = (payout_currency IS NULL)",
            name=op.f("ck_order_payout_currency"),
        ),
        sa.CheckConstraint(
            "external_id IS NOT NULL OR content_key IS NOT NULL", name=op.f("ck_order_identity")
        ),
        sa.ForeignKeyConstraint(
            ["import_batch_id"],
            ["integration.import_batch.id"],
            name=op.f("fk_order_import_batch_id_import_batch"),
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["inventory.item.id"], name=op.f("fk_order_item_id_item")
        ),
        sa.ForeignKeyConstraint(
            ["payout_id"], ["transactions.payout.id"], name=op.f("fk_order_payout_id_payout")
        ),
        sa.ForeignKeyConstraint(
            ["platform_account_id"],
            ["system.platform_account.id"],
            name=op.f("fk_order_platform_account_id_platform_account"),
        ),
        sa.ForeignKeyConstraint(
            ["variant_id"],
            ["catalog.product_variant.id"],
            name=op.f("fk_order_variant_id_product_variant"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order")),
        sa.UniqueConstraint(
            "platform_account_id",
            "external_id",
            name=op.f("uq_order_platform_account_id_external_id"),
        ),
        schema="transactions",
    )
    op.create_index(
        "ix_order_import_batch_id",
        "order",
        ["import_batch_id"],
        unique=False,
        schema="transactions",
        postgresql_using="brin",
    )
    op.create_index(
        "uq_order_item_id_live",
        "order",
        ["item_id"],
        unique=True,
        schema="transactions",
        postgresql_where=sa.text("status NOT IN ('cancelled', 'returned', 'refunded')"),
    )
    op.create_index(
        "ix_order_payout_id",
        "order",
        ["payout_id"],
        unique=False,
        schema="transactions",
        postgresql_where=sa.text("payout_id IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_order_sold_at"), "order", ["sold_at"], unique=False, schema="transactions"
    )
    op.create_index(
        "uq_order_platform_account_id_content_key",
        "order",
        ["platform_account_id", "content_key"],
        unique=True,
        schema="transactions",
        postgresql_where=sa.text("content_key IS NOT NULL"),
    )
    op.create_table(
        "pricing_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("listing_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "changed_at",
            sa.TIMESTAMP(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("old_ask", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("new_ask", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("market_lowest_ask", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.Column("market_highest_bid", sa.Numeric(precision=14, scale=2), nullable=True),
        sa.ForeignKeyConstraint(
            ["listing_id"],
            ["transactions.listing.id"],
            name=op.f("fk_pricing_history_listing_id_listing"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pricing_history")),
        schema="pricing",
    )
    op.create_index(
        op.f("ix_pricing_history_listing_id"),
        "pricing_history",
        ["listing_id"],
        unique=False,
        schema="pricing",
    )
    op.create_table(
        "transaction",
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "seller_fee",
                "payment_processing",
                "shipping",
                "tax",
                "advertising",
                "cash_out",
                "refund",
                "adjustment",
                "rounding",
                "unitemised",
                name="chargekind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("amount", sa.Numeric(precision=14, scale=2), nullable=False),
        sa.Column("currency", sa.CHAR(length=3), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "itemised",
                "derived",
                name="chargesource",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("payout_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["transactions.order.id"],
            name=op.f("fk_transaction_order_id_order"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["payout_id"], ["transactions.payout.id"], name=op.f("fk_transaction_payout_id_payout")
        ),
        sa.PrimaryKeyConstraint("order_id", "position", name=op.f("pk_transaction")),
        schema="transactions",
    )
