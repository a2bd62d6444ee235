"""Records as platforms last told them: what is known already, what changed, who was seen when."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

import psycopg
from psycopg import sql

from soleflip_desktop.domain.marketplace import Raw, RemoteEntity

Connection = psycopg.Connection[Any]

#: An import that was undone, or plain SQL, may have taken our record away: then it is new again.
KNOWN = """
SELECT r.external_id, r.digest, l.id FROM integration.remote_record r
LEFT JOIN {table} l ON l.id = r.local_id
WHERE r.platform_account_id = %s AND r.entity = %s AND r.external_id = ANY(%s)
"""
TABLES = {
    RemoteEntity.ORDER: sql.Identifier("transactions", "order"),
    RemoteEntity.LISTING: sql.Identifier("transactions", "listing"),
}
SEE = """
UPDATE integration.remote_record SET round = %s, part = %s, seen_at = now()
WHERE platform_account_id = %s AND entity = %s AND external_id = ANY(%s)
"""
#: A record that cannot be read any more is still the one that was.
KEEP = """
INSERT INTO integration.remote_record AS r
    (platform_account_id, entity, external_id, raw, digest, local_id, round, part)
SELECT %(account)s, %(entity)s, external_id, raw, digest, local_id, %(round)s, %(part)s
FROM jsonb_to_recordset(%(records)s::jsonb)
    AS e (external_id text, raw jsonb, digest text, local_id bigint)
ON CONFLICT (platform_account_id, entity, external_id) DO UPDATE SET
    raw = excluded.raw, digest = excluded.digest, round = excluded.round, part = excluded.part,
    local_id = coalesce(excluded.local_id, r.local_id), seen_at = now(), changed_at = now()
"""
SEEN = """
SELECT count(*) FROM integration.remote_record
WHERE platform_account_id = %s AND entity = %s AND round = %s::uuid AND part = %s
"""
#: No digest is empty, so the record counts as changed when it is told again.
FORGET = """
UPDATE integration.remote_record SET digest = ''
WHERE (platform_account_id, external_id) IN (SELECT * FROM unnest(%s::bigint[], %s::text[]))
"""


@dataclass(frozen=True, slots=True)
class Told:
    """A record of a page: what the platform sent, and its digest."""

    external_id: str
    raw: str
    digest: str


@dataclass(frozen=True, slots=True)
class Sight:
    """Who tells, and in which part of which pass."""

    account_id: int
    entity: RemoteEntity
    round: str
    part: str

    def unchanged(self, connection: Connection, told: Collection[Told]) -> frozenset[str]:
        """The ids of those that are stored exactly so and were taken in; they count as seen."""
        ids = [record.external_id for record in told]
        known = {
            external_id: digest
            for external_id, digest, local_id in self._known(connection, ids)
            if local_id is not None
        }
        same = [r.external_id for r in told if known.get(r.external_id) == r.digest]
        if same:
            seen = (self.round, self.part, self.account_id, self.entity, same)
            connection.execute(SEE, seen)
        return frozenset(same)

    def digests(self, connection: Connection, ids: Collection[str]) -> dict[str, str]:
        """What is stored of these, taken in or not."""
        return {external_id: digest for external_id, digest, _ in self._known(connection, ids)}

    def _known(
        self, connection: Connection, ids: Collection[str]
    ) -> psycopg.Cursor[tuple[str, str, int | None]]:
        statement = sql.SQL(KNOWN).format(table=TABLES[self.entity])
        return connection.execute(statement, (self.account_id, self.entity, list(ids)))

    def keep(self, connection: Connection, told: Iterable[tuple[Told, int | None]]) -> None:
        """Stores records with the id of the order or listing that they became, if any."""
        rows = ",".join(
            f'{{"external_id":{exact_json(record.external_id)},"raw":{record.raw},'
            f'"digest":"{record.digest}","local_id":{exact_json(local_id)}}}'
            for record, local_id in told
        )
        if rows:
            values = {
                "account": self.account_id,
                "entity": self.entity,
                "round": self.round,
                "part": self.part,
                "records": f"[{rows}]",
            }
            connection.execute(KEEP, values)


def told(external_id: str, raw: Raw) -> Told:
    text = exact_json(raw)
    return Told(_storable(external_id), text, sha256(text.encode()).hexdigest())


def seen(
    connection: Connection, account_id: int, entity: RemoteEntity, round_: str, part: str
) -> int:
    """How many different records that part of that pass has told so far."""
    row = connection.execute(SEEN, (account_id, entity, round_, part)).fetchone()
    return int(row[0]) if row else 0


def forget(connection: Connection, records: Collection[tuple[int, str]]) -> None:
    """Account and id of records that shall be taken in anew, whatever the next pass says."""
    accounts, ids = zip(*records, strict=True)
    connection.execute(FORGET, (list(accounts), list(ids)))


def exact_json(value: Any) -> str:
    """JSON in one spelling: keys in order, Decimals digit by digit, instants as ISO text."""
    text = _ENCODER.encode(value)
    if "\\u0000" in text or not _is_utf8(text):
        text = _ENCODER.encode(_storable(value))
    return _DECIMAL.sub(r"\1", text) if _MARK in text else text


def _plain(value: Any) -> Any:
    """What the encoder does not know. A Decimal is marked, to lose its quotes afterwards."""
    if isinstance(value, Decimal):
        return f"{_MARK}{value:f}{_MARK}" if value.is_finite() else None
    return dict(value) if isinstance(value, Mapping) else value.isoformat()


#: A private character: no platform sends it around a number.
_MARK = "\ue000"
_DECIMAL = re.compile(f'"{_MARK}(-?[0-9.]+){_MARK}"')
_ENCODER = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain
)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _storable(value: Any) -> Any:
    """Without NUL and half surrogate pairs, which PostgreSQL does not store."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    if isinstance(value, Mapping):
        return {_storable(str(key)): _storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(item) for item in value]
    return value
