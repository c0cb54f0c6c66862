// Icons of conversations alone, drawn as those of the other views.

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
  waiting: "M12 20a8 8 0 1 1 0-16 8 8 0 0 1 0 16zM12 7.500V12l3 2",
  sent: "M5 12.500l4.500 4.500L19 7.500",
  delivered: "M1.500 12.500L6 17l9.500-9.500M12 16l1 1 9.500-9.500",
  refused: "M12 20a8 8 0 1 1 0-16 8 8 0 0 1 0 16zM12 8v4.500M12 16v-.1",
} as const;

type ChatIconName = keyof typeof SHAPES;

export function ChatIcon({ name }: { readonly name: ChatIconName }) {
  return (
    <svg class="icon" data-name={name} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={SHAPES[name]} />
    </svg>
  );
}
