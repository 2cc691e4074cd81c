/** Far beyond any honest call, far below what could hurt. */
export const BODY_LIMIT_BYTES = 64 * 1024;
