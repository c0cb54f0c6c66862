// The sign of a kind of file.

import { ChatIcon } from "../ChatIcon.tsx";
import type { FileKind } from "./fileKinds.ts";

export function KindIcon({ kind }: { readonly kind: FileKind }) {
  return <ChatIcon name={kind === "other" ? "file" : kind} />;
}
