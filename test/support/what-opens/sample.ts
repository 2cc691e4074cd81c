import { fatesAt, type AccountEvent, type AttemptPurpose, type Thing } from '@app/kernel';

/** One thing that opens an account, and the way to try it. */
export interface Sample {
  thing: Thing;
  /** Which one of them it is. */
  what: string;
  /** Whether it opens what it is for: found out by using it. */
  isAlive(): Promise<boolean>;
  /** Of a session, and of what goes with it: how its second factor was proven, and whether it waits for one. */
  provenBy?: 'otp' | 'sms';
  waits?: boolean;
  /** Of a phone. */
  signsIn?: boolean;
  /** Success closes what else is open of this purpose, and that of another one closes this. */
  closes?: AttemptPurpose;
  isClosedBy?: AttemptPurpose;
}

/** Whether the table says that it lives after the event; `own`: the name of the session that does the event, or is the one that it ends. */
export function lives(event: AccountEvent, sample: Sample, own?: string): boolean {
  const isOwn = sample.what === own;
  const fate = fatesAt(event)[sample.thing];
  switch (fate) {
    case 'stays':
      return true;
    case 'ends':
      return false;
    case 'ends, but for the one that did it':
      return isOwn;
    case 'ends, unless proven by an authenticator':
      return isOwn || sample.provenBy === 'otp';
    case 'ends, unless proven by a text':
      return isOwn || sample.provenBy === 'sms';
    case 'the one ends':
      return !isOwn;
    case 'goes with its session':
      return lives(event, { ...sample, thing: sample.waits ? 'pending_session' : 'session' }, own);
    case 'needs its code':
      return lives(event, { ...sample, thing: 'factor_setup' }, own);
    case 'ends, unless it signs in':
      return sample.signsIn === true;
  }
}

/** Does it once, however often it is asked for. */
export function once<T>(work: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => (done ??= work());
}
