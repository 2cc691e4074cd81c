import { toXml } from './docspace-xml.js';

const DECLARED = '<?xml version="1.0" encoding="utf-8"?>\n';

describe('a body as XML', () => {
  it.each([
    [{ response: { token: 'a', sms: true } }, '<response><token>a</token><sms>true</sms></response>'],
    [{ response: [{ a: 1 }, { a: 2 }] }, '<response><a>1</a></response><response><a>2</a></response>'],
    [{ response: [], count: 0 }, '<count>0</count>'],
    [{ response: ['x', 'y'] }, '<response>x</response><response>y</response>'],
    [{ response: undefined, status: 0 }, '<status>0</status>'],
    [{ response: '' }, '<response></response>'],
    [
      { message: '</message><evil a="1">&amp;' },
      '<message>&lt;/message&gt;&lt;evil a="1"&gt;&amp;amp;</message>',
    ],
    [{ message: 'a\u0001b\ud800c\uffff' }, '<message>a\ufffdb\ufffdc\ufffd</message>'],
    [{ message: 'ö 😀\t\n' }, '<message>ö 😀\t\n</message>'],
  ])('%j is %s', (body, content) => {
    expect(toXml(body)).toBe(`${DECLARED}<result>${content}</result>`);
  });
});
