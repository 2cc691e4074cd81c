import type { Check } from '../journal.js';
import { allAnswered, noFaults } from './answers.js';
import { codesOnce, sessionsOfCodes } from './codes.js';
import { guessBudgets, requestLimits, sendShares } from './limits.js';
import { mailsKept, mailsOnce } from './mails.js';
import { endsKept, oneBranch, sessionsKept } from './sessions.js';

/** What a run proves, by its sentence. */
export const CHECKS: Record<string, Check> = {
  'no code was accepted twice': codesOnce,
  'no account has more sessions than secrets were offered for it': sessionsOfCodes,
  'no budget of guesses was exceeded': guessBudgets,
  'no share of messages was exceeded': sendShares,
  'no limit of requests was exceeded': requestLimits,
  'no acknowledged session was lost': sessionsKept,
  'no acknowledged end was lost': endsKept,
  'each session has one branch of refresh tokens': oneBranch,
  'no promised mail is missing, and none came that nobody asked for': mailsKept,
  'no mail came twice without a reason': mailsOnce,
  'no 5xx outside the outages and two seconds after': noFaults,
  'no call was left without an answer by a replica that ran': allAnswered,
};
