/** Every call that the server answers, as generated; failures are `ApiError`. */

import "./client";

export * from "../generated/api/sdk.gen";
