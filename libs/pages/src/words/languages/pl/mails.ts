import type { Mails } from '../../catalogue.js';

export const mails = {
  'mail.preheader':
    'Wiadomość od {site}. Prosimy otworzyć ją tylko wtedy, gdy jest oczekiwana, i niczego nie przekazywać.',
  'sign_in_code.subject': 'Kod logowania do {site}',
  'sign_in_code.opening':
    'Ktoś, zapewne Pan/Pani, loguje się do {site} z tym adresem e-mail. Prosimy wpisać ten kod tam, gdzie jest wymagany:',
  'sign_in_code.validity': 'Kod działa jeden raz. Czas ważności: {life}. Nigdy o niego nie poprosimy.',
  'sign_in_code.stranger':
    'Jeśli to ktoś inny, prosimy nie przekazywać kodu: bez niego nikt się nie zaloguje. Jeśli konto ma hasło, prosimy je zmienić: osoba, która zażądała kodu, być może je zna.',
  'sign_in_code.text':
    '{code} to kod logowania do {site}. Czas ważności: {life}. Prosimy go nie udostępniać.',
  'code.validity': 'Kod działa jeden raz. Czas ważności: {life}. Nikt od nas nigdy o niego nie poprosi.',
  'sign_up_code.subject': 'Kod do nowego konta w {site}',
  'sign_up_code.opening':
    'Ktoś, zapewne Pan/Pani, zakłada konto w {site} z tym adresem e-mail. Prosimy wpisać ten kod tam, gdzie jest wymagany:',
  'sign_up_code.stranger':
    'Jeśli to ktoś inny, prosimy nikomu nie podawać kodu: bez niego konto nie powstanie.',
  'sign_up_code.text':
    '{code} to kod do nowego konta w {site}. Czas ważności: {life}. Prosimy nikomu go nie podawać.',
  'recovery_code.subject': 'Kod odzyskiwania konta w {site}',
  'recovery_code.opening':
    'Ktoś, zapewne Pan/Pani, chce odzyskać konto w {site} z tym adresem e-mail. Prosimy wpisać ten kod tam, gdzie jest wymagany:',
  'recovery_code.stranger':
    'Jeśli to ktoś inny, prosimy nikomu nie podawać kodu. Bez niego i bez klucza odzyskiwania nikt nie odzyska konta.',
  'recovery_code.text': '{code} to kod odzyskiwania konta w {site}. Prosimy nikomu go nie podawać.',
  'registration_code.subject': 'Kod rejestracji w {site}',
  'registration_code.opening':
    'To zaproszenie do {site} dla tego adresu e-mail. Prosimy wpisać ten kod tam, gdzie jest wymagany, aby zarejestrować pierwszy klucz:',
  'registration_code.stranger':
    'Jeśli to nieoczekiwana wiadomość, prosimy nikomu nie podawać kodu i powiadomić administratora witryny.',
  'registration_code.text': '{code} to kod rejestracji w {site}. Prosimy nikomu go nie podawać.',
  'login_code.subject': 'Kod dostępu do {site}',
  'login_code.opening':
    'Ktoś, zapewne Pan/Pani, uzyskuje dostęp do {site} z tym adresem e-mail. Prosimy wpisać ten kod tam, gdzie jest wymagany:',
  'login_code.stranger':
    'Jeśli to ktoś inny, prosimy nikomu nie podawać kodu: bez niego i bez klucza nikt nie wejdzie.',
  'login_code.text': '{code} to kod dostępu do {site}. Prosimy nikomu go nie podawać.',
  'magic_link.subject': 'Logowanie do {site}',
  'magic_link.opening':
    'Ktoś, zapewne Pan/Pani, chce się zalogować do {site} z tym adresem e-mail. Prosimy otworzyć ten link i potwierdzić:',
  'magic_link.button': 'Zaloguj się do {site}',
  'magic_link.other_device': 'Prośba pochodzi z innego urządzenia? W takim razie prosimy wpisać tam ten kod:',
  'magic_link.validity':
    'Link albo kod, jedno z nich, działa jeden raz. Czas ważności: {life}. Nikt od nas nigdy o nie nie poprosi.',
  'magic_link.stranger':
    'Jeśli to ktoś inny, prosimy nikomu nie przekazywać ani linku, ani kodu. Bez nich nikt nie wejdzie. Prośbę można zakończyć tutaj:',
  'magic_link.text': 'Logowanie do {site}, czas ważności: {life}: {link}',
  'password_reset.subject': 'Nowe hasło do {site}',
  'password_reset.opening': 'Ktoś, zapewne Pan/Pani, nie pamięta hasła do konta w {site}.',
  'password_reset.link': 'Nowe hasło można ustawić tutaj:',
  'password_reset.closing':
    'Link działa jeden raz. Czas ważności: {life}. Nowe hasło kończy wszystkie sesje. Jeśli to ktoś inny, nie trzeba nic robić: hasło pozostaje bez zmian.',
  'password_reset.text': 'Nowe hasło do {site} można ustawić tutaj: {link}',
  'email_change.subject': 'Potwierdzenie nowego adresu e-mail w {site}',
  'email_change.opening': 'Ktoś, zapewne Pan/Pani, chce przypisać ten adres e-mail do konta w {site}.',
  'email_change.link': 'Adres można potwierdzić tutaj:',
  'email_change.closing':
    'Link działa jeden raz. Czas ważności: {life}. Do tego czasu konto zachowuje dotychczasowy adres. Jeśli to ktoś inny, nie trzeba nic robić.',
  'address_code.subject': 'Kod do nowego adresu w {site}',
  'address_code.opening':
    'Ktoś, zapewne Pan/Pani, przypisuje ten adres e-mail do konta w {site}. Prosimy wpisać ten kod tam, gdzie jest wymagany:',
  'address_code.stranger':
    'Jeśli to ktoś inny, prosimy nikomu nie podawać kodu: bez niego konto nie otrzyma tego adresu.',
  'address_code.text':
    '{code} to kod do nowego numeru telefonu w {site}. Czas ważności: {life}. Prosimy nikomu go nie podawać.',
  'invitation.subject': 'Konto w {site}',
  'invitation.opening': 'W {site} założono dla Pana/Pani konto.',
  'invitation.link': 'Tutaj można zalogować się po raz pierwszy:',
  'invitation.closing':
    'Link działa jeden raz. Czas ważności: {life}. Jeśli konto nie było oczekiwane, nie trzeba nic robić.',
  'sign_in_key.subject': 'Logowanie do {site}',
  'sign_in_key.opening': 'Administrator {site} przesyła ten link, który otwiera konto.',
  'sign_in_key.link': 'Tutaj można się zalogować:',
  'sign_in_key.closing':
    'Link działa jeden raz. Czas ważności: {life}. Prosimy nikomu go nie podawać. Jeśli nie był zamawiany, nie trzeba nic robić.',
  'footer.reference': 'Oznaczenie tej wiadomości na wypadek pytań: {reference}',
  'footer.not_me': 'To nie ja:',
  'footer.short': 'Ozn. {reference}',
  'details.time': 'Czas',
  'details.address': 'Adres IP',
  'details.browser': 'Przeglądarka',
  'details.browser_on': '{browser} w systemie {system}',
  'details.unknown': 'brak danych',
  'details.by': 'Przez',
  'details.operator': 'administratora witryny',
  'details.itself': 'usługę',
} satisfies Mails;
