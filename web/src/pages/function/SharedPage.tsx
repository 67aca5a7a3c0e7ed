/** A function as a form for whoever has a share link: what follows `#` in its address is the token. */

import { useMemo } from "react";
import FormPage from "./FormPage";
import { sharedFunction } from "./source";

export default function SharedPage({ linkId }: { linkId: string }) {
  const source = useMemo(() => sharedFunction(linkId, location.hash.slice(1)), [linkId]);
  return <FormPage source={source} />;
}
