import type { Word } from "../../shared/words/useWords";

/** noteOf is a note in words: the fix loop notes the turn that it corrected, whose id tells a person nothing. */
export function noteOf(note: string | undefined, w: Word): string {
  return note && /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(note) ? w("note_fix") : (note ?? "");
}
