import type { Notices } from '../../catalogue.js';

export const notices = {
  'notice.stranger': 'Wissen Sie nichts davon, dann sagen Sie sofort dem Betreiber Bescheid.',
  'account_exists.subject': 'Sie haben bereits ein Konto bei {site}',
  'account_exists.opening':
    'Jemand, vermutlich Sie, wollte bei {site} ein Konto anlegen, aber Sie haben bereits eines.',
  'account_exists.closing':
    'Melden Sie sich stattdessen an, oder fordern Sie ein neues Passwort an, wenn Sie Ihres vergessen haben. Waren Sie das nicht, ist nichts zu tun: Niemand hat erfahren, dass Sie ein Konto haben.',
  'password_needed.subject': 'Melden Sie sich bei {site} mit Ihrem Passwort an',
  'password_needed.opening':
    'Jemand, vermutlich Sie, wollte sich bei {site} allein mit einem Code anmelden. Ihr Konto verlangt einen Code als zweiten Faktor, und dieselbe Adresse kann nicht beides sein.',
  'password_needed.closing':
    'Geben Sie zuerst Ihr Passwort ein; der Code kommt danach. Waren Sie das nicht, ist nichts zu tun.',
  'reset_elsewhere.subject': 'Kein neues Passwort für {site} per E-Mail',
  'reset_elsewhere.opening':
    'Jemand, vermutlich Sie, hat das Passwort Ihres Kontos bei {site} vergessen. Ihr Konto verlangt einen Code an dieses Postfach als zweiten Faktor, und dasselbe Postfach kann nicht beides sein: Per E-Mail lässt sich kein neues Passwort wählen.',
  'reset_elsewhere.closing':
    'Hat Ihr Konto ein Telefon, mit dem Sie sich anmelden können, ist ein Link dorthin unterwegs. Hat es keines, kann Ihnen der Betreiber helfen. Waren Sie das nicht, dann tun Sie nichts: Ihr Passwort bleibt, wie es ist.',
  'password_changed.subject': 'Ihr Passwort für {site} wurde geändert',
  'password_changed.opening':
    'Ihr Konto bei {site} hat ein neues Passwort. Sitzungen von vorher sind beendet.',
  'password_changed.closing':
    'Waren Sie das nicht, dann ist jemand in Ihrem Konto oder kann Ihre Post lesen: Fordern Sie ein neues Passwort an, und sagen Sie dem Betreiber Bescheid.',
  'username_changed.subject': 'Ihr Konto bei {site} hat einen neuen Benutzernamen',
  'username_changed.opening':
    'Der Benutzername Ihres Kontos bei {site} wurde geändert. Mit dem alten geht die Anmeldung nicht mehr.',
  'email_changing.subject': 'Eine andere E-Mail-Adresse für Ihr Konto bei {site}?',
  'email_changing.opening':
    'Jemand, vermutlich Sie, möchte Ihrem Konto bei {site} eine andere E-Mail-Adresse geben. Nichts ändert sich, bevor die neue bestätigt ist.',
  'email_changed.subject': 'Ihr Konto bei {site} hat eine neue E-Mail-Adresse',
  'email_changed.opening':
    'Ihr Konto bei {site} hat eine neue E-Mail-Adresse. Von jetzt an gehen seine E-Mails dorthin, und sie meldet an. Die bisherige nicht mehr.',
  'phone_changed.set.subject': 'Ihr Konto bei {site} hat ein neues Telefon',
  'phone_changed.set.opening':
    'Ihr Konto bei {site} hat eine neue Telefonnummer. Von jetzt an gehen SMS dorthin, und sie meldet an.',
  'phone_changed.removed.subject': 'Ihr Konto bei {site} hat kein Telefon mehr',
  'phone_changed.removed.opening':
    'Die Telefonnummer Ihres Kontos bei {site} wurde entfernt. Sie meldet nicht mehr an.',
  'passkeys_changed.added.subject': 'Ihr Konto bei {site} hat einen neuen Passkey',
  'passkeys_changed.added.opening':
    'Ihr Konto bei {site} hat einen neuen Passkey. Von jetzt an meldet er an.',
  'passkeys_changed.removed.subject': 'Ein Passkey Ihres Kontos bei {site} wurde entfernt',
  'passkeys_changed.removed.opening':
    'Ein Passkey Ihres Kontos bei {site} wurde entfernt. Er meldet nicht mehr an.',
  'keys_added.subject': 'Ihr Konto bei {site} hat Schlüssel bekommen',
  'keys_added.opening':
    'Ihr Konto bei {site} hat seine ersten Schlüssel bekommen. Von jetzt an öffnen sie es.',
  'keys_added.closing':
    'Waren Sie das nicht, dann kann jemand Ihre Post lesen. Wissen Sie nichts davon, dann sagen Sie sofort dem Betreiber Bescheid.',
  'account_disabled.subject': 'Ihr Konto bei {site} wurde geschlossen',
  'account_disabled.opening':
    'Ihr Konto bei {site} wurde vom Betreiber geschlossen. Alle seine Sitzungen sind beendet.',
  'account_disabled.closing': 'Fragen Sie dort nach, wenn Sie nicht wissen, warum.',
  'account_deleting.subject': 'Ihr Konto bei {site} wird gelöscht',
  'account_deleting.opening':
    'Ihr Konto bei {site} wird am {due} gelöscht. Bis dahin ist es geschlossen, und alle seine Sitzungen sind beendet.',
  'account_deleting.closing':
    'Wenn Sie es behalten möchten, sagen Sie das vorher dem Betreiber: Danach kann es niemand zurückholen.',
  'account_deleted.subject': 'Ihr Konto bei {site} wurde gelöscht',
  'account_deleted.opening':
    'Ihr Konto bei {site} wurde gelöscht, und mit ihm, was über Sie gespeichert war.',
  'account_deleted.closing':
    'Niemand kann es zurückholen. Dies ist die letzte Nachricht, die es Ihnen sendet.',
  'factor_changed.subject': 'Der zweite Faktor Ihres Kontos bei {site} wurde geändert',
  'factor_changed.totp_enabled':
    'Von jetzt an braucht die Anmeldung bei {site} einen Code Ihrer Authenticator-App.',
  'factor_changed.sms_enabled':
    'Von jetzt an braucht die Anmeldung bei {site} einen Code, der an das Telefon geht, das Ihr Konto jetzt hat.',
  'factor_changed.email_enabled':
    'Von jetzt an braucht die Anmeldung bei {site} einen Code, der an dieses Postfach geht.',
  'factor_changed.disabled':
    'Die Anmeldung bei {site} braucht keinen zweiten Faktor mehr. Seine Ersatzcodes sind ungültig.',
  'factor_changed.backup_codes_renewed':
    'Ihr Konto bei {site} hat neue Ersatzcodes. Die alten sind ungültig.',
  'factor_changed.closing':
    'Waren Sie das nicht, dann ist jemand in Ihrem Konto: Ändern Sie Ihr Passwort und sagen Sie sofort dem Betreiber Bescheid.',
  'identity_linked.subject': 'Ein neuer Weg, sich bei {site} anzumelden',
  'identity_linked.opening': 'Von jetzt an lässt sich Ihr Konto bei {site} auch über {provider} öffnen.',
  'identity_linked.closing':
    'Waren Sie das nicht, dann kann jemand Ihr Konto dort benutzen oder Ihre Post lesen: Ändern Sie jene Passwörter, und sagen Sie dem Betreiber Bescheid.',
  'recovery_started.subject': 'Ihr Konto bei {site} wird wiederhergestellt',
  'recovery_started.opening':
    'Jemand, vermutlich Sie, hat den Wiederherstellungsschlüssel Ihres Kontos bei {site} nachgewiesen. Am {due} werden alle Schlüssel ersetzt und alle Sitzungen beendet.',
  'recovery_started.stop': 'Waren Sie das nicht, dann halten Sie es vorher hier auf:',
  'recovery_started.text':
    'Ihr Konto bei {site} wird wiederhergestellt. Waren Sie das nicht, halten Sie es auf: {link}',
  'recovery_completed.subject': 'Ihr Konto bei {site} wurde wiederhergestellt',
  'recovery_completed.opening':
    'Alle Schlüssel Ihres Kontos bei {site} wurden ersetzt und alle Sitzungen beendet. Ein zweiter Faktor, den es hatte, ist derselbe wie zuvor.',
  'recovery_completed.closing':
    'Waren Sie das nicht, dann sagen Sie sofort dem Betreiber Bescheid: Jemand hat Ihr Postfach und Ihren Wiederherstellungsschlüssel.',
  'recovery_completed.text':
    'Ihr Konto bei {site} wurde wiederhergestellt: Alle Schlüssel wurden ersetzt. Waren Sie das nicht, sagen Sie sofort dem Betreiber Bescheid.',
} satisfies Notices;
