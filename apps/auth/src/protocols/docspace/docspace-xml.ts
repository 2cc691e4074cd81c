/** What XML 1.0 cannot hold, not even as a reference. */
const NO_CHARACTER = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const REFERENCES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** A body of this protocol as its first server writes it: a `result`, an element for each field, and one for each member of a list. */
export function toXml(body: object): string {
  return `<?xml version="1.0" encoding="utf-8"?>\n${element('result', body)}`;
}

function element(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((member) => element(name, member)).join('');
  return `<${name}>${content(value)}</${name}>`;
}

function content(value: unknown): string {
  if (typeof value !== 'object' || value === null) return text(String(value));
  return Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .map(([name, field]) => element(name, field))
    .join('');
}

function text(value: string): string {
  return value.replace(NO_CHARACTER, '\ufffd').replace(/[&<>]/g, (each) => REFERENCES[each] as string);
}
