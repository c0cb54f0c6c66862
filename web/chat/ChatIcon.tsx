// Icons of conversations alone, drawn as those of the other views.

import { Shape } from "../components/Icon.tsx";

const SHAPES = {
  more: "M12 6.6v-.1M12 12.05v-.1M12 17.5v-.1",
  send: "M12 19.5v-15M5.5 11L12 4.5l6.5 6.5",
  down: "M12 4.5v15M5.5 13l6.5 6.5 6.5-6.5",
  reply: "M10 5.5L4.5 11l5.5 5.5M4.5 11h9a6 6 0 0 1 6 6v1.5",
  edit: "M5 19l.8-4L15.5 5.3a1.8 1.8 0 0 1 2.6 0l.6.6a1.8 1.8 0 0 1 0 2.6L9 18.2zM13.5 7.3l3.2 3.2",
  info: "M12 20a8 8 0 1 1 0-16 8 8 0 0 1 0 16zM12 11.5v4.5M12 8.1V8",
  timer: "M12 20.500a7 7 0 1 1 0-14 7 7 0 0 1 0 14zM12 10v3.500l2.300 1.700M9.500 3.500h5",
  smile:
    "M12 20a8 8 0 1 1 0-16 8 8 0 0 1 0 16zM8.700 14c.8 1.300 1.900 2 3.300 2s2.500-.7 3.300-2M9.300 9.800v-.1M14.700 9.800v-.1",
  alarm: "M12 4l9 15.500H3zM12 10v4.500M12 17v-.1",
  uploading: "M12 14.500V4.500M8 8l4-4 4 4M5 19.500h14",
  attach:
    "M19 11.500l-7.200 7.200a4.600 4.600 0 0 1-6.500-6.500l7.600-7.600a3 3 0 0 1 4.300 4.300l-7.600 7.500a1.500 1.500 0 0 1-2.100-2.100l6.700-6.700",
  play: "M8.500 5.500l10 6.500-10 6.500z",
  again: "M19 12a7 7 0 1 1-2.200-5.100L19 9M19 4v5h-5",
  file: "M6.500 3.500h7.500l4 4v13h-11.500zM13.500 3.500v4.500h4.500",
  picture:
    "M4 5h16v14H4zM4.500 16.500l4.500-4.500 3.500 3.500 2.500-2.500 4.500 4.500M15.500 9.500a1 1 0 1 1 0-.1",
  film: "M4 5.500h16v13H4zM8 5.500v13M16 5.500v13M4 12h4M16 12h4",
  sound:
    "M9 17.500V5.500l10-2v12M9 17.500a2.500 2.500 0 1 1-5 0 2.500 2.500 0 0 1 5 0zM19 15.500a2.500 2.500 0 1 1-5 0 2.500 2.500 0 0 1 5 0z",
  waiting: "M12 20a8 8 0 1 1 0-16 8 8 0 0 1 0 16zM12 7.500V12l3 2",
  sent: "M5 12.500l4.500 4.500L19 7.500",
  delivered: "M1.500 12.500L6 17l9.500-9.500M12 16l1 1 9.500-9.500",
  refused: "M12 20a8 8 0 1 1 0-16 8 8 0 0 1 0 16zM12 8v4.500M12 16v-.1",
} as const;

export type ChatIconName = keyof typeof SHAPES;

export function ChatIcon({ name }: { readonly name: ChatIconName }) {
  return <Shape name={name} path={SHAPES[name]} />;
}
