import type { Mails } from '../../catalogue.js';

export const mails = {
  'mail.preheader': 'Uma mensagem de {site}. Abra-a somente se a esperava e não repasse nada.',
  'sign_in_code.subject': 'Seu código de acesso a {site}',
  'sign_in_code.opening':
    'Alguém, provavelmente você, está entrando em {site} com este endereço de e-mail. Digite este código onde ele for solicitado:',
  'sign_in_code.validity': 'O código funciona uma única vez e expira após {life}. Nunca o pediremos a você.',
  'sign_in_code.stranger':
    'Se não foi você, não repasse o código: sem ele, ninguém consegue entrar. Se você tem uma senha aqui, troque-a: quem pediu o código talvez a conheça.',
  'sign_in_code.text': '{code} é seu código de acesso a {site}. Expira após {life}. Não o compartilhe.',
  'code.validity':
    'O código funciona uma única vez e durante {life}. Ninguém da nossa parte o pedirá a você.',
  'sign_up_code.subject': 'Seu código para uma nova conta em {site}',
  'sign_up_code.opening':
    'Alguém, provavelmente você, está criando uma conta em {site} com este endereço de e-mail. Digite este código onde ele for solicitado:',
  'sign_up_code.stranger': 'Se não foi você, não dê o código a ninguém: sem ele, nenhuma conta será criada.',
  'sign_up_code.text':
    '{code} é seu código para uma nova conta em {site}. Vale por {life}. Não o dê a ninguém.',
  'recovery_code.subject': 'Seu código de recuperação de {site}',
  'recovery_code.opening':
    'Alguém, provavelmente você, quer recuperar a conta em {site} que tem este endereço de e-mail. Digite este código onde ele for solicitado:',
  'recovery_code.stranger':
    'Se não foi você, não dê o código a ninguém. Sem ele e sem sua chave de recuperação, ninguém pode recuperar sua conta.',
  'recovery_code.text': '{code} é seu código de recuperação de {site}. Não o dê a ninguém.',
  'registration_code.subject': 'Seu código de registro em {site}',
  'registration_code.opening':
    'Você foi convidado para {site} com este endereço de e-mail. Digite este código onde ele for solicitado, para registrar sua primeira chave:',
  'registration_code.stranger':
    'Se você não esperava por isto, não dê o código a ninguém e avise quem administra o site.',
  'registration_code.text': '{code} é seu código de registro em {site}. Não o dê a ninguém.',
  'login_code.subject': 'Seu código de entrada em {site}',
  'login_code.opening':
    'Alguém, provavelmente você, está acessando {site} com este endereço de e-mail. Digite este código onde ele for solicitado:',
  'login_code.stranger':
    'Se não foi você, não dê o código a ninguém: sem ele e sem sua chave, ninguém entra.',
  'login_code.text': '{code} é seu código de entrada em {site}. Não o dê a ninguém.',
  'magic_link.subject': 'Entrar em {site}',
  'magic_link.opening':
    'Alguém, provavelmente você, quer entrar em {site} com este endereço de e-mail. Abra este link e confirme-o:',
  'magic_link.button': 'Entrar em {site}',
  'magic_link.other_device': 'Fez o pedido em outro dispositivo? Então digite lá este código:',
  'magic_link.validity':
    'O link ou o código, um dos dois, funciona uma única vez e expira após {life}. Ninguém da nossa parte os pedirá a você.',
  'magic_link.stranger':
    'Se não foi você, não dê nenhum dos dois a ninguém. Sem eles, ninguém entra. Você pode encerrar o pedido aqui:',
  'magic_link.text': 'Entre em {site}, válido por {life}: {link}',
  'password_reset.subject': 'Uma nova senha para {site}',
  'password_reset.opening': 'Alguém, provavelmente você, esqueceu a senha da sua conta em {site}.',
  'password_reset.link': 'Escolha uma nova aqui:',
  'password_reset.closing':
    'O link funciona uma única vez e durante {life}. Uma nova senha encerra todas as sessões. Se não foi você, não faça nada: sua senha continua a mesma.',
  'password_reset.text': 'Escolha uma nova senha para {site}: {link}',
  'email_change.subject': 'Confirme seu novo endereço de e-mail para {site}',
  'email_change.opening':
    'Alguém, provavelmente você, quer dar este endereço de e-mail a uma conta em {site}.',
  'email_change.link': 'Confirme aqui:',
  'email_change.closing':
    'O link funciona uma única vez e durante {life}. Até lá a conta mantém o endereço que tem. Se não foi você, não faça nada.',
  'address_code.subject': 'Seu código para um novo endereço em {site}',
  'address_code.opening':
    'Alguém, provavelmente você, está dando este endereço de e-mail a uma conta em {site}. Digite este código onde ele for solicitado:',
  'address_code.stranger':
    'Se não foi você, não dê o código a ninguém: sem ele, a conta não recebe este endereço.',
  'address_code.text':
    '{code} é seu código para um novo número de telefone em {site}. Vale por {life}. Não o dê a ninguém.',
  'invitation.subject': 'Sua conta em {site}',
  'invitation.opening': 'Foi criada uma conta para você em {site}.',
  'invitation.link': 'Entre nela aqui pela primeira vez:',
  'invitation.closing':
    'O link funciona uma única vez e durante {life}. Se você não esperava uma conta, não faça nada.',
  'sign_in_key.subject': 'Entrar em {site}',
  'sign_in_key.opening': 'Quem administra {site} envia a você este link, que abre sua conta.',
  'sign_in_key.link': 'Entre aqui:',
  'sign_in_key.closing':
    'O link funciona uma única vez e durante {life}. Não o dê a ninguém. Se você não o pediu, não faça nada.',
  'footer.reference': 'Referência desta mensagem, caso pergunte sobre ela: {reference}',
  'footer.not_me': 'Não fui eu:',
  'footer.short': 'Ref. {reference}',
  'details.time': 'Hora',
  'details.address': 'Endereço IP',
  'details.browser': 'Navegador',
  'details.browser_on': '{browser} em {system}',
  'details.unknown': 'desconhecido',
  'details.by': 'Por',
  'details.operator': 'quem administra o site',
  'details.itself': 'o serviço',
} satisfies Mails;
