import type { Place } from './words.js';

export function fish(name: string, places: Place[]): string {
  const fn = `__${name.replaceAll('-', '_')}_at`;
  const known = places.filter(({ at }) => at).map(({ at }) => `'${at}'`);
  const lines = places.flatMap(({ at, commands, options }) => [
    ...commands.map(({ word, description }) => line(at, `-a '${word}'`, description)),
    ...options.map(({ word, description, takesValue }) =>
      line(at, `-l '${word.slice(2)}'${takesValue ? ' -r' : ''}`, description),
    ),
  ]);
  function line(at: string, what: string, description: string): string {
    return `complete -c ${name} -f -n "test (${fn}) = '${at}'" ${what} -d '${quoted(description)}'`;
  }
  return `# ${name}: completion for fish
function ${fn}
  set -l at ''
  for word in (commandline -opc)[2..-1]
    set -l next (string trim -- "$at $word")
    if contains -- $next ${known.join(' ')}
      set at $next
    end
  end
  printf '%s\\n' $at
end
${lines.join('\n')}
`;
}

function quoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
}
