// Sound in a conversation: a card, and once it is loaded the browser's own player.

import { useState } from "preact/hooks";
import { ChatIcon } from "../ChatIcon.tsx";
import { FileCard } from "./FileCard.tsx";
import type { FileViewProps } from "./FileMessage.tsx";
import { shownName } from "./fileKinds.ts";
import { useFocusAlong } from "./focusAlong.ts";
import { useOpening } from "./opening.ts";

export function Sound(view: FileViewProps) {
  const { record, tabIndex } = view;
  const opening = useOpening(record, "none");
  const [isUnplayable, setUnplayable] = useState(false);
  const name = shownName(record.file);
  const isPlayer = opening.url !== null && !isUnplayable;
  const canPlay = !isPlayer && !isUnplayable && record.state !== "uploading";
  const stage = isPlayer ? "player" : opening.isOpening ? "transfer" : "offer";
  const element = useFocusAlong<HTMLDivElement>(stage);
  return (
    <div ref={element}>
      <FileCard
        {...view}
        opening={opening}
        lead={
          canPlay ? (
            <button
              type="button"
              class="file-play"
              tabIndex={tabIndex}
              aria-label={`Play ${name}`}
              onClick={opening.open}
            >
              <ChatIcon name="play" />
            </button>
          ) : null
        }
      />
      {isUnplayable && (
        <p class="file-fault" role="alert">
          <UnplayableText />
        </p>
      )}
      {isPlayer && (
        // What is said in it only its author could write down.
        // oxlint-disable-next-line jsx-a11y/media-has-caption
        <audio
          class="file-player"
          src={opening.url ?? ""}
          controls
          autoPlay
          tabIndex={tabIndex}
          aria-label={name}
          onError={() => setUnplayable(true)}
        />
      )}
    </div>
  );
}

export function UnplayableText() {
  return <>This browser cannot play it. Save it to play it elsewhere.</>;
}
