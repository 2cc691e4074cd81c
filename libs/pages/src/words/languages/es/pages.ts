import type { Pages } from '../../catalogue.js';

export const pages = {
  'error.403': 'Esto no venía de nuestra página',
  'error.403.text': 'Abra de nuevo el enlace del correo y continúe desde allí.',
  'error.404': 'Esta página no existe',
  'error.404.text': 'Compruebe el enlace: quizá no se copió completo.',
  'error.429': 'Demasiadas solicitudes',
  'error.429.text': 'Espere {seconds} s e inténtelo de nuevo.',
  'error.503': 'No disponible en este momento',
  'error.503.text': 'No se ha perdido nada. Inténtelo de nuevo en un minuto.',
  'error.other': 'No ha funcionado',
  'error.other.text': 'Vuelva atrás e inténtelo de nuevo.',
  'step.title': 'Iniciar sesión en {site}',
  'step.texted': 'Introduzca el código enviado por SMS a su teléfono, o un código de respaldo.',
  'step.mailed': 'Introduzca el código que se le ha enviado por correo, o un código de respaldo.',
  'step.shown': 'Introduzca el código que muestra su aplicación de autenticación, o un código de respaldo.',
  'step.set_up':
    'Escanee esto con su aplicación de autenticación, o escriba en ella la clave. Introduzca después el código que muestra.',
  'step.phone': 'Su cuenta necesita un número de teléfono. Se enviará a él un código por SMS.',
  'step.phone_field': 'Número de teléfono, con + y prefijo del país',
  'step.code_field': 'Código',
  'step.next': 'Continuar',
  'step.wrong':
    'Este no es el código correcto. Puede que haya caducado: inicie sesión de nuevo para recibir otro.',
  'step.wait': 'Demasiados intentos. Espere un rato e inicie sesión de nuevo.',
  'step.wrong_phone': 'Este número no se puede utilizar.',
  'step.mailed_key': 'Va a iniciar sesión como {who}.',
  'step.sign_in': 'Iniciar sesión',
  'step.refused': 'Este enlace no inicia su sesión',
  'step.refused.text':
    'La cuenta está cerrada, o pide un código en el mismo buzón al que llegó el enlace. Pregunte a quien gestiona el sitio.',
  'step.done': 'Ha iniciado sesión',
  'step.done.text': 'Puede cerrar esta página.',
  'step.gone': 'Esta página ha caducado',
  'step.gone.text': 'Inicie sesión de nuevo.',
  'landing.ask': '¿Iniciar sesión en {site}?',
  'landing.account': 'Cuenta',
  'landing.requested': 'Alguien lo ha solicitado así:',
  'landing.confirm': 'Iniciar sesión',
  'landing.only_if_you': 'Continúe solo si ha sido usted.',
  'landing.not_me': 'No he sido yo',
  'landing.other_browser':
    'Parece que la solicitud viene de otro navegador o dispositivo. Para iniciar sesión allí, vuelva a él e introduzca el código de seis cifras del mismo correo.',
  'landing.other_device':
    'Ha abierto el enlace en un navegador distinto del que lo solicitó. Por su seguridad no se puede confirmar aquí: vuelva a donde lo solicitó e introduzca el código de seis cifras del mismo correo.',
  'landing.signed_in': 'Ha iniciado sesión',
  'landing.close': 'Puede cerrar esta página.',
  'landing.go_back': 'Vuelva a la ventana donde hizo la solicitud. Puede cerrar esta página.',
  'landing.gone': 'Este enlace ya no funciona',
  'landing.ask_again':
    'Se ha usado, se ha anulado o ha caducado. Pida uno nuevo donde quiera iniciar sesión.',
  'landing.same_mailbox':
    'Los correos son el segundo paso de su inicio de sesión, por lo que el primero debe ser su contraseña.',
  'landing.not_me_ask': '¿No ha sido usted?',
  'landing.not_me_means':
    'Poner fin a la solicitud inutiliza el enlace y el código del correo. Su cuenta sigue como está.',
  'landing.not_me_confirm': 'Poner fin a la solicitud',
  'landing.dismissed': 'La solicitud ha terminado',
  'landing.dismissed_means': 'Nadie puede ya iniciar sesión con ese correo. Hemos tomado nota.',
  'not_me.title': 'No he sido yo',
  'not_me.asked':
    '¿Ha recibido un mensaje que no había pedido? Dígalo aquí: el código o enlace que contiene se anula, y quien gestiona el sitio puede verlo.',
  'not_me.confirm': 'No he sido yo',
  'not_me.done':
    'Gracias. Aquello de lo que trataba el mensaje se ha anulado y se ha anotado que no era suyo. Si tiene aquí una contraseña, cámbiela: quien lo pidió quizá la conozca.',
  'not_me.unknown': 'Este enlace no existe, o el mensaje es demasiado antiguo.',
  'reset.ask': 'Elegir una nueva contraseña',
  'reset.field': 'Nueva contraseña, de {min} a {max} caracteres',
  'reset.change': 'Cambiar la contraseña',
  'reset.length': 'La contraseña debe tener de {min} a {max} caracteres.',
  'reset.weak': 'Esta contraseña es fácil de adivinar. Use varias palabras que no tengan relación entre sí.',
  'reset.done': 'Su contraseña se ha cambiado',
  'reset.done.text': 'Todas las sesiones se han cerrado. Inicie sesión con la nueva contraseña.',
  'reset.dead': 'Este enlace ya no es válido',
  'reset.dead.text': 'Se ha usado, o es demasiado antiguo. Pida uno nuevo.',
  'stop.title': 'Recuperación de la cuenta',
  'stop.asked':
    'Alguien ha presentado la clave de recuperación de su cuenta. Si no ha sido usted, detenga aquí la recuperación.',
  'stop.stop': 'Detener la recuperación',
  'stop.stopped':
    'La recuperación se ha detenido. Sus claves siguen siendo las mismas. Quien la solicitó tiene su buzón o su clave de recuperación: sustituya ambos.',
  'stop.nothing': 'No hay ninguna recuperación que detener: ya se detuvo, o ya ha terminado.',
} satisfies Pages;
