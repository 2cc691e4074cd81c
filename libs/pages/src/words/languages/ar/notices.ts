import type { Notices } from '../../catalogue.js';

export const notices = {
  'notice.stranger': 'إن لم تكن تعلم بذلك، فأبلغ القائمين على الموقع فورًا.',
  'account_exists.subject': 'لديك حساب بالفعل في {site}',
  'account_exists.opening': 'أراد شخص ما، والأرجح أنه أنت، إنشاء حساب في {site}، لكن لديك حسابًا بالفعل.',
  'account_exists.closing':
    'سجّل الدخول بدلًا من ذلك، أو اطلب كلمة مرور جديدة إن نسيت كلمة مرورك. إن لم تكن أنت، فلا داعي لفعل شيء: لم يعلم أحد أن لديك حسابًا.',
  'password_needed.subject': 'سجّل الدخول إلى {site} بكلمة مرورك',
  'password_needed.opening':
    'أراد شخص ما، والأرجح أنه أنت، تسجيل الدخول إلى {site} برمز فقط. يطلب حسابك رمزًا كعامل ثانٍ، ولا يمكن للعنوان نفسه أن يؤدي الدورين.',
  'password_needed.closing': 'أدخل كلمة مرورك أولًا، ثم يأتي الرمز بعدها. إن لم تكن أنت، فلا داعي لفعل شيء.',
  'reset_elsewhere.subject': 'لا كلمة مرور جديدة في {site} عبر البريد',
  'reset_elsewhere.opening':
    'هناك من نسي كلمة مرور حسابك في {site}، والأرجح أنه أنت. يطلب حسابك رمزًا يُرسل إلى صندوق البريد هذا كعامل ثانٍ، ولا يمكن للصندوق نفسه أن يؤدي الدورين: لا يمكن اختيار كلمة مرور جديدة عبر البريد.',
  'reset_elsewhere.closing':
    'إن كان لحسابك هاتف لتسجيل الدخول، فهناك رابط في طريقه إليه. وإن لم يكن، فيمكن للقائمين على الموقع مساعدتك. إن لم تكن أنت، فلا تفعل شيئًا: تبقى كلمة مرورك كما هي.',
  'password_changed.subject': 'تغيّرت كلمة مرورك في {site}',
  'password_changed.opening': 'لحسابك في {site} كلمة مرور جديدة. انتهت الجلسات السابقة.',
  'password_changed.closing':
    'إن لم تكن أنت، فهناك من دخل حسابك أو يستطيع قراءة بريدك: اطلب كلمة مرور جديدة وأبلغ القائمين على الموقع.',
  'username_changed.subject': 'لحسابك في {site} اسم مستخدم جديد',
  'username_changed.opening': 'تغيّر اسم مستخدم حسابك في {site}. لم يعد الاسم السابق صالحًا لتسجيل الدخول.',
  'email_changing.subject': 'عنوان بريد إلكتروني آخر لحسابك في {site}؟',
  'email_changing.opening':
    'هناك من يريد تغيير عنوان البريد الإلكتروني لحسابك في {site}، والأرجح أنه أنت. لا يتغيّر شيء قبل تأكيد العنوان الجديد.',
  'email_changed.subject': 'لحسابك في {site} عنوان بريد إلكتروني جديد',
  'email_changed.opening':
    'تغيّر عنوان البريد الإلكتروني لحسابك في {site}. من الآن فصاعدًا تصل إليه رسائله ويصلح لتسجيل الدخول. لم يعد العنوان السابق صالحًا.',
  'phone_changed.set.subject': 'لحسابك في {site} هاتف جديد',
  'phone_changed.set.opening':
    'لحسابك في {site} رقم هاتف جديد. من الآن فصاعدًا تصل إليه الرسائل النصية ويصلح لتسجيل الدخول.',
  'phone_changed.removed.subject': 'لم يعد لحسابك في {site} هاتف',
  'phone_changed.removed.opening': 'أُزيل رقم هاتف حسابك في {site}. لم يعد صالحًا لتسجيل الدخول.',
  'passkeys_changed.added.subject': 'لحسابك في {site} مفتاح مرور جديد',
  'passkeys_changed.added.opening': 'لحسابك في {site} مفتاح مرور جديد. من الآن فصاعدًا يصلح لتسجيل الدخول.',
  'passkeys_changed.removed.subject': 'أُزيل مفتاح مرور من حسابك في {site}',
  'passkeys_changed.removed.opening': 'أُزيل مفتاح مرور من حسابك في {site}. لم يعد صالحًا لتسجيل الدخول.',
  'keys_added.subject': 'أُضيفت مفاتيح إلى حسابك في {site}',
  'keys_added.opening': 'حصل حسابك في {site} على مفاتيحه الأولى. من الآن فصاعدًا هي التي تفتحه.',
  'keys_added.closing': 'إن لم تكن أنت، فهناك من يستطيع قراءة بريدك. أبلغ القائمين على الموقع فورًا.',
  'account_disabled.subject': 'أُغلق حسابك في {site}',
  'account_disabled.opening': 'أغلق القائمون على الموقع حسابك في {site}. انتهت جميع جلساته.',
  'account_disabled.closing': 'اسألهم إن كنت لا تعرف السبب.',
  'account_deleting.subject': 'سيُحذف حسابك في {site}',
  'account_deleting.opening':
    'سيُحذف حسابك في {site} في {due}. وهو مغلق حتى ذلك الحين، وقد انتهت جميع جلساته.',
  'account_deleting.closing':
    'إن أردت الاحتفاظ به فأخبر القائمين على الموقع قبل هذا الموعد: بعده لا يستطيع أحد استعادته.',
  'account_deleted.subject': 'حُذف حسابك في {site}',
  'account_deleted.opening': 'حُذف حسابك في {site}، وحُذف معه ما كان محفوظًا عنك.',
  'account_deleted.closing': 'لا يستطيع أحد استعادته. هذه آخر رسالة تصلك منه.',
  'factor_changed.subject': 'تغيّر العامل الثاني لحسابك في {site}',
  'factor_changed.totp_enabled': 'من الآن فصاعدًا يتطلب تسجيل الدخول إلى {site} رمزًا من تطبيق المصادقة لديك.',
  'factor_changed.sms_enabled':
    'من الآن فصاعدًا يتطلب تسجيل الدخول إلى {site} رمزًا يُرسل في رسالة نصية إلى الهاتف المسجل حاليًا في حسابك.',
  'factor_changed.email_enabled': 'من الآن فصاعدًا يتطلب تسجيل الدخول إلى {site} رمزًا يُرسل إليك بالبريد.',
  'factor_changed.disabled':
    'لم يعد تسجيل الدخول إلى {site} يتطلب عاملًا ثانيًا. أصبحت رموزه الاحتياطية لاغية.',
  'factor_changed.backup_codes_renewed': 'لحسابك في {site} رموز احتياطية جديدة. أصبحت الرموز القديمة لاغية.',
  'factor_changed.closing':
    'إن لم تكن أنت، فهناك من دخل حسابك: غيّر كلمة مرورك وأبلغ القائمين على الموقع فورًا.',
  'identity_linked.subject': 'طريقة جديدة لتسجيل الدخول إلى {site}',
  'identity_linked.opening': 'من الآن فصاعدًا يمكن فتح حسابك في {site} عن طريق {provider} أيضًا.',
  'identity_linked.closing':
    'إن لم تكن أنت، فهناك من يستطيع استخدام حسابك هناك أو قراءة بريدك: غيّر كلمات المرور تلك وأبلغ القائمين على الموقع.',
  'recovery_started.subject': 'يجري استرداد حسابك في {site}',
  'recovery_started.opening':
    'قدّم شخص ما، والأرجح أنه أنت، مفتاح الاسترداد لحسابك في {site}. في {due} تُستبدل جميع مفاتيحه وتنتهي جميع جلساته.',
  'recovery_started.stop': 'إن لم تكن أنت، فأوقف ذلك هنا قبل هذا الموعد:',
  'recovery_started.text': 'يجري استرداد حسابك في {site}. إن لم تكن أنت، فأوقف ذلك: {link}',
  'recovery_completed.subject': 'تم استرداد حسابك في {site}',
  'recovery_completed.opening':
    'استُبدلت جميع مفاتيح حسابك في {site} وانتهت جميع جلساته. أما العامل الثاني، إن وُجد، فبقي كما كان.',
  'recovery_completed.closing':
    'إن لم تكن أنت، فأبلغ القائمين على الموقع فورًا: هناك من يملك صندوق بريدك ومفتاح الاسترداد.',
  'recovery_completed.text':
    'تم استرداد حسابك في {site}: استُبدلت جميع المفاتيح. إن لم تكن أنت، فأبلغ القائمين على الموقع فورًا.',
} satisfies Notices;
