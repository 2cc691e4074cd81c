import type { Mails } from '../../catalogue.js';

export const mails = {
  'mail.preheader': 'Een bericht van {site}. Open het alleen als u het verwachtte en geef niets door.',
  'sign_in_code.subject': 'Uw aanmeldcode voor {site}',
  'sign_in_code.opening':
    'Iemand, waarschijnlijk u, meldt zich met dit e-mailadres aan bij {site}. Voer deze code in waar erom wordt gevraagd:',
  'sign_in_code.validity': 'De code werkt één keer en verloopt na {life}. Wij zullen u er nooit om vragen.',
  'sign_in_code.stranger':
    'Was u dit niet, geef de code dan niet door: zonder de code kan niemand zich aanmelden. Hebt u hier een wachtwoord, wijzig het dan: wie de code heeft aangevraagd, kent het misschien.',
  'sign_in_code.text': '{code} is uw aanmeldcode voor {site}. Verloopt na {life}. Deel de code met niemand.',
  'code.validity': 'De code werkt één keer en is {life} geldig. Niemand van ons zal u er ooit om vragen.',
  'sign_up_code.subject': 'Uw code voor een nieuw account bij {site}',
  'sign_up_code.opening':
    'Iemand, waarschijnlijk u, maakt met dit e-mailadres een account aan bij {site}. Voer deze code in waar erom wordt gevraagd:',
  'sign_up_code.stranger':
    'Was u dit niet, geef de code dan aan niemand: zonder de code komt er geen account.',
  'sign_up_code.text':
    '{code} is uw code voor een nieuw account bij {site}. De code is {life} geldig. Geef die aan niemand.',
  'recovery_code.subject': 'Uw herstelcode voor {site}',
  'recovery_code.opening':
    'Iemand, waarschijnlijk u, wil het account bij {site} met dit e-mailadres herstellen. Voer deze code in waar erom wordt gevraagd:',
  'recovery_code.stranger':
    'Was u dit niet, geef de code dan aan niemand. Zonder de code en zonder uw herstelsleutel kan niemand uw account herstellen.',
  'recovery_code.text': '{code} is uw herstelcode voor {site}. Geef die aan niemand.',
  'registration_code.subject': 'Uw registratiecode voor {site}',
  'registration_code.opening':
    'U bent met dit e-mailadres uitgenodigd voor {site}. Voer deze code in waar erom wordt gevraagd, om uw eerste sleutel te registreren:',
  'registration_code.stranger':
    'Verwachtte u dit niet, geef de code dan aan niemand en waarschuw de beheerder van de site.',
  'registration_code.text': '{code} is uw registratiecode voor {site}. Geef die aan niemand.',
  'login_code.subject': 'Uw inlogcode voor {site}',
  'login_code.opening':
    'Iemand, waarschijnlijk u, logt met dit e-mailadres in bij {site}. Voer deze code in waar erom wordt gevraagd:',
  'login_code.stranger':
    'Was u dit niet, geef de code dan aan niemand: zonder de code en zonder uw sleutel komt niemand binnen.',
  'login_code.text': '{code} is uw inlogcode voor {site}. Geef die aan niemand.',
  'magic_link.subject': 'Aanmelden bij {site}',
  'magic_link.opening':
    'Iemand, waarschijnlijk u, wil zich met dit e-mailadres aanmelden bij {site}. Open deze link en bevestig de aanmelding:',
  'magic_link.button': 'Aanmelden bij {site}',
  'magic_link.other_device': 'Hebt u op een ander apparaat om de link gevraagd? Voer daar dan deze code in:',
  'magic_link.validity':
    'De link of de code, een van beide, werkt één keer en verloopt na {life}. Niemand van ons zal u er ooit om vragen.',
  'magic_link.stranger':
    'Was u dit niet, geef dan geen van beide door. Zonder deze gegevens komt niemand binnen. U kunt de aanvraag hier beëindigen:',
  'magic_link.text': 'Aanmelden bij {site}, {life} geldig: {link}',
  'password_reset.subject': 'Een nieuw wachtwoord voor {site}',
  'password_reset.opening': 'Iemand, waarschijnlijk u, is het wachtwoord van uw account bij {site} vergeten.',
  'password_reset.link': 'Kies hier een nieuw wachtwoord:',
  'password_reset.closing':
    'De link werkt één keer en is {life} geldig. Een nieuw wachtwoord beëindigt alle sessies. Was u dit niet, doe dan niets: uw wachtwoord blijft zoals het is.',
  'password_reset.text': 'Kies een nieuw wachtwoord voor {site}: {link}',
  'email_change.subject': 'Bevestig uw nieuwe e-mailadres voor {site}',
  'email_change.opening': 'Iemand, waarschijnlijk u, wil een account bij {site} dit e-mailadres geven.',
  'email_change.link': 'Bevestig het hier:',
  'email_change.closing':
    'De link werkt één keer en is {life} geldig. Tot dan houdt het account het adres dat het heeft. Was u dit niet, doe dan niets.',
  'address_code.subject': 'Uw code voor een nieuw adres bij {site}',
  'address_code.opening':
    'Iemand, waarschijnlijk u, geeft een account bij {site} dit e-mailadres. Voer deze code in waar erom wordt gevraagd:',
  'address_code.stranger':
    'Was u dit niet, geef de code dan aan niemand: zonder de code krijgt het account dit adres niet.',
  'address_code.text':
    '{code} is uw code voor een nieuw telefoonnummer bij {site}. De code is {life} geldig. Geef die aan niemand.',
  'invitation.subject': 'Uw account bij {site}',
  'invitation.opening': 'Er is voor u een account aangemaakt bij {site}.',
  'invitation.link': 'Meld u hier voor de eerste keer aan:',
  'invitation.closing':
    'De link werkt één keer en is {life} geldig. Verwachtte u geen account, doe dan niets.',
  'sign_in_key.subject': 'Aanmelden bij {site}',
  'sign_in_key.opening': 'De beheerder van {site} stuurt u deze link, die uw account opent.',
  'sign_in_key.link': 'Meld u hier aan:',
  'sign_in_key.closing':
    'De link werkt één keer en is {life} geldig. Geef die aan niemand. Hebt u er niet om gevraagd, doe dan niets.',
  'footer.reference': 'Kenmerk van dit bericht, als u ernaar wilt vragen: {reference}',
  'footer.not_me': 'Dit was ik niet:',
  'footer.short': 'Kenm. {reference}',
  'details.time': 'Tijd',
  'details.address': 'IP-adres',
  'details.browser': 'Browser',
  'details.browser_on': '{browser} op {system}',
  'details.unknown': 'onbekend',
  'details.by': 'Door',
  'details.operator': 'de beheerder van de site',
  'details.itself': 'de dienst',
} satisfies Mails;
