// What the database does with the partitions of the audit log, as the migration of that name makes it.

const counted = (up: string) => `
  IF TG_OP = 'UPDATE' AND ${up} AND to_jsonb(NEW) - 'repeated' = to_jsonb(OLD) - 'repeated' THEN
    RETURN NEW;
  END IF;`;
const OVER = `OLD.at <= nullif(current_setting('countersign.audit_purged_before', true), '')::timestamptz`;
const REFUSED = `RAISE EXCEPTION 'audit_events is append-only';`;
const guard = (counted: string, deleted: string) => `
  CREATE OR REPLACE FUNCTION audit_events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    ${counted}
    ${deleted}
    ${REFUSED}
  END $$`;

export const GUARD_BEFORE = guard(
  counted('NEW.repeated = OLD.repeated + 1'),
  `
    IF TG_OP = 'DELETE' AND ${OVER} THEN RETURN OLD; END IF;`,
);

const LET_GO_WITH_PARTITION = `
    IF TG_OP = 'DELETE' AND current_setting('countersign.audit_moves', true) = 'on' THEN RETURN OLD; END IF;
    IF TG_OP = 'DELETE' AND ${OVER} THEN
      RETURN CASE WHEN OLD.repeat_key >= 'k' AND OLD.repeat_key < 's' THEN NULL ELSE OLD END;
    END IF;`;
const REPEATS = counted('NEW.repeated > OLD.repeated');

/**
 * A row of a partition goes with all of it: the purge of the release before would take every one that has a key for a refusal. But
 * for one that is moved to its partition, which was made late.
 */
export const GUARD_OF_PARTITIONS = guard(REPEATS, LET_GO_WITH_PARTITION);

/** What says of a record where it came from, and with what. The key has a hash of the network, where it has any. */
const TRACES = `ARRAY['client_address', 'user_agent', 'request_id', 'repeat_key']`;

/** The same, and the records of the account that the statement names may lose their traces; nothing else of them changes. */
export const GUARD_THAT_FORGETS = guard(
  `${REPEATS}
  IF TG_OP = 'UPDATE' AND current_setting('countersign.audit_forgets', true) = OLD.account_id::text
      AND num_nonnulls(NEW.client_address, NEW.user_agent, NEW.request_id) = 0
      AND to_jsonb(NEW) - ${TRACES} = to_jsonb(OLD) - ${TRACES} THEN
    RETURN NEW;
  END IF;`,
  LET_GO_WITH_PARTITION,
);

/**
 * The partition of a kind (`kept`: a month, `refused`: a week from Monday) that a day lies in, unless it is there. It is made apart
 * and then attached, which holds up nobody who writes. Rows that came before it are moved into it, and then nobody may be choosing a
 * partition for another one. Who waits for a lock makes others wait: not for long, and the next minute comes.
 */
export const MAKE_PARTITION = `
  CREATE FUNCTION audit_events_make_partition(kind text, day date) RETURNS void LANGUAGE plpgsql
  SET lock_timeout = '200ms' AS $$
  DECLARE
    unit text := CASE kind WHEN 'kept' THEN 'month' ELSE 'week' END;
    first date := date_trunc(unit, day::timestamp);
    next date := first + ('1 ' || unit)::interval;
    whole text := 'audit_events_' || kind;
    partition text := whole || '_' || to_char(first, 'YYYYMMDD');
    low text := left(kind, 1) || to_char(first, 'YYYYMMDD');
    high text := left(kind, 1) || to_char(next, 'YYYYMMDD');
    late boolean;
  BEGIN
    IF to_regclass(partition) IS NOT NULL THEN RETURN; END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE repeat_key >= %L AND repeat_key < %L)', whole || '_other', low, high)
      INTO late;
    IF late THEN LOCK TABLE audit_events IN ACCESS EXCLUSIVE MODE; END IF;
    EXECUTE format('CREATE TABLE %I (LIKE audit_events INCLUDING DEFAULTS, PRIMARY KEY (id))', partition);
    EXECUTE format('CREATE TRIGGER audit_events_append_only BEFORE TRUNCATE ON %I
      FOR EACH STATEMENT EXECUTE FUNCTION audit_events_append_only()', partition);
    IF late THEN
      PERFORM set_config('countersign.audit_moves', 'on', true);
      EXECUTE format('WITH moved AS (DELETE FROM %I WHERE repeat_key >= %L AND repeat_key < %L RETURNING *)
        INSERT INTO %I SELECT * FROM moved', whole || '_other', low, high, partition);
      PERFORM set_config('countersign.audit_moves', '', true);
    END IF;
    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', whole, partition, low, high);
  EXCEPTION WHEN lock_not_available THEN
    RAISE NOTICE 'partition % is made later', partition;
  END $$`;

/** The partitions of a moment and of the two periods after it, and of all rows that lie in none, of which the table is not in use then. */
export const MAKE_AHEAD = `
  CREATE FUNCTION audit_events_make_ahead(at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    today date := (at AT TIME ZONE 'UTC')::date;
    kept date[] := ARRAY(SELECT today + n * interval '1 month' FROM generate_series(0, 2) n);
    refused date[] := ARRAY(SELECT today + n * 7 FROM generate_series(0, 2) n);
    day date;
  BEGIN
    kept := kept || ARRAY(SELECT DISTINCT to_date(substr(repeat_key, 2, 8), 'YYYYMMDD') FROM audit_events_kept_other);
    refused := refused || ARRAY(SELECT DISTINCT to_date(substr(repeat_key, 2, 8), 'YYYYMMDD') FROM audit_events_refused_other);
    FOREACH day IN ARRAY kept LOOP PERFORM audit_events_make_partition('kept', day); END LOOP;
    FOREACH day IN ARRAY refused LOOP PERFORM audit_events_make_partition('refused', day); END LOOP;
  END $$`;

/** Drops the partitions of a kind that hold nothing of that moment or after it; answers how many. */
export const LET_GO = `
  CREATE FUNCTION audit_events_let_go(kind text, before timestamptz) RETURNS integer LANGUAGE plpgsql
  SET lock_timeout = '200ms' AS $$
  DECLARE
    period interval := CASE kind WHEN 'kept' THEN interval '1 month' ELSE interval '1 week' END;
    partition text;
    dropped integer := 0;
  BEGIN
    FOR partition IN
      SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
      WHERE i.inhparent = to_regclass('audit_events_' || kind) AND c.relname ~ '_[0-9]{8}$'
        AND to_date(right(c.relname, 8), 'YYYYMMDD') + period <= before AT TIME ZONE 'UTC' ORDER BY c.relname
    LOOP
      EXECUTE format('DROP TABLE %I', partition);
      dropped := dropped + 1;
    END LOOP;
    RETURN dropped;
  EXCEPTION WHEN lock_not_available THEN
    RETURN 0;
  END $$`;
