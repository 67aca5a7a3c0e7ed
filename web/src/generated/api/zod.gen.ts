// @ts-nocheck: its client is not written for exactOptionalPropertyTypes

import * as z from 'zod/mini';

/**
 * An API key to be made.
 */
export const zApiKeyCreate = z.object({
    expiresAt: z.nullish(z.iso.datetime()),
    functions: z.nullish(z.array(z.string().check(z.regex(/^[a-z][a-z0-9_]{0,62}$/))).check(z.minLength(1), z.maxLength(20))),
    name: z.string().check(z.minLength(1), z.maxLength(100), z.regex(/\S/)),
    scopes: z.array(z.enum([
        'read',
        'write',
        'run'
    ])).check(z.minLength(1), z.maxLength(3))
});

/**
 * A new API key, and the only time that its secret is told.
 */
export const zApiKeyMade = z.object({
    createdAt: z.iso.datetime(),
    expiresAt: z.nullable(z.iso.datetime()),
    functions: z.nullable(z.array(z.string())),
    hint: z.string(),
    id: z.uuid(),
    lastUsedAt: z.nullable(z.iso.datetime()),
    name: z.string(),
    scopes: z.array(z.enum([
        'read',
        'write',
        'run'
    ])),
    secret: z.string()
});

/**
 * An API key, without its secret; `hint` is how the secret ends.
 */
export const zApiKeyRead = z.object({
    createdAt: z.iso.datetime(),
    expiresAt: z.nullable(z.iso.datetime()),
    functions: z.nullable(z.array(z.string())),
    hint: z.string(),
    id: z.uuid(),
    lastUsedAt: z.nullable(z.iso.datetime()),
    name: z.string(),
    scopes: z.array(z.enum([
        'read',
        'write',
        'run'
    ]))
});

/**
 * A page of API keys, newest first.
 */
export const zApiKeyPage = z.object({
    items: z.array(zApiKeyRead),
    nextCursor: z.nullable(z.string())
});

/**
 * An uploaded picture or video; sizes in pixels, after EXIF rotation, and bytes.
 */
export const zAssetRecord = z.object({
    bytes: z.int(),
    durationSeconds: z.nullable(z.number()),
    height: z.int(),
    id: z.uuid(),
    mediaType: z.string(),
    url: z.string(),
    width: z.int()
});

/**
 * A file that was uploaded.
 */
export const zAssetSource = z.object({
    assetId: z.string(),
    kind: z.literal('asset')
});

/**
 * A sound in a run's record.
 */
export const zAudioRead = z.object({
    assetId: z.uuid(),
    bytes: z.int(),
    durationSeconds: z.number(),
    kind: z.literal('audio'),
    mediaType: z.string(),
    url: z.string()
});

/**
 * A small picture inside the document; `data` is base64. On save it becomes an asset.
 */
export const zBase64Source = z.object({
    data: z.string(),
    kind: z.literal('base64'),
    mediaType: z.string()
});

/**
 * A column of a table, and the input that its values are for; null: they are left out.
 */
export const zBatchColumn = z.object({
    input: z.nullable(z.string()),
    name: z.string()
});

/**
 * How many rows of a batch are where.
 */
export const zBatchCounts = z.object({
    cancelled: z.int(),
    completed: z.int(),
    failed: z.int(),
    pending: z.int(),
    running: z.int(),
    total: z.int()
});

/**
 * Where a batch is: it has ended when all of its rows have.
 */
export const zBatchStatus = z.enum([
    'RUNNING',
    'COMPLETED',
    'FAILED',
    'CANCELLED'
]);

/**
 * The row that is the best of a batch; null: none is.
 */
export const zBatchWinner = z.object({
    number: z.nullable(z.int().check(z.gte(1), z.lte(10000)))
});

/**
 * True or false.
 */
export const zBooleanValue = z.object({
    boolean: z.boolean(),
    kind: z.literal('boolean')
});

export const zCatchUp = z.enum(['once', 'skip']);

/**
 * What differs from the entry before; where a node stands is no difference.
 *
 * `summary` is a sentence that names some of it.
 */
export const zChanges = z.object({
    edgesAdded: z.int(),
    edgesRemoved: z.int(),
    nodesAdded: z.int(),
    nodesChanged: z.int(),
    nodesRemoved: z.int(),
    summary: z.string()
});

/**
 * At times that a cron expression names, by the clocks of a time zone.
 *
 * Five fields: minute, hour, day of month, month, day of week; each takes `*`, numbers, lists,
 * ranges and steps, months and days of the week also English names; or `@daily` and its like.
 * Where both days are given, one that fits is enough. When clocks go back a time of day that comes
 * twice is due once, and every hour, or every quarter of one, goes on.
 */
export const zCronTiming = z.object({
    cron: z.string().check(z.minLength(1), z.maxLength(200)),
    kind: z.literal('cron'),
    timeZone: z.optional(z.string().check(z.maxLength(64)))
});

/**
 * An output of a node that is a result of the workflow, by name.
 */
export const zDeclaredOutput = z.object({
    description: z.nullish(z.string().check(z.maxLength(2000))),
    handle: z.nullish(z.string().check(z.maxLength(200))),
    name: z.string().check(z.regex(/^[a-z][a-z0-9_]{0,62}$/)),
    nodeId: z.string().check(z.minLength(1), z.maxLength(128)),
    title: z.nullish(z.string().check(z.maxLength(200)))
});

export const zDisabledReason = z.enum([
    'gone',
    'failing',
    'owner'
]);

/**
 * Takes the output of one node to an input of another. Further fields of React Flow are kept as they are.
 */
export const zEdge = z.object({
    data: z.nullish(z.record(z.string(), z.unknown())),
    id: z.string().check(z.minLength(1), z.maxLength(128)),
    source: z.string().check(z.minLength(1), z.maxLength(128)),
    sourceHandle: z.nullish(z.string()),
    target: z.string().check(z.minLength(1), z.maxLength(128)),
    targetHandle: z.nullish(z.string())
});

/**
 * What an edge knows beside its ends; further fields are kept as they are.
 */
export const zEdgeData = z.object({
    order: z.optional(z.number())
});

/**
 * A picture or video inside of a file; its content decides what it is.
 */
export const zEmbeddedFile = z.object({
    data: z.string(),
    mediaType: z.optional(z.string())
});

/**
 * Stable codes; each has a page at `/errors/<code>`.
 *
 * - `asset_bytes_missing` (404): The file's bytes are not in the asset store.
 * - `asset_in_use` (409): Something still needs the file.
 * - `asset_not_found` (404): There is no such file for you.
 * - `asset_too_large` (413): The uploaded picture is larger than pictures may be.
 * - `bad_archive` (422): A .zip of files for a batch cannot be used.
 * - `bad_cron` (422): A cron expression cannot be read, or names times that never come.
 * - `bad_cursor` (422): The cursor of a list cannot be read.
 * - `bad_input` (422): A value cannot be read as what the node takes.
 * - `bad_request` (400): The request cannot be understood, or a model provider refused what it was sent.
 * - `bad_schedule` (422): A schedule does not fit its workflow.
 * - `bad_table` (422): A table of a batch cannot be read, or something in it cannot.
 * - `batch_ended` (409): The batch has ended.
 * - `batch_has_problems` (422): A batch was not started, since something in its table does not fit.
 * - `batch_not_ended` (409): The batch has not ended yet.
 * - `batch_not_found` (404): There is no such batch.
 * - `body_too_large` (413): The body of the request is larger than this address takes.
 * - `child_died` (422): The process that worked on a picture or video died.
 * - `database_busy` (503): The database did not finish in time.
 * - `database_full` (503): PostgreSQL has no disk space left.
 * - `database_login_failed` (503): PostgreSQL refused the user or password.
 * - `database_missing` (503): The database does not exist.
 * - `database_not_configured` (503): No database is configured.
 * - `database_not_migrated` (503): The database has not been prepared for this version.
 * - `database_too_new` (503): The database belongs to a newer Nodeloom.
 * - `database_unavailable` (503): PostgreSQL does not answer.
 * - `delivery_not_found` (404): There is no such delivery of this webhook.
 * - `delivery_pending` (409): A delivery has not ended yet.
 * - `expired_already` (422): The time at which an API key is to end is over already.
 * - `file_too_slow` (422): The file takes too long to read.
 * - `function_breaks_callers` (409): Programs that call a published function would break.
 * - `function_not_found` (404): There is no such function.
 * - `graph_too_large` (422): The graph is larger than a graph may be.
 * - `headers_too_large` (431): The request has too many or too long headers or too long an address.
 * - `host_not_allowed` (403): Nodeloom does not answer under this host name.
 * - `idempotency_key_reused` (422): The `Idempotency-Key` was used before, for something else.
 * - `idempotency_key_unsupported` (422): The address does not take an `Idempotency-Key`.
 * - `if_match_invalid` (422): The header `If-Match` cannot be read.
 * - `if_match_required` (428): A save needs the header `If-Match`.
 * - `inputs_not_an_object` (422): A call of a function does not send its inputs by name.
 * - `internal_error` (500): Something went wrong in Nodeloom itself.
 * - `invalid_graph` (422): The graph cannot be saved, or cannot be run; `problems` says why.
 * - `invalid_json` (400): The body is not JSON that can be stored, or a model gave no JSON where it should have.
 * - `invalid_request` (422): A body or parameter is not valid; `errors` says which field and why.
 * - `invalid_upload` (400): The form of an upload is broken or has no file in its field `file`.
 * - `key_not_allowed` (403): This cannot be done with an API key, or not with this one.
 * - `key_not_found` (404): There is no such API key.
 * - `link_expired` (410): The time of a share link is over.
 * - `link_not_found` (404): There is no such share link.
 * - `link_revoked` (410): A share link was taken back.
 * - `link_too_long` (422): A share link cannot last that long.
 * - `link_uploads_exceeded` (429): Too much was uploaded through a share link in a day.
 * - `link_used_up` (410): A share link has no run left.
 * - `media_busy` (503): A picture or video could not be worked on within the time of a request.
 * - `method_not_allowed` (405): This address does not take this method.
 * - `no_graph` (422): The file holds nothing that could be a graph.
 * - `no_thumbnail` (422): A video has no thumbnail.
 * - `no_video` (422): The file has no pictures to take a frame from.
 * - `node_ended` (409): The node has ended already.
 * - `not_found` (404): There is nothing at this address.
 * - `not_json` (415): This address takes JSON and was sent something else.
 * - `not_multipart` (415): An upload must be a form.
 * - `not_signed_in` (401): Nobody knows who is asking.
 * - `nothing_to_retry` (409): No row of the batch failed or was cancelled.
 * - `origin_not_allowed` (403): A page of another site tried to change something here.
 * - `out_of_memory` (422): The node needs more memory than it may use.
 * - `over_already` (422): A schedule is to begin in the past, or too far in the future.
 * - `picture_too_large` (422): The picture has more pixels than allowed.
 * - `picture_unreadable` (422): The picture cannot be decoded.
 * - `prefer_invalid` (422): The header `Prefer` asks to wait for something that is no number of seconds.
 * - `range_not_satisfiable` (416): The range of bytes lies outside the file.
 * - `result_not_found` (404): The workflow has no such result for you.
 * - `row_not_found` (422): A batch has no row of this number.
 * - `run_deleted` (409): The run of this idempotency key was deleted.
 * - `run_ended` (409): The run has ended already.
 * - `run_node_not_found` (404): There is no such run for you, or no such node in it.
 * - `run_not_ended` (409): The run has not ended yet.
 * - `run_not_found` (404): There is no such run for you.
 * - `run_of_another_workflow` (422): The run in the scope belongs to another workflow.
 * - `schedule_not_found` (404): There is no such schedule.
 * - `scope_missing` (403): The API key is not for this.
 * - `sign_in_unavailable` (503): Nobody can sign in at the moment.
 * - `stale_revision` (409): Somebody has saved the workflow since the revision that you changed.
 * - `storage_failed` (503): The asset store could not write or read a file.
 * - `storage_full` (507): The asset store has no space left.
 * - `table_too_large` (413): A table of a batch has more than 20 MB.
 * - `template_not_found` (404): There is no such template.
 * - `templates_missing` (503): The templates, or the files of one, are not installed.
 * - `text_not_storable` (422): A text holds a character that cannot be stored.
 * - `timed_out` (422): The node did not finish in time.
 * - `too_large_to_embed` (422): The pictures and videos of the workflow are too large to be put into its file.
 * - `too_many_batches` (409): A user may have 20 batches that have not ended.
 * - `too_many_favourites` (409): A workflow may have 1,000 favourite results.
 * - `too_many_functions` (409): A user has as many functions as there may be.
 * - `too_many_kept` (422): Too many versions of the workflow are pinned or named.
 * - `too_many_keys` (409): A user may have 100 API keys.
 * - `too_many_links` (409): A function has as many share links as it may have.
 * - `too_many_positions` (422): More positions were sent than a workflow has nodes.
 * - `too_many_requests` (429): You have sent more requests than you may in so short a time.
 * - `too_many_rows` (422): A batch would have more than 10,000 rows.
 * - `too_many_schedules` (409): A workflow may have 50 schedules, a user 500.
 * - `too_many_webhooks` (409): A user has as many webhooks as there may be.
 * - `unknown_time_zone` (422): There is no such time zone.
 * - `unsupported_media` (422): The file is neither a picture nor a video that Nodeloom reads.
 * - `value_too_large` (422): What enters or leaves a node is too large to be stored.
 * - `version_not_found` (404): There is no such version of the workflow.
 * - `video_too_large` (422): The video is larger than allowed.
 * - `video_unreadable` (422): The video cannot be decoded.
 * - `webhook_disabled` (409): The webhook is disabled: nothing is sent to it.
 * - `webhook_not_found` (404): There is no such webhook.
 * - `webhook_url_not_allowed` (422): Nothing can be sent to this address.
 * - `workflow_not_found` (404): There is no such workflow for you.
 */
export const zErrorCode = z.enum([
    'asset_bytes_missing',
    'asset_in_use',
    'asset_not_found',
    'asset_too_large',
    'bad_archive',
    'bad_cron',
    'bad_cursor',
    'bad_input',
    'bad_request',
    'bad_schedule',
    'bad_table',
    'batch_ended',
    'batch_has_problems',
    'batch_not_ended',
    'batch_not_found',
    'body_too_large',
    'child_died',
    'database_busy',
    'database_full',
    'database_login_failed',
    'database_missing',
    'database_not_configured',
    'database_not_migrated',
    'database_too_new',
    'database_unavailable',
    'delivery_not_found',
    'delivery_pending',
    'expired_already',
    'file_too_slow',
    'function_breaks_callers',
    'function_not_found',
    'graph_too_large',
    'headers_too_large',
    'host_not_allowed',
    'idempotency_key_reused',
    'idempotency_key_unsupported',
    'if_match_invalid',
    'if_match_required',
    'inputs_not_an_object',
    'internal_error',
    'invalid_graph',
    'invalid_json',
    'invalid_request',
    'invalid_upload',
    'key_not_allowed',
    'key_not_found',
    'link_expired',
    'link_not_found',
    'link_revoked',
    'link_too_long',
    'link_uploads_exceeded',
    'link_used_up',
    'media_busy',
    'method_not_allowed',
    'no_graph',
    'no_thumbnail',
    'no_video',
    'node_ended',
    'not_found',
    'not_json',
    'not_multipart',
    'not_signed_in',
    'nothing_to_retry',
    'origin_not_allowed',
    'out_of_memory',
    'over_already',
    'picture_too_large',
    'picture_unreadable',
    'prefer_invalid',
    'range_not_satisfiable',
    'result_not_found',
    'row_not_found',
    'run_deleted',
    'run_ended',
    'run_node_not_found',
    'run_not_ended',
    'run_not_found',
    'run_of_another_workflow',
    'schedule_not_found',
    'scope_missing',
    'sign_in_unavailable',
    'stale_revision',
    'storage_failed',
    'storage_full',
    'table_too_large',
    'template_not_found',
    'templates_missing',
    'text_not_storable',
    'timed_out',
    'too_large_to_embed',
    'too_many_batches',
    'too_many_favourites',
    'too_many_functions',
    'too_many_kept',
    'too_many_keys',
    'too_many_links',
    'too_many_positions',
    'too_many_requests',
    'too_many_rows',
    'too_many_schedules',
    'too_many_webhooks',
    'unknown_time_zone',
    'unsupported_media',
    'value_too_large',
    'version_not_found',
    'video_too_large',
    'video_unreadable',
    'webhook_disabled',
    'webhook_not_found',
    'webhook_url_not_allowed',
    'workflow_not_found'
]);

/**
 * What is wrong with one field of a body or one parameter; `field` is its path, with dots.
 */
export const zFieldError = z.object({
    field: z.string(),
    message: z.string()
});

/**
 * A file on the author's computer; only the command line understands it.
 */
export const zFileSource = z.object({
    kind: z.literal('file'),
    path: z.string()
});

/**
 * A share link to be made.
 */
export const zFunctionLinkCreate = z.object({
    expiresAt: z.nullish(z.iso.datetime()),
    maxRuns: z.optional(z.int().check(z.gte(1), z.lte(10000))),
    title: z.string().check(z.minLength(1), z.maxLength(100), z.regex(/\S/))
});

/**
 * A new share link, and the only time that its address is told.
 */
export const zFunctionLinkMade = z.object({
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    id: z.uuid(),
    lastUsedAt: z.nullable(z.iso.datetime()),
    maxRuns: z.int(),
    revokedAt: z.nullable(z.iso.datetime()),
    runCount: z.int(),
    status: z.enum([
        'active',
        'expired',
        'used_up',
        'revoked'
    ]),
    title: z.string(),
    url: z.string()
});

/**
 * A share link, without its token.
 */
export const zFunctionLinkRead = z.object({
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    id: z.uuid(),
    lastUsedAt: z.nullable(z.iso.datetime()),
    maxRuns: z.int(),
    revokedAt: z.nullable(z.iso.datetime()),
    runCount: z.int(),
    status: z.enum([
        'active',
        'expired',
        'used_up',
        'revoked'
    ]),
    title: z.string()
});

/**
 * The share links of a function, the newest first; one page.
 */
export const zFunctionLinkPage = z.object({
    items: z.array(zFunctionLinkRead),
    nextCursor: z.nullable(z.string())
});

/**
 * What a client sends to publish a workflow as a function.
 */
export const zFunctionPublish = z.object({
    force: z.optional(z.boolean()),
    name: z.string().check(z.regex(/^[a-z][a-z0-9_]{0,62}$/)),
    versionId: z.nullish(z.uuid())
});

/**
 * A function with what it takes and gives.
 */
export const zFunctionRead = z.object({
    createdAt: z.iso.datetime(),
    example: z.record(z.string(), z.unknown()),
    inputs: z.record(z.string(), z.unknown()),
    name: z.string(),
    nodeCount: z.int(),
    outputs: z.record(z.string(), z.unknown()),
    revision: z.int(),
    updatedAt: z.iso.datetime(),
    url: z.string(),
    versionId: z.uuid(),
    workflowId: z.int(),
    workflowName: z.string()
});

/**
 * A function: a version of a workflow that is called by its name.
 */
export const zFunctionSummary = z.object({
    createdAt: z.iso.datetime(),
    name: z.string(),
    revision: z.int(),
    updatedAt: z.iso.datetime(),
    url: z.string(),
    versionId: z.uuid(),
    workflowId: z.int(),
    workflowName: z.string()
});

/**
 * All functions, by name; one page.
 */
export const zFunctionPage = z.object({
    items: z.array(zFunctionSummary),
    nextCursor: z.nullable(z.string())
});

/**
 * A picture in a run's record.
 */
export const zImageRead = z.object({
    assetId: z.uuid(),
    bytes: z.int(),
    height: z.int(),
    kind: z.literal('image'),
    mediaType: z.string(),
    url: z.string(),
    width: z.int()
});

/**
 * Every so many seconds, whatever clocks do; counted from `anchorAt`, or from now.
 */
export const zIntervalTiming = z.object({
    anchorAt: z.nullish(z.iso.datetime()),
    everySeconds: z.int().check(z.gte(60), z.lte(31622400)),
    kind: z.literal('interval')
});

export const zJsonValue = z.unknown();

/**
 * Values that are crossed with every row: of an input by its name, or of a param of a node.
 */
export const zBatchAxis = z.object({
    input: z.nullish(z.string().check(z.regex(/^[a-z][a-z0-9_]{0,62}$/))),
    nodeId: z.nullish(z.string().check(z.minLength(1), z.maxLength(128))),
    param: z.nullish(z.string().check(z.minLength(1), z.maxLength(200))),
    values: z.array(zJsonValue).check(z.minLength(1), z.maxLength(1000))
});

/**
 * Values that were crossed with every row; the place among them of a row follows from its number.
 */
export const zBatchAxisRead = z.object({
    input: z.nullable(z.string()),
    nodeId: z.nullable(z.string()),
    param: z.nullable(z.string()),
    values: z.array(zJsonValue)
});

/**
 * A table for a batch, typed as text or as rows; files are sent as they are instead.
 */
export const zBatchCreate = z.object({
    axes: z.optional(z.array(zBatchAxis).check(z.maxLength(5))),
    mapping: z.nullish(z.record(z.string(), z.nullable(z.string()))),
    name: z.nullish(z.string().check(z.minLength(1), z.maxLength(200))),
    rows: z.nullish(z.array(z.record(z.string(), zJsonValue)).check(z.maxLength(10000))),
    table: z.nullish(z.string())
});

/**
 * A param of a node that callers of the workflow give a value for, by name.
 */
export const zDeclaredInput = z.object({
    default: z.optional(zJsonValue),
    description: z.nullish(z.string().check(z.maxLength(2000))),
    name: z.string().check(z.regex(/^[a-z][a-z0-9_]{0,62}$/)),
    nodeId: z.string().check(z.minLength(1), z.maxLength(128)),
    param: z.string().check(z.minLength(1), z.maxLength(200)),
    required: z.optional(z.boolean()),
    title: z.nullish(z.string().check(z.maxLength(200)))
});

/**
 * Any JSON: an object, a list, or one of what they are made of.
 */
export const zJsonDataValue = z.object({
    json: zJsonValue,
    kind: z.literal('json')
});

export const zKind = z.enum([
    'text',
    'number',
    'boolean',
    'json',
    'image',
    'video',
    'audio'
]);

/**
 * A kind of value. `fits` are the kinds of ports that take it, written as text if need be.
 */
export const zKindSpec = z.object({
    color: z.string(),
    fits: z.array(zKind),
    id: zKind,
    title: z.string()
});

/**
 * A node of a small drawing.
 */
export const zLayoutBox = z.object({
    h: z.number(),
    type: z.string(),
    w: z.number(),
    x: z.number(),
    y: z.number()
});

/**
 * A small drawing of a graph: its longer side is 1, its upper left corner (0, 0).
 *
 * Lines join boxes by their places in the list. A large graph is drawn in part.
 */
export const zLayout = z.object({
    boxes: z.array(zLayoutBox),
    height: z.number(),
    lines: z.array(z.tuple([z.int(), z.int()])),
    width: z.number()
});

/**
 * What this server takes.
 */
export const zLimits = z.object({
    maxEdges: z.int(),
    maxGraphBytes: z.int(),
    maxIdLength: z.int(),
    maxImageBytes: z.int(),
    maxNameLength: z.int(),
    maxNodes: z.int(),
    maxPageSize: z.int(),
    maxVideoBytes: z.int()
});

/**
 * The user and how they signed in, and which limits apply to them.
 */
export const zMe = z.object({
    auth: z.enum(['local', 'clerk']),
    demoModel: z.boolean(),
    email: z.nullable(z.string()),
    functions: z.nullable(z.array(z.string())),
    id: z.string(),
    limits: zLimits,
    name: z.nullable(z.string()),
    prefectUrl: z.nullable(z.string()),
    scopes: z.array(z.enum([
        'read',
        'write',
        'run'
    ])),
    signedInWith: z.enum([
        'machine',
        'session',
        'key'
    ]),
    version: z.string()
});

/**
 * What a provider asks for a million tokens of its standard tier, without discounts and taxes.
 */
export const zModelPrice = z.object({
    asOf: z.iso.date(),
    currency: z.literal('USD'),
    input: z.number(),
    output: z.number(),
    until: z.nullable(z.iso.date())
});

/**
 * A language model that can be chosen; others that the provider has can be used, too.
 */
export const zModelRead = z.object({
    available: z.boolean(),
    contextTokens: z.nullable(z.int()),
    demo: z.boolean(),
    description: z.string(),
    id: z.string(),
    makes: z.array(zKind),
    nextPrice: z.nullable(zModelPrice),
    offered: z.boolean(),
    price: z.nullable(zModelPrice),
    replacement: z.nullable(z.string()),
    retiresAt: z.nullable(z.iso.date()),
    sees: z.array(zKind),
    title: z.string()
});

/**
 * The models that are offered, then the others that are known; one page.
 */
export const zModelPage = z.object({
    items: z.array(zModelRead),
    nextCursor: z.nullable(z.string())
});

/**
 * The next ticks that there would be.
 */
export const zNextTimes = z.object({
    nextTimes: z.array(z.iso.datetime())
});

export const zNodeCategory = z.enum([
    'input',
    'ai',
    'image',
    'video'
]);

/**
 * A shelf of the catalogue.
 */
export const zCategorySpec = z.object({
    id: zNodeCategory,
    title: z.string()
});

/**
 * What applies where a node's own settings are silent.
 */
export const zNodeDefaults = z.object({
    retries: z.int(),
    retryDelaySeconds: z.number(),
    timeoutSeconds: z.number()
});

export const zNodeEffects = z.enum(['none', 'network']);

export const zNodeIcon = z.enum([
    'adjust',
    'background',
    'convert',
    'grid',
    'overlay',
    'rotate'
]);

/**
 * A place on the canvas that is really two numbers.
 */
export const zNodePosition = z.object({
    x: z.number(),
    y: z.number()
});

/**
 * How a node is run; everything absent is the node type's default.
 */
export const zNodeSettings = z.object({
    retries: z.nullish(z.int()),
    retryDelaySeconds: z.nullish(z.number()),
    reuse: z.nullish(z.string()),
    timeoutSeconds: z.nullish(z.number())
});

/**
 * What a node of the type `adjust` is set to.
 */
export const zAdjustData = z.object({
    blur: z.optional(z.number()),
    brightness: z.optional(z.number()),
    contrast: z.optional(z.number()),
    label: z.nullish(z.string()),
    saturation: z.optional(z.number()),
    settings: z.nullish(zNodeSettings),
    sharpen: z.optional(z.number())
});

/**
 * What a node of the type `background` is set to.
 */
export const zBackgroundData = z.object({
    aspect: z.optional(z.string()),
    color: z.optional(z.string()),
    label: z.nullish(z.string()),
    paddingPercent: z.optional(z.number()),
    settings: z.nullish(zNodeSettings)
});

/**
 * What a node of the type `convert` is set to.
 */
export const zConvertData = z.object({
    background: z.optional(z.string()),
    format: z.optional(z.string()),
    label: z.nullish(z.string()),
    quality: z.optional(z.int()),
    settings: z.nullish(zNodeSettings)
});

/**
 * What a node of the type `crop` is set to.
 */
export const zCropData = z.object({
    heightPercent: z.optional(z.number()),
    label: z.nullish(z.string()),
    settings: z.nullish(zNodeSettings),
    widthPercent: z.optional(z.number()),
    xPercent: z.optional(z.number()),
    yPercent: z.optional(z.number())
});

/**
 * What a node of the type `frame` is set to.
 */
export const zFrameData = z.object({
    label: z.nullish(z.string()),
    settings: z.nullish(zNodeSettings),
    timestamp: z.optional(z.union([
        z.number(),
        z.string()
    ]))
});

/**
 * What a node of the type `grid` is set to.
 */
export const zGridData = z.object({
    background: z.optional(z.string()),
    cellHeight: z.optional(z.int()),
    cellWidth: z.optional(z.int()),
    columns: z.optional(z.int()),
    fit: z.optional(z.string()),
    gap: z.optional(z.int()),
    label: z.nullish(z.string()),
    settings: z.nullish(zNodeSettings)
});

/**
 * What a node of the type `llm` is set to.
 */
export const zLlmData = z.object({
    label: z.nullish(z.string()),
    maxOutputTokens: z.nullish(z.int()),
    model: z.optional(z.string()),
    responseSchema: z.nullish(z.record(z.string(), zJsonValue)),
    settings: z.nullish(zNodeSettings),
    systemPrompt: z.optional(z.string()),
    temperature: z.nullish(z.number()),
    truncatedAnswer: z.optional(z.string()),
    userMessage: z.optional(z.string())
});

/**
 * Where a node execution is; `SKIPPED`: something it needs failed, or nothing was sent to it.
 */
export const zNodeStatus = z.enum([
    'PENDING',
    'RUNNING',
    'COMPLETED',
    'FAILED',
    'CANCELLED',
    'SKIPPED'
]);

/**
 * A node's data that works, with a sentence on what it does.
 */
export const zNodeTypeExample = z.object({
    data: z.record(z.string(), zJsonValue),
    title: z.string()
});

/**
 * A number; whole numbers are floats without a fraction.
 */
export const zNumberValue = z.object({
    kind: z.literal('number'),
    number: z.number()
});

/**
 * At one moment.
 */
export const zOnceTiming = z.object({
    at: z.iso.datetime(),
    kind: z.literal('once')
});

/**
 * A result of a run that no longer fits the graph; `reason` is a sentence or two.
 */
export const zOutOfDateResult = z.object({
    executionId: z.uuid(),
    nodeId: z.string(),
    reason: z.string()
});

/**
 * A named output of a node type: a value of a kind, or a list of such, or nothing leaves it.
 */
export const zOutputPort = z.object({
    description: z.string(),
    handle: z.string(),
    isList: z.boolean(),
    kind: zKind,
    title: z.string()
});

export const zOverlap = z.enum([
    'skip',
    'queue',
    'allow'
]);

/**
 * What a node of the type `overlay` is set to.
 */
export const zOverlayData = z.object({
    blend: z.optional(z.string()),
    heightPercent: z.optional(z.number()),
    label: z.nullish(z.string()),
    opacity: z.optional(z.number()),
    settings: z.nullish(zNodeSettings),
    widthPercent: z.optional(z.number()),
    xPercent: z.optional(z.number()),
    yPercent: z.optional(z.number())
});

/**
 * One part that Nodeloom works with.
 */
export const zPartHealth = z.object({
    detail: z.string(),
    name: z.enum([
        'process',
        'database',
        'migrations',
        'worker',
        'assets',
        'compute',
        'prefect'
    ]),
    needed: z.boolean(),
    ok: z.boolean(),
    status: z.enum([
        'ok',
        'degraded',
        'down'
    ])
});

/**
 * `ok`, `degraded` (reading and starting runs work, something else does not) or `unavailable`.
 */
export const zHealth = z.object({
    parts: z.array(zPartHealth),
    status: z.enum([
        'ok',
        'degraded',
        'unavailable'
    ])
});

export const zPlanAction = z.enum([
    'run',
    'reuse',
    'skip'
]);

/**
 * What would happen to one node; `reason` is a sentence.
 *
 * `skip`: the node is outside of the scope.
 */
export const zPlanStepRead = z.object({
    action: zPlanAction,
    nodeId: z.string(),
    reason: z.string()
});

/**
 * What would happen to every node of the workflow.
 *
 * First those in the scope, in an order in which they could run one by one; then the others.
 */
export const zPlanRead = z.object({
    steps: z.array(zPlanStepRead)
});

/**
 * A named input of a node type.
 *
 * `kinds` are the kinds of value it takes; `many` says that several edges may enter;
 * `param` that it is also a field of the form, whose typed value a connected one replaces.
 */
export const zPort = z.object({
    description: z.string(),
    handle: z.string(),
    kinds: z.array(zKind),
    many: z.boolean(),
    param: z.boolean(),
    placeholder: z.boolean(),
    preferred: z.boolean(),
    required: z.boolean(),
    title: z.string()
});

/**
 * One entry of the catalogue.
 */
export const zNodeTypeSpec = z.object({
    category: zNodeCategory,
    defaults: zNodeDefaults,
    description: z.string(),
    effects: zNodeEffects,
    example: zNodeTypeExample,
    icon: z.nullable(zNodeIcon),
    id: z.string(),
    inputs: z.array(zPort),
    output: zKind,
    outputs: z.array(zOutputPort),
    params: z.record(z.string(), zJsonValue),
    title: z.string(),
    version: z.int()
});

/**
 * The whole catalogue, with the shelves and kinds in the order to show them; one page.
 */
export const zNodeTypePage = z.object({
    categories: z.array(zCategorySpec),
    items: z.array(zNodeTypeSpec),
    kinds: z.array(zKindSpec),
    nextCursor: z.nullable(z.string())
});

/**
 * A place on the canvas, in flow units.
 */
export const zPosition = z.object({
    x: z.number(),
    y: z.number()
});

/**
 * Changes brightness, contrast and saturation of a picture, then blurs or sharpens it.
 *
 * Further fields of React Flow are kept as they are.
 */
export const zAdjustNode = z.object({
    data: z.optional(zAdjustData),
    id: z.string().check(z.minLength(1), z.maxLength(128)),
    position: zPosition,
    type: z.literal('adjust')
});

/**
 * Puts a picture on a colour, in the middle, with room around it and up to an aspect ratio.
 *
 * Further fields of React Flow are kept as they are.
 */
export const zBackgroundNode = z.object({
    data: z.optional(zBackgroundData),
    id: z.string().check(z.minLength(1), z.maxLength(128)),
    position: zPosition,
    type: z.literal('background')
});

/**
 * Writes a picture in the format and quality that are wanted.
 *
 * Further fields of React Flow are kept as they are.
 */
export const zConvertNode = z.object({
    data: z.optional(zConvertData),
    id: z.string().check(z.minLength(1), z.maxLength(128)),
    position: zPosition,
    type: z.literal('convert')
});

/**
 * Cuts a rectangle out of a picture, given in percent of it.
 *
 * The edges are rounded to pixels, not the sizes, so neighbouring rectangles neither gap nor
 * overlap. At least one pixel comes out.
 *
 * Further fields of React Flow are kept as they are.
 */
export const zCropNode = z.object({
    data: z.optional(zCropData),
    id: z.string().check(z.minLength(1), z.maxLength(128)),
    position: zPosition,
    type: z.literal('crop')
});

/**
 * Takes the picture that a video shows at one moment.
 *
 * The moment is a number of seconds, a share such as "50%" (100% is the last picture), or a
 * clock time such as "0:01:02.5".
 *
 * Further fields of React Flow are kept as they are.
 */
export const zFrameNode = z.object({
    data: z.optional(zFrameData),
    id: z.string().check(z.minLength(1), z.maxLength(128)),
    position: zPosition,
    type: z.literal('frame')
});

/**
 * Puts all connected pictures into one, side by side in cells of the same size.
 *
 * Further fields of React Flow are kept as they are.
 */
export const zGridNode = z.object({
    data: z.optional(zGridData),
    id: z.string().check(z.minLength(1), z.maxLength(128)),
    position: zPosition,
    type: z.literal('grid')
});

/**
 * Asks a model about texts and pictures; gives its answer as text.
 *
 * Pictures are sent with at most 2048 pixels a side, as JPEG without metadata.
 *
 * Further fields of React Flow are kept as they are.
 */
export const zLlmNode = z.object({
    data: z.optional(zLlmData),
    id: z.string().check(z.minLength(1), z.maxLength(128)),
    position: zPosition,
    type: z.literal('llm')
});

/**
 * A node of a graph; its `type` decides what its `data` is.
 */
export const zNode = z.object({
    id: z.string().check(z.minLength(1)),
    type: z.string().check(z.minLength(1)),
    position: zPosition,
    data: z.record(z.string(), z.unknown())
});

/**
 * Puts a picture on another one: as large as fits into a rectangle, in its middle.
 *
 * Further fields of React Flow are kept as they are.
 */
export const zOverlayNode = z.object({
    data: z.optional(zOverlayData),
    id: z.string().check(z.minLength(1), z.maxLength(128)),
    position: zPosition,
    type: z.literal('overlay')
});

/**
 * Where nodes have been moved to, by node id; unknown nodes, and null, are ignored.
 */
export const zPositionsUpdate = z.object({
    positions: z.record(z.string(), z.nullable(zNodePosition))
});

/**
 * What a list shows of a graph; `thumbnails` are addresses of small pictures.
 */
export const zPreview = z.object({
    layout: zLayout,
    thumbnails: z.array(z.string())
});

/**
 * A row as it would be run.
 */
export const zPreviewRow = z.object({
    inputs: z.record(z.string(), zJsonValue),
    number: z.int()
});

/**
 * Every problem a graph can have.
 */
export const zProblemCode = z.enum([
    'malformed',
    'unknown_node_type',
    'duplicate_node_id',
    'duplicate_edge_id',
    'dangling_edge',
    'malformed_param',
    'unknown_param',
    'too_many_nodes',
    'too_many_edges',
    'graph_too_large',
    'id_too_long',
    'bad_param',
    'unknown_handle',
    'kind_mismatch',
    'too_many_connections',
    'duplicate_connection',
    'cycle',
    'missing_input',
    'missing_source',
    'asset_not_found',
    'file_not_uploaded',
    'nothing_to_say',
    'unknown_provider',
    'text_too_long',
    'bad_declaration',
    'model_retired',
    'model_unknown',
    'param_ignored',
    'unknown_input',
    'input_required',
    'bad_input_value',
    'nothing_to_run',
    'unknown_node',
    'input_not_available',
    'bad_table',
    'breaks_callers'
]);

/**
 * What is wrong with a table, its row or its column.
 */
export const zBatchProblem = z.object({
    code: zProblemCode,
    column: z.nullable(z.string()),
    edgeId: z.nullable(z.string()),
    input: z.nullable(z.string()),
    message: z.string(),
    nodeId: z.nullable(z.string()),
    param: z.nullable(z.string()),
    port: z.nullable(z.string()),
    row: z.nullable(z.int())
});

/**
 * What a table would start, and everything that keeps it from that.
 */
export const zBatchPreview = z.object({
    columns: z.array(zBatchColumn),
    inputs: z.array(z.string()),
    notes: z.array(z.string()),
    problemCount: z.int(),
    problems: z.array(zBatchProblem),
    rowCount: z.int(),
    rows: z.array(zPreviewRow)
});

/**
 * One problem, or one warning: what is wrong, where, and in a sentence that says what to do.
 *
 * `port` is the handle and `param` the field of the node's data that it is about; `input` the name
 * of the declared input whose value it is about.
 */
export const zProblem = z.object({
    code: zProblemCode,
    edgeId: z.nullable(z.string()),
    input: z.nullable(z.string()),
    message: z.string(),
    nodeId: z.nullable(z.string()),
    param: z.nullable(z.string()),
    port: z.nullable(z.string())
});

/**
 * Everything that is wrong with a graph; without problems it can run.
 */
export const zCheckResult = z.object({
    outOfDate: z.array(zOutOfDateResult),
    problems: z.array(zProblem),
    warnings: z.array(zProblem)
});

/**
 * An error as RFC 9457 problem details. Clients decide by `code`; people read `detail`.
 *
 * `type` is the address of the code's page, relative to the API: what a client says its host
 * is called does not end up in it.
 */
export const zErrorDocument = z.object({
    code: zErrorCode,
    detail: z.string(),
    errors: z.nullish(z.array(zFieldError)),
    problems: z.nullish(z.array(zProblem)),
    reference: z.nullish(z.string()),
    revision: z.nullish(z.int()),
    status: z.int(),
    title: z.string(),
    type: z.string()
});

/**
 * What a node of the type `resize` is set to.
 */
export const zResizeData = z.object({
    fit: z.optional(z.string()),
    height: z.optional(z.int()),
    label: z.nullish(z.string()),
    settings: z.nullish(zNodeSettings),
    width: z.optional(z.int())
});

/**
 * Makes a picture smaller or larger, so that it fits a box of width by height pixels.
 *
 * Further fields of React Flow are kept as they are.
 */
export const zResizeNode = z.object({
    data: z.optional(zResizeData),
    id: z.string().check(z.minLength(1), z.maxLength(128)),
    position: zPosition,
    type: z.literal('resize')
});

/**
 * What people say of a result.
 */
export const zResultMark = z.object({
    favourite: z.boolean()
});

export const zReuse = z.enum([
    'auto',
    'always',
    'never'
]);

/**
 * What a node of the type `rotate` is set to.
 */
export const zRotateData = z.object({
    angle: z.optional(z.number()),
    background: z.optional(z.string()),
    flip: z.optional(z.string()),
    label: z.nullish(z.string()),
    settings: z.nullish(zNodeSettings)
});

/**
 * Turns a picture clockwise, after it was mirrored, where that is wanted.
 *
 * Further fields of React Flow are kept as they are.
 */
export const zRotateNode = z.object({
    data: z.optional(zRotateData),
    id: z.string().check(z.minLength(1), z.maxLength(128)),
    position: zPosition,
    type: z.literal('rotate')
});

/**
 * Where a row of a batch is: PENDING until its run is made, then where that is.
 */
export const zRowStatus = z.enum([
    'PENDING',
    'RUNNING',
    'COMPLETED',
    'FAILED',
    'CANCELLED'
]);

/**
 * How many nodes of the run are where.
 */
export const zRunCounts = z.object({
    cancelled: z.int(),
    completed: z.int(),
    failed: z.int(),
    pending: z.int(),
    reused: z.int(),
    running: z.int(),
    skipped: z.int(),
    total: z.int()
});

/**
 * Why a run or a node ended badly; `code` is stable, `message` says what to do.
 */
export const zRunError = z.object({
    code: z.string(),
    message: z.string()
});

/**
 * Where a run is; the last three are terminal and never change.
 *
 * `WAITING`: nobody executes it until a person says so: it is paused.
 */
export const zRunStatus = z.enum([
    'PENDING',
    'RUNNING',
    'WAITING',
    'COMPLETED',
    'FAILED',
    'CANCELLED'
]);

/**
 * The newest run of a workflow, in a list of workflows.
 */
export const zLastRun = z.object({
    createdAt: z.iso.datetime(),
    finishedAt: z.nullable(z.iso.datetime()),
    id: z.uuid(),
    status: zRunStatus
});

/**
 * Data of a `run` event: the run as a whole went to another state, or is to be paused, or not any more.
 */
export const zRunEventRead = z.object({
    at: z.iso.datetime(),
    error: z.nullable(zRunError),
    kind: z.literal('run'),
    pausing: z.boolean(),
    runId: z.uuid(),
    status: zRunStatus
});

/**
 * Tokens that model providers counted for a run; what was reused cost it nothing.
 */
export const zRunUsage = z.object({
    inputTokens: z.int(),
    outputTokens: z.int(),
    totalTokens: z.int()
});

/**
 * Every node of the graph.
 */
export const zScopeAll = z.object({
    kind: z.literal('all')
});

/**
 * What did not complete in an earlier run, and what depends on it.
 */
export const zScopeFailed = z.object({
    kind: z.literal('failed'),
    runId: z.uuid()
});

/**
 * A node and everything that depends on it.
 */
export const zScopeFrom = z.object({
    kind: z.literal('from'),
    nodeId: z.string().check(z.minLength(1), z.maxLength(128))
});

/**
 * These nodes and no others.
 */
export const zScopeNodes = z.object({
    kind: z.literal('nodes'),
    nodeIds: z.array(z.string().check(z.minLength(1), z.maxLength(128))).check(z.minLength(1), z.maxLength(500))
});

/**
 * A node and everything that it needs.
 */
export const zScopeUntil = z.object({
    kind: z.literal('until'),
    nodeId: z.string().check(z.minLength(1), z.maxLength(128))
});

export const zScheduleScope = z.discriminatedUnion('kind', [
    zScopeAll,
    zScopeNodes,
    zScopeFrom,
    zScopeUntil
]);

export const zScope = z.discriminatedUnion('kind', [
    zScopeAll,
    zScopeNodes,
    zScopeFrom,
    zScopeUntil,
    zScopeFailed
]);

/**
 * What a client sends to start a run.
 */
export const zRunCreate = z.object({
    inputs: z.optional(z.record(z.string(), zJsonValue)),
    reuse: z.optional(zReuse),
    scope: z.optional(zScope)
});

/**
 * What whoever has a share link sees of the function.
 */
export const zSharedFunction = z.object({
    expiresAt: z.iso.datetime(),
    inputs: z.record(z.string(), z.unknown()),
    outputs: z.record(z.string(), z.unknown()),
    runsLeft: z.int(),
    stepCount: z.int(),
    title: z.string()
});

/**
 * A file that was uploaded through a share link: give `{"assetId"}` as the value of an input.
 */
export const zSharedUpload = z.object({
    assetId: z.uuid(),
    mediaType: z.string(),
    url: z.string()
});

/**
 * What a page needs to have people sign in; nothing of it is secret.
 */
export const zSignInRead = z.object({
    auth: z.enum(['local', 'clerk']),
    clerkPublishableKey: z.nullable(z.string())
});

/**
 * Who or what started a run: a person, a program with an API key, a schedule, or who has a share link.
 */
export const zStartedBy = z.object({
    kind: z.enum([
        'user',
        'api_key',
        'schedule',
        'link'
    ]),
    name: z.string()
});

/**
 * A batch and how far it is.
 */
export const zBatchRead = z.object({
    axes: z.array(zBatchAxisRead),
    cancelRequestedAt: z.nullable(z.iso.datetime()),
    counts: zBatchCounts,
    createdAt: z.iso.datetime(),
    finishedAt: z.nullable(z.iso.datetime()),
    functionName: z.nullable(z.string()),
    id: z.uuid(),
    inputs: z.array(z.string()),
    name: z.string(),
    outputs: z.array(z.string()),
    revision: z.int(),
    startedBy: z.nullable(zStartedBy),
    status: zBatchStatus,
    usage: zRunUsage,
    winner: z.nullable(z.int()),
    workflowId: z.int()
});

/**
 * Batches of a workflow, the newest first.
 */
export const zBatchPage = z.object({
    items: z.array(zBatchRead),
    nextCursor: z.nullable(z.string())
});

/**
 * A file in a list; `createdAt` is when it was first uploaded or made.
 */
export const zStoredAssetRead = z.object({
    bytes: z.int(),
    createdAt: z.iso.datetime(),
    durationSeconds: z.nullable(z.number()),
    height: z.int(),
    id: z.uuid(),
    mediaType: z.string(),
    url: z.string(),
    width: z.int()
});

/**
 * A page of stored files, the newest first.
 */
export const zAssetPage = z.object({
    items: z.array(zStoredAssetRead),
    nextCursor: z.nullable(z.string())
});

/**
 * A workflow to begin with.
 */
export const zTemplateRead = z.object({
    cost: z.string(),
    description: z.string(),
    id: z.string(),
    inputs: z.array(z.string()),
    layout: zLayout,
    name: z.string(),
    nodeCount: z.int(),
    outputs: z.array(z.string()),
    purpose: z.string()
});

/**
 * All templates, the first one first to try; one page.
 */
export const zTemplatePage = z.object({
    costNote: z.string(),
    items: z.array(zTemplateRead),
    nextCursor: z.nullable(z.string())
});

/**
 * What a node of the type `text` is set to.
 */
export const zTextData = z.object({
    label: z.nullish(z.string()),
    settings: z.nullish(zNodeSettings),
    text: z.optional(z.string())
});

/**
 * Gives its text to other nodes.
 *
 * Further fields of React Flow are kept as they are.
 */
export const zTextNode = z.object({
    data: z.optional(zTextData),
    id: z.string().check(z.minLength(1), z.maxLength(128)),
    position: zPosition,
    type: z.literal('text')
});

/**
 * A piece of text.
 */
export const zTextValue = z.object({
    kind: z.literal('text'),
    text: z.string()
});

export const zTickOutcome = z.enum([
    'run',
    'queued',
    'coalesced',
    'skipped_overlap',
    'skipped_late',
    'refused'
]);

/**
 * One tick of a schedule, and what became of it.
 */
export const zTickRead = z.object({
    decidedAt: z.iso.datetime(),
    dueAt: z.iso.datetime(),
    error: z.nullable(zRunError),
    late: z.boolean(),
    outcome: zTickOutcome,
    runId: z.nullable(z.uuid())
});

/**
 * A page of a schedule's ticks, latest first.
 */
export const zTickPage = z.object({
    items: z.array(zTickRead),
    nextCursor: z.nullable(z.string())
});

export const zTiming = z.discriminatedUnion('kind', [
    zCronTiming,
    zIntervalTiming,
    zOnceTiming
]);

/**
 * A schedule to be made.
 */
export const zScheduleCreate = z.object({
    catchUp: z.optional(zCatchUp),
    inputs: z.optional(z.record(z.string(), zJsonValue)),
    name: z.string().check(z.minLength(1), z.maxLength(100), z.regex(/\S/)),
    overlap: z.optional(zOverlap),
    paused: z.optional(z.boolean()),
    reuse: z.optional(zReuse),
    scope: z.optional(zScheduleScope),
    timing: zTiming
});

/**
 * A schedule of a workflow.
 */
export const zScheduleRead = z.object({
    catchUp: zCatchUp,
    createdAt: z.iso.datetime(),
    id: z.uuid(),
    inputs: z.record(z.string(), zJsonValue),
    lastTick: z.nullable(zTickRead),
    name: z.string(),
    nextAt: z.nullable(z.iso.datetime()),
    nextTimes: z.array(z.iso.datetime()),
    overlap: zOverlap,
    paused: z.boolean(),
    prefectUrl: z.nullable(z.string()),
    reuse: zReuse,
    revision: z.int(),
    scope: zScheduleScope,
    synced: z.boolean(),
    timing: zTiming,
    updatedAt: z.iso.datetime(),
    workflowId: z.int()
});

/**
 * A page of schedules, newest first.
 */
export const zSchedulePage = z.object({
    items: z.array(zScheduleRead),
    nextCursor: z.nullable(z.string())
});

/**
 * What is to change in a schedule; what is left out, or null, stays as it is.
 */
export const zScheduleUpdate = z.object({
    catchUp: z.optional(zCatchUp),
    inputs: z.optional(z.record(z.string(), zJsonValue)),
    name: z.optional(z.string().check(z.minLength(1), z.maxLength(100), z.regex(/\S/))),
    overlap: z.optional(zOverlap),
    paused: z.optional(z.boolean()),
    reuse: z.optional(zReuse),
    scope: z.optional(zScheduleScope),
    timing: z.optional(zTiming)
});

/**
 * Times to be looked at before a schedule is made of them.
 */
export const zTimingPreview = z.object({
    timing: zTiming
});

/**
 * Data of a `token` event: live text of an llm node.
 *
 * `offset` is how many characters (Unicode code points) of this attempt's text come before.
 * Each stream tells the text from its beginning, however late it was asked for; a very long text
 * may stop before its end, as the whole text is the node's output.
 */
export const zTokenEventRead = z.object({
    attempt: z.int(),
    kind: z.literal('token'),
    nodeId: z.string(),
    offset: z.int(),
    text: z.string()
});

export const zTrigger = z.enum([
    'api',
    'link',
    'prefect',
    'schedule',
    'batch'
]);

/**
 * A run in a list, with what came out of it last, by which people know it again.
 */
export const zRunSummary = z.object({
    counts: zRunCounts,
    createdAt: z.iso.datetime(),
    dueAt: z.nullable(z.iso.datetime()),
    durationMs: z.nullable(z.int()),
    error: z.nullable(zRunError),
    finishedAt: z.nullable(z.iso.datetime()),
    id: z.uuid(),
    lastImage: z.nullable(zImageRead),
    lastText: z.nullable(z.string()),
    late: z.boolean(),
    pauseRequestedAt: z.nullable(z.iso.datetime()),
    prefectUrl: z.nullable(z.string()),
    reuse: zReuse,
    revision: z.int(),
    scheduleId: z.nullable(z.uuid()),
    scope: zScope,
    startedAt: z.nullable(z.iso.datetime()),
    startedBy: z.nullable(zStartedBy),
    status: zRunStatus,
    trigger: zTrigger,
    usage: zRunUsage,
    workflowId: z.int()
});

/**
 * A page of runs, newest first.
 */
export const zRunPage = z.object({
    items: z.array(zRunSummary),
    nextCursor: z.nullable(z.string())
});

/**
 * A file on the web; fetched each time the node runs.
 */
export const zUrlSource = z.object({
    kind: z.literal('url'),
    url: z.string()
});

export const zImageSource = z.discriminatedUnion('kind', [
    zAssetSource,
    zUrlSource,
    zBase64Source,
    zFileSource
]);

/**
 * What a node of the type `image` is set to.
 */
export const zImageData = z.object({
    label: z.nullish(z.string()),
    settings: z.nullish(zNodeSettings),
    source: z.nullish(zImageSource)
});

/**
 * Gives a picture to other nodes: JPEG, PNG, WebP, AVIF, HEIC or GIF (its first frame).
 *
 * A fetched picture is decoded, freed of metadata and stored; an uploaded one is passed on
 * as it is.
 *
 * Further fields of React Flow are kept as they are.
 */
export const zImageNode = z.object({
    data: z.optional(zImageData),
    id: z.string().check(z.minLength(1), z.maxLength(128)),
    position: zPosition,
    type: z.literal('image')
});

/**
 * Tokens that a model provider counted for one node execution, in all its attempts.
 */
export const zUsage = z.object({
    finishReason: z.nullable(z.string()),
    inputTokens: z.int(),
    model: z.nullable(z.string()),
    outputTokens: z.int(),
    repairs: z.int(),
    totalTokens: z.int()
});

/**
 * What people say of a version; what is left out stays as it is.
 */
export const zVersionMark = z.object({
    label: z.nullish(z.string().check(z.minLength(1), z.maxLength(200), z.regex(/\S/))),
    pinned: z.optional(z.boolean())
});

/**
 * An entry of a workflow's history: the state at `createdAt`.
 *
 * `beganAt` and `saves` tell of the session of edits that led to it; `sourceRevision` is the
 * revision that was restored. Pinned and named entries are kept for ever.
 */
export const zVersionRead = z.object({
    beganAt: z.iso.datetime(),
    changes: zChanges,
    createdAt: z.iso.datetime(),
    current: z.boolean(),
    edgeCount: z.int(),
    id: z.uuid(),
    label: z.nullable(z.string()),
    nodeCount: z.int(),
    origin: z.enum([
        'created',
        'saved',
        'restored',
        'imported',
        'template',
        'duplicated'
    ]),
    pinned: z.boolean(),
    revision: z.int(),
    saves: z.int(),
    sourceRevision: z.nullable(z.int())
});

/**
 * A page of a history, newest first.
 */
export const zVersionPage = z.object({
    items: z.array(zVersionRead),
    nextCursor: z.nullable(z.string())
});

/**
 * A video in a run's record.
 */
export const zVideoRead = z.object({
    assetId: z.uuid(),
    bytes: z.int(),
    durationSeconds: z.number(),
    height: z.int(),
    kind: z.literal('video'),
    mediaType: z.string(),
    url: z.string(),
    width: z.int()
});

export const zItem = z.discriminatedUnion('kind', [
    zTextValue,
    zNumberValue,
    zBooleanValue,
    zJsonDataValue,
    zImageRead,
    zVideoRead,
    zAudioRead
]);

/**
 * Several values of one kind in a run's record.
 */
export const zListRead = z.object({
    items: z.array(zItem),
    kind: z.literal('list'),
    of: zKind
});

export const zValue = z.discriminatedUnion('kind', [
    zTextValue,
    zNumberValue,
    zBooleanValue,
    zJsonDataValue,
    zImageRead,
    zVideoRead,
    zAudioRead,
    zListRead
]);

/**
 * A row of a batch, and what came of it so far.
 */
export const zBatchRowRead = z.object({
    error: z.nullable(zRunError),
    inputs: z.record(z.string(), zJsonValue),
    largeOutputs: z.array(z.string()),
    number: z.int(),
    outputs: z.record(z.string(), z.nullable(zValue)),
    overrides: z.record(z.string(), z.record(z.string(), zJsonValue)),
    runId: z.nullable(z.uuid()),
    runStatus: z.nullable(zRunStatus),
    status: zRowStatus,
    usage: zRunUsage
});

/**
 * Rows in their order; the cursor is the number of the last one.
 */
export const zBatchRowPage = z.object({
    items: z.array(zBatchRowRead),
    nextCursor: z.nullable(z.string())
});

/**
 * What a call of a function started, and what came of it so far.
 */
export const zFunctionResult = z.object({
    demo: z.boolean(),
    error: z.nullable(zRunError),
    outputs: z.record(z.string(), z.nullable(zValue)),
    runId: z.uuid(),
    status: zRunStatus
});

/**
 * Data of a `node` event: one node went to another state or to its next attempt.
 *
 * The error of a RUNNING node is that of the attempt before. `output` is there when the node
 * is COMPLETED, or FAILED with something to show, unless it is a long text: `GET /api/runs/{id}/nodes/{nodeId}` has it all.
 */
export const zNodeEventRead = z.object({
    at: z.iso.datetime(),
    attempt: z.int(),
    error: z.nullable(zRunError),
    executionId: z.uuid(),
    kind: z.literal('node'),
    nodeId: z.string(),
    output: z.nullable(zValue),
    outputs: z.record(z.string(), zValue),
    reused: z.boolean(),
    runId: z.uuid(),
    skipReason: z.nullable(z.literal('not_taken')),
    status: zNodeStatus
});

/**
 * One node of one run.
 *
 * Where the long texts of a run's nodes (of more than 16 KB) come to more than 8 MB, they do not come with the run:
 * `GET /api/runs/{id}/nodes/{nodeId}` has them.
 */
export const zNodeExecutionRead = z.object({
    attempt: z.int(),
    durationMs: z.nullable(z.int()),
    error: z.nullable(zRunError),
    finishedAt: z.nullable(z.iso.datetime()),
    id: z.uuid(),
    input: z.record(z.string(), z.union([
        zValue,
        z.array(zValue)
    ])),
    label: z.string(),
    nodeId: z.string(),
    nodeType: z.string(),
    output: z.nullable(zValue),
    outputs: z.record(z.string(), zValue),
    reason: z.nullable(z.string()),
    reused: z.boolean(),
    reusedFrom: z.nullable(z.uuid()),
    skipReason: z.nullable(z.literal('not_taken')),
    startedAt: z.nullable(z.iso.datetime()),
    status: zNodeStatus,
    usage: z.nullable(zUsage)
});

/**
 * Data of a `preview` event: a picture of what a node's output may become.
 *
 * It takes the place of the one before, and its address ends with the node.
 */
export const zPreviewEventRead = z.object({
    attempt: z.int(),
    kind: z.literal('preview'),
    nodeId: z.string(),
    value: zValue
});

/**
 * What one node gave in one run.
 *
 * Texts of more than 600 characters are given by their beginning, and other values of more than 64 KB not at all:
 * `GET /api/runs/{id}/nodes/{nodeId}` has them.
 */
export const zResultRead = z.object({
    favourite: z.boolean(),
    finishedAt: z.iso.datetime(),
    id: z.uuid(),
    isCut: z.boolean(),
    label: z.string(),
    nodeId: z.string(),
    nodeType: z.string(),
    output: z.nullable(zValue),
    outputs: z.record(z.string(), zValue),
    reused: z.boolean(),
    runId: z.uuid()
});

/**
 * A page of results, the newest first; it may have few items, or none, and still not be the last one.
 */
export const zResultPage = z.object({
    items: z.array(zResultRead),
    nextCursor: z.nullable(z.string())
});

/**
 * The data of a server-sent event; `kind` is also the name of the event.
 */
export const zRunEvent = z.discriminatedUnion('kind', [
    zRunEventRead,
    zNodeEventRead,
    zTokenEventRead,
    zPreviewEventRead
]);

/**
 * A run with its nodes.
 */
export const zRunRead = z.object({
    counts: zRunCounts,
    createdAt: z.iso.datetime(),
    dueAt: z.nullable(z.iso.datetime()),
    durationMs: z.nullable(z.int()),
    error: z.nullable(zRunError),
    finishedAt: z.nullable(z.iso.datetime()),
    id: z.uuid(),
    inputs: z.record(z.string(), zJsonValue),
    late: z.boolean(),
    nodeExecutions: z.array(zNodeExecutionRead),
    outputs: z.record(z.string(), z.nullable(zValue)),
    pauseRequestedAt: z.nullable(z.iso.datetime()),
    prefectUrl: z.nullable(z.string()),
    reuse: zReuse,
    revision: z.int(),
    scheduleId: z.nullable(z.uuid()),
    scope: zScope,
    startedAt: z.nullable(z.iso.datetime()),
    startedBy: z.nullable(zStartedBy),
    status: zRunStatus,
    trigger: zTrigger,
    usage: zRunUsage,
    workflowId: z.int()
});

/**
 * What whoever has a share link sees of a run that was started with it.
 */
export const zSharedRun = z.object({
    demo: z.boolean(),
    endedStepCount: z.int(),
    error: z.nullable(zRunError),
    outputs: z.record(z.string(), z.nullable(zValue)),
    runId: z.uuid(),
    status: zRunStatus,
    stepCount: z.int()
});

export const zVideoSource = z.discriminatedUnion('kind', [
    zAssetSource,
    zUrlSource,
    zFileSource
]);

/**
 * What a node of the type `video` is set to.
 */
export const zVideoData = z.object({
    label: z.nullish(z.string()),
    settings: z.nullish(zNodeSettings),
    source: z.nullish(zVideoSource)
});

/**
 * Gives a video to other nodes: MP4, MOV, WebM or MKV.
 *
 * Further fields of React Flow are kept as they are.
 */
export const zVideoNode = z.object({
    data: z.optional(zVideoData),
    id: z.string().check(z.minLength(1), z.maxLength(128)),
    position: zPosition,
    type: z.literal('video')
});

/**
 * The part of the canvas that was in view.
 */
export const zViewport = z.object({
    x: z.number(),
    y: z.number(),
    zoom: z.number().check(z.gt(0))
});

/**
 * A whole workflow, as React Flow has it.
 */
export const zGraph = z.object({
    edges: z.array(zEdge).check(z.maxLength(2000)),
    inputs: z.optional(z.array(zDeclaredInput).check(z.maxLength(100))),
    name: z.string().check(z.minLength(1), z.maxLength(200)),
    nodes: z.array(zNode).check(z.maxLength(500)),
    outputs: z.optional(z.array(zDeclaredOutput).check(z.maxLength(100))),
    viewport: z.optional(zViewport)
});

/**
 * A graph as it was, with the name that its workflow has now.
 *
 * `revision` is null where the history does not know this version any more.
 */
export const zGraphRead = z.object({
    createdAt: z.iso.datetime(),
    edges: z.array(zEdge),
    id: z.uuid(),
    inputs: z.array(zDeclaredInput),
    name: z.string(),
    nodes: z.array(zNode),
    outputs: z.array(zDeclaredOutput),
    revision: z.nullable(z.int()),
    viewport: zViewport,
    workflowId: z.int()
});

/**
 * A webhook to be made; without a filter it is told of every run of yours.
 */
export const zWebhookCreate = z.object({
    events: z.optional(z.array(z.enum([
        'run.completed',
        'run.failed',
        'run.cancelled'
    ])).check(z.minLength(1), z.maxLength(3))),
    functionName: z.nullish(z.string().check(z.regex(/^[a-z][a-z0-9_]{0,62}$/))),
    onRequest: z.optional(z.boolean()),
    title: z.string().check(z.minLength(1), z.maxLength(100), z.regex(/\S/)),
    url: z.string().check(z.minLength(1), z.maxLength(2048)),
    workflowId: z.nullish(z.int().check(z.gte(1), z.lte(2147483647)))
});

/**
 * What a webhook was, or is to be, told, and how the last attempt went.
 */
export const zWebhookDeliveryRead = z.object({
    attemptCount: z.int(),
    createdAt: z.iso.datetime(),
    durationMs: z.nullable(z.int()),
    error: z.nullable(z.string()),
    event: z.enum([
        'run.completed',
        'run.failed',
        'run.cancelled'
    ]),
    id: z.uuid(),
    lastAttemptAt: z.nullable(z.iso.datetime()),
    nextAttemptAt: z.nullable(z.iso.datetime()),
    response: z.nullable(z.string()),
    responseStatus: z.nullable(z.int()),
    runId: z.uuid(),
    status: z.enum([
        'pending',
        'delivered',
        'failed'
    ])
});

/**
 * A page of deliveries, the newest first.
 */
export const zWebhookDeliveryPage = z.object({
    items: z.array(zWebhookDeliveryRead),
    nextCursor: z.nullable(z.string())
});

/**
 * A webhook with a new secret, and the only time that it is told.
 */
export const zWebhookMade = z.object({
    createdAt: z.iso.datetime(),
    disabledAt: z.nullable(z.iso.datetime()),
    disabledReason: z.nullable(zDisabledReason),
    events: z.array(z.enum([
        'run.completed',
        'run.failed',
        'run.cancelled'
    ])),
    failingSince: z.nullable(z.iso.datetime()),
    functionName: z.nullable(z.string()),
    id: z.uuid(),
    onRequest: z.boolean(),
    secret: z.string(),
    title: z.string(),
    url: z.string(),
    workflowId: z.nullable(z.int())
});

/**
 * A webhook, without its secret.
 */
export const zWebhookRead = z.object({
    createdAt: z.iso.datetime(),
    disabledAt: z.nullable(z.iso.datetime()),
    disabledReason: z.nullable(zDisabledReason),
    events: z.array(z.enum([
        'run.completed',
        'run.failed',
        'run.cancelled'
    ])),
    failingSince: z.nullable(z.iso.datetime()),
    functionName: z.nullable(z.string()),
    id: z.uuid(),
    onRequest: z.boolean(),
    title: z.string(),
    url: z.string(),
    workflowId: z.nullable(z.int())
});

/**
 * All webhooks, the newest first; one page.
 */
export const zWebhookPage = z.object({
    items: z.array(zWebhookRead),
    nextCursor: z.nullable(z.string())
});

/**
 * What is to change of a webhook; what is left out stays.
 */
export const zWebhookUpdate = z.object({
    enabled: z.nullish(z.boolean()),
    events: z.nullish(z.array(z.enum([
        'run.completed',
        'run.failed',
        'run.cancelled'
    ])).check(z.minLength(1), z.maxLength(3))),
    title: z.nullish(z.string().check(z.minLength(1), z.maxLength(100), z.regex(/\S/))),
    url: z.nullish(z.string().check(z.minLength(1), z.maxLength(2048)))
});

/**
 * Data of a `workflow` event: what a workflow is at, when the stream begins and after each save.
 *
 * Positions of nodes have no revision: `moved` says whether some of them changed since the event before.
 */
export const zWorkflowEventRead = z.object({
    kind: z.literal('workflow'),
    moved: z.boolean(),
    revision: z.int()
});

/**
 * A workflow as a file: a graph and, under the ids that its nodes name, the pictures and videos inside of it.
 */
export const zWorkflowFile = z.object({
    assets: z.optional(z.record(z.string(), zEmbeddedFile)),
    edges: z.optional(z.array(zEdge).check(z.maxLength(2000))),
    inputs: z.optional(z.array(zDeclaredInput).check(z.maxLength(100))),
    name: z.optional(z.string().check(z.minLength(1), z.maxLength(200))),
    nodes: z.array(zNode).check(z.maxLength(500)),
    outputs: z.optional(z.array(zDeclaredOutput).check(z.maxLength(100))),
    viewport: z.optional(zViewport)
});

/**
 * A stored workflow: its graph, and what the database knows about it.
 */
export const zWorkflowRead = z.object({
    createdAt: z.iso.datetime(),
    edges: z.array(zEdge),
    id: z.int(),
    inputs: z.array(zDeclaredInput),
    name: z.string(),
    nodes: z.array(zNode),
    outputs: z.array(zDeclaredOutput),
    revision: z.int(),
    updatedAt: z.iso.datetime(),
    viewport: zViewport
});

/**
 * A workflow that was just made from a file or a template.
 *
 * `notes` are sentences on what was left out or changed; `problems` keep it from running.
 */
export const zImportRead = z.object({
    notes: z.array(z.string()),
    problems: z.array(zProblem),
    workflow: zWorkflowRead
});

/**
 * The new name of a workflow.
 */
export const zWorkflowRename = z.object({
    name: z.string().check(z.minLength(1), z.maxLength(200), z.regex(/\S/))
});

/**
 * A workflow in a list; `deletedAt` is set where deleted ones are listed.
 */
export const zWorkflowSummary = z.object({
    createdAt: z.iso.datetime(),
    deletedAt: z.nullable(z.iso.datetime()),
    id: z.int(),
    lastRun: z.nullable(zLastRun),
    name: z.string(),
    nodeCount: z.int(),
    preview: zPreview,
    revision: z.int(),
    updatedAt: z.iso.datetime()
});

/**
 * A page of workflows.
 */
export const zWorkflowPage = z.object({
    items: z.array(zWorkflowSummary),
    nextCursor: z.nullable(z.string())
});

/**
 * Done
 */
export const zListAssetsResponse = zAssetPage;

/**
 * Made
 */
export const zUploadAssetResponse = zAssetRecord;

/**
 * Done; there is nothing to say
 */
export const zDeleteAssetResponse = z.void();

/**
 * The file, or a small picture of it
 */
export const zReadAssetResponse = z.string();

/**
 * Done
 */
export const zReadBatchResponse = zBatchRead;

/**
 * Accepted
 */
export const zCancelBatchResponse = zBatchRead;

/**
 * The file
 */
export const zDownloadBatchTableResponse = z.string();

/**
 * The file
 */
export const zDownloadBatchFilesResponse = z.string();

/**
 * Accepted
 */
export const zRetryBatchResponse = zBatchRead;

/**
 * Done
 */
export const zListBatchRowsResponse = zBatchRowPage;

/**
 * Done
 */
export const zSetBatchWinnerResponse = zBatchRead;

/**
 * Done
 */
export const zListFunctionsResponse = zFunctionPage;

/**
 * Done
 */
export const zDescribeFunctionsResponse = z.record(z.string(), z.unknown());

/**
 * Done; there is nothing to say
 */
export const zDeleteFunctionResponse = z.void();

/**
 * Done
 */
export const zReadFunctionResponse = zFunctionRead;

/**
 * The run has ended; `status` says how
 */
export const zCallFunctionResponse = zFunctionResult;

/**
 * Accepted
 */
export const zStartFunctionBatchResponse = zBatchRead;

/**
 * Done
 */
export const zPreviewFunctionBatchResponse = zBatchPreview;

/**
 * Done
 */
export const zListFunctionLinksResponse = zFunctionLinkPage;

/**
 * Made
 */
export const zCreateFunctionLinkResponse = zFunctionLinkMade;

/**
 * Done; there is nothing to say
 */
export const zRevokeFunctionLinkResponse = z.void();

/**
 * Done
 */
export const zListApiKeysResponse = zApiKeyPage;

/**
 * Made
 */
export const zCreateApiKeyResponse = zApiKeyMade;

/**
 * Done; there is nothing to say
 */
export const zDeleteApiKeyResponse = z.void();

/**
 * Done
 */
export const zReadMeResponse = zMe;

/**
 * Done
 */
export const zListModelsResponse = zModelPage;

/**
 * Done
 */
export const zListNodeTypesResponse = zNodeTypePage;

/**
 * Done
 */
export const zListRunsResponse = zRunPage;

/**
 * Done; there is nothing to say
 */
export const zDeleteRunResponse = z.void();

/**
 * Done
 */
export const zReadRunResponse = zRunRead;

/**
 * Accepted
 */
export const zCancelRunResponse = zRunRead;

export const zStreamRunEventsResponse = z.union([
    z.string(),
    z.void()
]);

/**
 * Done
 */
export const zReadRunGraphResponse = zGraphRead;

/**
 * Done
 */
export const zReadRunNodeResponse = zNodeExecutionRead;

/**
 * Accepted
 */
export const zPauseRunResponse = zRunRead;

/**
 * Accepted
 */
export const zResumeRunResponse = zRunRead;

/**
 * Done
 */
export const zListSchedulesResponse = zSchedulePage;

/**
 * Done; there is nothing to say
 */
export const zDeleteScheduleResponse = z.void();

/**
 * Done
 */
export const zReadScheduleResponse = zScheduleRead;

/**
 * Done
 */
export const zUpdateScheduleResponse = zScheduleRead;

/**
 * Done
 */
export const zListScheduleTicksResponse = zTickPage;

/**
 * Done
 */
export const zReadSharedFunctionResponse = zSharedFunction;

/**
 * Accepted
 */
export const zStartSharedRunResponse = zSharedRun;

/**
 * Done
 */
export const zReadSharedRunResponse = zSharedRun;

/**
 * Done
 */
export const zReadSharedResultResponse = z.string();

/**
 * Accepted
 */
export const zCancelSharedRunResponse = zSharedRun;

/**
 * Made
 */
export const zUploadSharedFileResponse = zSharedUpload;

/**
 * Done
 */
export const zReadSharedUploadResponse = z.string();

/**
 * Done
 */
export const zReadSignInResponse = zSignInRead;

/**
 * Done
 */
export const zListTemplatesResponse = zTemplatePage;

/**
 * Made
 */
export const zUseTemplateResponse = zImportRead;

/**
 * Done
 */
export const zListWebhooksResponse = zWebhookPage;

/**
 * Made
 */
export const zCreateWebhookResponse = zWebhookMade;

/**
 * Done; there is nothing to say
 */
export const zDeleteWebhookResponse = z.void();

/**
 * Done
 */
export const zUpdateWebhookResponse = zWebhookRead;

/**
 * Done
 */
export const zListWebhookDeliveriesResponse = zWebhookDeliveryPage;

/**
 * Accepted
 */
export const zResendWebhookDeliveryResponse = zWebhookDeliveryRead;

/**
 * Done
 */
export const zRotateWebhookSecretResponse = zWebhookMade;

/**
 * Done
 */
export const zListWorkflowsResponse = zWorkflowPage;

/**
 * Made
 */
export const zCreateWorkflowResponse = zWorkflowRead;

/**
 * Made
 */
export const zImportWorkflowResponse = zImportRead;

/**
 * Done; there is nothing to say
 */
export const zDeleteWorkflowResponse = z.void();

/**
 * Done
 */
export const zReadWorkflowResponse = zWorkflowRead;

/**
 * Done
 */
export const zRenameWorkflowResponse = zWorkflowRead;

/**
 * Done
 */
export const zSaveWorkflowResponse = zWorkflowRead;

/**
 * Done
 */
export const zListBatchesResponse = zBatchPage;

/**
 * Accepted
 */
export const zStartWorkflowBatchResponse = zBatchRead;

/**
 * Done
 */
export const zPreviewWorkflowBatchResponse = zBatchPreview;

/**
 * Done
 */
export const zCheckWorkflowResponse = zCheckResult;

/**
 * Made
 */
export const zDuplicateWorkflowResponse = zWorkflowRead;

/**
 * Server-sent events; the data of each is a `WorkflowEventRead`
 */
export const zStreamWorkflowEventsResponse = z.string();

/**
 * The file
 */
export const zExportWorkflowResponse = zWorkflowFile;

/**
 * Done
 */
export const zPlanWorkflowResponse = zPlanRead;

/**
 * Done; there is nothing to say
 */
export const zSavePositionsResponse = z.void();

/**
 * Done
 */
export const zPublishFunctionResponse = zFunctionRead;

/**
 * Done
 */
export const zListResultsResponse = zResultPage;

/**
 * Done; there is nothing to say
 */
export const zMarkResultResponse = z.void();

/**
 * Done
 */
export const zListWorkflowRunsResponse = zRunPage;

/**
 * The run has ended
 */
export const zStartRunResponse = zRunRead;

/**
 * Done
 */
export const zListWorkflowSchedulesResponse = zSchedulePage;

/**
 * Made
 */
export const zCreateScheduleResponse = zScheduleRead;

/**
 * Done
 */
export const zPreviewScheduleResponse = zNextTimes;

/**
 * Done
 */
export const zUndeleteWorkflowResponse = zWorkflowRead;

/**
 * Done
 */
export const zListVersionsResponse = zVersionPage;

/**
 * Done
 */
export const zReadVersionResponse = zGraphRead;

/**
 * Done
 */
export const zMarkVersionResponse = zVersionRead;

/**
 * Done
 */
export const zRestoreVersionResponse = zWorkflowRead;

/**
 * Done
 */
export const zReadLivenessResponse = zHealth;

/**
 * Done
 */
export const zReadReadinessResponse = zHealth;

/**
 * Done; there is nothing to say
 */
export const zReceiveClerkMessageResponse = z.void();
