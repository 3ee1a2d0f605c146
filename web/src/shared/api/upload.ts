import { lang } from "../words/i18n";
import { faultOf, unreachable } from "./fault";
import { href } from "./href";
import type { paths } from "./schema";

interface Upload {
  path: keyof paths;
  values: Record<string, string>;
  query?: Record<string, string | number | boolean | undefined>;
  file: File;
  /** onProgress hears how many bytes have left, and of how many. */
  onProgress?: (sent: number, total: number) => void;
  signal?: AbortSignal;
}

/** upload sends a file as the request body, tells true progress, and gives the JSON answer. Throws a Fault. */
export function upload<T>({ path, values, query = {}, file, onProgress, signal }: Upload): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch cannot tell how far an upload is
    request.open("POST", href(path, values, { filename: file.name, ...query }));
    request.setRequestHeader("Accept-Language", lang() === "zh" ? "zh" : "en");
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (e) => onProgress?.(e.loaded, e.total || file.size);
    request.onload = () => {
      let body: unknown;
      try {
        body = JSON.parse(request.responseText);
      } catch {
        body = undefined;
      }
      if (request.status >= 200 && request.status < 300) resolve(body as T);
      else reject(faultOf(new Response(null, { status: request.status, headers: { "X-Request-Id": request.getResponseHeader("X-Request-Id") ?? "" } }), body));
    };
    request.onerror = () => reject(unreachable(request.statusText));
    request.onabort = () => reject(new DOMException("aborted", "AbortError"));
    signal?.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
