import type { Mails } from '../../catalogue.js';

export const mails = {
  'mail.preheader': 'Un message de {site}. Ne l’ouvrez que si vous l’attendiez, et ne transmettez rien.',
  'sign_in_code.subject': 'Votre code de connexion à {site}',
  'sign_in_code.opening':
    'Quelqu’un, probablement vous, se connecte à {site} avec cette adresse e-mail. Saisissez ce code là où il vous est demandé :',
  'sign_in_code.validity':
    'Le code fonctionne une seule fois et expire au bout de {life}. Nous ne vous le demanderons jamais.',
  'sign_in_code.stranger':
    'Si ce n’était pas vous, ne transmettez pas ce code : sans lui, personne ne peut se connecter. Si vous avez un mot de passe ici, changez-le : la personne qui a demandé le code le connaît peut-être.',
  'sign_in_code.text':
    '{code} est votre code de connexion à {site}. Il expire au bout de {life}. Ne le transmettez à personne.',
  'code.validity':
    'Le code fonctionne une seule fois, pendant {life}. Personne chez nous ne vous le demandera jamais.',
  'sign_up_code.subject': 'Votre code pour un nouveau compte {site}',
  'sign_up_code.opening':
    'Quelqu’un, probablement vous, crée un compte chez {site} avec cette adresse e-mail. Saisissez ce code là où il vous est demandé :',
  'sign_up_code.stranger':
    'Si ce n’était pas vous, ne donnez le code à personne : sans lui, aucun compte ne sera créé.',
  'sign_up_code.text':
    '{code} est votre code pour un nouveau compte {site}. Il est valable {life}. Ne le donnez à personne.',
  'recovery_code.subject': 'Votre code de récupération pour {site}',
  'recovery_code.opening':
    'Quelqu’un, probablement vous, veut récupérer le compte {site} associé à cette adresse e-mail. Saisissez ce code là où il vous est demandé :',
  'recovery_code.stranger':
    'Si ce n’était pas vous, ne donnez le code à personne. Sans lui et sans votre clé de récupération, personne ne peut récupérer votre compte.',
  'recovery_code.text': '{code} est votre code de récupération pour {site}. Ne le donnez à personne.',
  'registration_code.subject': 'Votre code d’enregistrement pour {site}',
  'registration_code.opening':
    'Vous êtes invité à rejoindre {site} avec cette adresse e-mail. Saisissez ce code là où il vous est demandé, pour enregistrer votre première clé :',
  'registration_code.stranger':
    'Si vous ne vous y attendiez pas, ne donnez le code à personne et prévenez l’exploitant du site.',
  'registration_code.text': '{code} est votre code d’enregistrement pour {site}. Ne le donnez à personne.',
  'login_code.subject': 'Votre code d’accès à {site}',
  'login_code.opening':
    'Quelqu’un, probablement vous, accède à {site} avec cette adresse e-mail. Saisissez ce code là où il vous est demandé :',
  'login_code.stranger':
    'Si ce n’était pas vous, ne donnez le code à personne : sans lui et sans votre clé, personne n’entre.',
  'login_code.text': '{code} est votre code d’accès à {site}. Ne le donnez à personne.',
  'magic_link.subject': 'Connexion à {site}',
  'magic_link.opening':
    'Quelqu’un, probablement vous, veut se connecter à {site} avec cette adresse e-mail. Ouvrez ce lien et confirmez-le :',
  'magic_link.button': 'Se connecter à {site}',
  'magic_link.other_device':
    'Avez-vous fait la demande sur un autre appareil ? Alors saisissez-y plutôt ce code :',
  'magic_link.validity':
    'Le lien ou le code, l’un des deux, fonctionne une seule fois et expire au bout de {life}. Personne chez nous ne vous les demandera jamais.',
  'magic_link.stranger':
    'Si ce n’était pas vous, ne donnez ni l’un ni l’autre à personne. Sans eux, personne n’entre. Vous pouvez mettre fin à la demande ici :',
  'magic_link.text': 'Connectez-vous à {site}, valable {life} : {link}',
  'password_reset.subject': 'Un nouveau mot de passe pour {site}',
  'password_reset.opening': 'Quelqu’un, probablement vous, a oublié le mot de passe de votre compte {site}.',
  'password_reset.link': 'Choisissez-en un nouveau ici :',
  'password_reset.closing':
    'Le lien fonctionne une seule fois, pendant {life}. Un nouveau mot de passe met fin à toutes les sessions. Si ce n’était pas vous, ne faites rien : votre mot de passe reste le même.',
  'password_reset.text': 'Choisissez un nouveau mot de passe pour {site} : {link}',
  'email_change.subject': 'Confirmez votre nouvelle adresse e-mail pour {site}',
  'email_change.opening':
    'Quelqu’un, probablement vous, veut donner cette adresse e-mail à un compte {site}.',
  'email_change.link': 'Confirmez-la ici :',
  'email_change.closing':
    'Le lien fonctionne une seule fois, pendant {life}. D’ici là, le compte garde l’adresse qu’il a. Si ce n’était pas vous, ne faites rien.',
  'address_code.subject': 'Votre code pour une nouvelle adresse chez {site}',
  'address_code.opening':
    'Quelqu’un, probablement vous, donne cette adresse e-mail à un compte {site}. Saisissez ce code là où il vous est demandé :',
  'address_code.stranger':
    'Si ce n’était pas vous, ne donnez le code à personne : sans lui, le compte n’aura pas cette adresse.',
  'address_code.text':
    '{code} est votre code pour un nouveau numéro de téléphone chez {site}. Il est valable {life}. Ne le donnez à personne.',
  'invitation.subject': 'Votre compte {site}',
  'invitation.opening': 'Un compte a été créé pour vous chez {site}.',
  'invitation.link': 'Connectez-vous ici pour la première fois :',
  'invitation.closing':
    'Le lien fonctionne une seule fois, pendant {life}. Si vous n’attendiez pas de compte, ne faites rien.',
  'sign_in_key.subject': 'Se connecter à {site}',
  'sign_in_key.opening': 'L’exploitant de {site} vous envoie ce lien, qui ouvre votre compte.',
  'sign_in_key.link': 'Connectez-vous ici :',
  'sign_in_key.closing':
    'Le lien fonctionne une seule fois, pendant {life}. Ne le donnez à personne. Si vous ne l’avez pas demandé, ne faites rien.',
  'footer.reference': 'Référence de ce message, si vous posez une question à son sujet : {reference}',
  'footer.not_me': 'Ce n’était pas moi :',
  'footer.short': 'Réf. {reference}',
  'details.time': 'Heure',
  'details.address': 'Adresse IP',
  'details.browser': 'Navigateur',
  'details.browser_on': '{browser} sur {system}',
  'details.unknown': 'inconnu',
  'details.by': 'Par',
  'details.operator': 'l’exploitant du site',
  'details.itself': 'le service',
} satisfies Mails;
