import type { Notices } from '../../catalogue.js';

export const notices = {
  'notice.stranger': 'お心当たりがない場合は、すぐにサイトの運営者にお知らせください。',
  'account_exists.subject': '{site} のアカウントはすでにあります',
  'account_exists.opening':
    '{site} のアカウントを作成する操作がありましたが、あなたのアカウントはすでに存在します。',
  'account_exists.closing':
    '既存のアカウントでサインインするか、パスワードをお忘れの場合は新しいパスワードを要求してください。お心当たりがない場合は、何もする必要はありません。アカウントがあることは誰にも知られていません。',
  'password_needed.subject': '{site} にはパスワードでサインインしてください',
  'password_needed.opening':
    'コードだけで {site} にサインインする操作がありました。あなたのアカウントは第二要素としてコードを求めるため、同じ宛先を両方に使うことはできません。',
  'password_needed.closing':
    '先にパスワードを入力してください。コードはその後に届きます。お心当たりがない場合は、何もする必要はありません。',
  'reset_elsewhere.subject': '{site} の新しいパスワードはメールでは設定できません',
  'reset_elsewhere.opening':
    '{site} のアカウントのパスワードを忘れたとの要求がありました。あなたのアカウントは第二要素としてこのメールボックス宛てのコードを求めるため、同じメールボックスを両方に使うことはできません。メールで新しいパスワードを設定することはできません。',
  'reset_elsewhere.closing':
    'サインインに使う電話がアカウントに登録されている場合は、その電話にリンクをお送りしています。登録がない場合は、サイトの運営者にご相談ください。お心当たりがない場合は、何もする必要はありません。パスワードは変わりません。',
  'password_changed.subject': '{site} のパスワードが変更されました',
  'password_changed.opening':
    '{site} のアカウントのパスワードが新しくなりました。以前のセッションは終了しました。',
  'password_changed.closing':
    'お心当たりがない場合は、誰かがアカウントに侵入しているか、メールを読める状態にあります。新しいパスワードを要求し、サイトの運営者にお知らせください。',
  'username_changed.subject': '{site} のアカウントのユーザー名が変わりました',
  'username_changed.opening':
    '{site} のアカウントのユーザー名が変更されました。以前のユーザー名ではサインインできません。',
  'email_changing.subject': '{site} のアカウントのメールアドレスを変更しますか',
  'email_changing.opening':
    '{site} のアカウントに別のメールアドレスを設定する要求がありました。新しいアドレスが確認されるまで、何も変わりません。',
  'email_changed.subject': '{site} のアカウントのメールアドレスが変わりました',
  'email_changed.opening':
    '{site} のアカウントのメールアドレスが変更されました。今後のメールは新しいアドレスに届き、サインインにも使えます。以前のアドレスは使えません。',
  'phone_changed.set.subject': '{site} のアカウントの電話番号が変わりました',
  'phone_changed.set.opening':
    '{site} のアカウントに新しい電話番号が登録されました。今後は SMS がこの番号に届き、サインインにも使えます。',
  'phone_changed.removed.subject': '{site} のアカウントの電話番号がなくなりました',
  'phone_changed.removed.opening':
    '{site} のアカウントの電話番号が削除されました。その番号ではサインインできません。',
  'passkeys_changed.added.subject': '{site} のアカウントに新しいパスキーが追加されました',
  'passkeys_changed.added.opening':
    '{site} のアカウントに新しいパスキーが追加されました。今後はこのパスキーでサインインできます。',
  'passkeys_changed.removed.subject': '{site} のアカウントのパスキーが削除されました',
  'passkeys_changed.removed.opening':
    '{site} のアカウントのパスキーが削除されました。そのパスキーではサインインできません。',
  'keys_added.subject': '{site} のアカウントにキーが追加されました',
  'keys_added.opening':
    '{site} のアカウントに最初のキーが追加されました。今後はこれらのキーでアカウントを開けます。',
  'keys_added.closing':
    'お心当たりがない場合は、誰かがあなたのメールを読める状態にあります。すぐにサイトの運営者にお知らせください。',
  'account_disabled.subject': '{site} のアカウントが閉鎖されました',
  'account_disabled.opening':
    '{site} のアカウントがサイトの運営者によって閉鎖されました。すべてのセッションは終了しました。',
  'account_disabled.closing': '理由がわからない場合は、運営者にお問い合わせください。',
  'account_deleting.subject': '{site} のアカウントが削除されます',
  'account_deleting.opening':
    '{site} のアカウントは {due} に削除されます。それまでアカウントは閉鎖され、すべてのセッションは終了しました。',
  'account_deleting.closing':
    'アカウントを残したい場合は、それまでにサイトの運営者にお知らせください。その後は誰も元に戻せません。',
  'account_deleted.subject': '{site} のアカウントが削除されました',
  'account_deleted.opening': '{site} のアカウントと、保存されていたお客様の情報が削除されました。',
  'account_deleted.closing': '元に戻すことはできません。これがこのアカウントからの最後のお知らせです。',
  'factor_changed.subject': '{site} のアカウントの第二要素が変更されました',
  'factor_changed.totp_enabled': '今後、{site} へのサインインには認証アプリのコードが必要です。',
  'factor_changed.sms_enabled':
    '今後、{site} へのサインインには、現在アカウントに登録されている電話に SMS で届くコードが必要です。',
  'factor_changed.email_enabled': '今後、{site} へのサインインには、メールで届くコードが必要です。',
  'factor_changed.disabled':
    '{site} へのサインインに第二要素は不要になりました。バックアップコードは無効です。',
  'factor_changed.backup_codes_renewed':
    '{site} のアカウントに新しいバックアップコードが発行されました。以前のコードは無効です。',
  'factor_changed.closing':
    'お心当たりがない場合は、誰かがアカウントに侵入しています。パスワードを変更し、すぐにサイトの運営者にお知らせください。',
  'identity_linked.subject': '{site} への新しいサインイン方法',
  'identity_linked.opening': '今後、{site} のアカウントは {provider} からも開けます。',
  'identity_linked.closing':
    'お心当たりがない場合は、誰かがそのサービスのアカウントを使えるか、メールを読める状態にあります。それらのパスワードを変更し、サイトの運営者にお知らせください。',
  'recovery_started.subject': '{site} のアカウントの復旧が進行中です',
  'recovery_started.opening':
    '{site} のアカウントの復旧キーが提示されました。{due} にすべてのキーが置き換えられ、すべてのセッションが終了します。',
  'recovery_started.stop': 'お心当たりがない場合は、それまでにここで中止してください。',
  'recovery_started.text':
    '{site} のアカウントの復旧が進行中です。お心当たりがない場合は中止してください:{link}',
  'recovery_completed.subject': '{site} のアカウントが復旧されました',
  'recovery_completed.opening':
    '{site} のアカウントのすべてのキーが置き換えられ、すべてのセッションが終了しました。設定されていた第二要素はそのままです。',
  'recovery_completed.closing':
    'お心当たりがない場合は、すぐにサイトの運営者にお知らせください。誰かがあなたのメールボックスと復旧キーを手に入れています。',
  'recovery_completed.text':
    '{site} のアカウントが復旧され、すべてのキーが置き換えられました。お心当たりがない場合は、すぐにサイトの運営者にお知らせください。',
} satisfies Notices;
