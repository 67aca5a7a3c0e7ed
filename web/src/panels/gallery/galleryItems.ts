/** What the gallery shows of the results that the server lists: pure. */

import type { ResultRead } from "../../generated/api";
import { OUTPUT_HANDLE } from "../../graph/document";
import { type ItemValue, itemsOf } from "../results/resultList";

export interface GalleryItem {
  key: string;
  result: ResultRead;
  handle: string;
  value: ItemValue;
}

/** Every value of the results, each item of a list by itself. */
export function galleryItems(results: readonly ResultRead[]): GalleryItem[] {
  return results.flatMap((result) => {
    const { output, outputs } = result;
    const named = Object.entries(outputs);
    const values = named.length || !output ? named : [[OUTPUT_HANDLE, output] as const];
    return values.flatMap(([handle, value]) =>
      itemsOf(value).map((item, index) => ({
        ...{ key: `${result.id} ${handle} ${index}`, result, handle, value: item },
      })),
    );
  });
}
