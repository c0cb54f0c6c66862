// Two circles, one for each person: apart, near, or overlapping. The sign of the page and of how
// far a meeting has come. Decoration; the text beside it says the same.

export type Closeness = "alone" | "apart" | "near" | "joined";

export function MeetingMark({ closeness }: { readonly closeness: Closeness }) {
  return (
    <svg class="mark" data-closeness={closeness} viewBox="0 0 120 64" aria-hidden="true">
      <path class="mark-lens" d="M60 13.600a24 24 0 0 1 0 36.800 24 24 0 0 1 0-36.800z" />
      <circle class="mark-mine" cx="44.600" cy="32" r="24" />
      <circle class="mark-theirs" cx="75.400" cy="32" r="24" />
    </svg>
  );
}
