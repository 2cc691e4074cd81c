import { hostname } from 'node:os';
import { Injectable, Logger } from '@nestjs/common';
import { Clock, Ids, KeyRing } from '@app/kernel';
import { KeyRingRefused } from './key-ring-refused.js';
import { ServerKeysRepository, type Admission, type Door, type Replica } from './server-keys.repository.js';

/**
 * The key ring of this process against the database, and against the rings of the other replicas. A ring that is not this installation's
 * is refused before anything is made with it: what it makes could be read by nobody else, and what is there by nobody here.
 */
@Injectable()
export class ServerKeys {
  private readonly logger = new Logger('ServerKeys');
  private replica?: Replica;
  private missing?: string;

  constructor(
    private readonly ring: KeyRing,
    private readonly repository: ServerKeysRepository,
    private readonly clock: Clock,
    private readonly ids: Ids,
  ) {}

  /** The key under which the others make, where this ring lacks it: what they make is refused here until it has it. */
  get lacks(): string | undefined {
    return this.missing;
  }

  /** For a process of the service: enters, and is counted until it leaves. @throws KeyRingRefused */
  async join(): Promise<void> {
    const now = this.clock.now();
    const replica = { id: this.ids.next(), host: hostname(), startedAt: now };
    await this.admit(now, { mayBeFirst: true, replica });
    this.replica = replica;
  }

  /** For a command of an operator. `mayBeFirst`: whether its ring was given to it, and not made up. @throws KeyRingRefused */
  async compare(mayBeFirst: boolean): Promise<void> {
    // Where keys are known a command adds none: what only reads can be asked of a replica of the database, which takes no writes.
    const seen = await this.repository.look(this.ring, mayBeFirst);
    if (seen.maker === null) await this.admit(this.clock.now(), { mayBeFirst });
    else this.enter(seen);
  }

  /** Every ten seconds: says that this replica is up, and makes with the key that all have agreed on. */
  async beat(): Promise<void> {
    if (!this.replica) return;
    const now = this.clock.now();
    const { maker, wanted } = await this.repository.beat(this.ring, this.replica, now);
    const moves = wanted !== null && wanted !== maker;
    this.makeWith(moves ? await this.repository.move(now) : maker);
  }

  async leave(): Promise<void> {
    const { replica } = this;
    this.replica = undefined;
    if (replica) await this.repository.leave(replica);
  }

  private async admit(now: Date, door: Door): Promise<void> {
    const admission = await this.repository.admit(this.ring, now, door);
    this.enter(admission);
    if (admission.keys && door.replica)
      this.logger.warn(
        `What still rests under ${admission.keys.join(', ')} cannot be read: COUNTERSIGN_KEYS lacks it.`,
      );
  }

  private enter({ outcome, keys, maker }: Admission): void {
    if (outcome !== 'admitted') throw new KeyRingRefused(outcome, keys);
    this.makeWith(maker);
  }

  private makeWith(maker: string | null): void {
    this.missing = maker === null || this.ring.ids.includes(maker) ? undefined : maker;
    if (maker === null || maker === this.ring.makesWith) return;
    // Only a replica that was taken for lost can miss it: those that are up decide by what all of them have.
    if (this.missing) this.logger.error(new KeyRingRefused('without_maker', [maker]).message);
    else this.ring.makeWith(maker);
  }
}
