/** A function as a form for its owner. */

import { useMemo } from "react";
import FormPage from "./FormPage";
import { ownFunction } from "./source";

export default function FunctionPage({ name }: { name: string }) {
  const source = useMemo(() => ownFunction(name), [name]);
  return <FormPage source={source} />;
}
