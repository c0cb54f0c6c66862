// Line icons on a grid of 24. They are decoration: the text beside them, or the control's label, says it.

const SHAPES = {
  meet: "M9 17a5 5 0 1 1 0-10 5 5 0 0 1 0 10zM15 17a5 5 0 1 1 0-10 5 5 0 0 1 0 10z",
  contacts:
    "M5 19.5c.6-3.2 2.7-5 5.5-5s4.9 1.8 5.5 5M10.5 11.5a3.5 3.5 0 1 1 0-7 3.5 3.5 0 0 1 0 7zM15.5 4.8a3.5 3.5 0 0 1 0 6.4M17 14.9c1.3.8 2.2 2.3 2.5 4.6",
  chats: "M4.5 5h15v11H12l-4.5 3.5V16h-3zM8.5 9h7M8.5 12h4.5",
  rooms:
    "M12 20.500a8.500 8.500 0 1 1 0-17 8.500 8.500 0 0 1 0 17zM12 10a1 1 0 1 1 0-.1M8.700 15a1 1 0 1 1 0-.1M15.300 15a1 1 0 1 1 0-.1",
  you: "M4.5 20c.8-3.8 3.7-6 7.5-6s6.7 2.2 7.5 6M12 11.5a4 4 0 1 1 0-8 4 4 0 0 1 0 8z",
  card: "M3.5 6.5h17v11h-17zM7 15c.3-1.4 1-2 2.2-2s1.9.6 2.2 2M9.2 11.2a1.4 1.4 0 1 1 0-2.8 1.4 1.4 0 0 1 0 2.8zM14.5 10h3M14.5 13.5h3",
  copy: "M9 9h10.5v10.5H9zM15 9V4.5H4.5V15H9",
  share: "M12 15V4M8 7.5 12 3.5l4 4M5 12.5v7h14v-7",
  check: "M5 12.5l4.5 4.5L19.5 7",
  close: "M6 6l12 12M18 6L6 18",
  back: "M14.5 5.5L8 12l6.5 6.5",
  forward: "M9.5 5.5L16 12l-6.5 6.5",
  plus: "M12 5v14M5 12h14",
  search: "M10.5 17a6.5 6.5 0 1 1 0-13 6.5 6.5 0 0 1 0 13zM15.3 15.3L20 20",
  save: "M12 4v11M8 11.5l4 4 4-4M5 19.5h14",
  open: "M12 15.5V4.5M8 8l4-4 4 4M5 19.5h14",
  phone:
    "M6.5 3.8h3l1.5 4-2 1.6c1 2.3 2.7 4.1 5 5.1l1.7-2 4 1.5v3.1c0 1-.9 1.8-2 1.7C10.5 18.3 5.3 12.9 4.8 5.8c-.1-1.1.7-2 1.7-2z",
  mail: "M3.5 6h17v12h-17zM4 6.5l8 6.5 8-6.5",
  link: "M10 14.5l4-5M8.5 11L6 13.8a3.4 3.4 0 0 0 5 4.6l2.3-2.5M15.5 13l2.5-2.8a3.4 3.4 0 0 0-5-4.6l-2.3 2.5",
  place:
    "M12 20.5c-4-4.3-6-7.3-6-10a6 6 0 0 1 12 0c0 2.7-2 5.7-6 10zM12 12.5a2 2 0 1 1 0-4 2 2 0 0 1 0 4z",
  note: "M5 4.5h14v10l-5 5H5zM14 19.5v-5h5M8.5 9h7M8.5 12.5h4",
  service: "M4.5 5.5h15v10.5h-8L7 19.5V16H4.5z",
  shield: "M12 3.5l7 2.6v5.4c0 4.3-2.8 7.3-7 9-4.2-1.7-7-4.7-7-9V6.1zM8.8 11.8l2.3 2.4 4.2-4.6",
  camera: "M4 8h3.5l1.5-2.5h6L16.5 8H20v11H4zM12 16.5a3.3 3.3 0 1 1 0-6.6 3.3 3.3 0 0 1 0 6.6z",
  scan: "M4.5 9V4.5H9M15 4.5h4.5V9M19.5 15v4.5H15M9 19.5H4.5V15M4.5 12h15",
  trash: "M5 7h14M9.5 7V4.5h5V7M7 7l.8 12.5h8.4L17 7M10.3 10.5v5.5M13.7 10.5v5.5",
  block: "M12 20a8 8 0 1 1 0-16 8 8 0 0 1 0 16zM6.5 6.5l11 11",
  key: "M8 16a4 4 0 1 1 0-8 4 4 0 0 1 0 8zM12 12h8.5v3.5M16.5 12v2.5",
  voice:
    "M12 14.5a3 3 0 0 1-3-3v-5a3 3 0 0 1 6 0v5a3 3 0 0 1-3 3zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v2.5",
  number: "M9.5 4.5L7.5 19.5M16.5 4.5l-2 15M4.5 9.5h15.5M4 14.5h15.5",
  show: "M2.5 12c2.3-4 5.6-6 9.5-6s7.2 2 9.5 6c-2.3 4-5.6 6-9.5 6s-7.2-2-9.5-6zM12 15a3 3 0 1 1 0-6 3 3 0 0 1 0 6z",
  hide: "M4 4l16 16M9.8 6.3A10 10 0 0 1 12 6c3.9 0 7.2 2 9.5 6a15 15 0 0 1-2.6 3.3M6.6 7.7A14 14 0 0 0 2.5 12c2.3 4 5.6 6 9.5 6a10 10 0 0 0 4.7-1.1M10 10a3 3 0 0 0 4.1 4.2",
  suggest:
    "M12 3.5l1.7 5.3 5.3 1.7-5.3 1.7L12 17.5l-1.7-5.3L5 10.5l5.3-1.7zM18.5 16v4.5M16.25 18.25h4.5",
  device: "M4 5h12v9H4zM8 18h4M10 14v4M17.500 9.500h3.500v9h-3.500z",
  keyboard: "M3.5 6.5h17v11h-17zM7 10h.1M10.3 10h.1M13.7 10h.1M17 10h.1M8 14h8",
} as const;

export type IconName = keyof typeof SHAPES;

export function Icon({ name }: { readonly name: IconName }) {
  return <Shape name={name} path={SHAPES[name]} />;
}

interface ShapeProps {
  readonly name: string;
  readonly path: string;
}

/** How an icon is drawn, of these and of those that come with a part of the page. */
export function Shape({ name, path }: ShapeProps) {
  return (
    <svg class="icon" data-name={name} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={path} />
    </svg>
  );
}
