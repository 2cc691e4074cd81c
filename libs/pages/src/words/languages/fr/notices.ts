import type { Notices } from '../../catalogue.js';

export const notices = {
  'notice.stranger': 'Si vous n’êtes pas au courant, prévenez immédiatement l’exploitant du site.',
  'account_exists.subject': 'Vous avez déjà un compte chez {site}',
  'account_exists.opening':
    'Quelqu’un, probablement vous, a voulu créer un compte chez {site}, mais vous en avez déjà un.',
  'account_exists.closing':
    'Connectez-vous plutôt, ou demandez un nouveau mot de passe si vous avez oublié le vôtre. Si ce n’était pas vous, il n’y a rien à faire : personne n’a appris que vous avez un compte.',
  'password_needed.subject': 'Connectez-vous à {site} avec votre mot de passe',
  'password_needed.opening':
    'Quelqu’un, probablement vous, a voulu se connecter à {site} avec un code seulement. Votre compte demande un code comme second facteur, et une même adresse ne peut pas servir aux deux.',
  'password_needed.closing':
    'Saisissez d’abord votre mot de passe ; le code vient ensuite. Si ce n’était pas vous, il n’y a rien à faire.',
  'reset_elsewhere.subject': 'Pas de nouveau mot de passe {site} par e-mail',
  'reset_elsewhere.opening':
    'Quelqu’un, probablement vous, a oublié le mot de passe de votre compte {site}. Votre compte demande un code envoyé à cette boîte comme second facteur, et une même boîte ne peut pas servir aux deux : un nouveau mot de passe ne peut pas être choisi par e-mail.',
  'reset_elsewhere.closing':
    'Si votre compte a un téléphone pour se connecter, un lien y est envoyé. Sinon, l’exploitant du site peut vous aider. Si ce n’était pas vous, ne faites rien : votre mot de passe reste le même.',
  'password_changed.subject': 'Votre mot de passe {site} a été modifié',
  'password_changed.opening':
    'Votre compte {site} a un nouveau mot de passe. Les sessions antérieures sont terminées.',
  'password_changed.closing':
    'Si ce n’était pas vous, quelqu’un est dans votre compte ou peut lire vos e-mails : demandez un nouveau mot de passe et prévenez l’exploitant du site.',
  'username_changed.subject': 'Votre compte {site} a un nouveau nom d’utilisateur',
  'username_changed.opening':
    'Le nom d’utilisateur de votre compte {site} a été modifié. L’ancien ne permet plus de se connecter.',
  'email_changing.subject': 'Une autre adresse e-mail pour votre compte {site} ?',
  'email_changing.opening':
    'Quelqu’un, probablement vous, veut donner une autre adresse e-mail à votre compte {site}. Rien ne change avant que la nouvelle soit confirmée.',
  'email_changed.subject': 'Votre compte {site} a une nouvelle adresse e-mail',
  'email_changed.opening':
    'Votre compte {site} a une nouvelle adresse e-mail. Elle reçoit désormais ses e-mails et permet de se connecter. L’ancienne ne le permet plus.',
  'phone_changed.set.subject': 'Votre compte {site} a un nouveau téléphone',
  'phone_changed.set.opening':
    'Votre compte {site} a un nouveau numéro de téléphone. Il reçoit désormais ses SMS et permet de se connecter.',
  'phone_changed.removed.subject': 'Votre compte {site} n’a plus de téléphone',
  'phone_changed.removed.opening':
    'Le numéro de téléphone de votre compte {site} a été supprimé. Il ne permet plus de se connecter.',
  'passkeys_changed.added.subject': 'Votre compte {site} a une nouvelle clé d’accès',
  'passkeys_changed.added.opening':
    'Votre compte {site} a une nouvelle clé d’accès. Elle permet désormais de se connecter.',
  'passkeys_changed.removed.subject': 'Une clé d’accès de votre compte {site} a été supprimée',
  'passkeys_changed.removed.opening':
    'Une clé d’accès de votre compte {site} a été supprimée. Elle ne permet plus de se connecter.',
  'keys_added.subject': 'Des clés ont été ajoutées à votre compte {site}',
  'keys_added.opening': 'Votre compte {site} a reçu ses premières clés. Elles l’ouvrent désormais.',
  'keys_added.closing':
    'Si ce n’était pas vous, quelqu’un peut lire vos e-mails. Si vous n’êtes pas au courant, prévenez immédiatement l’exploitant du site.',
  'account_disabled.subject': 'Votre compte {site} a été fermé',
  'account_disabled.opening':
    'Votre compte {site} a été fermé par l’exploitant du site. Toutes ses sessions sont terminées.',
  'account_disabled.closing': 'Adressez-vous à lui si vous ne savez pas pourquoi.',
  'account_deleting.subject': 'Votre compte {site} va être supprimé',
  'account_deleting.opening':
    'Votre compte {site} sera supprimé le {due}. D’ici là, il est fermé et toutes ses sessions sont terminées.',
  'account_deleting.closing':
    'Si vous voulez le garder, dites-le avant cette date à l’exploitant du site : ensuite, personne ne pourra le rétablir.',
  'account_deleted.subject': 'Votre compte {site} a été supprimé',
  'account_deleted.opening':
    'Votre compte {site} a été supprimé, et avec lui ce qui était conservé à votre sujet.',
  'account_deleted.closing': 'Personne ne peut le rétablir. Ce message est le dernier qu’il vous envoie.',
  'factor_changed.subject': 'Le second facteur de votre compte {site} a été modifié',
  'factor_changed.totp_enabled':
    'Désormais, la connexion à {site} demande un code de votre application d’authentification.',
  'factor_changed.sms_enabled':
    'Désormais, la connexion à {site} demande un code envoyé par SMS au téléphone actuel de votre compte.',
  'factor_changed.email_enabled': 'Désormais, la connexion à {site} demande un code envoyé par e-mail.',
  'factor_changed.disabled':
    'La connexion à {site} ne demande plus de second facteur. Ses codes de secours ne sont plus valables.',
  'factor_changed.backup_codes_renewed':
    'Votre compte {site} a de nouveaux codes de secours. Les anciens ne sont plus valables.',
  'factor_changed.closing':
    'Si ce n’était pas vous, quelqu’un est dans votre compte : changez votre mot de passe et prévenez immédiatement l’exploitant du site.',
  'identity_linked.subject': 'Une nouvelle façon de se connecter à {site}',
  'identity_linked.opening': 'Désormais, votre compte {site} s’ouvre aussi par {provider}.',
  'identity_linked.closing':
    'Si ce n’était pas vous, quelqu’un peut utiliser votre compte là-bas ou lire vos e-mails : changez ces mots de passe et prévenez l’exploitant du site.',
  'recovery_started.subject': 'Votre compte {site} est en cours de récupération',
  'recovery_started.opening':
    'Quelqu’un, probablement vous, a présenté la clé de récupération de votre compte {site}. Le {due}, toutes ses clés seront remplacées et toutes ses sessions prendront fin.',
  'recovery_started.stop': 'Si ce n’était pas vous, arrêtez-la ici avant cette date :',
  'recovery_started.text':
    'Votre compte {site} est en cours de récupération. Si ce n’était pas vous, arrêtez-la : {link}',
  'recovery_completed.subject': 'Votre compte {site} a été récupéré',
  'recovery_completed.opening':
    'Toutes les clés de votre compte {site} ont été remplacées et toutes ses sessions sont terminées. Son second facteur, s’il en avait un, est resté le même.',
  'recovery_completed.closing':
    'Si ce n’était pas vous, prévenez immédiatement l’exploitant du site : quelqu’un a accès à votre boîte aux lettres et à votre clé de récupération.',
  'recovery_completed.text':
    'Votre compte {site} a été récupéré : toutes les clés ont été remplacées. Si ce n’était pas vous, prévenez immédiatement l’exploitant du site.',
} satisfies Notices;
