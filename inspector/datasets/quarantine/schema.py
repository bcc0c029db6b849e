"""The tables of a store, and how a store is made.

Rows, batches and log entries never change: triggers abort what would change or delete them. What moves is
``standing``, which points each row at the last thing that happened to it. ``trail`` holds those happenings as
paths (each node knows the one before it); rows with the same history share one path, so that a decision of a
million rows adds one node and not a million records. A row's state is a function of its path alone.
"""

from __future__ import annotations

import re

# "PvQu" in the SQLite header (SQLite's file format, section 1.3.12), so that programs tell a store apart.
APPLICATION_ID = 0x50765175
VERSION = 1

TABLES = """
CREATE TABLE fact (            -- origin, store key, policy in force
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE log (             -- entry: canonical JSON; leaf: its RFC 9162 leaf hash
  seq   INTEGER PRIMARY KEY,
  entry BLOB NOT NULL,
  leaf  BLOB NOT NULL
);
CREATE TABLE person (          -- contributors; key: by what two names are the same
  id   INTEGER PRIMARY KEY,
  key  TEXT NOT NULL,
  name TEXT NOT NULL UNIQUE
);
CREATE INDEX person_key ON person (key);
CREATE TABLE batch (           -- what one `add` brought; file: sha256 of batches/<file>.jsonl
  id            INTEGER PRIMARY KEY,
  seq           INTEGER NOT NULL,
  file          TEXT NOT NULL,
  size          INTEGER NOT NULL,
  actor         TEXT NOT NULL,  -- key of the name
  source_sha256 TEXT NOT NULL,
  first_record  INTEGER NOT NULL,
  first_row     INTEGER NOT NULL,  -- its rows have the numbers from here on
  taken         INTEGER NOT NULL,  -- records that are in the file, known rows among them
  records       INTEGER NOT NULL,
  refused       TEXT NOT NULL   -- record numbers that were not taken, as [first, last] pairs
);
CREATE INDEX batch_file ON batch (file);
CREATE INDEX batch_source ON batch (source_sha256);
CREATE TABLE row (
  id          INTEGER PRIMARY KEY,
  sha         BLOB NOT NULL UNIQUE,
  batch       INTEGER NOT NULL REFERENCES batch (id),
  place       INTEGER NOT NULL,  -- offset of the line in the batch's file
  size        INTEGER NOT NULL,  -- bytes of the line without its end
  contributor INTEGER            -- person; NULL where the source names none
);
CREATE TABLE again (            -- the same row met once more, in a later batch or by another contributor
  row         INTEGER NOT NULL,
  batch       INTEGER NOT NULL,
  contributor INTEGER NOT NULL,  -- person; -1 where the source names none
  times       INTEGER NOT NULL,
  PRIMARY KEY (row, batch, contributor)
) WITHOUT ROWID;
CREATE INDEX again_batch ON again (batch);
CREATE TABLE trail (
  id     INTEGER PRIMARY KEY,
  parent INTEGER,
  seq    INTEGER NOT NULL,
  kind   TEXT NOT NULL,
  actor  TEXT NOT NULL,          -- key of the name
  keyid  TEXT NOT NULL,          -- of the actor's signature; empty where there is none
  state  TEXT NOT NULL
);
CREATE UNIQUE INDEX trail_step ON trail (ifnull(parent, -1), seq, kind);
CREATE TABLE standing (         -- where each row is on its path
  row   INTEGER PRIMARY KEY,
  trail INTEGER NOT NULL
);
CREATE TABLE grouping (         -- groups whose rows are fixed: suspicions and samples
  id    INTEGER PRIMARY KEY,
  seq   INTEGER NOT NULL,
  kind  TEXT NOT NULL,
  title TEXT NOT NULL,
  facts TEXT NOT NULL
);
CREATE TABLE member (
  grouping INTEGER NOT NULL,
  row      INTEGER NOT NULL,
  PRIMARY KEY (grouping, row)
) WITHOUT ROWID;
CREATE INDEX member_row ON member (row);
CREATE TABLE promotion (        -- step: prepared, finished, abandoned
  id       TEXT PRIMARY KEY,     -- sha256 of the manifest: the set's name
  prepared INTEGER NOT NULL,     -- seq of the entry
  step     TEXT NOT NULL,
  manifest BLOB NOT NULL,
  actor    TEXT NOT NULL         -- the name as given
) WITHOUT ROWID;
CREATE TABLE claim (            -- who looks at a group right now, so that two do not do the same work
  unit  TEXT PRIMARY KEY,
  actor TEXT NOT NULL,
  until TEXT NOT NULL
) WITHOUT ROWID;
"""

_FIXED = ("log", "batch", "row", "again", "person", "grouping", "member")
_TRIGGER = """
CREATE TRIGGER {table}_{verb}_refused BEFORE {verb} ON {table}
BEGIN SELECT raise(ABORT, 'a {table} is never changed'); END;
"""
TRIGGERS = "".join(
    _TRIGGER.format(table=table, verb=verb) for table in _FIXED for verb in ("UPDATE", "DELETE")
)
TRIGGERS += _TRIGGER.format(table="trail", verb="DELETE") + _TRIGGER.format(table="standing", verb="DELETE")
TRIGGERS += """
CREATE TRIGGER trail_step_refused BEFORE UPDATE OF id, parent, seq, kind, actor, keyid ON trail
BEGIN SELECT raise(ABORT, 'a trail is never changed'); END;
"""
TABLE_NAMES = frozenset(re.findall(r"CREATE TABLE (\w+)", TABLES))
TRIGGER_NAMES = frozenset(
    [f"{table}_{verb}_refused" for table in _FIXED for verb in ("UPDATE", "DELETE")]
    + ["trail_DELETE_refused", "standing_DELETE_refused", "trail_step_refused"]
)
