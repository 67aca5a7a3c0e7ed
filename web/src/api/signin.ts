/** How people sign in here. */

import { zSignInRead } from "../generated/api/zod.gen";
import { call } from "./client";

export type { SignInRead } from "../generated/api";

export function readSignIn() {
  return call(zSignInRead, "/api/sign-in");
}
