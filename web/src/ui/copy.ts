/** What goes to the clipboard; whether it did is told. */

import { notify } from "../stores/session";

/** Not there on pages of another machine that were not loaded over TLS. */
const { clipboard } = navigator as Partial<Navigator>;

async function write(copying: Promise<unknown> | undefined, byHand: string): Promise<void> {
  await (copying ?? Promise.reject(new Error())).then(
    () => notify("Copied.", "success"),
    () => notify(`This browser does not let pages copy; ${byHand}.`),
  );
}

export async function copyText(text: string): Promise<void> {
  await write(clipboard?.writeText(text), "select the text and copy it by hand");
}

/** Copies an image, as the PNG that every program takes. */
export async function copyImage(url: string): Promise<void> {
  const item = { "image/png": toPng(url) };
  const copying = typeof ClipboardItem === "undefined" ? [] : [new ClipboardItem(item)];
  await write(copying.length ? clipboard?.write(copying) : undefined, "download it instead");
}

async function toPng(url: string): Promise<Blob> {
  const blob = await (await fetch(url)).blob();
  if (blob.type === "image/png") return blob;
  const bitmap = await createImageBitmap(blob);
  const surface = new OffscreenCanvas(bitmap.width, bitmap.height);
  surface.getContext("2d")?.drawImage(bitmap, 0, 0);
  return surface.convertToBlob({ type: "image/png" });
}
