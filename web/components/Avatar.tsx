// A person's picture, or the first letters of the name.

interface AvatarProps {
  readonly name: string;
  readonly photo: string | null;
  readonly size?: "small" | "large";
}

export function Avatar({ name, photo, size = "small" }: AvatarProps) {
  if (photo !== null) return <img class="avatar" data-size={size} src={photo} alt="" />;
  return (
    <span class="avatar" data-size={size} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}

function initialsOf(name: string): string {
  const words = name
    .trim()
    .split(/\s+/)
    .filter((word) => /[\p{L}\p{N}]/u.test(word));
  const ends = words.length > 1 ? [words[0], words.at(-1)] : words.slice(0, 1);
  return ends.map((word) => [...(word ?? "")].find((c) => /[\p{L}\p{N}]/u.test(c)) ?? "").join("");
}
