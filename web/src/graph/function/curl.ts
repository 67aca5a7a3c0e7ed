/** A call of a function as a command line. Pure. */

/** A call by curl, for a shell; where people sign in, with their key. `url` is a path of `origin`. */
export function curlCall(
  url: string,
  inputs: Readonly<Record<string, unknown>>,
  origin: string,
  signedIn: boolean,
): string {
  const headers = [
    ...(signedIn ? ['"Authorization: Bearer $NODELOOM_API_KEY"'] : []),
    "'content-type: application/json'",
    "'prefer: wait=60'",
  ];
  const body = JSON.stringify(inputs).replaceAll("'", String.raw`'\''`);
  const parts = [`curl -s ${origin}${url}`, ...headers.map((each) => `-H ${each}`), `-d '${body}'`];
  return parts.join(" \\\n  ");
}
