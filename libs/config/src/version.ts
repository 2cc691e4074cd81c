/** Of the service; `version.spec.ts` keeps it equal to package.json, which the built service does not carry. */
export const VERSION = '0.2.0';
