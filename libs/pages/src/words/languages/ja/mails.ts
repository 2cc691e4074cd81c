import type { Mails } from '../../catalogue.js';

export const mails = {
  'mail.preheader':
    '{site} からのメッセージです。お心当たりがある場合のみ開き、内容を他の人に伝えないでください。',
  'sign_in_code.subject': '{site} のサインインコード',
  'sign_in_code.opening':
    'このメールアドレスで {site} へのサインインが行われています。ご本人の操作であれば、コードの入力を求められた画面に次のコードを入力してください。',
  'sign_in_code.validity':
    'このコードは一度だけ使えます。有効期間は{life}です。当方からコードをお尋ねすることは決してありません。',
  'sign_in_code.stranger':
    'お心当たりがない場合は、コードを誰にも伝えないでください。コードがなければ誰もサインインできません。パスワードを設定している場合は変更してください。コードを要求した人がパスワードを知っている可能性があります。',
  'sign_in_code.text':
    '{code} は {site} のサインインコードです。有効期間は{life}です。誰にも教えないでください。',
  'code.validity':
    'このコードは一度だけ使えます。有効期間は{life}です。当方の者がコードをお尋ねすることは決してありません。',
  'sign_up_code.subject': '{site} の新規アカウント用コード',
  'sign_up_code.opening':
    'このメールアドレスで {site} のアカウントが作成されようとしています。ご本人の操作であれば、コードの入力を求められた画面に次のコードを入力してください。',
  'sign_up_code.stranger':
    'お心当たりがない場合は、コードを誰にも伝えないでください。コードがなければアカウントは作成されません。',
  'sign_up_code.text':
    '{code} は {site} の新規アカウント用コードです。有効期間は{life}です。誰にも教えないでください。',
  'recovery_code.subject': '{site} の復旧コード',
  'recovery_code.opening':
    'このメールアドレスの {site} アカウントを復旧する操作が行われています。ご本人の操作であれば、コードの入力を求められた画面に次のコードを入力してください。',
  'recovery_code.stranger':
    'お心当たりがない場合は、コードを誰にも伝えないでください。コードと復旧キーがなければ、誰もアカウントを復旧できません。',
  'recovery_code.text': '{code} は {site} の復旧コードです。誰にも教えないでください。',
  'registration_code.subject': '{site} の登録コード',
  'registration_code.opening':
    'このメールアドレスで {site} に招待されています。最初のキーを登録するには、コードの入力を求められた画面に次のコードを入力してください。',
  'registration_code.stranger':
    'お心当たりがない場合は、コードを誰にも伝えず、サイトの運営者にお知らせください。',
  'registration_code.text': '{code} は {site} の登録コードです。誰にも教えないでください。',
  'login_code.subject': '{site} のログインコード',
  'login_code.opening':
    'このメールアドレスで {site} へのログインが行われています。ご本人の操作であれば、コードの入力を求められた画面に次のコードを入力してください。',
  'login_code.stranger':
    'お心当たりがない場合は、コードを誰にも伝えないでください。コードとキーがなければ、誰もログインできません。',
  'login_code.text': '{code} は {site} のログインコードです。誰にも教えないでください。',
  'magic_link.subject': '{site} へのサインイン',
  'magic_link.opening':
    'このメールアドレスで {site} へのサインインが求められています。ご本人の操作であれば、次のリンクを開いて確認してください。',
  'magic_link.button': '{site} にサインイン',
  'magic_link.other_device': '別の端末で操作された場合は、その端末で次のコードを入力してください。',
  'magic_link.validity':
    'リンクとコードは、どちらか一方を一度だけ使えます。有効期間は{life}です。当方の者がこれらをお尋ねすることは決してありません。',
  'magic_link.stranger':
    'お心当たりがない場合は、リンクもコードも誰にも伝えないでください。これらがなければ誰もサインインできません。この要求はここで取り消せます。',
  'magic_link.text': '{site} へのサインイン(有効期間 {life}):{link}',
  'password_reset.subject': '{site} の新しいパスワード',
  'password_reset.opening': '{site} のアカウントのパスワードを忘れたとの要求がありました。',
  'password_reset.link': 'ご本人の操作であれば、ここで新しいパスワードを設定してください。',
  'password_reset.closing':
    'リンクは一度だけ使えます。有効期間は{life}です。新しいパスワードを設定すると、すべてのセッションが終了します。お心当たりがない場合は、何もする必要はありません。パスワードは変わりません。',
  'password_reset.text': '{site} の新しいパスワードを設定してください:{link}',
  'email_change.subject': '{site} の新しいメールアドレスの確認',
  'email_change.opening': '{site} のアカウントにこのメールアドレスを設定する要求がありました。',
  'email_change.link': 'ご本人の操作であれば、ここで確認してください。',
  'email_change.closing':
    'リンクは一度だけ使えます。有効期間は{life}です。確認されるまで、アカウントのアドレスは変わりません。お心当たりがない場合は、何もする必要はありません。',
  'address_code.subject': '{site} の新しいアドレス用コード',
  'address_code.opening':
    '{site} のアカウントにこのメールアドレスが設定されようとしています。ご本人の操作であれば、コードの入力を求められた画面に次のコードを入力してください。',
  'address_code.stranger':
    'お心当たりがない場合は、コードを誰にも伝えないでください。コードがなければ、アカウントにこのアドレスは設定されません。',
  'address_code.text':
    '{code} は {site} の新しい電話番号用コードです。有効期間は{life}です。誰にも教えないでください。',
  'invitation.subject': '{site} のアカウント',
  'invitation.opening': '{site} にあなたのアカウントが作成されました。',
  'invitation.link': '初回のサインインはこちらから行ってください。',
  'invitation.closing':
    'リンクは一度だけ使えます。有効期間は{life}です。お心当たりがない場合は、何もする必要はありません。',
  'sign_in_key.subject': '{site} へのサインイン',
  'sign_in_key.opening': '{site} の運営者から、アカウントを開くためのリンクをお送りします。',
  'sign_in_key.link': 'こちらからサインインしてください。',
  'sign_in_key.closing':
    'リンクは一度だけ使えます。有効期間は{life}です。誰にも教えないでください。お心当たりがない場合は、何もする必要はありません。',
  'footer.reference': 'お問い合わせの際のこのメッセージの参照番号:{reference}',
  'footer.not_me': '心当たりがない場合:',
  'footer.short': '参照番号 {reference}',
  'details.time': '日時',
  'details.address': 'IP アドレス',
  'details.browser': 'ブラウザー',
  'details.browser_on': '{browser}({system})',
  'details.unknown': '不明',
  'details.by': '実行者',
  'details.operator': 'サイトの運営者',
  'details.itself': 'サービス',
} satisfies Mails;
