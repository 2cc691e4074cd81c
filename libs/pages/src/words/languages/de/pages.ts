import type { Pages } from '../../catalogue.js';

export const pages = {
  'error.403': 'Das kam nicht von unserer Seite',
  'error.403.text': 'Öffnen Sie den Link aus der E-Mail noch einmal, und machen Sie dort weiter.',
  'error.404': 'Diese Seite gibt es nicht',
  'error.404.text': 'Sehen Sie sich den Link noch einmal an: Vielleicht wurde er nicht ganz kopiert.',
  'error.429': 'Zu viele Anfragen',
  'error.429.text': 'Warten Sie {seconds} s, und versuchen Sie es noch einmal.',
  'error.503': 'Im Augenblick nicht erreichbar',
  'error.503.text': 'Es ist nichts verloren. Versuchen Sie es in einer Minute noch einmal.',
  'error.other': 'Das hat nicht geklappt',
  'error.other.text': 'Gehen Sie zurück, und versuchen Sie es noch einmal.',
  'step.title': 'Bei {site} anmelden',
  'step.texted': 'Geben Sie den Code ein, der an Ihr Telefon gesendet wurde, oder einen Ersatzcode.',
  'step.mailed': 'Geben Sie den Code ein, der Ihnen gemailt wurde, oder einen Ersatzcode.',
  'step.shown': 'Geben Sie den Code ein, den Ihre Authenticator-App zeigt, oder einen Ersatzcode.',
  'step.set_up':
    'Scannen Sie dies mit Ihrer Authenticator-App, oder tippen Sie den Schlüssel ein. Geben Sie dann den Code ein, den sie zeigt.',
  'step.phone': 'Ihr Konto braucht eine Telefonnummer. Dorthin wird ein Code gesendet.',
  'step.phone_field': 'Telefonnummer, mit + und Land',
  'step.code_field': 'Code',
  'step.next': 'Weiter',
  'step.wrong':
    'Das ist nicht der richtige Code. Er ist vielleicht abgelaufen: Melden Sie sich neu an, dann kommt ein neuer.',
  'step.wait': 'Zu viele Versuche. Warten Sie eine Weile und melden Sie sich neu an.',
  'step.wrong_phone': 'Diese Nummer kann nicht verwendet werden.',
  'step.mailed_key': 'Damit melden Sie sich als {who} an.',
  'step.sign_in': 'Anmelden',
  'step.refused': 'Dieser Link meldet Sie nicht an',
  'step.refused.text':
    'Das Konto ist geschlossen, oder es verlangt einen Code in eben dem Postfach, in das der Link kam. Fragen Sie den Betreiber.',
  'step.done': 'Sie sind angemeldet',
  'step.done.text': 'Sie können diese Seite schließen.',
  'step.gone': 'Diese Seite ist abgelaufen',
  'step.gone.text': 'Melden Sie sich neu an.',
  'landing.ask': 'Bei {site} anmelden?',
  'landing.account': 'Konto',
  'landing.requested': 'Angefordert wurde das so:',
  'landing.confirm': 'Anmelden',
  'landing.only_if_you': 'Machen Sie nur weiter, wenn Sie das waren.',
  'landing.not_me': 'Das war ich nicht',
  'landing.other_browser':
    'Das scheint ein anderer Browser oder ein anderes Gerät zu sein als beim Anfordern. Um sich dort anzumelden, gehen Sie dorthin zurück und geben Sie den sechsstelligen Code derselben E-Mail ein.',
  'landing.other_device':
    'Sie haben den Link in einem anderen Browser geöffnet als dem, der ihn angefordert hat. Zu Ihrer Sicherheit kann er hier nicht bestätigt werden: Gehen Sie dorthin zurück und geben Sie den sechsstelligen Code derselben E-Mail ein.',
  'landing.signed_in': 'Sie sind angemeldet',
  'landing.close': 'Sie können diese Seite schließen.',
  'landing.go_back':
    'Gehen Sie zurück zu dem Fenster, in dem Sie angefangen haben. Diese Seite können Sie schließen.',
  'landing.gone': 'Dieser Link gilt nicht mehr',
  'landing.ask_again':
    'Er wurde benutzt oder beendet oder ist abgelaufen. Fordern Sie dort einen neuen an, wo Sie sich anmelden wollen.',
  'landing.same_mailbox':
    'E-Mails sind der zweite Schritt Ihrer Anmeldung, deshalb muss der erste Ihr Passwort sein.',
  'landing.not_me_ask': 'Waren Sie das nicht?',
  'landing.not_me_means':
    'Wird die Anfrage beendet, sind Link und Code der E-Mail wertlos. Ihr Konto bleibt, wie es ist.',
  'landing.not_me_confirm': 'Anfrage beenden',
  'landing.dismissed': 'Die Anfrage ist beendet',
  'landing.dismissed_means': 'Mit dieser E-Mail kann sich niemand mehr anmelden. Wir haben es vermerkt.',
  'not_me.title': 'Das war ich nicht',
  'not_me.asked':
    'Sie haben eine Nachricht bekommen, um die Sie nicht gebeten hatten? Sagen Sie es hier: Der Code oder Link darin wird beendet, und der Betreiber kann es sehen.',
  'not_me.confirm': 'Das war ich nicht',
  'not_me.done':
    'Danke. Worum es in der Nachricht ging, ist beendet und als nicht von Ihnen vermerkt. Haben Sie hier ein Passwort, dann ändern Sie es: Wer gefragt hat, kennt es vielleicht.',
  'not_me.guarded':
    'Danke. Worum es in der Nachricht ging, ist beendet. Weil das mehrmals vorgekommen ist, wird bei der Anmeldung mit Ihrem Passwort einen Tag lang zusätzlich ein Code verlangt, der an dieses Postfach geht.',
  'not_me.unknown': 'Diesen Link gibt es nicht, oder die Nachricht ist zu alt.',
  'reset.ask': 'Neues Passwort wählen',
  'reset.field': 'Neues Passwort, {min} bis {max} Zeichen',
  'reset.change': 'Passwort ändern',
  'reset.length': 'Das Passwort muss {min} bis {max} Zeichen haben.',
  'reset.weak':
    'Dieses Passwort ist leicht zu erraten. Nehmen Sie mehrere Wörter, die nichts miteinander zu tun haben.',
  'reset.done': 'Ihr Passwort ist geändert',
  'reset.done.text': 'Alle Sitzungen sind beendet. Melden Sie sich mit dem neuen Passwort an.',
  'reset.dead': 'Dieser Link gilt nicht mehr',
  'reset.dead.text': 'Er wurde benutzt oder ist zu alt. Fordern Sie einen neuen an.',
  'email.ask': 'Ist das Ihre E-Mail-Adresse?',
  'email.text': 'Ein Konto bei {site} soll diese E-Mail-Adresse bekommen:',
  'email.confirm': 'Adresse bestätigen',
  'email.done': 'Die Adresse ist bestätigt',
  'email.taken': 'Inzwischen hat ein anderes Konto diese Adresse.',
  'stop.title': 'Wiederherstellung Ihres Kontos',
  'stop.asked':
    'Jemand hat den Wiederherstellungsschlüssel Ihres Kontos nachgewiesen. Waren Sie das nicht, dann halten Sie die Wiederherstellung hier auf.',
  'stop.stop': 'Wiederherstellung aufhalten',
  'stop.stopped':
    'Die Wiederherstellung ist aufgehalten. Ihre Schlüssel sind dieselben wie zuvor. Wer sie angefordert hat, hat Ihr Postfach oder Ihren Wiederherstellungsschlüssel: Ersetzen Sie beide.',
  'stop.nothing':
    'Es gibt keine Wiederherstellung aufzuhalten: Sie wurde schon aufgehalten oder ist erledigt.',
  'door.title': 'Hier meldet man sich an',
  'door.explorer': 'Die Aufrufe, zum Ausprobieren',
  'door.openapi': 'Ihre Beschreibung (OpenAPI)',
  'door.health': 'Ob der Dienst bereit ist',
  'door.keys': 'Die Schlüssel, mit denen Token geprüft werden',
  'door.mailbox': 'Mails und SMS dieses Rechners',
} satisfies Pages;
