// Chooses files to send, by the browser's own means.

import { useRef } from "preact/hooks";
import { ChatIcon } from "../ChatIcon.tsx";

export function AttachButton({ onFiles }: { readonly onFiles: (files: readonly File[]) => void }) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button
        type="button"
        class="round"
        aria-label="Attach files"
        onClick={() => input.current?.click()}
      >
        <ChatIcon name="attach" />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label="Files to send"
        onChange={(event) => {
          const { currentTarget } = event;
          onFiles([...(currentTarget.files ?? [])]);
          // The same file can be chosen again.
          currentTarget.value = "";
        }}
      />
    </>
  );
}
