import type { Mails } from '../../catalogue.js';

export const mails = {
  'mail.preheader': 'Un mensaje de {site}. Ábralo solo si lo esperaba y no comparta nada.',
  'sign_in_code.subject': 'Su código de acceso a {site}',
  'sign_in_code.opening':
    'Alguien, probablemente usted, está iniciando sesión en {site} con esta dirección de correo. Introduzca este código donde se le pida:',
  'sign_in_code.validity':
    'El código funciona una sola vez y caduca al cabo de {life}. Nunca se lo pediremos.',
  'sign_in_code.stranger':
    'Si no ha sido usted, no comparta el código: sin él nadie puede iniciar sesión. Si tiene aquí una contraseña, cámbiela: quien ha pedido el código quizá la conozca.',
  'sign_in_code.text': '{code} es su código de acceso a {site}. Caduca al cabo de {life}. No lo comparta.',
  'code.validity':
    'El código funciona una sola vez y durante {life}. Nadie de nuestra parte se lo pedirá nunca.',
  'sign_up_code.subject': 'Su código para una nueva cuenta de {site}',
  'sign_up_code.opening':
    'Alguien, probablemente usted, está creando una cuenta en {site} con esta dirección de correo. Introduzca este código donde se le pida:',
  'sign_up_code.stranger':
    'Si no ha sido usted, no dé el código a nadie: sin él no se creará ninguna cuenta.',
  'sign_up_code.text':
    '{code} es su código para una nueva cuenta de {site}. Es válido durante {life}. No se lo dé a nadie.',
  'recovery_code.subject': 'Su código de recuperación de {site}',
  'recovery_code.opening':
    'Alguien, probablemente usted, quiere recuperar la cuenta de {site} que tiene esta dirección de correo. Introduzca este código donde se le pida:',
  'recovery_code.stranger':
    'Si no ha sido usted, no dé el código a nadie. Sin él y sin su clave de recuperación, nadie puede recuperar su cuenta.',
  'recovery_code.text': '{code} es su código de recuperación de {site}. No se lo dé a nadie.',
  'registration_code.subject': 'Su código de registro de {site}',
  'registration_code.opening':
    'Se le ha invitado a {site} con esta dirección de correo. Introduzca este código donde se le pida, para registrar su primera clave:',
  'registration_code.stranger':
    'Si no lo esperaba, no dé el código a nadie y avise a quien gestiona el sitio.',
  'registration_code.text': '{code} es su código de registro de {site}. No se lo dé a nadie.',
  'login_code.subject': 'Su código de entrada a {site}',
  'login_code.opening':
    'Alguien, probablemente usted, está entrando en {site} con esta dirección de correo. Introduzca este código donde se le pida:',
  'login_code.stranger': 'Si no ha sido usted, no dé el código a nadie: sin él y sin su clave, nadie entra.',
  'login_code.text': '{code} es su código de entrada a {site}. No se lo dé a nadie.',
  'magic_link.subject': 'Iniciar sesión en {site}',
  'magic_link.opening':
    'Alguien, probablemente usted, quiere iniciar sesión en {site} con esta dirección de correo. Abra este enlace y confírmelo:',
  'magic_link.button': 'Iniciar sesión en {site}',
  'magic_link.other_device': '¿Lo pidió en otro dispositivo? Entonces introduzca allí este código:',
  'magic_link.validity':
    'El enlace o el código, uno de los dos, funciona una sola vez y caduca al cabo de {life}. Nadie de nuestra parte se los pedirá nunca.',
  'magic_link.stranger':
    'Si no ha sido usted, no dé ninguno de los dos a nadie. Sin ellos, nadie entra. Puede poner fin a la solicitud aquí:',
  'magic_link.text': 'Inicie sesión en {site}, válido durante {life}: {link}',
  'password_reset.subject': 'Una nueva contraseña para {site}',
  'password_reset.opening': 'Alguien, probablemente usted, ha olvidado la contraseña de su cuenta de {site}.',
  'password_reset.link': 'Elija una nueva aquí:',
  'password_reset.closing':
    'El enlace funciona una sola vez y durante {life}. Una nueva contraseña cierra todas las sesiones. Si no ha sido usted, no haga nada: su contraseña sigue siendo la misma.',
  'password_reset.text': 'Elija una nueva contraseña para {site}: {link}',
  'email_change.subject': 'Confirme su nueva dirección de correo para {site}',
  'email_change.opening':
    'Alguien, probablemente usted, quiere dar esta dirección de correo a una cuenta de {site}.',
  'email_change.link': 'Confírmela aquí:',
  'email_change.closing':
    'El enlace funciona una sola vez y durante {life}. Hasta entonces la cuenta conserva la dirección que tiene. Si no ha sido usted, no haga nada.',
  'address_code.subject': 'Su código para una nueva dirección en {site}',
  'address_code.opening':
    'Alguien, probablemente usted, está dando esta dirección de correo a una cuenta de {site}. Introduzca este código donde se le pida:',
  'address_code.stranger':
    'Si no ha sido usted, no dé el código a nadie: sin él la cuenta no tendrá esta dirección.',
  'address_code.text':
    '{code} es su código para un nuevo número de teléfono en {site}. Es válido durante {life}. No se lo dé a nadie.',
  'invitation.subject': 'Su cuenta de {site}',
  'invitation.opening': 'Se ha creado una cuenta para usted en {site}.',
  'invitation.link': 'Inicie sesión aquí por primera vez:',
  'invitation.closing':
    'El enlace funciona una sola vez y durante {life}. Si no esperaba ninguna cuenta, no haga nada.',
  'sign_in_key.subject': 'Iniciar sesión en {site}',
  'sign_in_key.opening': 'Quien gestiona {site} le envía este enlace, que abre su cuenta.',
  'sign_in_key.link': 'Inicie sesión aquí:',
  'sign_in_key.closing':
    'El enlace funciona una sola vez y durante {life}. No se lo dé a nadie. Si no lo ha pedido, no haga nada.',
  'footer.reference': 'Referencia de este mensaje, por si pregunta por él: {reference}',
  'footer.not_me': 'No he sido yo:',
  'footer.short': 'Ref. {reference}',
  'details.time': 'Hora',
  'details.address': 'Dirección IP',
  'details.browser': 'Navegador',
  'details.browser_on': '{browser} en {system}',
  'details.unknown': 'desconocido',
  'details.by': 'Por',
  'details.operator': 'quien gestiona el sitio',
  'details.itself': 'el servicio',
} satisfies Mails;
