const letters = "áƀçđéƒĝĥíĵķłmñóƥqŕšŧúvŵxýž";

/** pseudo changes every letter outside of {holes}, so that a text that was not translated shows. */
export function pseudo(text: string): string {
  const changed = text.replace(/\{\w+\}|[a-z]/gi, (part) => {
    if (part.startsWith("{")) return part;
    const to = letters[part.toLowerCase().charCodeAt(0) - 97]!;
    return part === part.toLowerCase() ? to : to.toUpperCase();
  });
  return `[${changed}]`;
}
