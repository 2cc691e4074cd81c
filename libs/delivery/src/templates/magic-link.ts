import { letter } from './letter.js';
import { requestDetails, type RequestFacts } from './request.js';
import type { Template } from './templates.js';

export interface MagicLinkFacts extends RequestFacts {
  link: string;
  /** Where whoever did not ask says so. */
  notMeLink: string;
  /** For another device than the one that opens the link. */
  code: string;
  lifeSeconds: number;
}

/** The link that signs in, and the code for who cannot open it where they asked. */
export const magicLink: Template<MagicLinkFacts> = (facts, { name: site, ...rest }, speech) => {
  const { link, notMeLink, code, lifeSeconds } = facts;
  const life = speech.life(lifeSeconds);
  const mail = letter(
    speech,
    { name: site, ...rest },
    {
      subject: speech.say('magic_link.subject', { site }),
      opening: speech.say('magic_link.opening', { site }),
      link: {
        label: speech.say('magic_link.button', { site }),
        url: link,
        then: speech.say('magic_link.other_device'),
      },
      code,
      closing: [speech.say('magic_link.validity', { life })],
      details: requestDetails(facts, speech),
      stranger: speech.say('magic_link.stranger'),
      strangerUrl: notMeLink,
    },
  );
  return { mail, sms: speech.say('magic_link.text', { site, link, life }) };
};
