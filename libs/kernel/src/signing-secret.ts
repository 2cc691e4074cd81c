/** `whsec_` and base64, as https://www.standardwebhooks.com has it. */
const SECRET = /^whsec_((?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?)$/;
const [SHORTEST, LONGEST] = [24, 64];

/** The bytes of a secret in the form of Standard Webhooks; undefined unless it is `whsec_` and the base64 of 24 to 64 of them. */
export function signingKey(text: string): Buffer | undefined {
  const [, base64] = SECRET.exec(text) ?? [];
  const key = Buffer.from(base64 ?? '', 'base64');
  return key.length >= SHORTEST && key.length <= LONGEST ? key : undefined;
}
