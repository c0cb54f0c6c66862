// The place of a picture or a film in a conversation: of its final size from the start, with the small picture
// that came along until there is more.

import type { ComponentChildren } from "preact";
import { useFocusAlong } from "./focusAlong.ts";
import { fitted, type FileRecord, thumbnailUri } from "./fileKinds.ts";

const MOST_PX = 340;
const LEAST_PX = 96;
const UNKNOWN_SIDES = { width: 320, height: 200 };

interface SceneProps {
  readonly record: FileRecord;
  /** What can be pressed in it: it changes with that. */
  readonly stage: string;
  readonly children: ComponentChildren;
}

export function Scene({ record, stage, children }: SceneProps) {
  const element = useFocusAlong<HTMLDivElement>(stage);
  const { width, height } = record.file;
  const isKnown = width !== undefined && height !== undefined;
  const sides = isKnown ? fitted({ width, height }, MOST_PX, LEAST_PX) : UNKNOWN_SIDES;
  const size = { width: `${sides.width}px`, aspectRatio: `${sides.width} / ${sides.height}` };
  return (
    <div class="scene" style={size} ref={element}>
      {children}
    </div>
  );
}

/** Of the sender's choice, so it stands for no more than itself. */
export function SmallPicture({ record }: { readonly record: FileRecord }) {
  const uri = thumbnailUri(record.file);
  return uri === null ? null : <img class="scene-small" src={uri} alt="" draggable={false} />;
}
