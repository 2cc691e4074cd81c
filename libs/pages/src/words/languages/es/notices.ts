import type { Notices } from '../../catalogue.js';

export const notices = {
  'notice.stranger': 'Si no sabe nada de esto, avise de inmediato a quien gestiona el sitio.',
  'account_exists.subject': 'Ya tiene una cuenta en {site}',
  'account_exists.opening':
    'Alguien, probablemente usted, quería crear una cuenta en {site}, pero usted ya tiene una.',
  'account_exists.closing':
    'Inicie sesión o, si ha olvidado su contraseña, pida una nueva. Si no ha sido usted, no hay nada que hacer: nadie ha sabido que tiene una cuenta.',
  'password_needed.subject': 'Inicie sesión en {site} con su contraseña',
  'password_needed.opening':
    'Alguien, probablemente usted, quería iniciar sesión en {site} solo con un código. Su cuenta pide un código como segundo factor, y una misma dirección no puede ser ambas cosas.',
  'password_needed.closing':
    'Introduzca primero su contraseña; el código viene después. Si no ha sido usted, no hay nada que hacer.',
  'reset_elsewhere.subject': 'Sin nueva contraseña de {site} por correo',
  'reset_elsewhere.opening':
    'Alguien, probablemente usted, ha olvidado la contraseña de su cuenta de {site}. Su cuenta pide como segundo factor un código enviado a este buzón, y un mismo buzón no puede ser ambas cosas: no se puede elegir una nueva contraseña por correo.',
  'reset_elsewhere.closing':
    'Si su cuenta tiene un teléfono para iniciar sesión, se le está enviando un enlace. Si no lo tiene, quien gestiona el sitio puede ayudarle. Si no ha sido usted, no haga nada: su contraseña sigue siendo la misma.',
  'password_changed.subject': 'Se ha cambiado su contraseña de {site}',
  'password_changed.opening':
    'Su cuenta de {site} tiene una nueva contraseña. Las sesiones anteriores se han cerrado.',
  'password_changed.closing':
    'Si no ha sido usted, alguien está en su cuenta o puede leer su correo: pida una nueva contraseña y avise a quien gestiona el sitio.',
  'username_changed.subject': 'Su cuenta de {site} tiene un nuevo nombre de usuario',
  'username_changed.opening':
    'Se ha cambiado el nombre de usuario de su cuenta de {site}. Con el anterior ya no se puede iniciar sesión.',
  'email_changing.subject': '¿Otra dirección de correo para su cuenta de {site}?',
  'email_changing.opening':
    'Alguien, probablemente usted, quiere dar otra dirección de correo a su cuenta de {site}. Nada cambia antes de que se confirme la nueva.',
  'email_changed.subject': 'Su cuenta de {site} tiene una nueva dirección de correo',
  'email_changed.opening':
    'Su cuenta de {site} tiene una nueva dirección de correo. A partir de ahora recibe sus correos y permite iniciar sesión. La anterior ya no.',
  'phone_changed.set.subject': 'Su cuenta de {site} tiene un nuevo teléfono',
  'phone_changed.set.opening':
    'Su cuenta de {site} tiene un nuevo número de teléfono. A partir de ahora recibe sus SMS y permite iniciar sesión.',
  'phone_changed.removed.subject': 'Su cuenta de {site} ya no tiene teléfono',
  'phone_changed.removed.opening':
    'Se ha eliminado el número de teléfono de su cuenta de {site}. Ya no permite iniciar sesión.',
  'passkeys_changed.added.subject': 'Su cuenta de {site} tiene una nueva llave de acceso',
  'passkeys_changed.added.opening':
    'Su cuenta de {site} tiene una nueva llave de acceso. A partir de ahora permite iniciar sesión.',
  'passkeys_changed.removed.subject': 'Se ha eliminado una llave de acceso de su cuenta de {site}',
  'passkeys_changed.removed.opening':
    'Se ha eliminado una llave de acceso de su cuenta de {site}. Ya no permite iniciar sesión.',
  'keys_added.subject': 'Se han añadido claves a su cuenta de {site}',
  'keys_added.opening': 'Su cuenta de {site} ha recibido sus primeras claves. A partir de ahora la abren.',
  'keys_added.closing':
    'Si no ha sido usted, alguien puede leer su correo. Si no sabe nada de esto, avise de inmediato a quien gestiona el sitio.',
  'account_disabled.subject': 'Se ha cerrado su cuenta de {site}',
  'account_disabled.opening':
    'Quien gestiona el sitio ha cerrado su cuenta de {site}. Todas sus sesiones han terminado.',
  'account_disabled.closing': 'Pregúntele si no sabe por qué.',
  'account_deleting.subject': 'Su cuenta de {site} se eliminará',
  'account_deleting.opening':
    'Su cuenta de {site} se eliminará el {due}. Hasta entonces está cerrada y todas sus sesiones han terminado.',
  'account_deleting.closing':
    'Si quiere conservarla, dígaselo antes a quien gestiona el sitio: después nadie podrá recuperarla.',
  'account_deleted.subject': 'Su cuenta de {site} se ha eliminado',
  'account_deleted.opening':
    'Su cuenta de {site} se ha eliminado, y con ella lo que se guardaba sobre usted.',
  'account_deleted.closing': 'Nadie puede recuperarla. Este es el último mensaje que le envía.',
  'factor_changed.subject': 'Se ha cambiado el segundo factor de su cuenta de {site}',
  'factor_changed.totp_enabled':
    'A partir de ahora, iniciar sesión en {site} requiere un código de su aplicación de autenticación.',
  'factor_changed.sms_enabled':
    'A partir de ahora, iniciar sesión en {site} requiere un código enviado por SMS al teléfono que su cuenta tiene ahora.',
  'factor_changed.email_enabled':
    'A partir de ahora, iniciar sesión en {site} requiere un código enviado por correo.',
  'factor_changed.disabled':
    'Iniciar sesión en {site} ya no requiere un segundo factor. Sus códigos de respaldo ya no son válidos.',
  'factor_changed.backup_codes_renewed':
    'Su cuenta de {site} tiene nuevos códigos de respaldo. Los anteriores ya no son válidos.',
  'factor_changed.closing':
    'Si no ha sido usted, alguien está en su cuenta: cambie su contraseña y avise de inmediato a quien gestiona el sitio.',
  'identity_linked.subject': 'Una nueva forma de iniciar sesión en {site}',
  'identity_linked.opening':
    'A partir de ahora, su cuenta de {site} también se abre por medio de {provider}.',
  'identity_linked.closing':
    'Si no ha sido usted, alguien puede usar su cuenta allí o leer su correo: cambie esas contraseñas y avise a quien gestiona el sitio.',
  'recovery_started.subject': 'Se está recuperando su cuenta de {site}',
  'recovery_started.opening':
    'Alguien, probablemente usted, ha presentado la clave de recuperación de su cuenta de {site}. El {due} se sustituirán todas sus claves y se cerrarán todas sus sesiones.',
  'recovery_started.stop': 'Si no ha sido usted, deténgalo aquí antes de esa fecha:',
  'recovery_started.text': 'Se está recuperando su cuenta de {site}. Si no ha sido usted, deténgalo: {link}',
  'recovery_completed.subject': 'Se ha recuperado su cuenta de {site}',
  'recovery_completed.opening':
    'Se han sustituido todas las claves de su cuenta de {site} y se han cerrado todas sus sesiones. Si tenía un segundo factor, sigue siendo el mismo.',
  'recovery_completed.closing':
    'Si no ha sido usted, avise de inmediato a quien gestiona el sitio: alguien tiene su buzón y su clave de recuperación.',
  'recovery_completed.text':
    'Se ha recuperado su cuenta de {site}: se han sustituido todas las claves. Si no ha sido usted, avise de inmediato a quien gestiona el sitio.',
} satisfies Notices;
