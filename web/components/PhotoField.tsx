// The photo of a card: chosen from a file and made small on this device.

import { useRef, useState } from "preact/hooks";
import { photoUriOf } from "../photo.ts";
import { problemText } from "../problems.ts";
import { Avatar } from "./Avatar.tsx";
import { Icon } from "./Icon.tsx";

interface PhotoFieldProps {
  readonly name: string;
  /** A data: URI, or empty. */
  readonly photo: string;
  readonly maxBytes: number;
  readonly onChange: (photo: string) => void;
}

export function PhotoField({ name, photo, maxBytes, onChange }: PhotoFieldProps) {
  const file = useRef<HTMLInputElement>(null);
  const [error, setError] = useState<string | null>(null);
  const take = async (picked: File) => {
    setError(null);
    try {
      onChange(await photoUriOf(picked, maxBytes));
    } catch (refusal) {
      setError(problemText(refusal));
    }
  };
  return (
    <div class="photo-field">
      <Avatar name={name} photo={photo === "" ? null : photo} size="large" />
      <div class="photo-tools">
        <button type="button" class="tool" onClick={() => file.current?.click()}>
          <Icon name="camera" /> {photo === "" ? "Add a photo" : "Change the photo"}
        </button>
        {photo !== "" && (
          <button type="button" class="tool" onClick={() => onChange("")}>
            <Icon name="close" /> Remove the photo
          </button>
        )}
      </div>
      <input
        ref={file}
        type="file"
        hidden
        accept="image/*"
        aria-label="Photo"
        onChange={(event) => {
          const picked = event.currentTarget.files?.[0];
          event.currentTarget.value = "";
          if (picked) void take(picked);
        }}
      />
      {error !== null && (
        <p class="field-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}
