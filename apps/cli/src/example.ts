/** The end of a command's help. */
export function example(...commands: string[]): string {
  return `\nExample:\n${commands.map((command) => `  npm run cli -- ${command}\n`).join('')}`;
}
