import { Injectable } from '@nestjs/common';
import { Database, of, ofOne, part, sql, statement, type Part } from '@app/database';
import type { KeyRing } from '@app/kernel';
import { givenKeys, makerOf, ringVerdict, type RingVerdict } from './ring-verdict.js';
import type { ReplicaEntity } from './replica.entity.js';
import type { ServerKeyEntity } from './server-key.entity.js';
import { liveReplicas, LOST_SECONDS, wantedMaker } from './wanted-maker.js';

/** Whoever compares a ring and writes of it stands in one line: two first starts agree on one ring. */
const LINE = sql`SELECT pg_advisory_xact_lock(hashtext('countersign.server_keys'))`;

/** A process, as it announces itself. */
export interface Replica {
  id: string;
  host: string;
  startedAt: Date;
}

/** A key that this installation knows. */
export type KnownKey = Pick<ServerKeyEntity, 'keyId' | 'addedAt' | 'makesSince'> & { makes: boolean };

/** What a ring is told at the door. */
export interface Admission extends RingVerdict {
  maker: string | null;
}

/** `maker`: the key that makes; `wanted`: the one that should. */
export interface Beat {
  maker: string | null;
  wanted: string | null;
}

@Injectable()
export class ServerKeysRepository {
  constructor(private readonly database: Database) {}

  /** Compares the ring, and writes nothing. */
  async look(ring: KeyRing, mayBeFirst: boolean): Promise<Admission> {
    const maker = makerOf();
    const verdict = ringVerdict(givenKeys(ring.ids, ring.proofs()), maker, mayBeFirst);
    const seen = {
      outcome: ofOne(verdict, 'outcome'),
      keys: ofOne(verdict, 'keys'),
      maker: of(maker, 'key_id'),
    };
    return (await this.database.row(statement(seen))) as Admission;
  }

  /** Compares the ring, and where it is the right one adds its new keys and the replica, if one is given. */
  async admit(ring: KeyRing, now: Date, { mayBeFirst, replica }: Door): Promise<Admission> {
    const given = givenKeys(ring.ids, ring.proofs());
    const maker = makerOf();
    const verdict = ringVerdict(given, maker, mayBeFirst);
    // An operator's command adds keys only where there are none: what the replicas have is for them to say.
    const added = part(
      'added',
      sql`
      INSERT INTO server_keys AS k (key_id, proof, added_at, makes_since)
      SELECT g.key_id, g.proof, ${now}::timestamptz,
        CASE WHEN g.place = 1 AND NOT EXISTS (SELECT FROM ${maker}) THEN ${now}::timestamptz END
      FROM ${given} g, ${verdict} v
      WHERE v.outcome = 'admitted' AND (${replica !== undefined} OR NOT EXISTS (SELECT FROM ${maker}))
      ON CONFLICT (key_id) DO UPDATE SET proof = excluded.proof, added_at = excluded.added_at, forgotten_at = NULL
      WHERE k.forgotten_at IS NOT NULL RETURNING key_id`,
    );
    const joined = replica && joins(ring, replica, now, sql`${verdict} v WHERE v.outcome = 'admitted'`);
    const query = statement(
      { outcome: ofOne(verdict, 'outcome'), keys: ofOne(verdict, 'keys'), maker: of(maker, 'key_id') },
      added,
      joined,
    );
    const [admission] = await this.database.rowsUnderLock(LINE, query);
    return admission as Admission;
  }

  /** Says that the replica is up, and asks which key makes. Replicas that have not been up for a minute are forgotten. */
  async beat(ring: KeyRing, replica: Replica, now: Date): Promise<Beat> {
    const live = liveReplicas(now);
    const gone = part(
      'gone',
      sql`DELETE FROM replicas r WHERE r.id <> ${replica.id}::bigint
        AND NOT EXISTS (SELECT FROM ${live} l WHERE l.id = r.id) RETURNING r.id`,
    );
    const up = joins(ring, replica, now, sql`(SELECT) v`);
    const query = statement(
      { maker: of(makerOf(), 'key_id'), wanted: of(wantedMaker(live), 'key_id') },
      up,
      gone,
    );
    return (await this.database.row(query)) as Beat;
  }

  /** Lets the key that should make do so, if it still should: a replica without it may have come up since. Answers the one that makes. */
  async move(now: Date): Promise<string | null> {
    const maker = makerOf();
    const wanted = wantedMaker(liveReplicas(now));
    const moved = part<{ key_id: string }>(
      'moved',
      sql`
      UPDATE server_keys k
      SET makes_since = GREATEST(${now}::timestamptz, (SELECT makes_since FROM ${maker}) + interval '1 millisecond')
      FROM ${wanted} w WHERE k.key_id = w.key_id AND k.key_id IS DISTINCT FROM (SELECT key_id FROM ${maker})
      RETURNING k.key_id`,
    );
    const query = statement({ moved: of(moved, 'key_id'), maker: of(maker, 'key_id') });
    const [row] = await this.database.rowsUnderLock(LINE, query);
    return row?.moved ?? row?.maker ?? null;
  }

  /** All keys and replicas, for an operator. */
  async status(now: Date): Promise<{ keys: KnownKey[]; replicas: ReplicaEntity[] }> {
    const keys = await this.database.rows<KnownKey>(sql`
      SELECT key_id AS "keyId", added_at AS "addedAt", makes_since AS "makesSince",
        key_id IS NOT DISTINCT FROM (SELECT key_id FROM ${makerOf()}) AS makes
      FROM server_keys WHERE forgotten_at IS NULL ORDER BY makes_since DESC NULLS LAST, key_id`);
    const replicas = await this.database.rows<ReplicaEntity>(sql`
      SELECT id, host, key_ids AS "keyIds", started_at AS "startedAt", seen_at AS "seenAt" FROM replicas
      WHERE seen_at > ${now}::timestamptz - ${LOST_SECONDS} * interval '1 second' ORDER BY started_at, id`);
    return { keys, replicas };
  }

  /** A key is gone for good: no ring has to have it any more. No row where a replica has it, or nobody knows it. */
  forget(keyId: string, now: Date): Part<{ key_id: string }> {
    return part(
      'forgotten',
      sql`
      UPDATE server_keys k SET forgotten_at = ${now}::timestamptz, makes_since = NULL
      WHERE k.key_id = ${keyId} AND k.forgotten_at IS NULL
        AND NOT EXISTS (SELECT FROM ${liveReplicas(now)} l WHERE k.key_id = ANY (l.key_ids)) RETURNING k.key_id`,
    );
  }

  async leave({ id }: Replica): Promise<void> {
    await this.database.rows(sql`DELETE FROM replicas WHERE id = ${id}::bigint`);
  }
}

/** `mayBeFirst`: whether a ring may be the first of a database; `replica`: the process of the service that brings it. */
export interface Door {
  mayBeFirst: boolean;
  replica?: Replica;
}

function joins({ ids }: KeyRing, { id, host, startedAt }: Replica, now: Date, from: ReturnType<typeof sql>) {
  return part(
    'joined',
    sql`
    INSERT INTO replicas AS r (id, host, key_ids, started_at, seen_at)
    SELECT ${id}::bigint, ${host}, ${ids}::text[], ${startedAt}::timestamptz, ${now}::timestamptz FROM ${from}
    ON CONFLICT (id) DO UPDATE SET seen_at = excluded.seen_at RETURNING id`,
  );
}
