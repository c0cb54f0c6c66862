// The icons of rooms alone, which come with them. They are decoration, like all icons.

import { Shape } from "../components/Icon.tsx";

const SHAPES = {
  aside:
    "M8 12.500a3 3 0 1 1 0-6 3 3 0 0 1 0 6zM16 12.500a3 3 0 1 1 0-6 3 3 0 0 1 0 6zM2.500 18.500c.5-2.600 2.500-4 5.500-4 1.600 0 3 .4 4 1.300 1-.9 2.400-1.300 4-1.300 3 0 5 1.400 5.500 4",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3M12 14.500v2",
  unlock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 6.700-1.400M12 14.500v2",
  block: "M12 20a8 8 0 1 1 0-16 8 8 0 0 1 0 16zM6.5 6.500l11 11",
  leave: "M10 4.500H5v15h5M9.5 12H20M16 8l4 4-4 4",
  report: "M6 20.500v-16h11l-2 4 2 4H6",
  remove:
    "M10 11.500a3.500 3.500 0 1 1 0-7 3.500 3.500 0 0 1 0 7zM4 19.500c.6-3.200 2.900-5 6-5 1 0 1.900.2 2.700.5M15 18h6",
  ban: "M9 11a3.500 3.500 0 1 1 0-7 3.500 3.500 0 0 1 0 7zM3 19c.6-3.200 2.900-5 6-5 .7 0 1.300.1 1.900.2M17.500 21a4 4 0 1 1 0-8 4 4 0 0 1 0 8zM14.800 14.200l5.400 5.600",
  steward:
    "M5 7.500h8M17 7.500h2M15 9.500a2 2 0 1 1 0-4 2 2 0 0 1 0 4zM5 16.500h2M11 16.500h8M9 18.500a2 2 0 1 1 0-4 2 2 0 0 1 0 4z",
  star: "M12 4.500l2.300 4.800 5.200.7-3.800 3.600.9 5.200-4.600-2.500-4.600 2.500.9-5.200-3.800-3.600 5.200-.7z",
  again: "M19 12a7 7 0 1 1-2.200-5.100L19 9M19 4v5h-5",
  send: "M12 19.500v-15M5.500 11L12 4.500l6.500 6.500",
  down: "M12 4.500v15M5.500 13l6.500 6.500 6.500-6.500",
} as const;

export type RoomIconName = keyof typeof SHAPES;

export function RoomIcon({ name }: { readonly name: RoomIconName }) {
  return <Shape name={name} path={SHAPES[name]} />;
}
