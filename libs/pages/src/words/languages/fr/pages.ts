import type { Pages } from '../../catalogue.js';

export const pages = {
  'error.403': 'Cela ne vient pas de notre page',
  'error.403.text': 'Ouvrez de nouveau le lien de l’e-mail et continuez à partir de là.',
  'error.404': 'Cette page n’existe pas',
  'error.404.text': 'Vérifiez le lien : il n’a peut-être pas été copié en entier.',
  'error.429': 'Trop de demandes',
  'error.429.text': 'Attendez {seconds} s et réessayez.',
  'error.503': 'Indisponible pour le moment',
  'error.503.text': 'Rien n’est perdu. Réessayez dans une minute.',
  'error.other': 'Cela n’a pas fonctionné',
  'error.other.text': 'Revenez en arrière et réessayez.',
  'step.title': 'Connexion à {site}',
  'step.texted': 'Saisissez le code envoyé par SMS à votre téléphone, ou un code de secours.',
  'step.mailed': 'Saisissez le code qui vous a été envoyé par e-mail, ou un code de secours.',
  'step.shown': 'Saisissez le code affiché par votre application d’authentification, ou un code de secours.',
  'step.set_up':
    'Scannez ceci avec votre application d’authentification, ou saisissez-y la clé. Saisissez ensuite le code qu’elle affiche.',
  'step.phone': 'Votre compte a besoin d’un numéro de téléphone. Un code y sera envoyé par SMS.',
  'step.phone_field': 'Numéro de téléphone, avec + et indicatif du pays',
  'step.code_field': 'Code',
  'step.next': 'Continuer',
  'step.wrong':
    'Ce n’est pas le bon code. Il a peut-être expiré : reconnectez-vous pour en recevoir un nouveau.',
  'step.wait': 'Trop d’essais. Attendez un moment et reconnectez-vous.',
  'step.wrong_phone': 'Ce numéro ne peut pas être utilisé.',
  'step.mailed_key': 'Vous vous connectez en tant que {who}.',
  'step.sign_in': 'Se connecter',
  'step.refused': 'Ce lien ne vous connecte pas',
  'step.refused.text':
    'Le compte est fermé, ou demande un code dans la boîte même où le lien est arrivé. Adressez-vous à l’exploitant du site.',
  'step.done': 'Vous êtes connecté',
  'step.done.text': 'Vous pouvez fermer cette page.',
  'step.gone': 'Cette page a expiré',
  'step.gone.text': 'Reconnectez-vous.',
  'landing.ask': 'Se connecter à {site} ?',
  'landing.account': 'Compte',
  'landing.requested': 'Quelqu’un a fait cette demande :',
  'landing.confirm': 'Se connecter',
  'landing.only_if_you': 'Continuez seulement si c’était vous.',
  'landing.not_me': 'Ce n’était pas moi',
  'landing.other_browser':
    'Il semble que la demande vienne d’un autre navigateur ou appareil. Pour vous y connecter, retournez-y et saisissez le code à six chiffres du même e-mail.',
  'landing.other_device':
    'Vous avez ouvert le lien dans un autre navigateur que celui de la demande. Pour votre sécurité, il ne peut pas être confirmé ici : retournez là où vous avez fait la demande et saisissez le code à six chiffres du même e-mail.',
  'landing.signed_in': 'Vous êtes connecté',
  'landing.close': 'Vous pouvez fermer cette page.',
  'landing.go_back': 'Retournez à la fenêtre où vous avez fait la demande. Vous pouvez fermer cette page.',
  'landing.gone': 'Ce lien ne fonctionne plus',
  'landing.ask_again':
    'Il a été utilisé, annulé, ou il a expiré. Demandez-en un nouveau là où vous voulez vous connecter.',
  'landing.same_mailbox':
    'Les e-mails sont la seconde étape de votre connexion ; la première doit donc être votre mot de passe.',
  'landing.not_me_ask': 'Ce n’était pas vous ?',
  'landing.not_me_means':
    'Mettre fin à la demande rend inutiles le lien et le code de l’e-mail. Votre compte reste tel qu’il est.',
  'landing.not_me_confirm': 'Mettre fin à la demande',
  'landing.dismissed': 'La demande est terminée',
  'landing.dismissed_means': 'Plus personne ne peut se connecter avec cet e-mail. Nous en avons pris note.',
  'not_me.title': 'Ce n’était pas moi',
  'not_me.asked':
    'Vous avez reçu un message que vous n’aviez pas demandé ? Dites-le ici : le code ou le lien qu’il contient est annulé, et l’exploitant du site peut le voir.',
  'not_me.confirm': 'Ce n’était pas moi',
  'not_me.done':
    'Merci. Ce dont parlait le message est annulé et noté comme ne venant pas de vous. Si vous avez un mot de passe ici, changez-le : la personne qui a fait la demande le connaît peut-être.',
  'not_me.unknown': 'Ce lien est inconnu, ou le message est trop ancien.',
  'reset.ask': 'Choisir un nouveau mot de passe',
  'reset.field': 'Nouveau mot de passe, de {min} à {max} caractères',
  'reset.change': 'Changer le mot de passe',
  'reset.length': 'Le mot de passe doit comporter de {min} à {max} caractères.',
  'reset.weak': 'Ce mot de passe est facile à deviner. Prenez plusieurs mots sans rapport entre eux.',
  'reset.done': 'Votre mot de passe est changé',
  'reset.done.text': 'Toutes les sessions sont terminées. Connectez-vous avec le nouveau mot de passe.',
  'reset.dead': 'Ce lien n’est plus valable',
  'reset.dead.text': 'Il a été utilisé, ou il est trop ancien. Demandez-en un nouveau.',
  'stop.title': 'Récupération du compte',
  'stop.asked':
    'Quelqu’un a présenté la clé de récupération de votre compte. Si ce n’était pas vous, arrêtez la récupération ici.',
  'stop.stop': 'Arrêter la récupération',
  'stop.stopped':
    'La récupération est arrêtée. Vos clés restent les mêmes. La personne qui l’a demandée a accès à votre boîte aux lettres ou à votre clé de récupération : remplacez les deux.',
  'stop.nothing': 'Il n’y a pas de récupération à arrêter : elle a déjà été arrêtée, ou elle est terminée.',
} satisfies Pages;
