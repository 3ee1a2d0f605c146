import { BookOpen, CircleHelp, GitBranch, Headset, ListChecks, MessageSquareText, PenLine, Search, Sparkles, Split, Webhook, type LucideIcon } from "lucide-react";
import type { Tone } from "../../shared/page/Chip";

export interface KindLook {
  glyph: LucideIcon;
  tone: Tone;
}

/** kinds are the kinds of nodes in the order in which they are offered. */
export const kinds: Record<string, KindLook> = {
  say: { glyph: MessageSquareText, tone: "jade" },
  ask: { glyph: CircleHelp, tone: "azurite" },
  branch: { glyph: GitBranch, tone: "gamboge" },
  lookup: { glyph: Search, tone: "plum" },
  pick: { glyph: Sparkles, tone: "plum" },
  call: { glyph: Webhook, tone: "plum" },
  knowledge: { glyph: BookOpen, tone: "jade" },
  clarify: { glyph: ListChecks, tone: "azurite" },
  handover: { glyph: Headset, tone: "cinnabar" },
  set: { glyph: PenLine, tone: "gamboge" },
  run: { glyph: Split, tone: "plum" },
};
