import type { Mails } from '../../catalogue.js';

export const mails = {
  'mail.preheader': 'Un messaggio da {site}. Lo apra solo se lo aspettava e non inoltri nulla.',
  'sign_in_code.subject': 'Il Suo codice di accesso a {site}',
  'sign_in_code.opening':
    'Qualcuno, probabilmente Lei, sta accedendo a {site} con questo indirizzo e-mail. Inserisca questo codice dove Le viene richiesto:',
  'sign_in_code.validity':
    'Il codice funziona una sola volta e scade dopo {life}. Non glielo chiederemo mai.',
  'sign_in_code.stranger':
    'Se non è stato Lei, non inoltri il codice: senza di esso nessuno può accedere. Se qui ha una password, la cambi: chi ha richiesto il codice forse la conosce.',
  'sign_in_code.text': '{code} è il Suo codice di accesso a {site}. Scade dopo {life}. Non lo condivida.',
  'code.validity': 'Il codice funziona una sola volta e per {life}. Nessuno di noi glielo chiederà mai.',
  'sign_up_code.subject': 'Il Suo codice per un nuovo account {site}',
  'sign_up_code.opening':
    'Qualcuno, probabilmente Lei, sta creando un account su {site} con questo indirizzo e-mail. Inserisca questo codice dove Le viene richiesto:',
  'sign_up_code.stranger':
    'Se non è stato Lei, non dia il codice a nessuno: senza di esso non verrà creato alcun account.',
  'sign_up_code.text':
    '{code} è il Suo codice per un nuovo account {site}. Vale per {life}. Non lo dia a nessuno.',
  'recovery_code.subject': 'Il Suo codice di recupero per {site}',
  'recovery_code.opening':
    'Qualcuno, probabilmente Lei, vuole recuperare l’account {site} che ha questo indirizzo e-mail. Inserisca questo codice dove Le viene richiesto:',
  'recovery_code.stranger':
    'Se non è stato Lei, non dia il codice a nessuno. Senza di esso e senza la Sua chiave di recupero, nessuno può recuperare il Suo account.',
  'recovery_code.text': '{code} è il Suo codice di recupero per {site}. Non lo dia a nessuno.',
  'registration_code.subject': 'Il Suo codice di registrazione per {site}',
  'registration_code.opening':
    'È stato invitato su {site} con questo indirizzo e-mail. Inserisca questo codice dove Le viene richiesto, per registrare la Sua prima chiave:',
  'registration_code.stranger':
    'Se non se lo aspettava, non dia il codice a nessuno e avvisi chi gestisce il sito.',
  'registration_code.text': '{code} è il Suo codice di registrazione per {site}. Non lo dia a nessuno.',
  'login_code.subject': 'Il Suo codice di ingresso a {site}',
  'login_code.opening':
    'Qualcuno, probabilmente Lei, sta entrando in {site} con questo indirizzo e-mail. Inserisca questo codice dove Le viene richiesto:',
  'login_code.stranger':
    'Se non è stato Lei, non dia il codice a nessuno: senza di esso e senza la Sua chiave, nessuno entra.',
  'login_code.text': '{code} è il Suo codice di ingresso a {site}. Non lo dia a nessuno.',
  'magic_link.subject': 'Accesso a {site}',
  'magic_link.opening':
    'Qualcuno, probabilmente Lei, vuole accedere a {site} con questo indirizzo e-mail. Apra questo link e lo confermi:',
  'magic_link.button': 'Accedi a {site}',
  'magic_link.other_device':
    'Ha fatto la richiesta su un altro dispositivo? Allora inserisca lì questo codice:',
  'magic_link.validity':
    'Il link o il codice, uno dei due, funziona una sola volta e scade dopo {life}. Nessuno di noi glieli chiederà mai.',
  'magic_link.stranger':
    'Se non è stato Lei, non dia nessuno dei due a nessuno. Senza di essi nessuno entra. Può annullare la richiesta qui:',
  'magic_link.text': 'Acceda a {site}, valido per {life}: {link}',
  'password_reset.subject': 'Una nuova password per {site}',
  'password_reset.opening': 'Qualcuno, probabilmente Lei, ha dimenticato la password del Suo account {site}.',
  'password_reset.link': 'Ne scelga una nuova qui:',
  'password_reset.closing':
    'Il link funziona una sola volta e per {life}. Una nuova password chiude tutte le sessioni. Se non è stato Lei, non faccia nulla: la Sua password resta la stessa.',
  'password_reset.text': 'Scelga una nuova password per {site}: {link}',
  'email_change.subject': 'Confermi il Suo nuovo indirizzo e-mail per {site}',
  'email_change.opening':
    'Qualcuno, probabilmente Lei, vuole dare questo indirizzo e-mail a un account {site}.',
  'email_change.link': 'Lo confermi qui:',
  'email_change.closing':
    'Il link funziona una sola volta e per {life}. Fino ad allora l’account mantiene l’indirizzo che ha. Se non è stato Lei, non faccia nulla.',
  'address_code.subject': 'Il Suo codice per un nuovo indirizzo su {site}',
  'address_code.opening':
    'Qualcuno, probabilmente Lei, sta dando questo indirizzo e-mail a un account {site}. Inserisca questo codice dove Le viene richiesto:',
  'address_code.stranger':
    'Se non è stato Lei, non dia il codice a nessuno: senza di esso l’account non avrà questo indirizzo.',
  'address_code.text':
    '{code} è il Suo codice per un nuovo numero di telefono su {site}. Vale per {life}. Non lo dia a nessuno.',
  'invitation.subject': 'Il Suo account {site}',
  'invitation.opening': 'È stato creato per Lei un account su {site}.',
  'invitation.link': 'Acceda qui per la prima volta:',
  'invitation.closing':
    'Il link funziona una sola volta e per {life}. Se non aspettava alcun account, non faccia nulla.',
  'sign_in_key.subject': 'Accesso a {site}',
  'sign_in_key.opening': 'Chi gestisce {site} Le invia questo link, che apre il Suo account.',
  'sign_in_key.link': 'Acceda qui:',
  'sign_in_key.closing':
    'Il link funziona una sola volta e per {life}. Non lo dia a nessuno. Se non l’ha richiesto, non faccia nulla.',
  'footer.reference': 'Riferimento di questo messaggio, se vuole chiedere informazioni: {reference}',
  'footer.not_me': 'Non sono stato io:',
  'footer.short': 'Rif. {reference}',
  'details.time': 'Ora',
  'details.address': 'Indirizzo IP',
  'details.browser': 'Browser',
  'details.browser_on': '{browser} su {system}',
  'details.unknown': 'sconosciuto',
  'details.by': 'Da',
  'details.operator': 'chi gestisce il sito',
  'details.itself': 'il servizio',
} satisfies Mails;
