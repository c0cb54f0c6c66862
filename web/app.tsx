// The shell: landmarks, navigation, banners, and the view that the route names. Before the account
// is open there is the welcome alone, whatever the address says.

import { useEffect } from "preact/hooks";
import { loadCodes } from "../shared/client/index.ts";
import { Announcer } from "./components/Announcer.tsx";
import { ConnectionBanner } from "./components/ConnectionBanner.tsx";
import { Heading } from "./components/Heading.tsx";
import { Later } from "./components/Later.tsx";
import { MeetingMark } from "./components/MeetingMark.tsx";
import { Navigation } from "./components/Navigation.tsx";
import { RequestBanners } from "./components/RequestBanners.tsx";
import { loadRequest, RequestSheet } from "./components/RequestSheet.tsx";
import { problemText } from "./problems.ts";
import { isJoining } from "./preferences.ts";
import { goInstead, paths, type Route, useRoute } from "./router.ts";
import { session, useSession } from "./session.ts";
import { useStore } from "./store.ts";
import { setTitle } from "./title.ts";
import { OutdatedView } from "./views/OutdatedView.tsx";
import { WelcomeView } from "./views/WelcomeView.tsx";

const loadMeetingBanner = async () =>
  (await import("./components/MeetingBanner.tsx")).MeetingBanner;
const loadMeet = async () => (await import("./views/MeetView.tsx")).MeetView;
const tapping = () => import("./tap/views.ts");
const loadTap = async () => (await tapping()).TapView;
const loadBadge = async () => (await tapping()).BadgeView;
const loadOwnBadge = async () => (await tapping()).OwnBadgeView;
const loadGroup = async () => (await tapping()).GroupView;
const loadTouches = async () => (await tapping()).Touches;
const rooming = () => import("./rooms/views.ts");
const loadLobby = async () => (await rooming()).LobbyView;
const loadNewRoom = async () => (await rooming()).NewRoomView;
const loadRoom = async () => (await rooming()).RoomPlace;
const loadInRooms = async () => (await rooming()).InRooms;
const loadPhrase = async () => (await import("./views/PhraseView.tsx")).PhraseView;
const loadShowKey = async () => (await import("./views/ShowKeyView.tsx")).ShowKeyView;
const loadEnterKey = async () => (await import("./views/EnterKeyView.tsx")).EnterKeyView;
const loadAsk = async () => (await import("./views/AskView.tsx")).AskView;
const loadEnterPassphrase = async () =>
  (await import("./views/EnterPassphraseView.tsx")).EnterPassphraseView;
const loadContacts = async () => (await import("./views/ContactsView.tsx")).ContactsView;
const loadChats = async () => (await import("./chat/ChatsView.tsx")).ChatsView;
const loadCards = async () => (await import("./views/CardsView.tsx")).CardsView;
const loadCard = async () => (await import("./views/CardView.tsx")).CardView;
const loadLinkDevice = async () => (await import("./devices/LinkDeviceView.tsx")).LinkDeviceView;
const loadJoin = async () => (await import("./joining/JoinView.tsx")).JoinView;
const loadOwnDevices = async () => (await import("./devices/OwnDevices.tsx")).OwnDevices;
const loadYou = async () => (await import("./views/YouView.tsx")).YouView;

const loadErased = async () => (await import("./views/ErasedView.tsx")).ErasedView;
const loadRemoved = async () => (await import("./devices/RemovedView.tsx")).RemovedView;

const TITLES: Readonly<Record<Route["view"], string>> = {
  meet: "Meet",
  tap: "Tap",
  badge: "Badge",
  showKey: "Your key",
  enterKey: "Enter a key",
  ask: "Say a passphrase",
  enterPassphrase: "Enter a number",
  contacts: "Contacts",
  chats: "Chats",
  cards: "Your cards",
  card: "Card",
  group: "Group",
  rooms: "Rooms",
  newRoom: "Open a room",
  room: "Room",
  you: "You",
  ownBadge: "Your badge",
  phrase: "Recovery phrase",
  linkDevice: "Link a device",
  join: "Your account",
  unknown: "Not found",
};

const BY_LINK: readonly Route["view"][] = ["enterKey", "tap", "badge", "room"];

export function App() {
  const phase = useSession((state) => state.phase);
  const ending = useSession((state) => state.ending);
  return (
    <>
      {phase === "welcome" && <Welcome />}
      {phase === "opening" && <Opening />}
      {phase === "failed" && <NotOpened />}
      {phase === "open" && <Opened />}
      {phase === "outdated" && <OutdatedView />}
      {phase === "erased" && (
        <main class="welcome">
          <Later load={ending === "removed" ? loadRemoved : loadErased} props={{}} />
        </main>
      )}
      {phase !== "erased" && <Announcer />}
      {phase === "open" && <RequestSheet />}
    </>
  );
}

function Welcome() {
  const isAtJoining = useRoute().view === "join";
  useEffect(() => {
    if (isJoining()) goInstead(paths.join);
  }, []);
  return (
    <main class="welcome">
      {isAtJoining ? <Later load={loadJoin} props={{ isNew: true }} /> : <WelcomeView />}
    </main>
  );
}

function Opened() {
  const route = useRoute();
  const isPhraseDue = useSession((state) => state.isPhraseDue);
  const isMeeting = useStore(session.meetings.store, (state) => state.progress !== null);
  // Who comes by a link has a minute or two: the phrase waits until they have met.
  const isWelcomed = isPhraseDue && !BY_LINK.includes(route.view);
  // What is fetched now is there when the connection is not.
  useEffect(() => {
    const ways = [loadTap, loadShowKey, loadEnterKey, loadAsk, loadEnterPassphrase, loadCodes];
    const rest = [loadChats, loadContacts, loadYou, loadCard, loadCards, loadPhrase];
    const parts = [loadMeetingBanner, loadRequest, loadLinkDevice, loadErased, loadRemoved];
    for (const load of [...ways, ...parts, ...rest]) load().catch(() => {});
  }, []);
  useEffect(() => {
    const isChat = route.view === "chats" && route.userId !== null;
    setTitle(isChat ? session.nameOf(route.userId) : TITLES[route.view]);
  }, [route]);
  if (isWelcomed) {
    return (
      <main class="welcome">
        <Later load={loadPhrase} props={{ isFirst: true }} />
      </main>
    );
  }
  return (
    <div class="shell">
      <a
        class="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          document.getElementById("content")?.focus();
        }}
      >
        Skip to the content
      </a>
      <header class="shell-head">
        <a class="brand" href={paths.meet}>
          <MeetingMark closeness="joined" /> Acquaint
        </a>
        <Navigation view={route.view} />
      </header>
      <main id="content" class="content" tabIndex={-1}>
        <ConnectionBanner view={route.view} />
        {isMeeting && <Later load={loadMeetingBanner} props={{ view: route.view }} />}
        <RequestBanners />
        <Later load={loadOwnDevices} props={{}} isQuiet />
        {/* What has half a minute to be answered, above what has days. */}
        <Later
          load={loadInRooms}
          props={{ roomId: route.view === "room" ? route.roomId : null }}
          isQuiet
        />
        <Later load={loadTouches} props={{}} isQuiet />
        <View route={route} />
      </main>
    </div>
  );
}

function View({ route }: { readonly route: Route }) {
  switch (route.view) {
    case "meet":
      return <Later key="meet" load={loadMeet} props={{}} />;
    case "tap":
      return <Later key="tap" load={loadTap} props={{}} />;
    case "badge":
      return <Later key={`badge ${route.token}`} load={loadBadge} props={{ token: route.token }} />;
    case "ownBadge":
      return <Later key="ownBadge" load={loadOwnBadge} props={{}} />;
    case "group":
      return (
        <Later key={`group ${route.groupId}`} load={loadGroup} props={{ groupId: route.groupId }} />
      );
    case "rooms":
      return <Later key="rooms" load={loadLobby} props={{}} />;
    case "newRoom":
      return <Later key="newRoom" load={loadNewRoom} props={{}} />;
    case "room":
      return (
        <Later key={`room ${route.roomId}`} load={loadRoom} props={{ roomId: route.roomId }} />
      );
    case "showKey":
      return <Later key="showKey" load={loadShowKey} props={{}} />;
    case "enterKey":
      return <Later key="enterKey" load={loadEnterKey} props={{}} />;
    case "ask":
      return <Later key={`ask ${route.userId}`} load={loadAsk} props={{ userId: route.userId }} />;
    case "enterPassphrase":
      return <Later key="enterPassphrase" load={loadEnterPassphrase} props={{}} />;
    case "contacts":
      return <Later key="contacts" load={loadContacts} props={{ userId: route.userId }} />;
    case "chats":
      return (
        <Later
          key="chats"
          load={loadChats}
          props={{ userId: route.userId, message: route.message }}
        />
      );
    case "cards":
      return <Later key="cards" load={loadCards} props={{}} />;
    case "card":
      return <Later key={`card ${route.uid}`} load={loadCard} props={{ uid: route.uid }} />;
    case "you":
      return <Later key="you" load={loadYou} props={{}} />;
    case "phrase":
      return <Later key="phrase" load={loadPhrase} props={{ isFirst: false }} />;
    case "linkDevice":
      return <Later key="linkDevice" load={loadLinkDevice} props={{}} />;
    case "join":
      return <Later key="join" load={loadJoin} props={{ isNew: false }} />;
    case "unknown":
      return (
        <div class="page">
          <Heading>There is nothing here</Heading>
          <a class="button primary" href={paths.meet}>
            Meet someone
          </a>
        </div>
      );
  }
}

function Opening() {
  // While the account is opened, what is most likely shown next comes along.
  useEffect(() => {
    loadMeet().catch(() => {});
  }, []);
  return (
    <main class="welcome" aria-busy="true">
      <MeetingMark closeness="near" />
      <p class="lead" role="status">
        Opening…
      </p>
    </main>
  );
}

function NotOpened() {
  const error = useSession((state) => state.error);
  useEffect(() => {
    const retry = () => void session.open();
    addEventListener("online", retry);
    return () => removeEventListener("online", retry);
  }, []);
  return (
    <main class="welcome">
      <MeetingMark closeness="apart" />
      <Heading>Acquaint cannot open yet</Heading>
      <p class="lead">{problemText(error)}</p>
      <div class="actions">
        <button type="button" class="button primary" onClick={() => void session.open()}>
          Try again
        </button>
      </div>
    </main>
  );
}
