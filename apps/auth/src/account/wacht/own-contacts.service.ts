import { Injectable } from '@nestjs/common';
import {
  dropContact,
  setPhone,
  waitingContacts,
  withOwnAccount,
  type OwnAccount,
  type WaitingContact,
  type WantedContact,
} from '@app/accounts';
import { audit, type AuditEvent, type Recorded } from '@app/audit';
import { Database, type Effect, part, type Part, sql, statement } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';
import { sessionOfToken } from '@app/sessions';
import {
  ContactChange,
  ContactProof,
  endedBy,
  Freshness,
  OwnerNotices,
  refuseTakenName,
  sessionAndAccount,
  type Asked,
} from '@app/sign-in';

type Channel = WantedContact['channel'];

/** An account with the addresses and phones that wait for their proof. */
export interface OwnContacts {
  own: OwnAccount;
  waiting: WaitingContact[];
  /** Whether the sign-in was proven lately. */
  isFresh: boolean;
}

/**
 * The address and the phone of an account, by who is signed in to it (docs/decisions/0036). `sessionId`: of the sign-in. What changes them
 * needs a fresh proof.
 */
@Injectable()
export class OwnContactsService {
  constructor(
    private readonly database: Database,
    private readonly contacts: ContactChange,
    private readonly proof: ContactProof,
    private readonly freshness: Freshness,
    private readonly notices: OwnerNotices,
  ) {}

  /** @throws AuthError `session_not_found` */
  async list(call: RequestContext, sessionId: string): Promise<OwnContacts> {
    const session = sessionOfToken(call, sessionId);
    const waiting = waitingContacts(call, session);
    const rows = await this.database.rows(
      statement(
        part<OwnAccount & { waits: WaitingContact | null; is_fresh: boolean }>(
          'contacts',
          sql`
            SELECT o.*, to_json(w) AS waits, EXISTS (SELECT FROM ${this.freshness.fresh(call, session)}) AS is_fresh
            FROM ${withOwnAccount(session)} o LEFT JOIN ${waiting} w ON true`,
        ),
      ),
    );
    const [own] = rows;
    if (!own) throw new AuthError('session_not_found');
    return { own, waiting: rows.flatMap(({ waits }) => waits ?? []), isFresh: own.is_fresh };
  }

  /** @throws AuthError `session_not_found`, `proof_stale`, `not_permitted`, `email_taken`, `phone_taken` */
  async add(call: RequestContext, sessionId: string, wanted: WantedContact): Promise<WaitingContact> {
    const { own } = await this.list(call, sessionId);
    // Whoever registered the address of somebody else must not get further ones by it.
    if (!own.activated_at) throw new AuthError('not_permitted');
    const has = wanted.channel === 'email' ? own.email : own.phone;
    if (has === wanted.address)
      throw new AuthError(`${wanted.channel === 'email' ? 'email' : 'phone'}_taken`);
    const asking = this.freshness.fresh(call, sessionAndAccount(call, sessionId));
    const { noted, refusal } = this.contacts.note(call, wanted, asking);
    const row = await this.decide<WaitingContact>(call, 'contact.ask', own, refusal, noted);
    this.contacts.refuse(call, wanted, row);
    return row;
  }

  /** @throws AuthError `session_not_found`, `invalid_parameters`, `proof_stale`, `resend_too_soon`, `email_taken`, `phone_taken` */
  async send(call: RequestContext, sessionId: string, channel: Channel, id: string): Promise<void> {
    const { own, contact } = await this.find(call, sessionId, channel, id);
    const asking = this.freshness.fresh(call, sessionAndAccount(call, sessionId));
    const { permitted, refusal, nextAt, other } = this.contacts.permission(call, contact, asking);
    const sent = this.contacts.sendCode(call, contact, permitted, other);
    const row = await this.decide(call, 'contact.ask', own, refusal, nextAt, ...sent);
    this.contacts.refuse(call, contact, row);
  }

  /** @throws AuthError those of `ContactProof.byCode`, `session_not_found`, `invalid_parameters`, `proof_stale` */
  async prove(
    call: RequestContext,
    sessionId: string,
    channel: Channel,
    { id, code }: { id: string; code: string },
  ): Promise<void> {
    const { contact, isFresh } = await this.find(call, sessionId, channel, id);
    if (!isFresh) throw new AuthError('proof_stale');
    const asking = this.freshness.fresh(call, sessionAndAccount(call, sessionId));
    await this.proof.byCode(call, contact, code, asking);
  }

  /**
   * What waits is forgotten. A phone that the account has is taken away, where another name stays and no code goes there; the owner is told.
   *
   * @throws AuthError `session_not_found`, `invalid_parameters`, `proof_stale`
   */
  async remove(call: RequestContext, sessionId: string, channel: Channel, id: string): Promise<void> {
    const { own, waiting } = await this.list(call, sessionId);
    const asking = this.freshness.fresh(call, sessionAndAccount(call, sessionId));
    if (id !== own.id || !hasContact(own, channel)) {
      if (!waiting.some((each) => each.id === id && each.channel === channel)) throw unknownContact(channel);
      return this.drop(call, own, dropContact(id, asking, channel), asking);
    }
    if (channel === 'email')
      throw refused('is the only one of the account: prove another one, which takes its place');
    if (own.second_factor === 'sms')
      throw refused('gets the codes of the second factor: take that away first');
    if (!own.email && !own.username) throw refused('is the only name of the account');
    const unused = sql`a.security_stamp = f.security_stamp AND a.second_factor <> 'sms' AND num_nonnulls(a.email, a.username) > 0`;
    const changed = setPhone(call, null, asking, unused);
    const told = this.notices.tell(call, changed, {
      template: 'phone_changed',
      facts: { change: 'removed' },
    });
    return this.drop(call, own, changed, asking, ...endedBy('phone_changed', call, changed).effects, ...told);
  }

  /** @throws AuthError `session_not_found`, `invalid_parameters` for what the account does not have */
  async makePrimary(call: RequestContext, sessionId: string, channel: Channel, id: string): Promise<void> {
    const { own } = await this.list(call, sessionId);
    if (id !== own.id || !hasContact(own, channel))
      throw refused('names none that is proven: its proof makes it the one of the account');
  }

  private async find(call: RequestContext, sessionId: string, channel: Channel, id: string) {
    const { own, waiting, isFresh } = await this.list(call, sessionId);
    const contact = waiting.find((each) => each.id === id && each.channel === channel);
    if (!contact) throw unknownContact(channel);
    return { own, contact, isFresh };
  }

  private async drop(
    call: RequestContext,
    own: OwnAccount,
    dropped: Part,
    asking: Part,
    ...also: Effect[]
  ): Promise<void> {
    const refusal = sql`CASE WHEN NOT EXISTS (SELECT FROM ${asking}) THEN 'stale' END`;
    const { refusal: refused } = await this.decide(call, 'contact.remove', own, refusal, dropped, ...also);
    if (refused) throw new AuthError('proof_stale');
  }

  /** Does what is not refused, and records either; `answer`: what comes of it. */
  private async decide<Row extends object>(
    call: RequestContext,
    event: AuditEvent,
    { id }: OwnAccount,
    refusal: ReturnType<typeof sql>,
    answer: Part<Row>,
    ...effects: Effect[]
  ): Promise<Row & Asked> {
    const verdict = part<Recorded>(
      'verdict',
      sql`
        SELECT coalesce(${refusal}, 'done') AS outcome, ${id}::bigint AS account_id, NULL::bigint AS session_id, NULL::bigint AS attempt_id`,
    );
    const decided = part<Row & Asked>(
      'decided',
      sql`SELECT ${refusal} AS refusal, r.* FROM (VALUES (1)) one LEFT JOIN ${answer} r ON true`,
    );
    const query = statement(decided, ...effects, audit(call, event, verdict));
    return (await this.database.row(query).catch(refuseTakenName)) as Row & Asked;
  }
}

function hasContact({ email, phone }: OwnAccount, channel: Channel): boolean {
  return (channel === 'email' ? email : phone) !== null;
}

function unknownContact(channel: Channel): AuthError {
  return refused(`names no ${channel === 'email' ? 'address' : 'phone'} that waits for its proof`);
}

function refused(why: string): AuthError {
  return new AuthError('invalid_parameters', { parameters: [{ parameter: 'id', error: `id ${why}` }] });
}
