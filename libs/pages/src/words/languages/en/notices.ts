/** What owners are told without being asked for anything. */
export const notices = {
  'notice.stranger': 'If you know nothing of this, tell whoever runs the site at once.',
  'account_exists.subject': 'You already have an account at {site}',
  'account_exists.opening':
    'Somebody, probably you, wanted to make an account at {site}, but you have one already.',
  'account_exists.closing':
    'Sign in instead, or ask for a new password if you have forgotten yours. If this was not you, there is nothing to do: nobody learned that you have an account.',
  'password_needed.subject': 'Sign in to {site} with your password',
  'password_needed.opening':
    'Somebody, probably you, wanted to sign in to {site} with a code alone. Your account asks for a code as its second factor, and one and the same address cannot be both.',
  'password_needed.closing':
    'Sign in with your password first; the code comes after it. If this was not you, there is nothing to do.',
  'reset_elsewhere.subject': 'No new password for {site} by mail',
  'reset_elsewhere.opening':
    'Somebody, probably you, has forgotten the password of your account at {site}. Your account asks for a code to this mailbox as its second factor, and one and the same mailbox cannot be both: a new password cannot be chosen by mail.',
  'reset_elsewhere.closing':
    'If your account has a phone to sign in with, a link is on its way there. If it has none, whoever runs the site can help you. If this was not you, do nothing: your password stays as it is.',
  'password_changed.subject': 'Your {site} password was changed',
  'password_changed.opening': 'Your account at {site} has a new password. Sessions from before have ended.',
  'password_changed.closing':
    'If this was not you, somebody is in your account or can read your mail: ask for a new password, and tell whoever runs the site.',
  'username_changed.subject': 'Your {site} account has a new user name',
  'username_changed.opening':
    'The user name of your account at {site} was changed. The one before does not sign in any more.',
  'email_changing.subject': 'Another e-mail address for your {site} account?',
  'email_changing.opening':
    'Somebody, probably you, wants to give your account at {site} another e-mail address. Nothing changes before the new one is confirmed.',
  'email_changed.subject': 'Your {site} account has a new e-mail address',
  'email_changed.opening':
    'Your account at {site} has a new e-mail address. From now on it gets its mails, and signs in. The one before does not any more.',
  'phone_changed.set.subject': 'Your {site} account has a new phone',
  'phone_changed.set.opening':
    'Your account at {site} has a new phone number. From now on it gets its texts, and signs in.',
  'phone_changed.removed.subject': 'Your {site} account has no phone any more',
  'phone_changed.removed.opening':
    'The phone number of your account at {site} was removed. It does not sign in any more.',
  'passkeys_changed.added.subject': 'Your {site} account has a new passkey',
  'passkeys_changed.added.opening': 'Your account at {site} has a new passkey. From now on it signs in.',
  'passkeys_changed.removed.subject': 'A passkey of your {site} account was removed',
  'passkeys_changed.removed.opening':
    'A passkey of your account at {site} was removed. It does not sign in any more.',
  'keys_added.subject': 'Keys were added to your {site} account',
  'keys_added.opening': 'Your account at {site} has got its first keys. From now on they open it.',
  'keys_added.closing':
    'If this was not you, somebody can read your mail. If you know nothing of this, tell whoever runs the site at once.',
  'account_disabled.subject': 'Your {site} account was closed',
  'account_disabled.opening':
    'Your account at {site} was closed by whoever runs the site. All its sessions have ended.',
  'account_disabled.closing': 'Ask them if you do not know why.',
  'account_deleting.subject': 'Your {site} account will be deleted',
  'account_deleting.opening':
    'Your account at {site} will be deleted on {due}. Until then it is closed, and all its sessions have ended.',
  'account_deleting.closing':
    'If you want to keep it, tell whoever runs the site before then: afterwards nobody can bring it back.',
  'account_deleted.subject': 'Your {site} account was deleted',
  'account_deleted.opening': 'Your account at {site} was deleted, and with it what was kept about you.',
  'account_deleted.closing': 'Nobody can bring it back. This is the last message that it sends you.',
  'factor_changed.subject': 'The second factor of your {site} account was changed',
  'factor_changed.totp_enabled': 'From now on, signing in to {site} takes a code of your authenticator app.',
  'factor_changed.sms_enabled':
    'From now on, signing in to {site} takes a code that is texted to the phone your account has now.',
  'factor_changed.email_enabled': 'From now on, signing in to {site} takes a code that is mailed to you.',
  'factor_changed.disabled':
    'Signing in to {site} takes no second factor any more. Its backup codes are void.',
  'factor_changed.backup_codes_renewed':
    'Your account at {site} has new backup codes. The old ones are void.',
  'factor_changed.closing':
    'If this was not you, somebody is in your account: change your password and tell whoever runs the site at once.',
  'identity_linked.subject': 'A new way to sign in to {site}',
  'identity_linked.opening': 'From now on, your account at {site} is also opened by way of {provider}.',
  'identity_linked.closing':
    'If this was not you, somebody can use your account there or read your mail: change those passwords, and tell whoever runs the site.',
  'recovery_started.subject': 'Your {site} account is being recovered',
  'recovery_started.opening':
    'Somebody, probably you, has proven the recovery key of your account at {site}. On {due} all its keys are replaced and all its sessions end.',
  'recovery_started.stop': 'If this was not you, stop it here before then:',
  'recovery_started.text': 'Your {site} account is being recovered. If this was not you, stop it: {link}',
  'recovery_completed.subject': 'Your {site} account was recovered',
  'recovery_completed.opening':
    'All keys of your account at {site} were replaced and all its sessions have ended. A second factor that it had is the same as before.',
  'recovery_completed.closing':
    'If this was not you, tell whoever runs the site at once: somebody has your mailbox and your recovery key.',
  'recovery_completed.text':
    'Your {site} account was recovered: all keys were replaced. If this was not you, tell whoever runs the site at once.',
} as const;
