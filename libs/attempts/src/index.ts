export {
  AttemptEntity,
  GuessBudgetEntity,
  SendWindowEntity,
  type AttemptFactor,
  type AttemptPurpose,
} from './attempt.entity.js';
export { AttemptsModule } from './attempts.module.js';
export { AttemptsRepository } from './attempts.repository.js';
export { insertLinkPage, provenInBrowser, type LinkState, type ProvenInBrowser } from './links.js';
export {
  newLink,
  type NewAttempt,
  type Opened,
  type OpenedAttempt,
  type Opening,
  type RedeemQuestion,
} from './new-attempt.js';
export { lockedBudgets, refillBudget } from './budget.js';
export { isLive, isOvertaken, openOfSubject } from './conditions.js';
export { MAILED_KEYS } from './mailed-keys.js';
export { attemptPurges, dropBudgets, dropSendWindows } from './purge.js';
export { MagicLinkEntity } from './magic-link.entity.js';
export type { Redemption, RedeemOutcome, GuessVerdict } from './redeem.js';
export { nextSend, takeSendWindow, type SendRule, type SentPurpose } from './send-window.js';
export { nextStrangersSend, takeStrangersTurn, type StrangersRule } from './strangers-turn.js';
export {
  closeAttempts,
  keepOpen,
  keepOpenAt,
  standingAttempt,
  closeWithSiblings,
  supersedeBrowserAttempt,
} from './supersede.js';
export { restingAttempts } from './resting.js';
