// Bytes in base64url with one bit turned, in canonical form.

import { fromBase64Url, toBase64Url } from "../../shared/core/crypto/bytes.ts";

export function corrupted(text: string, at = 7): string {
  const bytes = fromBase64Url(text);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return toBase64Url(bytes);
}
