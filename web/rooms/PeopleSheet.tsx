// The people of the room where there is no room for them beside the talk.

import { Sheet } from "../components/Sheet.tsx";
import { People } from "./People.tsx";
import type { Stay } from "./stay.ts";

interface PeopleSheetProps {
  readonly stay: Stay;
  readonly onPerson: (userId: string) => void;
  readonly onClose: () => void;
}

export function PeopleSheet({ stay, onPerson, onClose }: PeopleSheetProps) {
  return (
    <Sheet label="People in the room" onEscape={onClose}>
      <People stay={stay} onPerson={onPerson} />
      <div class="actions sheet-foot">
        <button type="button" class="button quiet" onClick={onClose}>
          Close
        </button>
      </div>
    </Sheet>
  );
}
