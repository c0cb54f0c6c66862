// How much devices of an account hand to each other at a time.

/** Of what is noted of a contact. */
export const NOTE_MAX_CHARS = 2_000;
/** Records that travel in the content itself; more go as a blob. */
export const HANDOVER_INLINE_MAX_BYTES = 8 * 1024;
/** About what is put into one blob. */
export const BUNDLE_BYTES = 4 * 1024 * 1024;
/** What is taken of one: as above, and a last record. */
export const BUNDLE_MAX_BYTES = 5 * 1024 * 1024;
/** Of a history in all, the newest messages first: about 200,000 of them. */
export const HISTORY_MAX_BYTES = 64 * 1024 * 1024;
