// The icons of taps and badges alone, which come with them. They are decoration, like all icons.

import { Shape } from "../components/Icon.tsx";

const SHAPES = {
  tap: "M4.5 4.500h6v15h-6zM7 17h1M14 8.500a5 5 0 0 1 0 7M17 6a8.5 8.5 0 0 1 0 12",
  wave: "M6 9a5 5 0 0 1 0 6M10 6.500a9 9 0 0 1 0 11M14 4a13 13 0 0 1 0 16",
  badge:
    "M5.5 7.500h13v13h-13zM12 3v4.500M9.5 7.500v1.500h5v-1.500M9 17.500c.3-1.5 1.3-2.3 3-2.300s2.7.8 3 2.300M12 13.500a1.5 1.5 0 1 1 0-3 1.5 1.5 0 0 1 0 3z",
  print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
  table:
    "M12 16a4 4 0 1 1 0-8 4 4 0 0 1 0 8zM12 4.200a1 1 0 1 1 0-.01M12 20a1 1 0 1 1 0-.01M4.2 12a1 1 0 1 1 0-.01M20 12a1 1 0 1 1 0-.01",
  undo: "M8.5 5L4.5 9l4 4M4.5 9H14a5.5 5.5 0 0 1 0 11H9",
  leave: "M10 4.500H5v15h5M9.5 12H20M16 8l4 4-4 4",
} as const;

export function TapIcon({ name }: { readonly name: keyof typeof SHAPES }) {
  return <Shape name={name} path={SHAPES[name]} />;
}
