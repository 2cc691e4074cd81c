import type { Notices } from '../../catalogue.js';

export const notices = {
  'notice.stranger': 'Se non ne sa nulla, avvisi subito chi gestisce il sito.',
  'account_exists.subject': 'Ha già un account su {site}',
  'account_exists.opening':
    'Qualcuno, probabilmente Lei, voleva creare un account su {site}, ma Lei ne ha già uno.',
  'account_exists.closing':
    'Acceda invece al Suo account, o richieda una nuova password se ha dimenticato la Sua. Se non è stato Lei, non c’è nulla da fare: nessuno ha saputo che Lei ha un account.',
  'password_needed.subject': 'Acceda a {site} con la Sua password',
  'password_needed.opening':
    'Qualcuno, probabilmente Lei, voleva accedere a {site} con il solo codice. Il Suo account chiede un codice come secondo fattore, e lo stesso indirizzo non può valere per entrambi.',
  'password_needed.closing':
    'Inserisca prima la Sua password; il codice viene dopo. Se non è stato Lei, non c’è nulla da fare.',
  'reset_elsewhere.subject': 'Nessuna nuova password per {site} via e-mail',
  'reset_elsewhere.opening':
    'Qualcuno, probabilmente Lei, ha dimenticato la password del Suo account {site}. Il Suo account chiede come secondo fattore un codice inviato a questa casella, e la stessa casella non può valere per entrambi: non si può scegliere una nuova password via e-mail.',
  'reset_elsewhere.closing':
    'Se il Suo account ha un telefono per accedere, un link vi è in arrivo. Se non lo ha, chi gestisce il sito può aiutarla. Se non è stato Lei, non faccia nulla: la Sua password resta la stessa.',
  'password_changed.subject': 'La Sua password di {site} è stata cambiata',
  'password_changed.opening':
    'Il Suo account {site} ha una nuova password. Le sessioni precedenti sono terminate.',
  'password_changed.closing':
    'Se non è stato Lei, qualcuno è nel Suo account o può leggere la Sua posta: richieda una nuova password e avvisi chi gestisce il sito.',
  'username_changed.subject': 'Il Suo account {site} ha un nuovo nome utente',
  'username_changed.opening':
    'Il nome utente del Suo account {site} è stato cambiato. Con quello precedente non si accede più.',
  'email_changing.subject': 'Un altro indirizzo e-mail per il Suo account {site}?',
  'email_changing.opening':
    'Qualcuno, probabilmente Lei, vuole dare un altro indirizzo e-mail al Suo account {site}. Nulla cambia prima che quello nuovo sia confermato.',
  'email_changed.subject': 'Il Suo account {site} ha un nuovo indirizzo e-mail',
  'email_changed.opening':
    'Il Suo account {site} ha un nuovo indirizzo e-mail. D’ora in poi riceve le sue e-mail e permette di accedere. Quello precedente non più.',
  'phone_changed.set.subject': 'Il Suo account {site} ha un nuovo telefono',
  'phone_changed.set.opening':
    'Il Suo account {site} ha un nuovo numero di telefono. D’ora in poi riceve gli SMS e permette di accedere.',
  'phone_changed.removed.subject': 'Il Suo account {site} non ha più un telefono',
  'phone_changed.removed.opening':
    'Il numero di telefono del Suo account {site} è stato rimosso. Non permette più di accedere.',
  'passkeys_changed.added.subject': 'Il Suo account {site} ha una nuova passkey',
  'passkeys_changed.added.opening':
    'Il Suo account {site} ha una nuova passkey. D’ora in poi permette di accedere.',
  'passkeys_changed.removed.subject': 'Una passkey del Suo account {site} è stata rimossa',
  'passkeys_changed.removed.opening':
    'Una passkey del Suo account {site} è stata rimossa. Non permette più di accedere.',
  'keys_added.subject': 'Sono state aggiunte chiavi al Suo account {site}',
  'keys_added.opening': 'Il Suo account {site} ha ricevuto le sue prime chiavi. D’ora in poi lo aprono.',
  'keys_added.closing':
    'Se non è stato Lei, qualcuno può leggere la Sua posta. Se non ne sa nulla, avvisi subito chi gestisce il sito.',
  'account_disabled.subject': 'Il Suo account {site} è stato chiuso',
  'account_disabled.opening':
    'Il Suo account {site} è stato chiuso da chi gestisce il sito. Tutte le sue sessioni sono terminate.',
  'account_disabled.closing': 'Chieda a chi gestisce il sito se non sa perché.',
  'account_deleting.subject': 'Il Suo account {site} sarà eliminato',
  'account_deleting.opening':
    'Il Suo account {site} sarà eliminato il {due}. Fino ad allora è chiuso e tutte le sue sessioni sono terminate.',
  'account_deleting.closing':
    'Se vuole tenerlo, lo dica prima di allora a chi gestisce il sito: in seguito nessuno potrà ripristinarlo.',
  'account_deleted.subject': 'Il Suo account {site} è stato eliminato',
  'account_deleted.opening':
    'Il Suo account {site} è stato eliminato, e con esso ciò che era conservato su di Lei.',
  'account_deleted.closing': 'Nessuno può ripristinarlo. Questo è l’ultimo messaggio che Le invia.',
  'factor_changed.subject': 'Il secondo fattore del Suo account {site} è stato cambiato',
  'factor_changed.totp_enabled':
    'D’ora in poi l’accesso a {site} richiede un codice della Sua app di autenticazione.',
  'factor_changed.sms_enabled':
    'D’ora in poi l’accesso a {site} richiede un codice inviato via SMS al telefono che il Suo account ha ora.',
  'factor_changed.email_enabled': 'D’ora in poi l’accesso a {site} richiede un codice inviato via e-mail.',
  'factor_changed.disabled':
    'L’accesso a {site} non richiede più un secondo fattore. I suoi codici di riserva non sono più validi.',
  'factor_changed.backup_codes_renewed':
    'Il Suo account {site} ha nuovi codici di riserva. Quelli vecchi non sono più validi.',
  'factor_changed.closing':
    'Se non è stato Lei, qualcuno è nel Suo account: cambi la Sua password e avvisi subito chi gestisce il sito.',
  'identity_linked.subject': 'Un nuovo modo di accedere a {site}',
  'identity_linked.opening': 'D’ora in poi il Suo account {site} si apre anche tramite {provider}.',
  'identity_linked.closing':
    'Se non è stato Lei, qualcuno può usare il Suo account lì o leggere la Sua posta: cambi quelle password e avvisi chi gestisce il sito.',
  'recovery_started.subject': 'Il Suo account {site} è in corso di recupero',
  'recovery_started.opening':
    'Qualcuno, probabilmente Lei, ha presentato la chiave di recupero del Suo account {site}. Il {due} tutte le sue chiavi saranno sostituite e tutte le sue sessioni termineranno.',
  'recovery_started.stop': 'Se non è stato Lei, lo fermi qui prima di allora:',
  'recovery_started.text':
    'Il Suo account {site} è in corso di recupero. Se non è stato Lei, lo fermi: {link}',
  'recovery_completed.subject': 'Il Suo account {site} è stato recuperato',
  'recovery_completed.opening':
    'Tutte le chiavi del Suo account {site} sono state sostituite e tutte le sue sessioni sono terminate. Se aveva un secondo fattore, è rimasto lo stesso.',
  'recovery_completed.closing':
    'Se non è stato Lei, avvisi subito chi gestisce il sito: qualcuno ha la Sua casella di posta e la Sua chiave di recupero.',
  'recovery_completed.text':
    'Il Suo account {site} è stato recuperato: tutte le chiavi sono state sostituite. Se non è stato Lei, avvisi subito chi gestisce il sito.',
} satisfies Notices;
