/** snippet is what a site puts into its page to have the chat: one script, one element. */
export function snippet(origin: string, product: string): string {
  return `<script type="module" src="${origin}/assets/chat.js"></script>
<zhuomo-chat product="${product}" base="${origin}" lang="zh" floating></zhuomo-chat>`;
}
