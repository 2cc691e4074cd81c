/**
 * The text of one property of a JSON object, exactly as it was sent: what a client has signed cannot be made again from
 * the parsed value (order of keys, escapes, white space). `json`: valid, an object, without repeated keys. Undefined
 * when it has no such property.
 */
export function rawProperty(json: string, name: string): string | undefined {
  const tokens = /"(?:[^"\\]|\\.)*"?|[{}[\],:]/g;
  let depth = 0;
  let key: string | undefined;
  let start = -1;
  for (let token = tokens.exec(json); token; token = tokens.exec(json)) {
    const [text] = token;
    const ends = depth === 1 && (text === ',' || text === '}');
    if (ends && start >= 0) return json.slice(start, token.index).trim();
    if (text === '{' || text === '[') depth += 1;
    else if (text === '}' || text === ']') depth -= 1;
    else if (depth === 1 && text === ':' && key === name) start = tokens.lastIndex;
    if (depth === 1 && text.startsWith('"') && start < 0) key = JSON.parse(text) as string;
  }
  return undefined;
}
