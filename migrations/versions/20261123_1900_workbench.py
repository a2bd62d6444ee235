"""Places, attachments, counts, saved views, and steps that can be undone after a restart."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261123_1900"
down_revision = "20261123_1600"
branch_labels = None
depends_on = None

OLD_KINDS = ("item", "order", "listing", "import_batch")
KINDS = (*OLD_KINDS, "location", "attachment", "product", "supplier")
KIND_COLUMNS = (
    ("event_store", "aggregate_kind"),
    ("change_log", "entity"),
    ("status_transition", "entity"),
)
#: What an import's journal names.
OLD_CHANGED = (
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
CHANGED = (*OLD_CHANGED, "location")
#: What a step writes is recorded; derived columns are not: the database makes them again.
RECORDED = (
    ("item", "inventory.item"),
    ("location", "inventory.location"),
    ("attachment", "inventory.attachment"),
)
FED = (
    ("location", "inventory.location", ("insert", "update", "delete")),
    ("product", "catalog.product", ("update",)),
    ("supplier", "suppliers.supplier", ("update",)),
    ("attachment", "inventory.attachment", ("insert", "update", "delete")),
)

#: Every column of every row that a step touches, old and new, into the event store. A step names
#: itself in `soleflip.step`; imports do not, they keep a journal of their own.
RECORD_STEP = """
CREATE FUNCTION system.record_step() RETURNS trigger LANGUAGE plpgsql
SET enable_nestloop = off AS $$
DECLARE
    step uuid := nullif(current_setting('soleflip.step', true), '')::uuid;
    correction text := nullif(current_setting('soleflip.correction', true), '');
    derived text[] := ARRAY['version', 'updated_at', 'path'];
BEGIN
    IF step IS NULL THEN
        RETURN NULL;
    ELSIF TG_OP = 'INSERT' THEN
        INSERT INTO system.event_store
            (event_type, aggregate_kind, aggregate_id, data, correlation_id)
        SELECT TG_ARGV[0] || '.created', TG_ARGV[0], r.id, jsonb_strip_nulls(jsonb_build_object(
            'correction', correction)) || jsonb_build_object('new', to_jsonb(r)), step
        FROM changed_rows r ORDER BY r.id;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO system.event_store
            (event_type, aggregate_kind, aggregate_id, data, correlation_id)
        SELECT TG_ARGV[0] || '.deleted', TG_ARGV[0], r.id, jsonb_strip_nulls(jsonb_build_object(
            'correction', correction)) || jsonb_build_object('old', to_jsonb(r)), step
        FROM changed_rows r ORDER BY r.id;
    ELSE
        INSERT INTO system.event_store
            (event_type, aggregate_kind, aggregate_id, data, correlation_id)
        SELECT TG_ARGV[0] || '.changed', TG_ARGV[0], a.id, jsonb_strip_nulls(jsonb_build_object(
            'correction', correction)) || jsonb_build_object('old', d.old, 'new', d.new), step
        FROM before_rows b JOIN after_rows a USING (id)
        CROSS JOIN LATERAL (
            SELECT jsonb_object_agg(o.key, o.value) AS old, jsonb_object_agg(o.key, n.value) AS new
            FROM jsonb_each(to_jsonb(b)) o JOIN jsonb_each(to_jsonb(a)) n USING (key)
            WHERE o.value IS DISTINCT FROM n.value AND o.key <> ALL (derived)
        ) d
        WHERE d.old IS NOT NULL ORDER BY a.id;
    END IF;
    RETURN NULL;
END
$$
"""

#: A step's own event tells the status too: it is not told twice. No nested loops: the plan is made
#: once a session, maybe for one row, and would compare each of 5,000 rows with each (1.5 s).
RECORD_STATUS_CHANGE = """
CREATE OR REPLACE FUNCTION system.record_status_change() RETURNS trigger LANGUAGE plpgsql
{plan}AS $$
DECLARE
    refused record;
    correction text := nullif(current_setting('soleflip.correction', true), '');
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
    WHERE b.status <> a.status{unless_step}
    ORDER BY a.id;
    RETURN NULL;
END
$$
"""
UNLESS_STEP = """
        AND (TG_ARGV[0] <> 'item' OR coalesce(current_setting('soleflip.step', true), '') = '')"""

SET_PATH = """
CREATE FUNCTION inventory.set_location_path() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    above text;
BEGIN
    SELECT path INTO above FROM inventory.location WHERE id = NEW.parent_id;
    IF TG_OP = 'UPDATE' AND (NEW.parent_id = NEW.id OR starts_with(above, OLD.path || ' / ')) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            CONSTRAINT = 'location_cycle',
            MESSAGE = format('%s cannot lie within itself', OLD.path);
    END IF;
    NEW.path := concat_ws(' / ', above, NEW.name);
    RETURN NEW;
END
$$
"""
HAND_PATH_DOWN = """
CREATE FUNCTION inventory.hand_location_path_down() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE inventory.location SET name = name WHERE parent_id = NEW.id;
    RETURN NULL;
END
$$
"""

#: The texts of before become places of the first level; a slash in them tells no hierarchy.
NAME_OF = "regexp_replace(trim({0}), ' +/ +', '/', 'g')"
PLACES = f"""
INSERT INTO inventory.location (name)
SELECT DISTINCT {NAME_OF.format("location")} FROM inventory.item WHERE trim(location) <> ''
"""
MOVE_IN = f"""
UPDATE inventory.item i SET location_id = l.id FROM inventory.location l
WHERE l.name = {NAME_OF.format("i.location")}
"""
MOVE_OUT = """
UPDATE inventory.item i SET location = l.path FROM inventory.location l WHERE l.id = i.location_id
"""
#: An import that changed places can still be undone: what it would write back is a number now.
JOURNALLED_PLACES = f"""
INSERT INTO inventory.location (name)
SELECT DISTINCT {NAME_OF.format("before ->> 'location'")} FROM integration.import_change
WHERE entity = 'item' AND version IS NOT NULL AND trim(before ->> 'location') <> ''
ON CONFLICT (path) DO NOTHING
"""
JOURNAL_NUMBERS = f"""
UPDATE integration.import_change c SET before = c.before || jsonb_build_object('location_id', (
    SELECT l.id FROM inventory.location l WHERE l.name = {NAME_OF.format("c.before ->> 'location'")}
))
WHERE entity = 'item' AND before ? 'location'
"""
FORGET_NUMBERS = """
UPDATE integration.import_change SET before = before - 'location_id', after = after - 'location_id'
WHERE entity = 'item'
"""


def upgrade() -> None:
    for table, column in KIND_COLUMNS:
        _replace_check(table, column, KINDS)
    _replace_changed(CHANGED)
    create_locations()
    change_units()
    create_attachments()
    create_counts()
    create_views()
    create_steps()
    create_triggers()


def downgrade() -> None:
    drop_triggers()
    op.drop_index("ix_change_log_xid", table_name="change_log", schema="system")
    op.drop_index("ix_event_store_correlation_id", table_name="event_store", schema="system")
    for table in ("step", "default_view", "saved_view"):
        op.drop_table(table, schema="system")
    for table in ("stock_count_scan", "stock_count", "attachment"):
        op.drop_table(table, schema="inventory")
    restore_units()
    op.drop_table("location", schema="inventory")
    op.execute("DROP FUNCTION inventory.set_location_path()")
    op.execute("DROP FUNCTION inventory.hand_location_path_down()")
    forget_new_kinds()


def forget_new_kinds() -> None:
    """The older schema has no word for them; the store refuses deletions by anybody else."""
    op.execute("ALTER TABLE system.event_store DISABLE TRIGGER keep_events")
    for table, column in KIND_COLUMNS:
        op.execute(f"DELETE FROM system.{table} WHERE {column} <> ALL (ARRAY{list(OLD_KINDS)})")
        _replace_check(table, column, OLD_KINDS)
    op.execute("ALTER TABLE system.event_store ENABLE TRIGGER keep_events")
    op.execute("DELETE FROM integration.import_change WHERE entity = 'location'")
    op.execute(FORGET_NUMBERS)
    _replace_changed(OLD_CHANGED)


def create_locations() -> None:
    op.create_table(
        "location",
        _key(),
        sa.Column("parent_id", sa.BigInteger()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("code", sa.Text()),
        *_stamps(),
        sa.CheckConstraint("name <> '' AND strpos(name, ' / ') = 0", name=op.f("ck_location_name")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["inventory.location.id"], name=op.f("fk_location_parent_id_location")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_location")),
        sa.UniqueConstraint("path", name=op.f("uq_location_path")),
        sa.UniqueConstraint("code", name=op.f("uq_location_code")),
        schema="inventory",
    )
    op.create_index("ix_location_parent_id", "location", ["parent_id"], schema="inventory")
    op.execute(SET_PATH)
    op.execute(HAND_PATH_DOWN)
    op.execute(
        "CREATE TRIGGER set_path BEFORE INSERT OR UPDATE OF name, parent_id "
        "ON inventory.location FOR EACH ROW EXECUTE FUNCTION inventory.set_location_path()"
    )
    op.execute(
        "CREATE TRIGGER hand_path_down AFTER UPDATE ON inventory.location FOR EACH ROW "
        "WHEN (OLD.path <> NEW.path) EXECUTE FUNCTION inventory.hand_location_path_down()"
    )


def change_units() -> None:
    op.add_column("item", sa.Column("location_id", sa.BigInteger()), schema="inventory")
    op.add_column("item", sa.Column("cost_inbound", sa.Numeric(14, 2)), schema="inventory")
    op.add_column(
        "item",
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
        schema="inventory",
    )
    op.execute(PLACES)
    _move_units(MOVE_IN)
    op.execute(JOURNALLED_PLACES)
    op.execute(JOURNAL_NUMBERS)
    op.drop_column("item", "location", schema="inventory")
    op.create_foreign_key(
        op.f("fk_item_location_id_location"),
        "item",
        "location",
        ["location_id"],
        ["id"],
        source_schema="inventory",
        referent_schema="inventory",
    )
    op.create_index(
        "ix_item_location_id",
        "item",
        ["location_id"],
        schema="inventory",
        postgresql_where=sa.text("location_id IS NOT NULL"),
    )
    _check_currency("cost_gross IS NULL AND cost_net IS NULL AND cost_inbound IS NULL")


def restore_units() -> None:
    op.add_column("item", sa.Column("location", sa.Text()), schema="inventory")
    _move_units(MOVE_OUT)
    _check_currency("cost_gross IS NULL AND cost_net IS NULL")
    for column in ("location_id", "cost_inbound", "tags"):
        op.drop_column("item", column, schema="inventory")


def _move_units(statement: str) -> None:
    """Nobody edits them: their versions stay, by which an undo tells that somebody did."""
    op.execute("ALTER TABLE inventory.item DISABLE TRIGGER USER")
    op.execute(statement)
    op.execute("ALTER TABLE inventory.item ENABLE TRIGGER USER")


def _check_currency(without: str) -> None:
    op.execute("ALTER TABLE inventory.item DROP CONSTRAINT ck_item_cost_currency")
    op.execute(
        "ALTER TABLE inventory.item ADD CONSTRAINT ck_item_cost_currency "
        f"CHECK (cost_currency IS NOT NULL OR ({without}))"
    )


def create_attachments() -> None:
    op.create_table(
        "attachment",
        _key(),
        sa.Column("item_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.CHAR(length=64), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), server_default="0", nullable=False),
        *_stamps(),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["inventory.item.id"],
            name=op.f("fk_attachment_item_id_item"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("item_id", "sha256", name=op.f("uq_attachment_item_id_sha256")),
        schema="inventory",
    )
    op.create_index("ix_attachment_item_id", "attachment", ["item_id"], schema="inventory")


def create_counts() -> None:
    op.create_table(
        "stock_count",
        _key(),
        sa.Column("location_id", sa.BigInteger()),
        sa.Column("actor", sa.Text(), nullable=False),
        _instant("started_at"),
        sa.Column("finished_at", sa.TIMESTAMP(timezone=True)),
        *_stamps(),
        sa.ForeignKeyConstraint(
            ["location_id"],
            ["inventory.location.id"],
            name=op.f("fk_stock_count_location_id_location"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_count")),
        schema="inventory",
    )
    op.create_table(
        "stock_count_scan",
        _key(),
        sa.Column("count_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("item_id", sa.BigInteger()),
        _instant("scanned_at"),
        sa.ForeignKeyConstraint(
            ["count_id"],
            ["inventory.stock_count.id"],
            name=op.f("fk_stock_count_scan_count_id_stock_count"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"],
            ["inventory.item.id"],
            name=op.f("fk_stock_count_scan_item_id_item"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_count_scan")),
        schema="inventory",
    )
    for table, column in (
        ("stock_count", "location_id"),
        ("stock_count_scan", "count_id"),
        ("stock_count_scan", "item_id"),
    ):
        op.create_index(f"ix_{table}_{column}", table, [column], schema="inventory")


def create_views() -> None:
    op.create_table(
        "saved_view",
        _key(),
        sa.Column("table_key", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text()),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_view")),
        sa.UniqueConstraint(
            "table_key",
            "owner",
            "name",
            name=op.f("uq_saved_view_table_key_owner_name"),
            postgresql_nulls_not_distinct=True,
        ),
        schema="system",
    )
    op.create_table(
        "default_view",
        sa.Column("table_key", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("view_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["view_id"],
            ["system.saved_view.id"],
            name=op.f("fk_default_view_view_id_saved_view"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("table_key", "actor", name=op.f("pk_default_view")),
        schema="system",
    )
    op.create_index("ix_default_view_view_id", "default_view", ["view_id"], schema="system")


def create_steps() -> None:
    op.create_table(
        "step",
        _key(),
        sa.Column("correlation_id", sa.Uuid(), nullable=False),
        sa.Column(
            "actor",
            sa.Text(),
            server_default=sa.text(
                "coalesce(current_setting('soleflip.actor', true), current_user)"
            ),
            nullable=False,
        ),
        sa.Column("title", sa.Text(), nullable=False),
        _instant("done_at"),
        sa.Column("undone_at", sa.TIMESTAMP(timezone=True)),
        sa.Column("dropped", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_step")),
        sa.UniqueConstraint("correlation_id", name=op.f("uq_step_correlation_id")),
        schema="system",
    )
    op.create_index("ix_step_actor_id", "step", ["actor", "id"], schema="system")
    op.create_index(
        "ix_event_store_correlation_id",
        "event_store",
        ["correlation_id"],
        schema="system",
        postgresql_where=sa.text("correlation_id IS NOT NULL"),
    )
    op.create_index("ix_change_log_xid", "change_log", ["xid"], schema="system")


def create_triggers() -> None:
    op.execute(RECORD_STEP)
    op.execute(_record_status_change(UNLESS_STEP, "SET enable_nestloop = off "))
    for entity, table in RECORDED:
        for operation, rows in (("insert", "NEW"), ("delete", "OLD")):
            op.execute(
                f"CREATE TRIGGER record_{operation} AFTER {operation} ON {table} "
                f"REFERENCING {rows} TABLE AS changed_rows "
                f"FOR EACH STATEMENT EXECUTE FUNCTION system.record_step('{entity}')"
            )
        op.execute(
            f"CREATE TRIGGER record_update AFTER UPDATE ON {table} "
            "REFERENCING OLD TABLE AS before_rows NEW TABLE AS after_rows "
            f"FOR EACH STATEMENT EXECUTE FUNCTION system.record_step('{entity}')"
        )
    for entity, table, operations in FED:
        for operation in operations:
            rows = "OLD" if operation == "delete" else "NEW"
            op.execute(
                f"CREATE TRIGGER log_{operation} AFTER {operation} ON {table} "
                f"REFERENCING {rows} TABLE AS changed_rows "
                f"FOR EACH STATEMENT EXECUTE FUNCTION system.log_change('{entity}')"
            )


def drop_triggers() -> None:
    for _, table in RECORDED:
        for operation in ("insert", "update", "delete"):
            op.execute(f"DROP TRIGGER record_{operation} ON {table}")
    for _, table, operations in FED:
        for operation in operations:
            op.execute(f"DROP TRIGGER log_{operation} ON {table}")
    op.execute("DROP FUNCTION system.record_step()")
    op.execute(_record_status_change("", ""))


def _record_status_change(unless_step: str, plan: str) -> str:
    return RECORD_STATUS_CHANGE.replace("{unless_step}", unless_step).replace("{plan}", plan)


def _replace_check(table: str, column: str, values: tuple[str, ...]) -> None:
    name = f"ck_{table}_entitykind"
    listed = ", ".join(repr(value) for value in values)
    op.execute(f"ALTER TABLE system.{table} DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE system.{table} ADD CONSTRAINT {name} CHECK ({column} IN ({listed}))")


def _replace_changed(values: tuple[str, ...]) -> None:
    listed = ", ".join(repr(value) for value in values)
    op.execute(
        "ALTER TABLE integration.import_change DROP CONSTRAINT ck_import_change_changedentity, "
        f"ADD CONSTRAINT ck_import_change_changedentity CHECK (entity IN ({listed}))"
    )


def _key() -> sa.Column[object]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def _stamps() -> tuple[sa.Column[object], ...]:
    return (_instant("created_at"), _instant("updated_at"))


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(
        name, sa.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
    )
