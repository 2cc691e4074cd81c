import { notice } from './notice.js';
import type { Template } from './templates.js';

export interface MailedKeyFacts {
  link: string;
  lifeSeconds: number;
}

/** The key to an account that waits for its owner. */
export const invitation = template('invitation');
/** A key to an account that its owner has signed in to before. */
export const signInKey = template('sign_in_key');

function template(name: 'invitation' | 'sign_in_key'): Template<MailedKeyFacts> {
  return ({ link, lifeSeconds }, { name: site }, speech) => {
    const opening = speech.say(`${name}.opening`, { site });
    const mail = notice(speech, {
      subject: speech.say(`${name}.subject`, { site }),
      opening,
      link: { before: speech.say(`${name}.link`), url: link },
      closing: speech.say(`${name}.closing`, { life: speech.life(lifeSeconds) }),
      details: [],
    });
    return { mail, sms: `${opening} ${link}` };
  };
}
