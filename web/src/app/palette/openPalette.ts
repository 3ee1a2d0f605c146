const opened = new EventTarget();

export function openPalette(): void {
  opened.dispatchEvent(new Event("open"));
}

export function onOpenPalette(listener: () => void): () => void {
  opened.addEventListener("open", listener);
  return () => opened.removeEventListener("open", listener);
}
