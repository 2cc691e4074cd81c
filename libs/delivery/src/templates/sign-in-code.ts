import { letter } from './letter.js';
import { requestDetails, type RequestFacts } from './request.js';
import type { Template } from './templates.js';

export interface SignInCodeFacts extends RequestFacts {
  code: string;
  lifeSeconds: number;
}

type Validity = 'sign_in_code.validity' | 'code.validity';

/** The code of a sign-in. */
export const signInCode = codeTemplate('sign_in_code', 'sign_in_code.validity');
/** The code that proves an address of somebody who signs up. */
export const signUpCode = codeTemplate('sign_up_code', 'code.validity');

/** The code that proves an address or phone which an account is to have. */
export const addressCode = codeTemplate('address_code', 'code.validity');

/** A code to be typed. Its text message ends with the line by which a browser fills it in on our host alone. */
export function codeTemplate(
  name:
    'sign_in_code' | 'sign_up_code' | 'address_code' | 'recovery_code' | 'registration_code' | 'login_code',
  validity: Validity,
): Template<SignInCodeFacts> {
  return (facts, site, speech) => {
    const { code } = facts;
    const life = speech.life(facts.lifeSeconds);
    const mail = letter(speech, site, {
      subject: speech.say(`${name}.subject`, { site: site.name }),
      opening: speech.say(`${name}.opening`, { site: site.name }),
      code,
      closing: [speech.say(validity, { life })],
      details: requestDetails(facts, speech),
      stranger: speech.say(`${name}.stranger`),
    });
    const text = speech.say(`${name}.text`, { site: site.name, code, life });
    return { mail, sms: `${text}\n\n@${site.host} #${code}` };
  };
}
