// What the shell loads of taps, badges and groups; one part, since a touch may come wherever one is.

export { BadgeView } from "./BadgeView.tsx";
export { GroupView } from "./GroupView.tsx";
export { OwnBadgeView } from "./OwnBadgeView.tsx";
export { TapView } from "./TapView.tsx";
export { Touches } from "./Touches.tsx";
