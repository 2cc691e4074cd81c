import type { Pages } from '../../catalogue.js';

export const pages = {
  'error.403': 'Dit kwam niet van onze pagina',
  'error.403.text': 'Open de link uit de e-mail opnieuw en ga daar verder.',
  'error.404': 'Deze pagina bestaat niet',
  'error.404.text': 'Controleer de link: misschien is die niet helemaal gekopieerd.',
  'error.429': 'Te veel verzoeken',
  'error.429.text': 'Wacht {seconds} s en probeer het opnieuw.',
  'error.503': 'Op dit moment niet beschikbaar',
  'error.503.text': 'Er is niets verloren gegaan. Probeer het over een minuut opnieuw.',
  'error.other': 'Dat is niet gelukt',
  'error.other.text': 'Ga terug en probeer het opnieuw.',
  'step.title': 'Aanmelden bij {site}',
  'step.texted': 'Voer de code in die per sms naar uw telefoon is gestuurd, of een reservecode.',
  'step.mailed': 'Voer de code in die naar u is gemaild, of een reservecode.',
  'step.shown': 'Voer de code in die uw authenticator-app toont, of een reservecode.',
  'step.set_up':
    'Scan dit met uw authenticator-app, of typ de sleutel erin. Voer daarna de code in die de app toont.',
  'step.phone': 'Uw account heeft een telefoonnummer nodig. Er wordt een code naartoe gestuurd per sms.',
  'step.phone_field': 'Telefoonnummer, met + en landcode',
  'step.code_field': 'Code',
  'step.next': 'Verder',
  'step.wrong': 'Dit is niet de juiste code. Misschien is die verlopen: meld u opnieuw aan voor een nieuwe.',
  'step.wait': 'Te veel pogingen. Wacht even en meld u opnieuw aan.',
  'step.wrong_phone': 'Dit nummer kan niet worden gebruikt.',
  'step.mailed_key': 'Hiermee meldt u zich aan als {who}.',
  'step.sign_in': 'Aanmelden',
  'step.refused': 'Deze link meldt u niet aan',
  'step.refused.text':
    'Het account is gesloten, of vraagt een code in dezelfde mailbox waarin de link kwam. Vraag het de beheerder van de site.',
  'step.done': 'U bent aangemeld',
  'step.done.text': 'U kunt deze pagina sluiten.',
  'step.gone': 'Deze pagina is verlopen',
  'step.gone.text': 'Meld u opnieuw aan.',
  'landing.ask': 'Aanmelden bij {site}?',
  'landing.account': 'Account',
  'landing.requested': 'Dit is aangevraagd door:',
  'landing.confirm': 'Aanmelden',
  'landing.only_if_you': 'Ga alleen verder als u dit was.',
  'landing.not_me': 'Dit was ik niet',
  'landing.other_browser':
    'Dit lijkt een andere browser of een ander apparaat dan die van de aanvraag. Om u daar aan te melden, gaat u daarheen terug en voert u de zescijferige code uit dezelfde e-mail in.',
  'landing.other_device':
    'U hebt de link in een andere browser geopend dan die van de aanvraag. Voor uw veiligheid kan de link hier niet worden bevestigd: ga terug naar waar u de aanvraag deed en voer de zescijferige code uit dezelfde e-mail in.',
  'landing.signed_in': 'U bent aangemeld',
  'landing.close': 'U kunt deze pagina sluiten.',
  'landing.go_back': 'Ga terug naar het venster waarin u de aanvraag deed. U kunt deze pagina sluiten.',
  'landing.gone': 'Deze link werkt niet meer',
  'landing.ask_again':
    'De link is gebruikt, beëindigd of verlopen. Vraag een nieuwe aan waar u zich wilt aanmelden.',
  'landing.same_mailbox':
    'E-mails zijn de tweede stap van uw aanmelding, dus moet de eerste uw wachtwoord zijn.',
  'landing.not_me_ask': 'Was u dit niet?',
  'landing.not_me_means':
    'Als u de aanvraag beëindigt, zijn de link en de code uit de e-mail waardeloos. Uw account blijft zoals het is.',
  'landing.not_me_confirm': 'Aanvraag beëindigen',
  'landing.dismissed': 'De aanvraag is beëindigd',
  'landing.dismissed_means': 'Niemand kan zich nog met die e-mail aanmelden. Wij hebben het genoteerd.',
  'not_me.title': 'Dit was ik niet',
  'not_me.asked':
    'Hebt u een bericht gekregen waar u niet om had gevraagd? Zeg het hier: de code of link erin wordt beëindigd, en de beheerder van de site kan het zien.',
  'not_me.confirm': 'Dit was ik niet',
  'not_me.done':
    'Dank u. Waar het bericht over ging, is beëindigd en genoteerd als niet van u. Hebt u hier een wachtwoord, wijzig het dan: wie erom vroeg, kent het misschien.',
  'not_me.unknown': 'Deze link is onbekend, of het bericht is te oud.',
  'reset.ask': 'Kies een nieuw wachtwoord',
  'reset.field': 'Nieuw wachtwoord, {min} tot {max} tekens',
  'reset.change': 'Wachtwoord wijzigen',
  'reset.length': 'Het wachtwoord moet {min} tot {max} tekens hebben.',
  'reset.weak':
    'Dit wachtwoord is makkelijk te raden. Neem meerdere woorden die niets met elkaar te maken hebben.',
  'reset.done': 'Uw wachtwoord is gewijzigd',
  'reset.done.text': 'Alle sessies zijn beëindigd. Meld u aan met het nieuwe wachtwoord.',
  'reset.dead': 'Deze link is niet meer geldig',
  'reset.dead.text': 'De link is gebruikt of te oud. Vraag een nieuwe aan.',
  'stop.title': 'Herstel van uw account',
  'stop.asked':
    'Iemand heeft de herstelsleutel van uw account getoond. Was u dit niet, houd het herstel dan hier tegen.',
  'stop.stop': 'Herstel tegenhouden',
  'stop.stopped':
    'Het herstel is tegengehouden. Uw sleutels zijn dezelfde gebleven. Wie erom vroeg, heeft uw mailbox of uw herstelsleutel: vervang ze allebei.',
  'stop.nothing': 'Er is geen herstel om tegen te houden: het is al tegengehouden, of het is voltooid.',
} satisfies Pages;
