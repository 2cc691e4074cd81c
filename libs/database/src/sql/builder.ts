import { basename } from 'node:path';

/** Frames that stand for whoever called them: those of this lib, in its sources as in what was built of them, and of helpers of tests. */
const OWN = /[\\/](libs[\\/]database[\\/]src|test[\\/]support)[\\/]|^node:/;
const FRAMES = 20;

/**
 * Who builds a statement, by the call that led here: `CodeService.decide`, or the name of the file for a function without one.
 * Asked once for each shape of statement, because looking at the stack is not cheap.
 */
export function currentBuilder(): string {
  for (const site of callSites()) {
    const file = site.getFileName();
    if (!file || OWN.test(file)) continue;
    const [type, name] = [site.getTypeName(), site.getFunctionName()];
    if (!name) return basename(file).replace(/\.[cm]?[jt]s$/, '');
    return type && type !== 'Object' && !name.includes('.') ? `${type}.${name}` : name;
  }
  return 'unknown';
}

/** The stack as the engine has it: source maps give frames other names, where they are on. */
function callSites(): NodeJS.CallSite[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  try {
    Error.stackTraceLimit = FRAMES;
    Error.prepareStackTrace = (_error, sites) => sites;
    return new Error().stack as unknown as NodeJS.CallSite[];
  } finally {
    Error.prepareStackTrace = prepareStackTrace;
    Error.stackTraceLimit = stackTraceLimit;
  }
}
