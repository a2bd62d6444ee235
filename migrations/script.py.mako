"""${message}

A migration stands alone: it imports `op` and `sa` only, never the app, so that it does the same
in five years. Old desktops may still be connected to a shared database: add first, remove later.
A migration that changes data has its own test.
"""

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
