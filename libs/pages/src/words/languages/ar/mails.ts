import type { Mails } from '../../catalogue.js';

export const mails = {
  'mail.preheader': 'رسالة من {site}. لا تفتحها إلا إذا كنت تتوقعها، ولا تشارك شيئًا منها مع أحد.',
  'sign_in_code.subject': 'رمز تسجيل الدخول إلى {site}',
  'sign_in_code.opening':
    'هناك من يسجّل الدخول إلى {site} بعنوان البريد الإلكتروني هذا، والأرجح أنه أنت. أدخل هذا الرمز حيث يُطلب منك:',
  'sign_in_code.validity': 'يعمل الرمز مرة واحدة فقط. مدة الصلاحية: {life}. لن نطلبه منك أبدًا.',
  'sign_in_code.stranger':
    'إن لم تكن أنت، فلا تشارك الرمز مع أحد: لا يمكن لأحد تسجيل الدخول بدونه. وإن كانت لديك كلمة مرور هنا فغيّرها: فقد يعرفها من طلب الرمز.',
  'sign_in_code.text': '{code} هو رمز تسجيل الدخول إلى {site}. مدة الصلاحية: {life}. لا تشاركه مع أحد.',
  'code.validity': 'يعمل الرمز مرة واحدة فقط. مدة الصلاحية: {life}. لن يطلبه منك أحد من طرفنا أبدًا.',
  'sign_up_code.subject': 'رمز حسابك الجديد في {site}',
  'sign_up_code.opening':
    'هناك من ينشئ حسابًا في {site} بعنوان البريد الإلكتروني هذا، والأرجح أنه أنت. أدخل هذا الرمز حيث يُطلب منك:',
  'sign_up_code.stranger': 'إن لم تكن أنت، فلا تعط الرمز لأحد: لن يُنشأ أي حساب بدونه.',
  'sign_up_code.text': '{code} هو رمز حسابك الجديد في {site}. مدة الصلاحية: {life}. لا تعطه لأحد.',
  'recovery_code.subject': 'رمز الاسترداد في {site}',
  'recovery_code.opening':
    'هناك من يريد استرداد حساب {site} المرتبط بعنوان البريد الإلكتروني هذا، والأرجح أنه أنت. أدخل هذا الرمز حيث يُطلب منك:',
  'recovery_code.stranger':
    'إن لم تكن أنت، فلا تعط الرمز لأحد. لا يمكن لأحد استرداد حسابك بدونه وبدون مفتاح الاسترداد.',
  'recovery_code.text': '{code} هو رمز الاسترداد في {site}. لا تعطه لأحد.',
  'registration_code.subject': 'رمز التسجيل في {site}',
  'registration_code.opening':
    'لقد دُعيت إلى {site} بعنوان البريد الإلكتروني هذا. أدخل هذا الرمز حيث يُطلب منك لتسجيل مفتاحك الأول:',
  'registration_code.stranger': 'إن لم تكن تتوقع ذلك، فلا تعط الرمز لأحد وأبلغ القائمين على الموقع.',
  'registration_code.text': '{code} هو رمز التسجيل في {site}. لا تعطه لأحد.',
  'login_code.subject': 'رمز الدخول إلى {site}',
  'login_code.opening':
    'هناك من يدخل إلى {site} بعنوان البريد الإلكتروني هذا، والأرجح أنه أنت. أدخل هذا الرمز حيث يُطلب منك:',
  'login_code.stranger': 'إن لم تكن أنت، فلا تعط الرمز لأحد: لا يدخل أحد بدونه وبدون مفتاحك.',
  'login_code.text': '{code} هو رمز الدخول إلى {site}. لا تعطه لأحد.',
  'magic_link.subject': 'تسجيل الدخول إلى {site}',
  'magic_link.opening':
    'هناك من يريد تسجيل الدخول إلى {site} بعنوان البريد الإلكتروني هذا، والأرجح أنه أنت. افتح هذا الرابط وأكّد:',
  'magic_link.button': 'تسجيل الدخول إلى {site}',
  'magic_link.other_device': 'هل قدّمت الطلب من جهاز آخر؟ أدخل هذا الرمز هناك إذن:',
  'magic_link.validity':
    'يعمل الرابط أو الرمز، أحدهما فقط، مرة واحدة. مدة الصلاحية: {life}. لن يطلبهما منك أحد من طرفنا أبدًا.',
  'magic_link.stranger': 'إن لم تكن أنت، فلا تعط أيًّا منهما لأحد. لا يدخل أحد بدونهما. يمكنك إنهاء الطلب هنا:',
  'magic_link.text': 'تسجيل الدخول إلى {site}، مدة الصلاحية: {life}: {link}',
  'password_reset.subject': 'كلمة مرور جديدة في {site}',
  'password_reset.opening': 'هناك من نسي كلمة مرور حسابك في {site}، والأرجح أنه أنت.',
  'password_reset.link': 'اختر كلمة مرور جديدة هنا:',
  'password_reset.closing':
    'يعمل الرابط مرة واحدة فقط. مدة الصلاحية: {life}. كلمة المرور الجديدة تنهي جميع الجلسات. إن لم تكن أنت، فلا تفعل شيئًا: تبقى كلمة مرورك كما هي.',
  'password_reset.text': 'اختر كلمة مرور جديدة في {site}: {link}',
  'email_change.subject': 'أكّد عنوان بريدك الإلكتروني الجديد في {site}',
  'email_change.opening':
    'هناك من يريد إضافة عنوان البريد الإلكتروني هذا إلى حساب في {site}، والأرجح أنه أنت.',
  'email_change.link': 'أكّده هنا:',
  'email_change.closing':
    'يعمل الرابط مرة واحدة فقط. مدة الصلاحية: {life}. وحتى ذلك الحين يحتفظ الحساب بعنوانه الحالي. إن لم تكن أنت، فلا تفعل شيئًا.',
  'address_code.subject': 'رمز عنوانك الجديد في {site}',
  'address_code.opening':
    'هناك من يضيف عنوان البريد الإلكتروني هذا إلى حساب في {site}، والأرجح أنه أنت. أدخل هذا الرمز حيث يُطلب منك:',
  'address_code.stranger': 'إن لم تكن أنت، فلا تعط الرمز لأحد: لن يحصل الحساب على هذا العنوان بدونه.',
  'address_code.text': '{code} هو رمز رقم هاتفك الجديد في {site}. مدة الصلاحية: {life}. لا تعطه لأحد.',
  'invitation.subject': 'حسابك في {site}',
  'invitation.opening': 'أُنشئ لك حساب في {site}.',
  'invitation.link': 'سجّل الدخول إليه هنا لأول مرة:',
  'invitation.closing':
    'يعمل الرابط مرة واحدة فقط. مدة الصلاحية: {life}. إن لم تكن تتوقع حسابًا، فلا تفعل شيئًا.',
  'sign_in_key.subject': 'تسجيل الدخول إلى {site}',
  'sign_in_key.opening': 'يرسل إليك القائمون على {site} هذا الرابط الذي يفتح حسابك.',
  'sign_in_key.link': 'سجّل الدخول هنا:',
  'sign_in_key.closing':
    'يعمل الرابط مرة واحدة فقط. مدة الصلاحية: {life}. لا تعطه لأحد. إن لم تطلبه، فلا تفعل شيئًا.',
  'footer.reference': 'مرجع هذه الرسالة إن أردت السؤال عنها: {reference}',
  'footer.not_me': 'لم أكن أنا:',
  'footer.short': 'مرجع {reference}',
  'details.time': 'الوقت',
  'details.address': 'عنوان IP',
  'details.browser': 'المتصفح',
  'details.browser_on': '\u200f{browser} على {system}',
  'details.unknown': 'غير معروف',
  'details.by': 'بواسطة',
  'details.operator': 'القائمين على الموقع',
  'details.itself': 'الخدمة',
} satisfies Mails;
