/** What messages with a secret say, and what stands in every message. `{…}` is filled in; each language may put it where it likes. */
export const mails = {
  'mail.preheader': 'A message from {site}. Open it only if you were expecting it, and pass nothing on.',
  'sign_in_code.subject': 'Your {site} sign-in code',
  'sign_in_code.opening':
    'Somebody, probably you, is signing in to {site} with this e-mail address. Type this code where you are asked for it:',
  'sign_in_code.validity': 'The code works once and expires after {life}. We will never ask you for it.',
  'sign_in_code.stranger':
    'If this was not you, do not pass the code on: nobody can sign in without it. If you have a password here, change it: whoever asked for the code may know it.',
  'sign_in_code.text': '{code} is your {site} sign-in code. It expires after {life}. Do not share it.',
  'code.validity': 'The code works once and for {life}. Nobody from us will ever ask you for it.',
  'sign_up_code.subject': 'Your code for a new {site} account',
  'sign_up_code.opening':
    'Somebody, probably you, is making an account at {site} with this e-mail address. Type this code where you are asked for it:',
  'sign_up_code.stranger':
    'If this was not you, give the code to nobody: without it, there will be no account.',
  'sign_up_code.text':
    '{code} is your code for a new {site} account. It works for {life}. Give it to nobody.',
  'recovery_code.subject': 'Your {site} recovery code',
  'recovery_code.opening':
    'Somebody, probably you, wants to recover the account at {site} that has this e-mail address. Type this code where you are asked for it:',
  'recovery_code.stranger':
    'If this was not you, give the code to nobody. Without it, and without your recovery key, nobody can recover your account.',
  'recovery_code.text': '{code} is your {site} recovery code. Give it to nobody.',
  'registration_code.subject': 'Your {site} registration code',
  'registration_code.opening':
    'You have been invited to {site} with this e-mail address. Type this code where you are asked for it, to register your first key:',
  'registration_code.stranger':
    'If you did not expect this, give the code to nobody and tell whoever runs the site.',
  'registration_code.text': '{code} is your {site} registration code. Give it to nobody.',
  'login_code.subject': 'Your {site} login code',
  'login_code.opening':
    'Somebody, probably you, is logging in to {site} with this e-mail address. Type this code where you are asked for it:',
  'login_code.stranger':
    'If this was not you, give the code to nobody: without it, and without your key, nobody gets in.',
  'login_code.text': '{code} is your {site} login code. Give it to nobody.',
  'magic_link.subject': 'Sign in to {site}',
  'magic_link.opening':
    'Somebody, probably you, wants to sign in to {site} with this e-mail address. Open this link and confirm it:',
  'magic_link.button': 'Sign in to {site}',
  'magic_link.other_device': 'Did you ask on another device? Then type this code there instead:',
  'magic_link.validity':
    'Link and code work once, either one, and expire after {life}. Nobody from us will ever ask you for them.',
  'magic_link.stranger':
    'If this was not you, give neither to anybody. Without them, nobody gets in. You can end the request here:',
  'magic_link.text': 'Sign in to {site} within {life}: {link}',
  'password_reset.subject': 'A new password for {site}',
  'password_reset.opening': 'Somebody, probably you, has forgotten the password of your account at {site}.',
  'password_reset.link': 'Choose a new one here:',
  'password_reset.closing':
    'The link works once and for {life}. A new password ends all sessions. If this was not you, do nothing: your password stays as it is.',
  'password_reset.text': 'Choose a new password for {site}: {link}',
  'email_change.subject': 'Confirm your new e-mail address for {site}',
  'email_change.opening': 'Somebody, probably you, wants to give an account at {site} this e-mail address.',
  'email_change.link': 'Confirm it here:',
  'email_change.closing':
    'The link works once and for {life}. Until then the account keeps the address that it has. If this was not you, do nothing.',
  'address_code.subject': 'Your code for a new address at {site}',
  'address_code.opening':
    'Somebody, probably you, is giving an account at {site} this e-mail address. Type this code where you are asked for it:',
  'address_code.stranger':
    'If this was not you, give the code to nobody: without it, the account does not get this address.',
  'address_code.text':
    '{code} is your code for a new phone number at {site}. It works for {life}. Give it to nobody.',
  'invitation.subject': 'Your account at {site}',
  'invitation.opening': 'Somebody has made an account for you at {site}.',
  'invitation.link': 'Sign in to it here for the first time:',
  'invitation.closing': 'The link works once and for {life}. If you expected none, do nothing.',
  'sign_in_key.subject': 'Sign in to {site}',
  'sign_in_key.opening': 'Whoever runs {site} sends you this link, which opens your account.',
  'sign_in_key.link': 'Sign in here:',
  'sign_in_key.closing':
    'The link works once and for {life}. Give it to nobody. If you did not ask for it, do nothing.',
  'footer.reference': 'Reference of this message, should you ask about it: {reference}',
  'footer.not_me': 'This wasn’t me:',
  'footer.short': 'Ref. {reference}',
  'details.time': 'Time',
  'details.address': 'IP address',
  'details.browser': 'Browser',
  'details.browser_on': '{browser} on {system}',
  'details.unknown': 'unknown',
  'details.by': 'By',
  'details.operator': 'whoever runs the site',
  'details.itself': 'the service',
} as const;
