/** The values to choose from at an address, asked for once. */

import { useEffect, useState } from "react";
import { type Choice, readChoices } from "../../../api/choices";

const cache = new Map<string, Promise<Choice[]>>();

export function useChoices(address: string): readonly Choice[] {
  const [choices, setChoices] = useState<readonly Choice[]>([]);
  useEffect(() => {
    let wanted = true;
    const asked = cache.get(address) ?? readChoices(address);
    cache.set(address, asked);
    asked.then(
      (found) => wanted && setChoices(found),
      () => cache.delete(address),
    );
    return () => {
      wanted = false;
    };
  }, [address]);
  return choices;
}
