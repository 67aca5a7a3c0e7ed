/** Comes before everything else: the page may not make code out of text, so Zod must not try. */

import { config } from "zod/mini";

config({ jitless: true });
