// What the shell loads of rooms; one part, since whoever is in a room is told of it wherever they are on the page.

import "./askingTold.ts";

export { InRooms } from "./InRooms.tsx";
export { LobbyView } from "./LobbyView.tsx";
export { NewRoomView } from "./NewRoomView.tsx";
export { RoomPlace } from "./RoomPlace.tsx";
