// Code points ⇄ UTF-16. The server counts Unicode code points; JavaScript strings count UTF-16
// units, so "𠮷" is one there and two here. Convert in this file only.

/** toUnits gives the UTF-16 index of a code point index; indices past the end give the length. */
export function toUnits(text: string, points: number): number {
  let units = 0;
  for (let n = 0; n < points && units < text.length; n++) units += text.codePointAt(units)! > 0xffff ? 2 : 1;
  return units;
}

/** toPoints gives the code point index of a UTF-16 index; an index inside a pair counts as before it. */
export function toPoints(text: string, units: number): number {
  let points = 0;
  for (let at = 0; at < Math.min(units, text.length); points++) {
    const wide = text.codePointAt(at)! > 0xffff ? 2 : 1;
    if (at + wide > units) break;
    at += wide;
  }
  return points;
}

/** countPoints is the length in code points. */
export function countPoints(text: string): number {
  return toPoints(text, text.length);
}

/** cut is text[start,end) in code points. */
export function cut(text: string, start: number, end: number): string {
  return text.slice(toUnits(text, start), toUnits(text, end));
}
