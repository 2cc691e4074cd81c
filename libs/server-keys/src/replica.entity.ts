import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A process of the service that is up, or was until a minute ago. */
@Entity('replicas')
export class ReplicaEntity {
  @PrimaryColumn({ type: 'bigint' }) id: string;
  /** The machine, as it calls itself. */
  @Column({ type: 'text' }) host: string;
  /** The keys of its ring, in the order of its configuration. */
  @Column({ type: 'text', array: true, name: 'key_ids' }) keyIds: string[];
  @Column({ type: 'timestamptz', name: 'started_at' }) startedAt: Date;
  @Column({ type: 'timestamptz', name: 'seen_at' }) seenAt: Date;
}
