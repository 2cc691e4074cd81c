import type { Notices } from '../../catalogue.js';

export const notices = {
  'notice.stranger': 'Jeśli to ktoś inny, prosimy natychmiast powiadomić administratora witryny.',
  'account_exists.subject': 'Konto w {site} już istnieje',
  'account_exists.opening':
    'Ktoś, zapewne Pan/Pani, próbował założyć konto w {site}, ale takie konto już istnieje.',
  'account_exists.closing':
    'Prosimy się na nie zalogować albo poprosić o nowe hasło, jeśli obecne zostało zapomniane. Jeśli to ktoś inny, nie trzeba nic robić: nikt się nie dowiedział, że to konto istnieje.',
  'password_needed.subject': 'Logowanie do {site} z użyciem hasła',
  'password_needed.opening':
    'Ktoś, zapewne Pan/Pani, próbował zalogować się do {site} samym kodem. Konto wymaga kodu jako drugiego składnika, a ten sam adres nie może służyć do obu celów.',
  'password_needed.closing':
    'Najpierw prosimy wpisać hasło; kod będzie potem. Jeśli to ktoś inny, nie trzeba nic robić.',
  'reset_elsewhere.subject': 'Brak nowego hasła do {site} przez e-mail',
  'reset_elsewhere.opening':
    'Ktoś, zapewne Pan/Pani, nie pamięta hasła do konta w {site}. Konto wymaga jako drugiego składnika kodu wysyłanego do tej skrzynki, a ta sama skrzynka nie może służyć do obu celów: nowego hasła nie można ustawić przez e-mail.',
  'reset_elsewhere.closing':
    'Jeśli konto ma telefon do logowania, link jest już do niego w drodze. Jeśli nie ma, pomoże administrator witryny. Jeśli to ktoś inny, nie trzeba nic robić: hasło pozostaje bez zmian.',
  'password_changed.subject': 'Hasło do {site} zostało zmienione',
  'password_changed.opening': 'Konto w {site} ma nowe hasło. Wcześniejsze sesje zostały zakończone.',
  'password_changed.closing':
    'Jeśli to ktoś inny, ma on dostęp do konta lub może czytać pocztę: prosimy poprosić o nowe hasło i powiadomić administratora witryny.',
  'username_changed.subject': 'Konto w {site} ma nową nazwę użytkownika',
  'username_changed.opening':
    'Nazwa użytkownika konta w {site} została zmieniona. Poprzednią nie można się już zalogować.',
  'email_changing.subject': 'Inny adres e-mail konta w {site}?',
  'email_changing.opening':
    'Ktoś, zapewne Pan/Pani, chce zmienić adres e-mail konta w {site}. Nic się nie zmieni, dopóki nowy adres nie zostanie potwierdzony.',
  'email_changed.subject': 'Konto w {site} ma nowy adres e-mail',
  'email_changed.opening':
    'Konto w {site} ma nowy adres e-mail. Odtąd przychodzą na niego wiadomości i służy on do logowania. Poprzedni już nie.',
  'phone_changed.set.subject': 'Konto w {site} ma nowy telefon',
  'phone_changed.set.opening':
    'Konto w {site} ma nowy numer telefonu. Od teraz przychodzą na niego SMS-y i można się nim logować.',
  'phone_changed.removed.subject': 'Konto w {site} nie ma już telefonu',
  'phone_changed.removed.opening':
    'Numer telefonu konta w {site} został usunięty. Nie można się już nim logować.',
  'passkeys_changed.added.subject': 'Konto w {site} ma nowy klucz dostępu',
  'passkeys_changed.added.opening': 'Konto w {site} ma nowy klucz dostępu. Od teraz można się nim logować.',
  'passkeys_changed.removed.subject': 'Klucz dostępu do konta w {site} został usunięty',
  'passkeys_changed.removed.opening':
    'Klucz dostępu do konta w {site} został usunięty. Nie można się już nim logować.',
  'keys_added.subject': 'Do konta w {site} dodano klucze',
  'keys_added.opening': 'Konto w {site} otrzymało pierwsze klucze. Od teraz to one je otwierają.',
  'keys_added.closing':
    'Jeśli to ktoś inny, może on czytać pocztę. W takim razie prosimy natychmiast powiadomić administratora witryny.',
  'account_disabled.subject': 'Konto w {site} zostało zamknięte',
  'account_disabled.opening':
    'Konto w {site} zostało zamknięte przez administratora witryny. Wszystkie sesje zostały zakończone.',
  'account_disabled.closing': 'Jeśli powód jest nieznany, prosimy zapytać administratora.',
  'account_deleting.subject': 'Konto w {site} zostanie usunięte',
  'account_deleting.opening':
    'Konto w {site} zostanie usunięte dnia {due}. Do tego czasu jest zamknięte, a wszystkie sesje zostały zakończone.',
  'account_deleting.closing':
    'Aby je zachować, prosimy przed tym terminem powiadomić administratora witryny: później nikt nie będzie mógł go przywrócić.',
  'account_deleted.subject': 'Konto w {site} zostało usunięte',
  'account_deleted.opening': 'Konto w {site} zostało usunięte, a wraz z nim przechowywane dane osobowe.',
  'account_deleted.closing': 'Nikt nie może go przywrócić. To ostatnia wiadomość z tego konta.',
  'factor_changed.subject': 'Drugi składnik logowania do konta w {site} został zmieniony',
  'factor_changed.totp_enabled': 'Od teraz logowanie do {site} wymaga kodu z aplikacji uwierzytelniającej.',
  'factor_changed.sms_enabled':
    'Od teraz logowanie do {site} wymaga kodu wysyłanego SMS-em na telefon, który konto ma obecnie.',
  'factor_changed.email_enabled': 'Od teraz logowanie do {site} wymaga kodu wysyłanego e-mailem.',
  'factor_changed.disabled':
    'Logowanie do {site} nie wymaga już drugiego składnika. Kody zapasowe są nieważne.',
  'factor_changed.backup_codes_renewed': 'Konto w {site} ma nowe kody zapasowe. Stare są nieważne.',
  'factor_changed.closing':
    'Jeśli to ktoś inny, ma on dostęp do konta: prosimy zmienić hasło i natychmiast powiadomić administratora witryny.',
  'identity_linked.subject': 'Nowy sposób logowania do {site}',
  'identity_linked.opening': 'Od teraz konto w {site} można otworzyć także przez {provider}.',
  'identity_linked.closing':
    'Jeśli to ktoś inny, może on korzystać z tamtego konta lub czytać pocztę: prosimy zmienić tamte hasła i powiadomić administratora witryny.',
  'recovery_started.subject': 'Trwa odzyskiwanie konta w {site}',
  'recovery_started.opening':
    'Ktoś, zapewne Pan/Pani, przedstawił klucz odzyskiwania konta w {site}. Dnia {due} wszystkie klucze zostaną zastąpione, a wszystkie sesje zakończone.',
  'recovery_started.stop': 'Jeśli to ktoś inny, prosimy zatrzymać to tutaj przed tym terminem:',
  'recovery_started.text':
    'Trwa odzyskiwanie konta w {site}. Jeśli to ktoś inny, prosimy je zatrzymać: {link}',
  'recovery_completed.subject': 'Konto w {site} zostało odzyskane',
  'recovery_completed.opening':
    'Wszystkie klucze konta w {site} zostały zastąpione, a wszystkie sesje zakończone. Drugi składnik, jeśli był, pozostał ten sam.',
  'recovery_completed.closing':
    'Jeśli to ktoś inny, prosimy natychmiast powiadomić administratora witryny: ktoś ma dostęp do skrzynki i klucza odzyskiwania.',
  'recovery_completed.text':
    'Konto w {site} zostało odzyskane: wszystkie klucze zastąpiono. Jeśli to ktoś inny, prosimy natychmiast powiadomić administratora witryny.',
} satisfies Notices;
