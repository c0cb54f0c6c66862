// How much a content may say. What apps ask of these numbers needs none of the schemas.

/** The longest that a disappearing message may stay: four weeks. */
export const LIFETIME_MAX_SECONDS = 4 * 7 * 24 * 60 * 60;
/** Messages that one receipt may name. */
export const RECEIPT_MAX_IDS = 200;
/** Of a caption when it is sent; as for all texts, an edit may replace it by a longer one. */
export const CAPTION_MAX_BYTES = 4 * 1024;
/** A card that goes in the content itself; a longer one goes as a blob. */
export const CARD_INLINE_MAX_BYTES = 8 * 1024;
/** Of a JPEG or WebP. */
export const THUMBNAIL_MAX_BYTES = 6 * 1024;
