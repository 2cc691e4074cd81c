import type { Mails } from '../../catalogue.js';

export const mails = {
  'mail.preheader':
    'Eine Nachricht von {site}. Öffnen Sie sie nur, wenn Sie sie erwarten, und geben Sie nichts weiter.',
  'sign_in_code.subject': 'Ihr Anmeldecode für {site}',
  'sign_in_code.opening':
    'Jemand, vermutlich Sie, meldet sich mit dieser E-Mail-Adresse bei {site} an. Geben Sie diesen Code dort ein, wo Sie danach gefragt werden:',
  'sign_in_code.validity': 'Der Code gilt einmal und {life} lang. Wir werden Sie nie danach fragen.',
  'sign_in_code.stranger':
    'Waren Sie das nicht, dann geben Sie den Code an niemanden weiter: Ohne ihn kann sich niemand anmelden. Haben Sie hier ein Passwort, dann ändern Sie es: Wer den Code angefordert hat, kennt es vielleicht.',
  'sign_in_code.text': '{code} ist Ihr Anmeldecode für {site}. Er gilt {life}. Geben Sie ihn nicht weiter.',
  'code.validity': 'Der Code gilt einmal und {life} lang. Niemand von uns wird Sie je danach fragen.',
  'sign_up_code.subject': 'Ihr Code für ein neues Konto bei {site}',
  'sign_up_code.opening':
    'Jemand, vermutlich Sie, legt mit dieser E-Mail-Adresse ein Konto bei {site} an. Geben Sie diesen Code dort ein, wo Sie danach gefragt werden:',
  'sign_up_code.stranger':
    'Waren Sie das nicht, dann geben Sie den Code an niemanden weiter: Ohne ihn entsteht kein Konto.',
  'sign_up_code.text':
    '{code} ist Ihr Code für ein neues Konto bei {site}. Er gilt {life}. Geben Sie ihn nicht weiter.',
  'recovery_code.subject': 'Ihr Wiederherstellungscode für {site}',
  'recovery_code.opening':
    'Jemand, vermutlich Sie, möchte das Konto mit dieser E-Mail-Adresse bei {site} wiederherstellen. Geben Sie diesen Code dort ein, wo Sie danach gefragt werden:',
  'recovery_code.stranger':
    'Waren Sie das nicht, dann geben Sie den Code an niemanden weiter. Ohne ihn und ohne Ihren Wiederherstellungsschlüssel kann niemand Ihr Konto wiederherstellen.',
  'recovery_code.text': '{code} ist Ihr Wiederherstellungscode für {site}. Geben Sie ihn nicht weiter.',
  'registration_code.subject': 'Ihr Registrierungscode für {site}',
  'registration_code.opening':
    'Sie sind mit dieser E-Mail-Adresse zu {site} eingeladen. Geben Sie diesen Code dort ein, wo Sie danach gefragt werden, um Ihren ersten Schlüssel anzumelden:',
  'registration_code.stranger':
    'Haben Sie das nicht erwartet, dann geben Sie den Code an niemanden weiter und sagen Sie dem Betreiber Bescheid.',
  'registration_code.text': '{code} ist Ihr Registrierungscode für {site}. Geben Sie ihn nicht weiter.',
  'login_code.subject': 'Ihr Login-Code für {site}',
  'login_code.opening':
    'Jemand, vermutlich Sie, meldet sich mit dieser E-Mail-Adresse bei {site} an. Geben Sie diesen Code dort ein, wo Sie danach gefragt werden:',
  'login_code.stranger':
    'Waren Sie das nicht, dann geben Sie den Code an niemanden weiter: Ohne ihn und ohne Ihren Schlüssel kommt niemand hinein.',
  'login_code.text': '{code} ist Ihr Login-Code für {site}. Geben Sie ihn nicht weiter.',
  'magic_link.subject': 'Anmelden bei {site}',
  'magic_link.opening':
    'Jemand, vermutlich Sie, möchte sich mit dieser E-Mail-Adresse bei {site} anmelden. Öffnen und bestätigen Sie diesen Link:',
  'magic_link.button': 'Bei {site} anmelden',
  'magic_link.other_device':
    'Haben Sie auf einem anderen Gerät gefragt? Dann geben Sie stattdessen dort diesen Code ein:',
  'magic_link.validity':
    'Link und Code gelten einmal, eins von beiden, und {life} lang. Niemand von uns wird Sie je danach fragen.',
  'magic_link.stranger':
    'Waren Sie das nicht, dann geben Sie beides nicht weiter. Ohne sie kommt niemand hinein. Hier können Sie die Anfrage beenden:',
  'magic_link.text': 'Anmelden bei {site}, gültig {life} lang: {link}',
  'password_reset.subject': 'Ein neues Passwort für {site}',
  'password_reset.opening': 'Jemand, vermutlich Sie, hat das Passwort Ihres Kontos bei {site} vergessen.',
  'password_reset.link': 'Wählen Sie hier ein neues:',
  'password_reset.closing':
    'Der Link gilt einmal und {life} lang. Ein neues Passwort beendet alle Sitzungen. Waren Sie das nicht, dann tun Sie nichts: Ihr Passwort bleibt, wie es ist.',
  'password_reset.text': 'Wählen Sie ein neues Passwort für {site}: {link}',
  'email_change.subject': 'Bestätigen Sie Ihre neue E-Mail-Adresse für {site}',
  'email_change.opening': 'Jemand, vermutlich Sie, möchte einem Konto bei {site} diese E-Mail-Adresse geben.',
  'email_change.link': 'Bestätigen Sie sie hier:',
  'email_change.closing':
    'Der Link gilt einmal und {life} lang. Bis dahin behält das Konto die Adresse, die es hat. Waren Sie das nicht, dann tun Sie nichts.',
  'address_code.subject': 'Ihr Code für eine neue Adresse bei {site}',
  'address_code.opening':
    'Jemand, vermutlich Sie, gibt einem Konto bei {site} diese E-Mail-Adresse. Geben Sie diesen Code dort ein, wo Sie danach gefragt werden:',
  'address_code.stranger':
    'Waren Sie das nicht, dann geben Sie den Code an niemanden weiter: Ohne ihn bekommt das Konto diese Adresse nicht.',
  'address_code.text':
    '{code} ist Ihr Code für eine neue Telefonnummer bei {site}. Er gilt {life}. Geben Sie ihn nicht weiter.',
  'invitation.subject': 'Ihr Konto bei {site}',
  'invitation.opening': 'Für Sie wurde bei {site} ein Konto angelegt.',
  'invitation.link': 'Melden Sie sich hier zum ersten Mal an:',
  'invitation.closing':
    'Der Link gilt einmal und {life} lang. Haben Sie keines erwartet, dann tun Sie nichts.',
  'sign_in_key.subject': 'Bei {site} anmelden',
  'sign_in_key.opening': 'Der Betreiber von {site} schickt Ihnen diesen Link, der Ihr Konto öffnet.',
  'sign_in_key.link': 'Melden Sie sich hier an:',
  'sign_in_key.closing':
    'Der Link gilt einmal und {life} lang. Geben Sie ihn niemandem. Haben Sie nicht darum gebeten, dann tun Sie nichts.',
  'footer.reference': 'Kennzeichen dieser Nachricht, falls Sie danach fragen: {reference}',
  'footer.not_me': 'Das war ich nicht:',
  'footer.short': 'Kz. {reference}',
  'details.time': 'Zeit',
  'details.address': 'IP-Adresse',
  'details.browser': 'Browser',
  'details.browser_on': '{browser} unter {system}',
  'details.unknown': 'unbekannt',
  'details.by': 'Durch',
  'details.operator': 'den Betreiber',
  'details.itself': 'den Dienst',
} satisfies Mails;
