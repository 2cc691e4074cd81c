import { createHash } from 'node:crypto';
import type { ExecutionContext } from '@nestjs/common';
import { readConfig } from '@app/config';
import { layout } from './look/layout.js';
import { markup } from './markup.js';
import { SameSiteGuard } from './same-site.guard.js';
import { ENGLISH } from './words/speech.js';
import { Speeches } from './words/speeches.js';

describe('layout', () => {
  it.each([
    ['de', 'ltr'],
    ['ar', 'rtl'],
  ])(
    'is in the language it is given, %s, and escapes its title wherever it stands',
    async (language, direction) => {
      const { html } = layout(await new Speeches().of(language), '<i>', markup`<p>&lt;</p>`);
      expect(html).toContain(`<html lang="${language}" dir="${direction}">`);
      expect(html.match(/&lt;i&gt;/g)).toHaveLength(2);
      expect(html).not.toContain('<i>');
    },
  );

  it('fills in nothing that was filled in before', () => {
    expect(layout(ENGLISH, '{body}', markup`<p>{title}</p>`).html).toContain(
      '<h1>{body}</h1>\n<p>{title}</p>',
    );
  });

  it('carries the one style sheet that the policy allows, and nothing that runs', () => {
    const { html, styleSource } = layout(ENGLISH, 'Title', markup``);
    const style = /<style>([^]*)<\/style>/.exec(html)?.[1] as string;
    expect(`'sha256-${createHash('sha256').update(style).digest('base64')}'`).toBe(styleSource);
    expect(style).not.toContain('&');
    expect(html).not.toMatch(/<script|\son\w+=|\sstyle=/);
  });
});

describe('markup', () => {
  it('escapes every value but markup itself', () => {
    const inner = markup`<b>${'<i>'}</b>`;
    expect(markup`<p title="${`"'&`}">${inner}${[inner]}${7}</p>`.toString()).toBe(
      '<p title="&quot;&#39;&amp;"><b>&lt;i&gt;</b><b>&lt;i&gt;</b>7</p>',
    );
  });
});

describe('SameSiteGuard', () => {
  const guard = new SameSiteGuard(
    readConfig({ PUBLIC_URL: 'https://auth.example.com/base', CORS_ORIGINS: 'https://app.example.com' }),
  );
  const asked = (method: string, headers: object) => {
    const request = { method, headers };
    const context = { switchToHttp: () => ({ getRequest: () => request }) };
    return () => guard.canActivate(context as unknown as ExecutionContext);
  };

  it.each([
    ['our own page', { 'sec-fetch-site': 'same-origin', origin: 'https://auth.example.com' }],
    ['our own page that hides its origin', { 'sec-fetch-site': 'same-origin', origin: 'null' }],
    ['our own page in a browser without Sec-Fetch-Site', { origin: 'https://auth.example.com' }],
    ['the address bar', { 'sec-fetch-site': 'none' }],
    ['a configured origin', { 'sec-fetch-site': 'cross-site', origin: 'https://app.example.com' }],
    ['a client that is no browser', {}],
  ])('takes what comes from %s', (_, headers) => {
    expect(asked('POST', headers)()).toBe(true);
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['another site that hides its origin', { 'sec-fetch-site': 'cross-site', origin: 'null' }],
    ['another site without an Origin', { 'sec-fetch-site': 'cross-site' }],
    ['a sibling of our host', { 'sec-fetch-site': 'same-site', origin: 'https://blog.example.com' }],
    ['another site in a browser without Sec-Fetch-Site', { origin: 'https://evil.example' }],
    ['one that hides its origin in a browser without Sec-Fetch-Site', { origin: 'null' }],
    ['our host over plain HTTP', { origin: 'http://auth.example.com' }],
    ['a header that is not of a browser', { 'sec-fetch-site': 'Same-Origin' }],
  ])('refuses what comes from %s', (_, headers) => {
    for (const method of ['POST', 'PUT', 'DELETE'])
      expect(asked(method, headers)).toThrow(expect.objectContaining({ code: 'origin_refused' }));
  });

  it.each(['GET', 'HEAD'])('lets a page be opened from anywhere by %s', (method) => {
    expect(asked(method, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' })()).toBe(true);
  });
});
