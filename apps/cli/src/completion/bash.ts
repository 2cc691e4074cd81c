import type { Place } from './words.js';

/** Words are those of the program, and none of them has anything that a shell would read otherwise. */
export function bash(name: string, places: Place[]): string {
  const fn = `_${name.replaceAll('-', '_')}`;
  const known = places.filter(({ at }) => at).map(({ at }) => `"${at}"`);
  const cases = places.map(({ at, commands, options }) => {
    const words = [...commands, ...options].map(({ word }) => word).join(' ');
    return `    "${at}") words="${words}" ;;`;
  });
  return `# ${name}: completion for bash
${fn}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" at="" next words="" i
  for ((i = 1; i < COMP_CWORD; i++)); do
    next="\${at:+$at }\${COMP_WORDS[i]}"
    case "$next" in
    ${known.join('|')}) at="$next" ;;
    esac
  done
  case "$at" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -F ${fn} ${name}
`;
}
