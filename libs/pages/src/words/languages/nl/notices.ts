import type { Notices } from '../../catalogue.js';

export const notices = {
  'notice.stranger': 'Weet u hier niets van, waarschuw dan direct de beheerder van de site.',
  'account_exists.subject': 'U hebt al een account bij {site}',
  'account_exists.opening':
    'Iemand, waarschijnlijk u, wilde een account aanmaken bij {site}, maar u hebt er al een.',
  'account_exists.closing':
    'Meld u in plaats daarvan aan, of vraag een nieuw wachtwoord aan als u het uwe bent vergeten. Was u dit niet, dan hoeft u niets te doen: niemand heeft vernomen dat u een account hebt.',
  'password_needed.subject': 'Meld u bij {site} aan met uw wachtwoord',
  'password_needed.opening':
    'Iemand, waarschijnlijk u, wilde zich bij {site} aanmelden met alleen een code. Uw account vraagt een code als tweede factor, en hetzelfde adres kan niet beide zijn.',
  'password_needed.closing':
    'Voer eerst uw wachtwoord in; de code komt daarna. Was u dit niet, dan hoeft u niets te doen.',
  'reset_elsewhere.subject': 'Geen nieuw wachtwoord voor {site} per e-mail',
  'reset_elsewhere.opening':
    'Iemand, waarschijnlijk u, is het wachtwoord van uw account bij {site} vergeten. Uw account vraagt als tweede factor een code die naar deze mailbox gaat, en dezelfde mailbox kan niet beide zijn: er kan per e-mail geen nieuw wachtwoord worden gekozen.',
  'reset_elsewhere.closing':
    'Heeft uw account een telefoon om u mee aan te melden, dan is daar een link naartoe onderweg. Zo niet, dan kan de beheerder van de site u helpen. Was u dit niet, doe dan niets: uw wachtwoord blijft zoals het is.',
  'password_changed.subject': 'Uw wachtwoord voor {site} is gewijzigd',
  'password_changed.opening':
    'Uw account bij {site} heeft een nieuw wachtwoord. Eerdere sessies zijn beëindigd.',
  'password_changed.closing':
    'Was u dit niet, dan is er iemand in uw account of kan iemand uw e-mail lezen: vraag een nieuw wachtwoord aan en waarschuw de beheerder van de site.',
  'username_changed.subject': 'Uw account bij {site} heeft een nieuwe gebruikersnaam',
  'username_changed.opening':
    'De gebruikersnaam van uw account bij {site} is gewijzigd. Met de vorige kunt u zich niet meer aanmelden.',
  'email_changing.subject': 'Een ander e-mailadres voor uw account bij {site}?',
  'email_changing.opening':
    'Iemand, waarschijnlijk u, wil uw account bij {site} een ander e-mailadres geven. Er verandert niets voordat het nieuwe is bevestigd.',
  'email_changed.subject': 'Uw account bij {site} heeft een nieuw e-mailadres',
  'email_changed.opening':
    'Uw account bij {site} heeft een nieuw e-mailadres. Vanaf nu gaan de e-mails daarheen en meldt u zich ermee aan. Met het vorige kan dat niet meer.',
  'phone_changed.set.subject': 'Uw account bij {site} heeft een nieuwe telefoon',
  'phone_changed.set.opening':
    'Uw account bij {site} heeft een nieuw telefoonnummer. Voortaan gaan sms-berichten daarheen en kunt u zich ermee aanmelden.',
  'phone_changed.removed.subject': 'Uw account bij {site} heeft geen telefoon meer',
  'phone_changed.removed.opening':
    'Het telefoonnummer van uw account bij {site} is verwijderd. U kunt zich er niet meer mee aanmelden.',
  'passkeys_changed.added.subject': 'Uw account bij {site} heeft een nieuwe passkey',
  'passkeys_changed.added.opening':
    'Uw account bij {site} heeft een nieuwe passkey. Voortaan kunt u zich ermee aanmelden.',
  'passkeys_changed.removed.subject': 'Een passkey van uw account bij {site} is verwijderd',
  'passkeys_changed.removed.opening':
    'Een passkey van uw account bij {site} is verwijderd. U kunt zich er niet meer mee aanmelden.',
  'keys_added.subject': 'Er zijn sleutels toegevoegd aan uw account bij {site}',
  'keys_added.opening':
    'Uw account bij {site} heeft zijn eerste sleutels gekregen. Voortaan openen die het account.',
  'keys_added.closing':
    'Was u dit niet, dan kan iemand uw e-mail lezen. Weet u hier niets van, waarschuw dan direct de beheerder van de site.',
  'account_disabled.subject': 'Uw account bij {site} is gesloten',
  'account_disabled.opening':
    'Uw account bij {site} is door de beheerder van de site gesloten. Alle sessies zijn beëindigd.',
  'account_disabled.closing': 'Vraag het de beheerder als u niet weet waarom.',
  'account_deleting.subject': 'Uw account bij {site} wordt verwijderd',
  'account_deleting.opening':
    'Uw account bij {site} wordt op {due} verwijderd. Tot dan is het gesloten, en alle sessies zijn beëindigd.',
  'account_deleting.closing':
    'Wilt u het houden, zeg dat dan voor die tijd tegen de beheerder van de site: daarna kan niemand het terughalen.',
  'account_deleted.subject': 'Uw account bij {site} is verwijderd',
  'account_deleted.opening': 'Uw account bij {site} is verwijderd, en daarmee wat er over u werd bewaard.',
  'account_deleted.closing': 'Niemand kan het terughalen. Dit is het laatste bericht dat u ervan krijgt.',
  'factor_changed.subject': 'De tweede factor van uw account bij {site} is gewijzigd',
  'factor_changed.totp_enabled': 'Voortaan vraagt aanmelden bij {site} een code van uw authenticator-app.',
  'factor_changed.sms_enabled':
    'Voortaan vraagt aanmelden bij {site} een code die per sms naar de telefoon gaat die uw account nu heeft.',
  'factor_changed.email_enabled': 'Voortaan vraagt aanmelden bij {site} een code die naar u wordt gemaild.',
  'factor_changed.disabled':
    'Aanmelden bij {site} vraagt geen tweede factor meer. De reservecodes zijn ongeldig.',
  'factor_changed.backup_codes_renewed':
    'Uw account bij {site} heeft nieuwe reservecodes. De oude zijn ongeldig.',
  'factor_changed.closing':
    'Was u dit niet, dan is er iemand in uw account: wijzig uw wachtwoord en waarschuw direct de beheerder van de site.',
  'identity_linked.subject': 'Een nieuwe manier om u aan te melden bij {site}',
  'identity_linked.opening': 'Voortaan kan uw account bij {site} ook via {provider} worden geopend.',
  'identity_linked.closing':
    'Was u dit niet, dan kan iemand uw account daar gebruiken of uw e-mail lezen: wijzig die wachtwoorden en waarschuw de beheerder van de site.',
  'recovery_started.subject': 'Uw account bij {site} wordt hersteld',
  'recovery_started.opening':
    'Iemand, waarschijnlijk u, heeft de herstelsleutel van uw account bij {site} getoond. Op {due} worden alle sleutels vervangen en alle sessies beëindigd.',
  'recovery_started.stop': 'Was u dit niet, houd het dan voor die tijd hier tegen:',
  'recovery_started.text': 'Uw account bij {site} wordt hersteld. Was u dit niet, houd het tegen: {link}',
  'recovery_completed.subject': 'Uw account bij {site} is hersteld',
  'recovery_completed.opening':
    'Alle sleutels van uw account bij {site} zijn vervangen en alle sessies zijn beëindigd. Een tweede factor die het had, is dezelfde gebleven.',
  'recovery_completed.closing':
    'Was u dit niet, waarschuw dan direct de beheerder van de site: iemand heeft uw mailbox en uw herstelsleutel.',
  'recovery_completed.text':
    'Uw account bij {site} is hersteld: alle sleutels zijn vervangen. Was u dit niet, waarschuw dan direct de beheerder van de site.',
} satisfies Notices;
