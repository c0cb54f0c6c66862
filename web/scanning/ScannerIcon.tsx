// The icons of the scanner alone, which come with it. They are decoration, like all icons.

import { Shape } from "../components/Icon.tsx";

const SHAPES = {
  picture:
    "M4 5h16v14H4zM4.5 16.5l4.5-4.5 4 4 2.5-2.5 4 4M15.5 10.5a1.3 1.3 0 1 1 0-2.6 1.3 1.3 0 0 1 0 2.6z",
  turn: "M4.5 11a7.6 7.6 0 0 1 13.5-3.5l1.5 1.7M19.5 5v4.2h-4.2M19.5 13a7.6 7.6 0 0 1-13.5 3.5l-1.5-1.7M4.5 19v-4.2h4.2",
  light: "M13 3.5L6.5 13.5H11L10.5 20.5 17.5 10H12.5z",
} as const;

export function ScannerIcon({ name }: { readonly name: keyof typeof SHAPES }) {
  return <Shape name={name} path={SHAPES[name]} />;
}
