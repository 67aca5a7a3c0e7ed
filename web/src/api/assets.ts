/** Pictures and videos on the server. */

import type { AssetRecord } from "../generated/api";
import { zAssetRecord } from "../generated/api/zod.gen";
import { call } from "./client";

export type { AssetRecord };

export function uploadAsset(file: File): Promise<AssetRecord> {
  const body = new FormData();
  body.set("file", file);
  return call(zAssetRecord, "/api/assets", { method: "POST", body });
}

export function assetUrl(id: string): string {
  return `/api/assets/${id}`;
}

/** Widths that are asked for, so that few different thumbnails are made; in pixels. */
const WIDTHS = [160, 320, 640, 1280];

/** The address of a small picture, sharp on a screen of this density. */
export function thumbnailUrl(url: string, cssWidth: number): string {
  const wanted = cssWidth * Math.min(devicePixelRatio, 2);
  const width = WIDTHS.find((each) => each >= wanted) ?? WIDTHS[WIDTHS.length - 1];
  return `${url}?width=${width}`;
}
