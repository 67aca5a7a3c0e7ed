/** How people sign in here. */

import { zSignInRead } from "../generated/api/zod.gen";
import { requestJson } from "./client";

export type { SignInRead } from "../generated/api";

export function readSignIn() {
  return requestJson(zSignInRead, "/api/sign-in");
}
