/** snippet is what a site puts into its page to have the chat: one script, one element. */
export function snippet(origin: string, product: string): string {
  return `<script type="module" src="${origin}/assets/chat.js"></script>
<zhuomo-chat product="${product}" base="${origin}" lang="zh"
  style="position:fixed;right:24px;bottom:24px;width:360px;height:600px"></zhuomo-chat>`;
}
