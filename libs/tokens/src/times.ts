/** How long a verifier may keep the published keys: the `max-age` they are served with. */
export const JWKS_MAX_AGE_SECONDS = 300;

/** A replica looks at the table again when it has not done so for this long. */
export const RELOAD_SECONDS = 60;

/** And never sooner than this, whatever key ids it is shown and however the database fails. */
export const RETRY_SECONDS = 5;

/**
 * From the publication of a new key to its first signature: by then every replica has reloaded and every verifier has
 * let go of what it kept, with room for clocks that differ. No planned rotation takes effect sooner, which is why a
 * replica that cannot reach the table may go on for as long with the keys it knows, and no longer.
 */
export const ACTIVATION_SECONDS = 600;

/** By how much the clocks of two replicas may differ. */
export const LEEWAY_SECONDS = 30;
