import type { Notices } from '../../catalogue.js';

export const notices = {
  'notice.stranger': 'Se você não sabe nada disto, avise imediatamente quem administra o site.',
  'account_exists.subject': 'Você já tem uma conta em {site}',
  'account_exists.opening':
    'Alguém, provavelmente você, quis criar uma conta em {site}, mas você já tem uma.',
  'account_exists.closing':
    'Entre na sua conta ou peça uma nova senha, se esqueceu a sua. Se não foi você, não há nada a fazer: ninguém soube que você tem uma conta.',
  'password_needed.subject': 'Entre em {site} com sua senha',
  'password_needed.opening':
    'Alguém, provavelmente você, quis entrar em {site} apenas com um código. Sua conta pede um código como segundo fator, e um mesmo endereço não pode servir para os dois.',
  'password_needed.closing':
    'Digite primeiro sua senha; o código vem depois. Se não foi você, não há nada a fazer.',
  'reset_elsewhere.subject': 'Nenhuma nova senha para {site} por e-mail',
  'reset_elsewhere.opening':
    'Alguém, provavelmente você, esqueceu a senha da sua conta em {site}. Sua conta pede como segundo fator um código enviado a esta caixa de correio, e uma mesma caixa não pode servir para os dois: não é possível escolher uma nova senha por e-mail.',
  'reset_elsewhere.closing':
    'Se sua conta tem um telefone para entrar, um link está a caminho dele. Se não tem, quem administra o site pode ajudar. Se não foi você, não faça nada: sua senha continua a mesma.',
  'password_changed.subject': 'Sua senha de {site} foi alterada',
  'password_changed.opening':
    'Sua conta em {site} tem uma nova senha. As sessões anteriores foram encerradas.',
  'password_changed.closing':
    'Se não foi você, alguém está na sua conta ou pode ler seus e-mails: peça uma nova senha e avise quem administra o site.',
  'username_changed.subject': 'Sua conta em {site} tem um novo nome de usuário',
  'username_changed.opening':
    'O nome de usuário da sua conta em {site} foi alterado. Com o anterior não é mais possível entrar.',
  'email_changing.subject': 'Outro endereço de e-mail para sua conta em {site}?',
  'email_changing.opening':
    'Alguém, provavelmente você, quer dar outro endereço de e-mail à sua conta em {site}. Nada muda antes que o novo seja confirmado.',
  'email_changed.subject': 'Sua conta em {site} tem um novo endereço de e-mail',
  'email_changed.opening':
    'Sua conta em {site} tem um novo endereço de e-mail. A partir de agora ele recebe os e-mails dela e permite entrar. O anterior não permite mais.',
  'phone_changed.set.subject': 'Sua conta em {site} tem um novo telefone',
  'phone_changed.set.opening':
    'Sua conta em {site} tem um novo número de telefone. A partir de agora ele recebe os SMS e permite entrar.',
  'phone_changed.removed.subject': 'Sua conta em {site} não tem mais telefone',
  'phone_changed.removed.opening':
    'O número de telefone da sua conta em {site} foi removido. Ele não permite mais entrar.',
  'passkeys_changed.added.subject': 'Sua conta em {site} tem uma nova chave de acesso',
  'passkeys_changed.added.opening':
    'Sua conta em {site} tem uma nova chave de acesso. A partir de agora ela permite entrar.',
  'passkeys_changed.removed.subject': 'Uma chave de acesso da sua conta em {site} foi removida',
  'passkeys_changed.removed.opening':
    'Uma chave de acesso da sua conta em {site} foi removida. Ela não permite mais entrar.',
  'keys_added.subject': 'Chaves foram adicionadas à sua conta em {site}',
  'keys_added.opening': 'Sua conta em {site} recebeu suas primeiras chaves. A partir de agora elas a abrem.',
  'keys_added.closing':
    'Se não foi você, alguém pode ler seus e-mails. Se você não sabe nada disto, avise imediatamente quem administra o site.',
  'account_disabled.subject': 'Sua conta em {site} foi encerrada',
  'account_disabled.opening':
    'Sua conta em {site} foi encerrada por quem administra o site. Todas as suas sessões terminaram.',
  'account_disabled.closing': 'Pergunte a quem administra o site se não souber o motivo.',
  'account_deleting.subject': 'Sua conta em {site} será excluída',
  'account_deleting.opening':
    'Sua conta em {site} será excluída em {due}. Até lá ela fica encerrada, e todas as suas sessões terminaram.',
  'account_deleting.closing':
    'Se quiser mantê-la, avise antes quem administra o site: depois disso ninguém poderá recuperá-la.',
  'account_deleted.subject': 'Sua conta em {site} foi excluída',
  'account_deleted.opening': 'Sua conta em {site} foi excluída, e com ela o que se guardava sobre você.',
  'account_deleted.closing': 'Ninguém pode recuperá-la. Esta é a última mensagem que ela envia a você.',
  'factor_changed.subject': 'O segundo fator da sua conta em {site} foi alterado',
  'factor_changed.totp_enabled':
    'A partir de agora, entrar em {site} exige um código do seu aplicativo autenticador.',
  'factor_changed.sms_enabled':
    'A partir de agora, entrar em {site} exige um código enviado por SMS ao telefone que sua conta tem agora.',
  'factor_changed.email_enabled': 'A partir de agora, entrar em {site} exige um código enviado por e-mail.',
  'factor_changed.disabled':
    'Entrar em {site} não exige mais um segundo fator. Os códigos de reserva não valem mais.',
  'factor_changed.backup_codes_renewed':
    'Sua conta em {site} tem novos códigos de reserva. Os antigos não valem mais.',
  'factor_changed.closing':
    'Se não foi você, alguém está na sua conta: troque sua senha e avise imediatamente quem administra o site.',
  'identity_linked.subject': 'Uma nova forma de entrar em {site}',
  'identity_linked.opening': 'A partir de agora, sua conta em {site} também se abre por meio de {provider}.',
  'identity_linked.closing':
    'Se não foi você, alguém pode usar sua conta lá ou ler seus e-mails: troque essas senhas e avise quem administra o site.',
  'recovery_started.subject': 'Sua conta em {site} está sendo recuperada',
  'recovery_started.opening':
    'Alguém, provavelmente você, apresentou a chave de recuperação da sua conta em {site}. Em {due}, todas as suas chaves serão substituídas e todas as suas sessões encerradas.',
  'recovery_started.stop': 'Se não foi você, interrompa aqui antes disso:',
  'recovery_started.text': 'Sua conta em {site} está sendo recuperada. Se não foi você, interrompa: {link}',
  'recovery_completed.subject': 'Sua conta em {site} foi recuperada',
  'recovery_completed.opening':
    'Todas as chaves da sua conta em {site} foram substituídas e todas as suas sessões encerradas. Se ela tinha um segundo fator, ele continua o mesmo.',
  'recovery_completed.closing':
    'Se não foi você, avise imediatamente quem administra o site: alguém tem sua caixa de correio e sua chave de recuperação.',
  'recovery_completed.text':
    'Sua conta em {site} foi recuperada: todas as chaves foram substituídas. Se não foi você, avise imediatamente quem administra o site.',
} satisfies Notices;
