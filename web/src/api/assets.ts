/** Where images and videos are on the server. */

export function assetUrl(id: string): string {
  return `/api/assets/${id}`;
}

/** Widths that are asked for, so that few different thumbnails are made; in pixels. */
const THUMBNAIL_WIDTHS = [160, 320, 640, 1280];

/** The address of an image as large as it is, or, where most browsers cannot draw it, as large as
 * thumbnails get. */
export function largeUrl(url: string, mediaType: string): string {
  return mediaType === "image/heic" ? thumbnailUrl(url, 1280) : url;
}

/** The address of a small image, sharp on a screen of this density. */
export function thumbnailUrl(url: string, cssWidth: number): string {
  const wanted = cssWidth * Math.min(devicePixelRatio, 2);
  const width =
    THUMBNAIL_WIDTHS.find((each) => each >= wanted) ??
    THUMBNAIL_WIDTHS[THUMBNAIL_WIDTHS.length - 1];
  return `${url}?width=${width}`;
}
