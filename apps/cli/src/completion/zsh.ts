import type { Place } from './words.js';

export function zsh(name: string, places: Place[]): string {
  const fn = `_${name.replaceAll('-', '_')}`;
  const known = places.filter(({ at }) => at).map(({ at }) => `"${at}"`);
  const cases = places.map(({ at, commands, options }) => {
    const words = [...commands, ...options].map(
      ({ word, description }) => `'${word}:${quoted(description)}'`,
    );
    return `    "${at}") entries=(${words.join(' ')}) ;;`;
  });
  return `#compdef ${name}
${fn}() {
  local at="" next i
  local -a entries
  for ((i = 2; i < CURRENT; i++)); do
    next="\${at:+$at }\${words[i]}"
    case "$next" in
    ${known.join('|')}) at="$next" ;;
    esac
  done
  case "$at" in
${cases.join('\n')}
  esac
  _describe '${name}' entries
}
compdef ${fn} ${name}
`;
}

/** Within single quotes, of an entry whose colon ends the word. */
function quoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll(':', '\\:').replaceAll("'", "'\\''");
}
