// @ts-nocheck: its client is not written for exactOptionalPropertyTypes

export type ClientOptions = {
    baseUrl: `${string}://${string}` | (string & {});
};

/**
 * What a node of the type `adjust` is set to.
 */
export type AdjustData = {
    /**
     * Radius, in thousandths of the longer side. To run: 0 to 100. Absent: `0`.
     */
    blur?: number;
    /**
     * To run: -100 to 100. Absent: `0`.
     */
    brightness?: number;
    /**
     * To run: -100 to 100. Absent: `0`.
     */
    contrast?: number;
    /**
     * What people call the node.
     */
    label?: string | null;
    /**
     * -100 makes it grey. To run: -100 to 100. Absent: `0`.
     */
    saturation?: number;
    settings?: NodeSettings | null;
    /**
     * To run: 0 to 100. Absent: `0`.
     */
    sharpen?: number;
};

/**
 * Changes brightness, contrast and saturation of a picture, then blurs or sharpens it.
 *
 * Further fields of React Flow are kept as they are.
 */
export type AdjustNode = {
    data?: AdjustData;
    /**
     * Unique in its graph.
     */
    id: string;
    position: Position;
    type: 'adjust';
    [key: string]: unknown;
};

/**
 * An API key to be made.
 */
export type ApiKeyCreate = {
    expiresAt?: string | null;
    functions?: Array<string> | null;
    name: string;
    scopes: Array<'read' | 'write' | 'run'>;
};

/**
 * A new API key, and the only time that its secret is told.
 */
export type ApiKeyMade = {
    createdAt: string;
    expiresAt: string | null;
    functions: Array<string> | null;
    hint: string;
    id: string;
    lastUsedAt: string | null;
    name: string;
    scopes: Array<'read' | 'write' | 'run'>;
    secret: string;
};

/**
 * A page of API keys, newest first.
 */
export type ApiKeyPage = {
    items: Array<ApiKeyRead>;
    nextCursor: string | null;
};

/**
 * An API key, without its secret; `hint` is how the secret ends.
 */
export type ApiKeyRead = {
    createdAt: string;
    expiresAt: string | null;
    functions: Array<string> | null;
    hint: string;
    id: string;
    lastUsedAt: string | null;
    name: string;
    scopes: Array<'read' | 'write' | 'run'>;
};

/**
 * A page of stored files, the newest first.
 */
export type AssetPage = {
    items: Array<StoredAssetRead>;
    nextCursor: string | null;
};

/**
 * An uploaded picture or video; sizes in pixels, after EXIF rotation, and bytes.
 */
export type AssetRecord = {
    bytes: number;
    durationSeconds: number | null;
    height: number;
    id: string;
    mediaType: string;
    url: string;
    width: number;
};

/**
 * A file that was uploaded.
 */
export type AssetSource = {
    /**
     * To run: a uuid.
     */
    assetId: string;
    kind: 'asset';
};

/**
 * A sound in a run's record.
 */
export type AudioRead = {
    assetId: string;
    bytes: number;
    durationSeconds: number;
    kind: 'audio';
    mediaType: string;
    url: string;
};

/**
 * What a node of the type `background` is set to.
 */
export type BackgroundData = {
    /**
     * Aspect ratio
     *
     * Width to height, such as 16:9; room is added, nothing is cut off. Empty: that of the picture. To run: like `^([1-9][0-9]{0,2}:[1-9][0-9]{0,2})?$`.
     */
    aspect?: string;
    /**
     * Colour
     *
     * Such as #ffffff; with two digits more how opaque it is: #ffffff80 is half transparent. To run: like `^#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$`. Absent: `"#ffffff"`.
     */
    color?: string;
    /**
     * What people call the node.
     */
    label?: string | null;
    /**
     * Room on every side, in percent
     *
     * Of the picture's longer side. To run: 0 to 100. Absent: `0`.
     */
    paddingPercent?: number;
    settings?: NodeSettings | null;
};

/**
 * Puts a picture on a colour, in the middle, with room around it and up to an aspect ratio.
 *
 * Further fields of React Flow are kept as they are.
 */
export type BackgroundNode = {
    data?: BackgroundData;
    /**
     * Unique in its graph.
     */
    id: string;
    position: Position;
    type: 'background';
    [key: string]: unknown;
};

/**
 * A small picture inside the document; `data` is base64. On save it becomes an asset.
 */
export type Base64Source = {
    data: string;
    kind: 'base64';
    mediaType: string;
};

/**
 * Values that are crossed with every row: of an input by its name, or of a param of a node.
 */
export type BatchAxis = {
    input?: string | null;
    nodeId?: string | null;
    param?: string | null;
    values: Array<JsonValue>;
};

/**
 * Values that were crossed with every row; the place among them of a row follows from its number.
 */
export type BatchAxisRead = {
    input: string | null;
    nodeId: string | null;
    param: string | null;
    values: Array<JsonValue>;
};

/**
 * A column of a table, and the input that its values are for; null: they are left out.
 */
export type BatchColumn = {
    input: string | null;
    name: string;
};

/**
 * How many rows of a batch are where.
 */
export type BatchCounts = {
    cancelled: number;
    completed: number;
    failed: number;
    pending: number;
    running: number;
    total: number;
};

/**
 * A table for a batch, typed as text or as rows; files are sent as they are instead.
 */
export type BatchCreate = {
    axes?: Array<BatchAxis>;
    mapping?: {
        [key: string]: string | null;
    } | null;
    name?: string | null;
    rows?: Array<{
        [key: string]: JsonValue;
    }> | null;
    table?: string | null;
};

/**
 * Batches of a workflow, the newest first.
 */
export type BatchPage = {
    items: Array<BatchRead>;
    nextCursor: string | null;
};

/**
 * What a table would start, and everything that keeps it from that.
 */
export type BatchPreview = {
    columns: Array<BatchColumn>;
    inputs: Array<string>;
    notes: Array<string>;
    problemCount: number;
    problems: Array<BatchProblem>;
    rowCount: number;
    rows: Array<PreviewRow>;
};

/**
 * What is wrong with a table, its row or its column.
 */
export type BatchProblem = {
    code: ProblemCode;
    column: string | null;
    edgeId: string | null;
    input: string | null;
    message: string;
    nodeId: string | null;
    param: string | null;
    port: string | null;
    row: number | null;
};

/**
 * A batch and how far it is.
 */
export type BatchRead = {
    axes: Array<BatchAxisRead>;
    cancelRequestedAt: string | null;
    counts: BatchCounts;
    createdAt: string;
    finishedAt: string | null;
    functionName: string | null;
    id: string;
    inputs: Array<string>;
    name: string;
    outputs: Array<string>;
    revision: number;
    startedBy: StartedBy | null;
    status: BatchStatus;
    usage: RunUsage;
    winner: number | null;
    workflowId: number;
};

/**
 * Rows in their order; the cursor is the number of the last one.
 */
export type BatchRowPage = {
    items: Array<BatchRowRead>;
    nextCursor: string | null;
};

/**
 * A row of a batch, and what came of it so far.
 */
export type BatchRowRead = {
    error: RunError | null;
    inputs: {
        [key: string]: JsonValue;
    };
    largeOutputs: Array<string>;
    number: number;
    outputs: {
        [key: string]: Value | null;
    };
    overrides: {
        [key: string]: {
            [key: string]: JsonValue;
        };
    };
    runId: string | null;
    runStatus: RunStatus | null;
    status: RowStatus;
    usage: RunUsage;
};

/**
 * Where a batch is: it has ended when all of its rows have.
 */
export type BatchStatus = 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

/**
 * The row that is the best of a batch; null: none is.
 */
export type BatchWinner = {
    number: number | null;
};

/**
 * True or false.
 */
export type BooleanValue = {
    boolean: boolean;
    kind: 'boolean';
};

export type CatchUp = 'once' | 'skip';

/**
 * A shelf of the catalogue.
 */
export type CategorySpec = {
    id: NodeCategory;
    title: string;
};

/**
 * What differs from the entry before; where a node stands is no difference.
 *
 * `summary` is a sentence that names some of it.
 */
export type Changes = {
    edgesAdded: number;
    edgesRemoved: number;
    nodesAdded: number;
    nodesChanged: number;
    nodesRemoved: number;
    summary: string;
};

/**
 * Everything that is wrong with a graph; without problems it can run.
 */
export type CheckResult = {
    outOfDate: Array<OutOfDateResult>;
    problems: Array<Problem>;
    warnings: Array<Problem>;
};

/**
 * What a node of the type `convert` is set to.
 */
export type ConvertData = {
    /**
     * Colour behind it
     *
     * JPEG has no transparency: what is transparent gets this colour. To run: like `^#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$`. Absent: `"#ffffff"`.
     */
    background?: string;
    /**
     * To run: one of `jpeg`, `png`, `webp`. Absent: `"jpeg"`.
     */
    format?: string;
    /**
     * What people call the node.
     */
    label?: string | null;
    /**
     * Of JPEG and WebP: a smaller number makes a smaller file. PNG loses nothing. To run: 1 to 100. Absent: `85`.
     */
    quality?: number;
    settings?: NodeSettings | null;
};

/**
 * Writes a picture in the format and quality that are wanted.
 *
 * Further fields of React Flow are kept as they are.
 */
export type ConvertNode = {
    data?: ConvertData;
    /**
     * Unique in its graph.
     */
    id: string;
    position: Position;
    type: 'convert';
    [key: string]: unknown;
};

/**
 * At times that a cron expression names, by the clocks of a time zone.
 *
 * Five fields: minute, hour, day of month, month, day of week; each takes `*`, numbers, lists,
 * ranges and steps, months and days of the week also English names; or `@daily` and its like.
 * Where both days are given, one that fits is enough. When clocks go back a time of day that comes
 * twice is due once, and every hour, or every quarter of one, goes on.
 */
export type CronTiming = {
    cron: string;
    kind: 'cron';
    /**
     * Absent: `"UTC"`.
     */
    timeZone?: string;
};

/**
 * What a node of the type `crop` is set to.
 */
export type CropData = {
    /**
     * Height
     *
     * To run: 0 to 100. Absent: `100`.
     */
    heightPercent?: number;
    /**
     * What people call the node.
     */
    label?: string | null;
    settings?: NodeSettings | null;
    /**
     * Width
     *
     * To run: 0 to 100. Absent: `100`.
     */
    widthPercent?: number;
    /**
     * Left
     *
     * To run: 0 to 100. Absent: `0`.
     */
    xPercent?: number;
    /**
     * Top
     *
     * To run: 0 to 100. Absent: `0`.
     */
    yPercent?: number;
};

/**
 * Cuts a rectangle out of a picture, given in percent of it.
 *
 * The edges are rounded to pixels, not the sizes, so neighbouring rectangles neither gap nor
 * overlap. At least one pixel comes out.
 *
 * Further fields of React Flow are kept as they are.
 */
export type CropNode = {
    data?: CropData;
    /**
     * Unique in its graph.
     */
    id: string;
    position: Position;
    type: 'crop';
    [key: string]: unknown;
};

/**
 * A param of a node that callers of the workflow give a value for, by name.
 */
export type DeclaredInput = {
    default?: JsonValue;
    description?: string | null;
    name: string;
    nodeId: string;
    param: string;
    /**
     * Absent: `false`.
     */
    required?: boolean;
    title?: string | null;
};

/**
 * An output of a node that is a result of the workflow, by name.
 */
export type DeclaredOutput = {
    description?: string | null;
    handle?: string | null;
    name: string;
    nodeId: string;
    title?: string | null;
};

export type DisabledReason = 'gone' | 'failing' | 'owner';

/**
 * Takes the output of one node to an input of another. Further fields of React Flow are kept as they are.
 */
export type Edge = {
    data?: {
        [key: string]: unknown;
    } | null;
    /**
     * Unique among the edges of its graph.
     */
    id: string;
    /**
     * The id of the node whose output it takes.
     */
    source: string;
    /**
     * Always `output`.
     */
    sourceHandle?: string | null;
    /**
     * The id of the node that it feeds.
     */
    target: string;
    /**
     * The handle of one of its ports.
     */
    targetHandle?: string | null;
    [key: string]: unknown;
};

/**
 * What an edge knows beside its ends; further fields are kept as they are.
 */
export type EdgeData = {
    /**
     * Its place among the edges that enter a port which takes many.
     */
    order?: number;
    [key: string]: unknown;
};

/**
 * A picture or video inside of a file; its content decides what it is.
 */
export type EmbeddedFile = {
    data: string;
    mediaType?: string;
    [key: string]: unknown;
};

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
export type ErrorCode = 'asset_bytes_missing' | 'asset_in_use' | 'asset_not_found' | 'asset_too_large' | 'bad_archive' | 'bad_cron' | 'bad_cursor' | 'bad_input' | 'bad_request' | 'bad_schedule' | 'bad_table' | 'batch_ended' | 'batch_has_problems' | 'batch_not_ended' | 'batch_not_found' | 'body_too_large' | 'child_died' | 'database_busy' | 'database_full' | 'database_login_failed' | 'database_missing' | 'database_not_configured' | 'database_not_migrated' | 'database_too_new' | 'database_unavailable' | 'delivery_not_found' | 'delivery_pending' | 'expired_already' | 'file_too_slow' | 'function_breaks_callers' | 'function_not_found' | 'graph_too_large' | 'headers_too_large' | 'host_not_allowed' | 'idempotency_key_reused' | 'idempotency_key_unsupported' | 'if_match_invalid' | 'if_match_required' | 'inputs_not_an_object' | 'internal_error' | 'invalid_graph' | 'invalid_json' | 'invalid_request' | 'invalid_upload' | 'key_not_allowed' | 'key_not_found' | 'link_expired' | 'link_not_found' | 'link_revoked' | 'link_too_long' | 'link_uploads_exceeded' | 'link_used_up' | 'media_busy' | 'method_not_allowed' | 'no_graph' | 'no_thumbnail' | 'no_video' | 'node_ended' | 'not_found' | 'not_json' | 'not_multipart' | 'not_signed_in' | 'nothing_to_retry' | 'origin_not_allowed' | 'out_of_memory' | 'over_already' | 'picture_too_large' | 'picture_unreadable' | 'prefer_invalid' | 'range_not_satisfiable' | 'result_not_found' | 'row_not_found' | 'run_deleted' | 'run_ended' | 'run_node_not_found' | 'run_not_ended' | 'run_not_found' | 'run_of_another_workflow' | 'schedule_not_found' | 'scope_missing' | 'sign_in_unavailable' | 'stale_revision' | 'storage_failed' | 'storage_full' | 'table_too_large' | 'template_not_found' | 'templates_missing' | 'text_not_storable' | 'timed_out' | 'too_large_to_embed' | 'too_many_batches' | 'too_many_favourites' | 'too_many_functions' | 'too_many_kept' | 'too_many_keys' | 'too_many_links' | 'too_many_positions' | 'too_many_requests' | 'too_many_rows' | 'too_many_schedules' | 'too_many_webhooks' | 'unknown_time_zone' | 'unsupported_media' | 'value_too_large' | 'version_not_found' | 'video_too_large' | 'video_unreadable' | 'webhook_disabled' | 'webhook_not_found' | 'webhook_url_not_allowed' | 'workflow_not_found';

/**
 * An error as RFC 9457 problem details. Clients decide by `code`; people read `detail`.
 *
 * `type` is the address of the code's page, relative to the API: what a client says its host
 * is called does not end up in it.
 */
export type ErrorDocument = {
    code: ErrorCode;
    detail: string;
    errors?: Array<FieldError> | null;
    problems?: Array<Problem> | null;
    reference?: string | null;
    revision?: number | null;
    status: number;
    title: string;
    type: string;
};

/**
 * What is wrong with one field of a body or one parameter; `field` is its path, with dots.
 */
export type FieldError = {
    field: string;
    message: string;
};

/**
 * A file on the author's computer; only the command line understands it.
 */
export type FileSource = {
    kind: 'file';
    path: string;
};

/**
 * What a node of the type `frame` is set to.
 */
export type FrameData = {
    /**
     * What people call the node.
     */
    label?: string | null;
    settings?: NodeSettings | null;
    /**
     * seconds (12.5), a share of the length (“50%”) or a clock time (“0:01:02.5”). Absent: `0`.
     */
    timestamp?: number | string;
};

/**
 * Takes the picture that a video shows at one moment.
 *
 * The moment is a number of seconds, a share such as "50%" (100% is the last picture), or a
 * clock time such as "0:01:02.5".
 *
 * Further fields of React Flow are kept as they are.
 */
export type FrameNode = {
    data?: FrameData;
    /**
     * Unique in its graph.
     */
    id: string;
    position: Position;
    type: 'frame';
    [key: string]: unknown;
};

/**
 * A share link to be made.
 */
export type FunctionLinkCreate = {
    expiresAt?: string | null;
    /**
     * Absent: `100`.
     */
    maxRuns?: number;
    title: string;
};

/**
 * A new share link, and the only time that its address is told.
 */
export type FunctionLinkMade = {
    createdAt: string;
    expiresAt: string;
    id: string;
    lastUsedAt: string | null;
    maxRuns: number;
    revokedAt: string | null;
    runCount: number;
    status: 'active' | 'expired' | 'used_up' | 'revoked';
    title: string;
    url: string;
};

/**
 * The share links of a function, the newest first; one page.
 */
export type FunctionLinkPage = {
    items: Array<FunctionLinkRead>;
    nextCursor: string | null;
};

/**
 * A share link, without its token.
 */
export type FunctionLinkRead = {
    createdAt: string;
    expiresAt: string;
    id: string;
    lastUsedAt: string | null;
    maxRuns: number;
    revokedAt: string | null;
    runCount: number;
    status: 'active' | 'expired' | 'used_up' | 'revoked';
    title: string;
};

/**
 * All functions, by name; one page.
 */
export type FunctionPage = {
    items: Array<FunctionSummary>;
    nextCursor: string | null;
};

/**
 * What a client sends to publish a workflow as a function.
 */
export type FunctionPublish = {
    /**
     * Absent: `false`.
     */
    force?: boolean;
    name: string;
    versionId?: string | null;
};

/**
 * A function with what it takes and gives.
 */
export type FunctionRead = {
    createdAt: string;
    example: {
        [key: string]: unknown;
    };
    inputs: {
        [key: string]: unknown;
    };
    name: string;
    nodeCount: number;
    outputs: {
        [key: string]: unknown;
    };
    revision: number;
    updatedAt: string;
    url: string;
    versionId: string;
    workflowId: number;
    workflowName: string;
};

/**
 * What a call of a function started, and what came of it so far.
 */
export type FunctionResult = {
    demo: boolean;
    error: RunError | null;
    outputs: {
        [key: string]: Value | null;
    };
    runId: string;
    status: RunStatus;
};

/**
 * A function: a version of a workflow that is called by its name.
 */
export type FunctionSummary = {
    createdAt: string;
    name: string;
    revision: number;
    updatedAt: string;
    url: string;
    versionId: string;
    workflowId: number;
    workflowName: string;
};

/**
 * A whole workflow, as React Flow has it.
 */
export type Graph = {
    edges: Array<Edge>;
    inputs?: Array<DeclaredInput>;
    name: string;
    nodes: Array<Node>;
    outputs?: Array<DeclaredOutput>;
    viewport?: Viewport;
};

/**
 * A graph as it was, with the name that its workflow has now.
 *
 * `revision` is null where the history does not know this version any more.
 */
export type GraphRead = {
    createdAt: string;
    edges: Array<Edge>;
    id: string;
    inputs: Array<DeclaredInput>;
    name: string;
    nodes: Array<Node>;
    outputs: Array<DeclaredOutput>;
    revision: number | null;
    viewport: Viewport;
    workflowId: number;
};

/**
 * What a node of the type `grid` is set to.
 */
export type GridData = {
    /**
     * Colour behind
     *
     * Such as #ffffff; #00000000 is transparent. To run: like `^#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$`. Absent: `"#ffffff"`.
     */
    background?: string;
    /**
     * Height, in pixels
     *
     * To run: 16 to 4096. Absent: `512`.
     */
    cellHeight?: number;
    /**
     * Width, in pixels
     *
     * To run: 16 to 4096. Absent: `512`.
     */
    cellWidth?: number;
    /**
     * 0: about as many as rows. To run: 0 to 50. Absent: `0`.
     */
    columns?: number;
    /**
     * contain: the whole picture inside of its cell. cover: it fills the cell, what is over is cut off. To run: one of `contain`, `cover`. Absent: `"contain"`.
     */
    fit?: string;
    /**
     * Gap, in pixels
     *
     * To run: 0 to 512. Absent: `16`.
     */
    gap?: number;
    /**
     * What people call the node.
     */
    label?: string | null;
    settings?: NodeSettings | null;
};

/**
 * Puts all connected pictures into one, side by side in cells of the same size.
 *
 * Further fields of React Flow are kept as they are.
 */
export type GridNode = {
    data?: GridData;
    /**
     * Unique in its graph.
     */
    id: string;
    position: Position;
    type: 'grid';
    [key: string]: unknown;
};

/**
 * `ok`, `degraded` (reading and starting runs work, something else does not) or `unavailable`.
 */
export type Health = {
    parts: Array<PartHealth>;
    status: 'ok' | 'degraded' | 'unavailable';
};

/**
 * What a node of the type `image` is set to.
 */
export type ImageData = {
    /**
     * What people call the node.
     */
    label?: string | null;
    settings?: NodeSettings | null;
    /**
     * Picture
     *
     * An uploaded picture, or the address of one.
     */
    source?: ImageSource | null;
};

/**
 * Gives a picture to other nodes: JPEG, PNG, WebP, AVIF, HEIC or GIF (its first frame).
 *
 * A fetched picture is decoded, freed of metadata and stored; an uploaded one is passed on
 * as it is.
 *
 * Further fields of React Flow are kept as they are.
 */
export type ImageNode = {
    data?: ImageData;
    /**
     * Unique in its graph.
     */
    id: string;
    position: Position;
    type: 'image';
    [key: string]: unknown;
};

/**
 * A picture in a run's record.
 */
export type ImageRead = {
    assetId: string;
    bytes: number;
    height: number;
    kind: 'image';
    mediaType: string;
    url: string;
    width: number;
};

export type ImageSource = ({
    kind: 'asset';
} & AssetSource) | ({
    kind: 'url';
} & UrlSource) | ({
    kind: 'base64';
} & Base64Source) | ({
    kind: 'file';
} & FileSource);

/**
 * A workflow that was just made from a file or a template.
 *
 * `notes` are sentences on what was left out or changed; `problems` keep it from running.
 */
export type ImportRead = {
    notes: Array<string>;
    problems: Array<Problem>;
    workflow: WorkflowRead;
};

/**
 * Every so many seconds, whatever clocks do; counted from `anchorAt`, or from now.
 */
export type IntervalTiming = {
    anchorAt?: string | null;
    everySeconds: number;
    kind: 'interval';
};

export type Item = ({
    kind: 'text';
} & TextValue) | ({
    kind: 'number';
} & NumberValue) | ({
    kind: 'boolean';
} & BooleanValue) | ({
    kind: 'json';
} & JsonDataValue) | ({
    kind: 'image';
} & ImageRead) | ({
    kind: 'video';
} & VideoRead) | ({
    kind: 'audio';
} & AudioRead);

/**
 * Any JSON: an object, a list, or one of what they are made of.
 */
export type JsonDataValue = {
    json: JsonValue;
    kind: 'json';
};

export type JsonValue = unknown;

export type Kind = 'text' | 'number' | 'boolean' | 'json' | 'image' | 'video' | 'audio';

/**
 * A kind of value. `fits` are the kinds of ports that take it, written as text if need be.
 */
export type KindSpec = {
    color: string;
    fits: Array<Kind>;
    id: Kind;
    title: string;
};

/**
 * The newest run of a workflow, in a list of workflows.
 */
export type LastRun = {
    createdAt: string;
    finishedAt: string | null;
    id: string;
    status: RunStatus;
};

/**
 * A small drawing of a graph: its longer side is 1, its upper left corner (0, 0).
 *
 * Lines join boxes by their places in the list. A large graph is drawn in part.
 */
export type Layout = {
    boxes: Array<LayoutBox>;
    height: number;
    lines: Array<[
        number,
        number
    ]>;
    width: number;
};

/**
 * A node of a small drawing.
 */
export type LayoutBox = {
    h: number;
    type: string;
    w: number;
    x: number;
    y: number;
};

/**
 * What this server takes.
 */
export type Limits = {
    maxEdges: number;
    maxGraphBytes: number;
    maxIdLength: number;
    maxImageBytes: number;
    maxNameLength: number;
    maxNodes: number;
    maxPageSize: number;
    maxVideoBytes: number;
};

/**
 * Several values of one kind in a run's record.
 */
export type ListRead = {
    items: Array<Item>;
    kind: 'list';
    of: Kind;
};

/**
 * What a node of the type `llm` is set to.
 */
export type LlmData = {
    /**
     * What people call the node.
     */
    label?: string | null;
    /**
     * Longest answer
     *
     * In tokens. Empty: as long as the model likes. To run: 1 to 65536.
     */
    maxOutputTokens?: number | null;
    /**
     * The name of the model, or `provider/name` where the provider is not Google. To run: at least 1 characters, at most 128 characters, like `^[A-Za-z0-9][A-Za-z0-9:@_-]*([./][A-Za-z0-9:@_-]+)*$`. Absent: `"gemini-3.8-flash"`.
     */
    model?: string;
    /**
     * A JSON Schema; the answer is then JSON that fits it. One that does not is asked for once more, and then fails the node.
     */
    responseSchema?: {
        [key: string]: JsonValue;
    } | null;
    settings?: NodeSettings | null;
    /**
     * How the model shall behave. {{input}} is where connected text goes.
     */
    systemPrompt?: string;
    /**
     * 0: much the same answer each time; 2: the most varied. Empty: the model's own. Models since Gemini 3.6 and GPT-5.6 take none, and are sent none. To run: 0 to 2.
     */
    temperature?: number | null;
    /**
     * Cut answer
     *
     * What becomes of an answer that was cut off at the longest answer: the node fails and shows what came of it, or passes it on like a whole one. To run: one of `fail`, `accept`. Absent: `"fail"`.
     */
    truncatedAnswer?: string;
    /**
     * What the model shall do. {{input}} is where connected text goes.
     */
    userMessage?: string;
};

/**
 * Asks a model about texts and pictures; gives its answer as text.
 *
 * Pictures are sent with at most 2048 pixels a side, as JPEG without metadata.
 *
 * Further fields of React Flow are kept as they are.
 */
export type LlmNode = {
    data?: LlmData;
    /**
     * Unique in its graph.
     */
    id: string;
    position: Position;
    type: 'llm';
    [key: string]: unknown;
};

/**
 * The user and how they signed in, and which limits apply to them.
 */
export type Me = {
    auth: 'local' | 'clerk';
    demoModel: boolean;
    email: string | null;
    functions: Array<string> | null;
    id: string;
    limits: Limits;
    name: string | null;
    prefectUrl: string | null;
    scopes: Array<'read' | 'write' | 'run'>;
    signedInWith: 'machine' | 'session' | 'key';
    version: string;
};

/**
 * The models that are offered, then the others that are known; one page.
 */
export type ModelPage = {
    items: Array<ModelRead>;
    nextCursor: string | null;
};

/**
 * What a provider asks for a million tokens of its standard tier, without discounts and taxes.
 */
export type ModelPrice = {
    asOf: string;
    currency: 'USD';
    input: number;
    output: number;
    until: string | null;
};

/**
 * A language model that can be chosen; others that the provider has can be used, too.
 */
export type ModelRead = {
    available: boolean;
    contextTokens: number | null;
    demo: boolean;
    description: string;
    id: string;
    makes: Array<Kind>;
    nextPrice: ModelPrice | null;
    offered: boolean;
    price: ModelPrice | null;
    replacement: string | null;
    retiresAt: string | null;
    sees: Array<Kind>;
    title: string;
};

/**
 * The next ticks that there would be.
 */
export type NextTimes = {
    nextTimes: Array<string>;
};

/**
 * A node of a graph; its `type` decides what its `data` is.
 */
export type Node = {
    id: string;
    type: string;
    position: Position;
    data: {
        [key: string]: unknown;
    };
    [key: string]: unknown;
};

export type NodeCategory = 'input' | 'ai' | 'image' | 'video';

/**
 * What applies where a node's own settings are silent.
 */
export type NodeDefaults = {
    retries: number;
    retryDelaySeconds: number;
    timeoutSeconds: number;
};

export type NodeEffects = 'none' | 'network';

/**
 * Data of a `node` event: one node went to another state or to its next attempt.
 *
 * The error of a RUNNING node is that of the attempt before. `output` is there when the node
 * is COMPLETED, or FAILED with something to show, unless it is a long text: `GET /api/runs/{id}/nodes/{nodeId}` has it all.
 */
export type NodeEventRead = {
    at: string;
    attempt: number;
    error: RunError | null;
    executionId: string;
    kind: 'node';
    nodeId: string;
    output: Value | null;
    outputs: {
        [key: string]: Value;
    };
    reused: boolean;
    runId: string;
    skipReason: 'not_taken' | null;
    status: NodeStatus;
};

/**
 * One node of one run.
 *
 * Where the long texts of a run's nodes (of more than 16 KB) come to more than 8 MB, they do not come with the run:
 * `GET /api/runs/{id}/nodes/{nodeId}` has them.
 */
export type NodeExecutionRead = {
    attempt: number;
    durationMs: number | null;
    error: RunError | null;
    finishedAt: string | null;
    id: string;
    input: {
        [key: string]: Value | Array<Value>;
    };
    label: string;
    nodeId: string;
    nodeType: string;
    output: Value | null;
    outputs: {
        [key: string]: Value;
    };
    reason: string | null;
    reused: boolean;
    reusedFrom: string | null;
    skipReason: 'not_taken' | null;
    startedAt: string | null;
    status: NodeStatus;
    usage: Usage | null;
};

export type NodeIcon = 'adjust' | 'background' | 'convert' | 'grid' | 'overlay' | 'rotate';

/**
 * A place on the canvas that is really two numbers.
 */
export type NodePosition = {
    x: number;
    y: number;
};

/**
 * How a node is run; everything absent is the node type's default.
 */
export type NodeSettings = {
    /**
     * To run: 0 to 10.
     */
    retries?: number | null;
    /**
     * To run: 0 to 3600.
     */
    retryDelaySeconds?: number | null;
    /**
     * To run: like `^(auto|always|never)$`.
     */
    reuse?: string | null;
    /**
     * To run: at most 3600, above 0.
     */
    timeoutSeconds?: number | null;
};

/**
 * Where a node execution is; `SKIPPED`: something it needs failed, or nothing was sent to it.
 */
export type NodeStatus = 'PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'SKIPPED';

/**
 * A node's data that works, with a sentence on what it does.
 */
export type NodeTypeExample = {
    data: {
        [key: string]: JsonValue;
    };
    title: string;
};

/**
 * The whole catalogue, with the shelves and kinds in the order to show them; one page.
 */
export type NodeTypePage = {
    categories: Array<CategorySpec>;
    items: Array<NodeTypeSpec>;
    kinds: Array<KindSpec>;
    nextCursor: string | null;
};

/**
 * One entry of the catalogue.
 */
export type NodeTypeSpec = {
    category: NodeCategory;
    defaults: NodeDefaults;
    description: string;
    effects: NodeEffects;
    example: NodeTypeExample;
    icon: NodeIcon | null;
    id: string;
    inputs: Array<Port>;
    output: Kind;
    outputs: Array<OutputPort>;
    params: {
        [key: string]: JsonValue;
    };
    title: string;
    version: number;
};

/**
 * A number; whole numbers are floats without a fraction.
 */
export type NumberValue = {
    kind: 'number';
    number: number;
};

/**
 * At one moment.
 */
export type OnceTiming = {
    at: string;
    kind: 'once';
};

/**
 * A result of a run that no longer fits the graph; `reason` is a sentence or two.
 */
export type OutOfDateResult = {
    executionId: string;
    nodeId: string;
    reason: string;
};

/**
 * A named output of a node type: a value of a kind, or a list of such, or nothing leaves it.
 */
export type OutputPort = {
    description: string;
    handle: string;
    isList: boolean;
    kind: Kind;
    title: string;
};

export type Overlap = 'skip' | 'queue' | 'allow';

/**
 * What a node of the type `overlay` is set to.
 */
export type OverlayData = {
    /**
     * Blend mode
     *
     * How its colours are mixed with those below. To run: one of `normal`, `multiply`, `screen`, `overlay`, `soft-light`, `darken`, `lighten`. Absent: `"normal"`.
     */
    blend?: string;
    /**
     * Height
     *
     * To run: 0 to 100. Absent: `100`.
     */
    heightPercent?: number;
    /**
     * What people call the node.
     */
    label?: string | null;
    /**
     * Opacity, in percent
     *
     * To run: 0 to 100. Absent: `100`.
     */
    opacity?: number;
    settings?: NodeSettings | null;
    /**
     * Width
     *
     * To run: 0 to 100. Absent: `100`.
     */
    widthPercent?: number;
    /**
     * Left
     *
     * To run: 0 to 100. Absent: `0`.
     */
    xPercent?: number;
    /**
     * Top
     *
     * To run: 0 to 100. Absent: `0`.
     */
    yPercent?: number;
};

/**
 * Puts a picture on another one: as large as fits into a rectangle, in its middle.
 *
 * Further fields of React Flow are kept as they are.
 */
export type OverlayNode = {
    data?: OverlayData;
    /**
     * Unique in its graph.
     */
    id: string;
    position: Position;
    type: 'overlay';
    [key: string]: unknown;
};

/**
 * One part that Nodeloom works with.
 */
export type PartHealth = {
    detail: string;
    name: 'process' | 'database' | 'migrations' | 'worker' | 'assets' | 'compute' | 'prefect';
    needed: boolean;
    ok: boolean;
    status: 'ok' | 'degraded' | 'down';
};

export type PlanAction = 'run' | 'reuse' | 'skip';

/**
 * What would happen to every node of the workflow.
 *
 * First those in the scope, in an order in which they could run one by one; then the others.
 */
export type PlanRead = {
    steps: Array<PlanStepRead>;
};

/**
 * What would happen to one node; `reason` is a sentence.
 *
 * `skip`: the node is outside of the scope.
 */
export type PlanStepRead = {
    action: PlanAction;
    nodeId: string;
    reason: string;
};

/**
 * A named input of a node type.
 *
 * `kinds` are the kinds of value it takes; `many` says that several edges may enter;
 * `param` that it is also a field of the form, whose typed value a connected one replaces.
 */
export type Port = {
    description: string;
    handle: string;
    kinds: Array<Kind>;
    many: boolean;
    param: boolean;
    placeholder: boolean;
    preferred: boolean;
    required: boolean;
    title: string;
};

/**
 * A place on the canvas, in flow units.
 */
export type Position = {
    x: number;
    y: number;
};

/**
 * Where nodes have been moved to, by node id; unknown nodes, and null, are ignored.
 */
export type PositionsUpdate = {
    positions: {
        [key: string]: NodePosition | null;
    };
};

/**
 * What a list shows of a graph; `thumbnails` are addresses of small pictures.
 */
export type Preview = {
    layout: Layout;
    thumbnails: Array<string>;
};

/**
 * Data of a `preview` event: a picture of what a node's output may become.
 *
 * It takes the place of the one before, and its address ends with the node.
 */
export type PreviewEventRead = {
    attempt: number;
    kind: 'preview';
    nodeId: string;
    value: Value;
};

/**
 * A row as it would be run.
 */
export type PreviewRow = {
    inputs: {
        [key: string]: JsonValue;
    };
    number: number;
};

/**
 * One problem, or one warning: what is wrong, where, and in a sentence that says what to do.
 *
 * `port` is the handle and `param` the field of the node's data that it is about; `input` the name
 * of the declared input whose value it is about.
 */
export type Problem = {
    code: ProblemCode;
    edgeId: string | null;
    input: string | null;
    message: string;
    nodeId: string | null;
    param: string | null;
    port: string | null;
};

/**
 * Every problem a graph can have.
 */
export type ProblemCode = 'malformed' | 'unknown_node_type' | 'duplicate_node_id' | 'duplicate_edge_id' | 'dangling_edge' | 'malformed_param' | 'unknown_param' | 'too_many_nodes' | 'too_many_edges' | 'graph_too_large' | 'id_too_long' | 'bad_param' | 'unknown_handle' | 'kind_mismatch' | 'too_many_connections' | 'duplicate_connection' | 'cycle' | 'missing_input' | 'missing_source' | 'asset_not_found' | 'file_not_uploaded' | 'nothing_to_say' | 'unknown_provider' | 'text_too_long' | 'bad_declaration' | 'model_retired' | 'model_unknown' | 'param_ignored' | 'unknown_input' | 'input_required' | 'bad_input_value' | 'nothing_to_run' | 'unknown_node' | 'input_not_available' | 'bad_table' | 'breaks_callers';

/**
 * What a node of the type `resize` is set to.
 */
export type ResizeData = {
    /**
     * contain: the whole picture inside the box, proportions kept, so one side may be shorter. cover: fills the box, what is over is cut off evenly. fill: stretched. To run: one of `contain`, `cover`, `fill`. Absent: `"contain"`.
     */
    fit?: string;
    /**
     * Height, in pixels
     *
     * To run: 1 to 8192. Absent: `1024`.
     */
    height?: number;
    /**
     * What people call the node.
     */
    label?: string | null;
    settings?: NodeSettings | null;
    /**
     * Width, in pixels
     *
     * To run: 1 to 8192. Absent: `1024`.
     */
    width?: number;
};

/**
 * Makes a picture smaller or larger, so that it fits a box of width by height pixels.
 *
 * Further fields of React Flow are kept as they are.
 */
export type ResizeNode = {
    data?: ResizeData;
    /**
     * Unique in its graph.
     */
    id: string;
    position: Position;
    type: 'resize';
    [key: string]: unknown;
};

/**
 * What people say of a result.
 */
export type ResultMark = {
    favourite: boolean;
};

/**
 * A page of results, the newest first; it may have few items, or none, and still not be the last one.
 */
export type ResultPage = {
    items: Array<ResultRead>;
    nextCursor: string | null;
};

/**
 * What one node gave in one run.
 *
 * Texts of more than 600 characters are given by their beginning, and other values of more than 64 KB not at all:
 * `GET /api/runs/{id}/nodes/{nodeId}` has them.
 */
export type ResultRead = {
    favourite: boolean;
    finishedAt: string;
    id: string;
    isCut: boolean;
    label: string;
    nodeId: string;
    nodeType: string;
    output: Value | null;
    outputs: {
        [key: string]: Value;
    };
    reused: boolean;
    runId: string;
};

export type Reuse = 'auto' | 'always' | 'never';

/**
 * What a node of the type `rotate` is set to.
 */
export type RotateData = {
    /**
     * Angle, in degrees
     *
     * Clockwise. Quarter turns change no pixel; others make the picture larger, so that all of it stays. To run: -360 to 360. Absent: `90`.
     */
    angle?: number;
    /**
     * Colour of the corners
     *
     * Such as #ffffff; #00000000 is transparent. To run: like `^#([0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$`. Absent: `"#00000000"`.
     */
    background?: string;
    /**
     * Before it is turned. horizontal: left and right are exchanged. vertical: top and bottom. To run: one of `none`, `horizontal`, `vertical`. Absent: `"none"`.
     */
    flip?: string;
    /**
     * What people call the node.
     */
    label?: string | null;
    settings?: NodeSettings | null;
};

/**
 * Turns a picture clockwise, after it was mirrored, where that is wanted.
 *
 * Further fields of React Flow are kept as they are.
 */
export type RotateNode = {
    data?: RotateData;
    /**
     * Unique in its graph.
     */
    id: string;
    position: Position;
    type: 'rotate';
    [key: string]: unknown;
};

/**
 * Where a row of a batch is: PENDING until its run is made, then where that is.
 */
export type RowStatus = 'PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

/**
 * How many nodes of the run are where.
 */
export type RunCounts = {
    cancelled: number;
    completed: number;
    failed: number;
    pending: number;
    reused: number;
    running: number;
    skipped: number;
    total: number;
};

/**
 * What a client sends to start a run.
 */
export type RunCreate = {
    inputs?: {
        [key: string]: JsonValue;
    };
    /**
     * Absent: `"auto"`.
     */
    reuse?: Reuse;
    /**
     * Absent: `{"kind": "all"}`.
     */
    scope?: Scope;
};

/**
 * Why a run or a node ended badly; `code` is stable, `message` says what to do.
 */
export type RunError = {
    code: string;
    message: string;
};

/**
 * The data of a server-sent event; `kind` is also the name of the event.
 */
export type RunEvent = ({
    kind: 'run';
} & RunEventRead) | ({
    kind: 'node';
} & NodeEventRead) | ({
    kind: 'token';
} & TokenEventRead) | ({
    kind: 'preview';
} & PreviewEventRead);

/**
 * Data of a `run` event: the run as a whole went to another state, or is to be paused, or not any more.
 */
export type RunEventRead = {
    at: string;
    error: RunError | null;
    kind: 'run';
    pausing: boolean;
    runId: string;
    status: RunStatus;
};

/**
 * A page of runs, newest first.
 */
export type RunPage = {
    items: Array<RunSummary>;
    nextCursor: string | null;
};

/**
 * A run with its nodes.
 */
export type RunRead = {
    counts: RunCounts;
    createdAt: string;
    dueAt: string | null;
    durationMs: number | null;
    error: RunError | null;
    finishedAt: string | null;
    id: string;
    inputs: {
        [key: string]: JsonValue;
    };
    late: boolean;
    nodeExecutions: Array<NodeExecutionRead>;
    outputs: {
        [key: string]: Value | null;
    };
    pauseRequestedAt: string | null;
    prefectUrl: string | null;
    reuse: Reuse;
    revision: number;
    scheduleId: string | null;
    scope: Scope;
    startedAt: string | null;
    startedBy: StartedBy | null;
    status: RunStatus;
    trigger: Trigger;
    usage: RunUsage;
    workflowId: number;
};

/**
 * Where a run is; the last three are terminal and never change.
 *
 * `WAITING`: nobody executes it until a person says so: it is paused.
 */
export type RunStatus = 'PENDING' | 'RUNNING' | 'WAITING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

/**
 * A run in a list, with what came out of it last, by which people know it again.
 */
export type RunSummary = {
    counts: RunCounts;
    createdAt: string;
    dueAt: string | null;
    durationMs: number | null;
    error: RunError | null;
    finishedAt: string | null;
    id: string;
    lastImage: ImageRead | null;
    lastText: string | null;
    late: boolean;
    pauseRequestedAt: string | null;
    prefectUrl: string | null;
    reuse: Reuse;
    revision: number;
    scheduleId: string | null;
    scope: Scope;
    startedAt: string | null;
    startedBy: StartedBy | null;
    status: RunStatus;
    trigger: Trigger;
    usage: RunUsage;
    workflowId: number;
};

/**
 * Tokens that model providers counted for a run; what was reused cost it nothing.
 */
export type RunUsage = {
    inputTokens: number;
    outputTokens: number;
    totalTokens: number;
};

/**
 * A schedule to be made.
 */
export type ScheduleCreate = {
    /**
     * Absent: `"once"`.
     */
    catchUp?: CatchUp;
    /**
     * Values that the runs are given: for declared inputs by their names, as in `inputs` of a run; and for other params by node id, as `{nodeId: {param: value}}`.
     */
    inputs?: {
        [key: string]: JsonValue;
    };
    name: string;
    /**
     * Absent: `"skip"`.
     */
    overlap?: Overlap;
    /**
     * Absent: `false`.
     */
    paused?: boolean;
    /**
     * Absent: `"auto"`.
     */
    reuse?: Reuse;
    /**
     * Absent: `{"kind": "all"}`.
     */
    scope?: ScheduleScope;
    timing: Timing;
};

/**
 * A page of schedules, newest first.
 */
export type SchedulePage = {
    items: Array<ScheduleRead>;
    nextCursor: string | null;
};

/**
 * A schedule of a workflow.
 */
export type ScheduleRead = {
    catchUp: CatchUp;
    createdAt: string;
    id: string;
    /**
     * Values that the runs are given: for declared inputs by their names, as in `inputs` of a run; and for other params by node id, as `{nodeId: {param: value}}`.
     */
    inputs: {
        [key: string]: JsonValue;
    };
    lastTick: TickRead | null;
    name: string;
    nextAt: string | null;
    nextTimes: Array<string>;
    overlap: Overlap;
    paused: boolean;
    prefectUrl: string | null;
    reuse: Reuse;
    revision: number;
    scope: ScheduleScope;
    synced: boolean;
    timing: Timing;
    updatedAt: string;
    workflowId: number;
};

export type ScheduleScope = ({
    kind: 'all';
} & ScopeAll) | ({
    kind: 'nodes';
} & ScopeNodes) | ({
    kind: 'from';
} & ScopeFrom) | ({
    kind: 'until';
} & ScopeUntil);

/**
 * What is to change in a schedule; what is left out, or null, stays as it is.
 */
export type ScheduleUpdate = {
    catchUp?: CatchUp;
    /**
     * Values that the runs are given: for declared inputs by their names, as in `inputs` of a run; and for other params by node id, as `{nodeId: {param: value}}`.
     */
    inputs?: {
        [key: string]: JsonValue;
    };
    name?: string;
    overlap?: Overlap;
    paused?: boolean;
    reuse?: Reuse;
    scope?: ScheduleScope;
    timing?: Timing;
};

export type Scope = ({
    kind: 'all';
} & ScopeAll) | ({
    kind: 'nodes';
} & ScopeNodes) | ({
    kind: 'from';
} & ScopeFrom) | ({
    kind: 'until';
} & ScopeUntil) | ({
    kind: 'failed';
} & ScopeFailed);

/**
 * Every node of the graph.
 */
export type ScopeAll = {
    kind: 'all';
};

/**
 * What did not complete in an earlier run, and what depends on it.
 */
export type ScopeFailed = {
    kind: 'failed';
    runId: string;
};

/**
 * A node and everything that depends on it.
 */
export type ScopeFrom = {
    kind: 'from';
    nodeId: string;
};

/**
 * These nodes and no others.
 */
export type ScopeNodes = {
    kind: 'nodes';
    nodeIds: Array<string>;
};

/**
 * A node and everything that it needs.
 */
export type ScopeUntil = {
    kind: 'until';
    nodeId: string;
};

/**
 * What whoever has a share link sees of the function.
 */
export type SharedFunction = {
    expiresAt: string;
    inputs: {
        [key: string]: unknown;
    };
    outputs: {
        [key: string]: unknown;
    };
    runsLeft: number;
    stepCount: number;
    title: string;
};

/**
 * What whoever has a share link sees of a run that was started with it.
 */
export type SharedRun = {
    demo: boolean;
    endedStepCount: number;
    error: RunError | null;
    outputs: {
        [key: string]: Value | null;
    };
    runId: string;
    status: RunStatus;
    stepCount: number;
};

/**
 * A file that was uploaded through a share link: give `{"assetId"}` as the value of an input.
 */
export type SharedUpload = {
    assetId: string;
    mediaType: string;
    url: string;
};

/**
 * What a page needs to have people sign in; nothing of it is secret.
 */
export type SignInRead = {
    auth: 'local' | 'clerk';
    clerkPublishableKey: string | null;
};

/**
 * Who or what started a run: a person, a program with an API key, a schedule, or who has a share link.
 */
export type StartedBy = {
    kind: 'user' | 'api_key' | 'schedule' | 'link';
    name: string;
};

/**
 * A file in a list; `createdAt` is when it was first uploaded or made.
 */
export type StoredAssetRead = {
    bytes: number;
    createdAt: string;
    durationSeconds: number | null;
    height: number;
    id: string;
    mediaType: string;
    url: string;
    width: number;
};

/**
 * All templates, the first one first to try; one page.
 */
export type TemplatePage = {
    costNote: string;
    items: Array<TemplateRead>;
    nextCursor: string | null;
};

/**
 * A workflow to begin with.
 */
export type TemplateRead = {
    cost: string;
    description: string;
    id: string;
    inputs: Array<string>;
    layout: Layout;
    name: string;
    nodeCount: number;
    outputs: Array<string>;
    purpose: string;
};

/**
 * What a node of the type `text` is set to.
 */
export type TextData = {
    /**
     * What people call the node.
     */
    label?: string | null;
    settings?: NodeSettings | null;
    /**
     * Passed on as it is; connected texts replace it.
     */
    text?: string;
};

/**
 * Gives its text to other nodes.
 *
 * Further fields of React Flow are kept as they are.
 */
export type TextNode = {
    data?: TextData;
    /**
     * Unique in its graph.
     */
    id: string;
    position: Position;
    type: 'text';
    [key: string]: unknown;
};

/**
 * A piece of text.
 */
export type TextValue = {
    kind: 'text';
    text: string;
};

export type TickOutcome = 'run' | 'queued' | 'coalesced' | 'skipped_overlap' | 'skipped_late' | 'refused';

/**
 * A page of a schedule's ticks, latest first.
 */
export type TickPage = {
    items: Array<TickRead>;
    nextCursor: string | null;
};

/**
 * One tick of a schedule, and what became of it.
 */
export type TickRead = {
    decidedAt: string;
    dueAt: string;
    error: RunError | null;
    late: boolean;
    outcome: TickOutcome;
    runId: string | null;
};

export type Timing = ({
    kind: 'cron';
} & CronTiming) | ({
    kind: 'interval';
} & IntervalTiming) | ({
    kind: 'once';
} & OnceTiming);

/**
 * Times to be looked at before a schedule is made of them.
 */
export type TimingPreview = {
    timing: Timing;
};

/**
 * Data of a `token` event: live text of an llm node.
 *
 * `offset` is how many characters (Unicode code points) of this attempt's text come before.
 * Each stream tells the text from its beginning, however late it was asked for; a very long text
 * may stop before its end, as the whole text is the node's output.
 */
export type TokenEventRead = {
    attempt: number;
    kind: 'token';
    nodeId: string;
    offset: number;
    text: string;
};

export type Trigger = 'api' | 'link' | 'prefect' | 'schedule' | 'batch';

/**
 * A file on the web; fetched each time the node runs.
 */
export type UrlSource = {
    kind: 'url';
    url: string;
};

/**
 * Tokens that a model provider counted for one node execution, in all its attempts.
 */
export type Usage = {
    finishReason: string | null;
    inputTokens: number;
    model: string | null;
    outputTokens: number;
    repairs: number;
    totalTokens: number;
};

export type Value = ({
    kind: 'text';
} & TextValue) | ({
    kind: 'number';
} & NumberValue) | ({
    kind: 'boolean';
} & BooleanValue) | ({
    kind: 'json';
} & JsonDataValue) | ({
    kind: 'image';
} & ImageRead) | ({
    kind: 'video';
} & VideoRead) | ({
    kind: 'audio';
} & AudioRead) | ({
    kind: 'list';
} & ListRead);

/**
 * What people say of a version; what is left out stays as it is.
 */
export type VersionMark = {
    label?: string | null;
    /**
     * Absent: `false`.
     */
    pinned?: boolean;
};

/**
 * A page of a history, newest first.
 */
export type VersionPage = {
    items: Array<VersionRead>;
    nextCursor: string | null;
};

/**
 * An entry of a workflow's history: the state at `createdAt`.
 *
 * `beganAt` and `saves` tell of the session of edits that led to it; `sourceRevision` is the
 * revision that was restored. Pinned and named entries are kept for ever.
 */
export type VersionRead = {
    beganAt: string;
    changes: Changes;
    createdAt: string;
    current: boolean;
    edgeCount: number;
    id: string;
    label: string | null;
    nodeCount: number;
    origin: 'created' | 'saved' | 'restored' | 'imported' | 'template' | 'duplicated';
    pinned: boolean;
    revision: number;
    saves: number;
    sourceRevision: number | null;
};

/**
 * What a node of the type `video` is set to.
 */
export type VideoData = {
    /**
     * What people call the node.
     */
    label?: string | null;
    settings?: NodeSettings | null;
    /**
     * Video
     *
     * An uploaded video, or the address of one.
     */
    source?: VideoSource | null;
};

/**
 * Gives a video to other nodes: MP4, MOV, WebM or MKV.
 *
 * Further fields of React Flow are kept as they are.
 */
export type VideoNode = {
    data?: VideoData;
    /**
     * Unique in its graph.
     */
    id: string;
    position: Position;
    type: 'video';
    [key: string]: unknown;
};

/**
 * A video in a run's record.
 */
export type VideoRead = {
    assetId: string;
    bytes: number;
    durationSeconds: number;
    height: number;
    kind: 'video';
    mediaType: string;
    url: string;
    width: number;
};

export type VideoSource = ({
    kind: 'asset';
} & AssetSource) | ({
    kind: 'url';
} & UrlSource) | ({
    kind: 'file';
} & FileSource);

/**
 * The part of the canvas that was in view.
 */
export type Viewport = {
    x: number;
    y: number;
    zoom: number;
};

/**
 * A webhook to be made; without a filter it is told of every run of yours.
 */
export type WebhookCreate = {
    /**
     * Absent: `["run.completed", "run.failed", "run.cancelled"]`.
     */
    events?: Array<'run.completed' | 'run.failed' | 'run.cancelled'>;
    functionName?: string | null;
    /**
     * Absent: `false`.
     */
    onRequest?: boolean;
    title: string;
    url: string;
    workflowId?: number | null;
};

/**
 * A page of deliveries, the newest first.
 */
export type WebhookDeliveryPage = {
    items: Array<WebhookDeliveryRead>;
    nextCursor: string | null;
};

/**
 * What a webhook was, or is to be, told, and how the last attempt went.
 */
export type WebhookDeliveryRead = {
    attemptCount: number;
    createdAt: string;
    durationMs: number | null;
    error: string | null;
    event: 'run.completed' | 'run.failed' | 'run.cancelled';
    id: string;
    lastAttemptAt: string | null;
    nextAttemptAt: string | null;
    response: string | null;
    responseStatus: number | null;
    runId: string;
    status: 'pending' | 'delivered' | 'failed';
};

/**
 * A webhook with a new secret, and the only time that it is told.
 */
export type WebhookMade = {
    createdAt: string;
    disabledAt: string | null;
    disabledReason: DisabledReason | null;
    events: Array<'run.completed' | 'run.failed' | 'run.cancelled'>;
    failingSince: string | null;
    functionName: string | null;
    id: string;
    onRequest: boolean;
    secret: string;
    title: string;
    url: string;
    workflowId: number | null;
};

/**
 * All webhooks, the newest first; one page.
 */
export type WebhookPage = {
    items: Array<WebhookRead>;
    nextCursor: string | null;
};

/**
 * A webhook, without its secret.
 */
export type WebhookRead = {
    createdAt: string;
    disabledAt: string | null;
    disabledReason: DisabledReason | null;
    events: Array<'run.completed' | 'run.failed' | 'run.cancelled'>;
    failingSince: string | null;
    functionName: string | null;
    id: string;
    onRequest: boolean;
    title: string;
    url: string;
    workflowId: number | null;
};

/**
 * What is to change of a webhook; what is left out stays.
 */
export type WebhookUpdate = {
    enabled?: boolean | null;
    events?: Array<'run.completed' | 'run.failed' | 'run.cancelled'> | null;
    title?: string | null;
    url?: string | null;
};

/**
 * Data of a `workflow` event: what a workflow is at, when the stream begins and after each save.
 *
 * Positions of nodes have no revision: `moved` says whether some of them changed since the event before.
 */
export type WorkflowEventRead = {
    kind: 'workflow';
    moved: boolean;
    revision: number;
};

/**
 * A workflow as a file: a graph and, under the ids that its nodes name, the pictures and videos inside of it.
 */
export type WorkflowFile = {
    assets?: {
        [key: string]: EmbeddedFile;
    };
    edges?: Array<Edge>;
    inputs?: Array<DeclaredInput>;
    name?: string;
    nodes: Array<Node>;
    outputs?: Array<DeclaredOutput>;
    viewport?: Viewport;
    [key: string]: unknown;
};

/**
 * A page of workflows.
 */
export type WorkflowPage = {
    items: Array<WorkflowSummary>;
    nextCursor: string | null;
};

/**
 * A stored workflow: its graph, and what the database knows about it.
 */
export type WorkflowRead = {
    createdAt: string;
    edges: Array<Edge>;
    id: number;
    inputs: Array<DeclaredInput>;
    name: string;
    nodes: Array<Node>;
    outputs: Array<DeclaredOutput>;
    revision: number;
    updatedAt: string;
    viewport: Viewport;
};

/**
 * The new name of a workflow.
 */
export type WorkflowRename = {
    name: string;
};

/**
 * A workflow in a list; `deletedAt` is set where deleted ones are listed.
 */
export type WorkflowSummary = {
    createdAt: string;
    deletedAt: string | null;
    id: number;
    lastRun: LastRun | null;
    name: string;
    nodeCount: number;
    preview: Preview;
    revision: number;
    updatedAt: string;
};

export type ListAssetsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Items of a page.
         */
        limit?: number;
        /**
         * `nextCursor` of the page before.
         */
        cursor?: string;
    };
    url: '/api/assets';
};

export type ListAssetsErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ListAssetsError = ListAssetsErrors[keyof ListAssetsErrors];

export type ListAssetsResponses = {
    /**
     * Done
     */
    200: AssetPage;
};

export type ListAssetsResponse = ListAssetsResponses[keyof ListAssetsResponses];

export type UploadAssetData = {
    body: {
        file: Blob | File;
    };
    path?: never;
    query?: never;
    url: '/api/assets';
};

export type UploadAssetErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
    /**
     * Insufficient Storage
     */
    507: ErrorDocument;
};

export type UploadAssetError = UploadAssetErrors[keyof UploadAssetErrors];

export type UploadAssetResponses = {
    /**
     * Made
     */
    201: AssetRecord;
};

export type UploadAssetResponse = UploadAssetResponses[keyof UploadAssetResponses];

export type DeleteAssetData = {
    body?: never;
    path: {
        assetId: string;
    };
    query?: never;
    url: '/api/assets/{assetId}';
};

export type DeleteAssetErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type DeleteAssetError = DeleteAssetErrors[keyof DeleteAssetErrors];

export type DeleteAssetResponses = {
    /**
     * Done; there is nothing to say
     */
    204: void;
};

export type DeleteAssetResponse = DeleteAssetResponses[keyof DeleteAssetResponses];

export type ReadAssetData = {
    body?: never;
    path: {
        assetId: string;
    };
    query?: {
        /**
         * A small picture of at most this many pixels across.
         */
        width?: number;
    };
    url: '/api/assets/{assetId}';
};

export type ReadAssetErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Requested Range Not Satisfiable
     */
    416: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ReadAssetError = ReadAssetErrors[keyof ReadAssetErrors];

export type ReadAssetResponses = {
    /**
     * The file, or a small picture of it
     */
    200: Blob | File;
    /**
     * The range that was asked for
     */
    206: Blob | File;
};

export type ReadAssetResponse = ReadAssetResponses[keyof ReadAssetResponses];

export type ReadBatchData = {
    body?: never;
    path: {
        batchId: string;
    };
    query?: never;
    url: '/api/batches/{batchId}';
};

export type ReadBatchErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ReadBatchError = ReadBatchErrors[keyof ReadBatchErrors];

export type ReadBatchResponses = {
    /**
     * Done
     */
    200: BatchRead;
};

export type ReadBatchResponse = ReadBatchResponses[keyof ReadBatchResponses];

export type CancelBatchData = {
    body?: never;
    path: {
        batchId: string;
    };
    query?: never;
    url: '/api/batches/{batchId}/cancel';
};

export type CancelBatchErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type CancelBatchError = CancelBatchErrors[keyof CancelBatchErrors];

export type CancelBatchResponses = {
    /**
     * Accepted
     */
    202: BatchRead;
};

export type CancelBatchResponse = CancelBatchResponses[keyof CancelBatchResponses];

export type DownloadBatchTableData = {
    body?: never;
    path: {
        batchId: string;
    };
    query?: never;
    url: '/api/batches/{batchId}/results.csv';
};

export type DownloadBatchTableErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type DownloadBatchTableError = DownloadBatchTableErrors[keyof DownloadBatchTableErrors];

export type DownloadBatchTableResponses = {
    /**
     * The file
     */
    200: string;
};

export type DownloadBatchTableResponse = DownloadBatchTableResponses[keyof DownloadBatchTableResponses];

export type DownloadBatchFilesData = {
    body?: never;
    path: {
        batchId: string;
    };
    query?: never;
    url: '/api/batches/{batchId}/results.zip';
};

export type DownloadBatchFilesErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type DownloadBatchFilesError = DownloadBatchFilesErrors[keyof DownloadBatchFilesErrors];

export type DownloadBatchFilesResponses = {
    /**
     * The file
     */
    200: Blob | File;
};

export type DownloadBatchFilesResponse = DownloadBatchFilesResponses[keyof DownloadBatchFilesResponses];

export type RetryBatchData = {
    body?: never;
    path: {
        batchId: string;
    };
    query?: never;
    url: '/api/batches/{batchId}/retry';
};

export type RetryBatchErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type RetryBatchError = RetryBatchErrors[keyof RetryBatchErrors];

export type RetryBatchResponses = {
    /**
     * Accepted
     */
    202: BatchRead;
};

export type RetryBatchResponse = RetryBatchResponses[keyof RetryBatchResponses];

export type ListBatchRowsData = {
    body?: never;
    path: {
        batchId: string;
    };
    query?: {
        /**
         * Items of a page.
         */
        limit?: number;
        /**
         * `nextCursor` of the page before.
         */
        cursor?: string;
    };
    url: '/api/batches/{batchId}/rows';
};

export type ListBatchRowsErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ListBatchRowsError = ListBatchRowsErrors[keyof ListBatchRowsErrors];

export type ListBatchRowsResponses = {
    /**
     * Done
     */
    200: BatchRowPage;
};

export type ListBatchRowsResponse = ListBatchRowsResponses[keyof ListBatchRowsResponses];

export type SetBatchWinnerData = {
    body: BatchWinner;
    path: {
        batchId: string;
    };
    query?: never;
    url: '/api/batches/{batchId}/winner';
};

export type SetBatchWinnerErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type SetBatchWinnerError = SetBatchWinnerErrors[keyof SetBatchWinnerErrors];

export type SetBatchWinnerResponses = {
    /**
     * Done
     */
    200: BatchRead;
};

export type SetBatchWinnerResponse = SetBatchWinnerResponses[keyof SetBatchWinnerResponses];

export type ListFunctionsData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/api/functions';
};

export type ListFunctionsErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ListFunctionsError = ListFunctionsErrors[keyof ListFunctionsErrors];

export type ListFunctionsResponses = {
    /**
     * Done
     */
    200: FunctionPage;
};

export type ListFunctionsResponse = ListFunctionsResponses[keyof ListFunctionsResponses];

export type DescribeFunctionsData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/api/functions/openapi.json';
};

export type DescribeFunctionsErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type DescribeFunctionsError = DescribeFunctionsErrors[keyof DescribeFunctionsErrors];

export type DescribeFunctionsResponses = {
    /**
     * Done
     */
    200: {
        [key: string]: unknown;
    };
};

export type DescribeFunctionsResponse = DescribeFunctionsResponses[keyof DescribeFunctionsResponses];

export type DeleteFunctionData = {
    body?: never;
    path: {
        functionName: string;
    };
    query?: never;
    url: '/api/functions/{functionName}';
};

export type DeleteFunctionErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type DeleteFunctionError = DeleteFunctionErrors[keyof DeleteFunctionErrors];

export type DeleteFunctionResponses = {
    /**
     * Done; there is nothing to say
     */
    204: void;
};

export type DeleteFunctionResponse = DeleteFunctionResponses[keyof DeleteFunctionResponses];

export type ReadFunctionData = {
    body?: never;
    path: {
        functionName: string;
    };
    query?: never;
    url: '/api/functions/{functionName}';
};

export type ReadFunctionErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ReadFunctionError = ReadFunctionErrors[keyof ReadFunctionErrors];

export type ReadFunctionResponses = {
    /**
     * Done
     */
    200: FunctionRead;
};

export type ReadFunctionResponse = ReadFunctionResponses[keyof ReadFunctionResponses];

export type CallFunctionData = {
    body: {
        [key: string]: unknown;
    };
    headers?: {
        /**
         * A name for this request: sending it again starts nothing new.
         */
        'Idempotency-Key'?: string;
        /**
         * `wait=SECONDS`: answer when the run has ended, with 200, or after so many seconds, 120 at most, with 202. Other preferences are ignored.
         */
        Prefer?: string;
        /**
         * The id of a webhook with `onRequest`: it is told of the end of this run.
         */
        'Nodeloom-Webhook'?: string;
    };
    path: {
        functionName: string;
    };
    query?: {
        /**
         * Give images inside of the answer, as `data:` addresses, up to 8 MB of them.
         */
        inline?: boolean;
    };
    url: '/api/functions/{functionName}';
};

export type CallFunctionErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
    /**
     * Insufficient Storage
     */
    507: ErrorDocument;
};

export type CallFunctionError = CallFunctionErrors[keyof CallFunctionErrors];

export type CallFunctionResponses = {
    /**
     * The run has ended; `status` says how
     */
    200: FunctionResult;
    /**
     * Accepted
     */
    202: FunctionResult;
};

export type CallFunctionResponse = CallFunctionResponses[keyof CallFunctionResponses];

export type StartFunctionBatchData = {
    body: BatchCreate;
    headers?: {
        /**
         * A name for this request: sending it again starts nothing new.
         */
        'Idempotency-Key'?: string;
    };
    path: {
        functionName: string;
    };
    query?: {
        /**
         * What the batch of a file is called.
         */
        name?: string;
        /**
         * Beside a file: the input of each column as JSON, such as `{"Product": "topic"}`. A longer one fits into a JSON body.
         */
        mapping?: string;
        /**
         * Beside a file: `axes` as JSON.
         */
        axes?: string;
    };
    url: '/api/functions/{functionName}/batches';
};

export type StartFunctionBatchErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
    /**
     * Insufficient Storage
     */
    507: ErrorDocument;
};

export type StartFunctionBatchError = StartFunctionBatchErrors[keyof StartFunctionBatchErrors];

export type StartFunctionBatchResponses = {
    /**
     * Accepted
     */
    202: BatchRead;
};

export type StartFunctionBatchResponse = StartFunctionBatchResponses[keyof StartFunctionBatchResponses];

export type PreviewFunctionBatchData = {
    body: BatchCreate;
    path: {
        functionName: string;
    };
    query?: {
        /**
         * What the batch of a file is called.
         */
        name?: string;
        /**
         * Beside a file: the input of each column as JSON, such as `{"Product": "topic"}`. A longer one fits into a JSON body.
         */
        mapping?: string;
        /**
         * Beside a file: `axes` as JSON.
         */
        axes?: string;
    };
    url: '/api/functions/{functionName}/batches/preview';
};

export type PreviewFunctionBatchErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type PreviewFunctionBatchError = PreviewFunctionBatchErrors[keyof PreviewFunctionBatchErrors];

export type PreviewFunctionBatchResponses = {
    /**
     * Done
     */
    200: BatchPreview;
};

export type PreviewFunctionBatchResponse = PreviewFunctionBatchResponses[keyof PreviewFunctionBatchResponses];

export type ListFunctionLinksData = {
    body?: never;
    path: {
        functionName: string;
    };
    query?: never;
    url: '/api/functions/{functionName}/links';
};

export type ListFunctionLinksErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ListFunctionLinksError = ListFunctionLinksErrors[keyof ListFunctionLinksErrors];

export type ListFunctionLinksResponses = {
    /**
     * Done
     */
    200: FunctionLinkPage;
};

export type ListFunctionLinksResponse = ListFunctionLinksResponses[keyof ListFunctionLinksResponses];

export type CreateFunctionLinkData = {
    body: FunctionLinkCreate;
    path: {
        functionName: string;
    };
    query?: never;
    url: '/api/functions/{functionName}/links';
};

export type CreateFunctionLinkErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type CreateFunctionLinkError = CreateFunctionLinkErrors[keyof CreateFunctionLinkErrors];

export type CreateFunctionLinkResponses = {
    /**
     * Made
     */
    201: FunctionLinkMade;
};

export type CreateFunctionLinkResponse = CreateFunctionLinkResponses[keyof CreateFunctionLinkResponses];

export type RevokeFunctionLinkData = {
    body?: never;
    path: {
        functionName: string;
        linkId: string;
    };
    query?: never;
    url: '/api/functions/{functionName}/links/{linkId}';
};

export type RevokeFunctionLinkErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type RevokeFunctionLinkError = RevokeFunctionLinkErrors[keyof RevokeFunctionLinkErrors];

export type RevokeFunctionLinkResponses = {
    /**
     * Done; there is nothing to say
     */
    204: void;
};

export type RevokeFunctionLinkResponse = RevokeFunctionLinkResponses[keyof RevokeFunctionLinkResponses];

export type ListApiKeysData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Items of a page.
         */
        limit?: number;
        /**
         * `nextCursor` of the page before.
         */
        cursor?: string;
    };
    url: '/api/keys';
};

export type ListApiKeysErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ListApiKeysError = ListApiKeysErrors[keyof ListApiKeysErrors];

export type ListApiKeysResponses = {
    /**
     * Done
     */
    200: ApiKeyPage;
};

export type ListApiKeysResponse = ListApiKeysResponses[keyof ListApiKeysResponses];

export type CreateApiKeyData = {
    body: ApiKeyCreate;
    path?: never;
    query?: never;
    url: '/api/keys';
};

export type CreateApiKeyErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type CreateApiKeyError = CreateApiKeyErrors[keyof CreateApiKeyErrors];

export type CreateApiKeyResponses = {
    /**
     * Made
     */
    201: ApiKeyMade;
};

export type CreateApiKeyResponse = CreateApiKeyResponses[keyof CreateApiKeyResponses];

export type DeleteApiKeyData = {
    body?: never;
    path: {
        keyId: string;
    };
    query?: never;
    url: '/api/keys/{keyId}';
};

export type DeleteApiKeyErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type DeleteApiKeyError = DeleteApiKeyErrors[keyof DeleteApiKeyErrors];

export type DeleteApiKeyResponses = {
    /**
     * Done; there is nothing to say
     */
    204: void;
};

export type DeleteApiKeyResponse = DeleteApiKeyResponses[keyof DeleteApiKeyResponses];

export type ReadMeData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/api/me';
};

export type ReadMeErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ReadMeError = ReadMeErrors[keyof ReadMeErrors];

export type ReadMeResponses = {
    /**
     * Done
     */
    200: Me;
};

export type ReadMeResponse = ReadMeResponses[keyof ReadMeResponses];

export type ListModelsData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/api/models';
};

export type ListModelsErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ListModelsError = ListModelsErrors[keyof ListModelsErrors];

export type ListModelsResponses = {
    /**
     * Done
     */
    200: ModelPage;
};

export type ListModelsResponse = ListModelsResponses[keyof ListModelsResponses];

export type ListNodeTypesData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/api/node-types';
};

export type ListNodeTypesErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ListNodeTypesError = ListNodeTypesErrors[keyof ListNodeTypesErrors];

export type ListNodeTypesResponses = {
    /**
     * Done
     */
    200: NodeTypePage;
};

export type ListNodeTypesResponse = ListNodeTypesResponses[keyof ListNodeTypesResponses];

export type ListRunsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Items of a page.
         */
        limit?: number;
        /**
         * `nextCursor` of the page before.
         */
        cursor?: string;
        /**
         * Only runs in this state; may be given repeatedly.
         */
        status?: Array<RunStatus>;
    };
    url: '/api/runs';
};

export type ListRunsErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ListRunsError = ListRunsErrors[keyof ListRunsErrors];

export type ListRunsResponses = {
    /**
     * Done
     */
    200: RunPage;
};

export type ListRunsResponse = ListRunsResponses[keyof ListRunsResponses];

export type DeleteRunData = {
    body?: never;
    path: {
        runId: string;
    };
    query?: never;
    url: '/api/runs/{runId}';
};

export type DeleteRunErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type DeleteRunError = DeleteRunErrors[keyof DeleteRunErrors];

export type DeleteRunResponses = {
    /**
     * Done; there is nothing to say
     */
    204: void;
};

export type DeleteRunResponse = DeleteRunResponses[keyof DeleteRunResponses];

export type ReadRunData = {
    body?: never;
    path: {
        runId: string;
    };
    query?: never;
    url: '/api/runs/{runId}';
};

export type ReadRunErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ReadRunError = ReadRunErrors[keyof ReadRunErrors];

export type ReadRunResponses = {
    /**
     * Done
     */
    200: RunRead;
};

export type ReadRunResponse = ReadRunResponses[keyof ReadRunResponses];

export type CancelRunData = {
    body?: never;
    path: {
        runId: string;
    };
    query?: never;
    url: '/api/runs/{runId}/cancel';
};

export type CancelRunErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type CancelRunError = CancelRunErrors[keyof CancelRunErrors];

export type CancelRunResponses = {
    /**
     * Accepted
     */
    202: RunRead;
};

export type CancelRunResponse = CancelRunResponses[keyof CancelRunResponses];

export type StreamRunEventsData = {
    body?: never;
    headers?: {
        /**
         * The number of the last event that came; goes on after it.
         */
        'Last-Event-ID'?: string;
    };
    path: {
        runId: string;
    };
    query?: never;
    url: '/api/runs/{runId}/events';
};

export type StreamRunEventsErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type StreamRunEventsError = StreamRunEventsErrors[keyof StreamRunEventsErrors];

export type StreamRunEventsResponses = {
    /**
     * Server-sent events; the data of each is a `RunEvent`
     */
    200: string;
    /**
     * The run has ended and there is nothing left to tell
     */
    204: void;
};

export type StreamRunEventsResponse = StreamRunEventsResponses[keyof StreamRunEventsResponses];

export type ReadRunGraphData = {
    body?: never;
    path: {
        runId: string;
    };
    query?: never;
    url: '/api/runs/{runId}/graph';
};

export type ReadRunGraphErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ReadRunGraphError = ReadRunGraphErrors[keyof ReadRunGraphErrors];

export type ReadRunGraphResponses = {
    /**
     * Done
     */
    200: GraphRead;
};

export type ReadRunGraphResponse = ReadRunGraphResponses[keyof ReadRunGraphResponses];

export type ReadRunNodeData = {
    body?: never;
    path: {
        runId: string;
        nodeId: string;
    };
    query?: never;
    url: '/api/runs/{runId}/nodes/{nodeId}';
};

export type ReadRunNodeErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ReadRunNodeError = ReadRunNodeErrors[keyof ReadRunNodeErrors];

export type ReadRunNodeResponses = {
    /**
     * Done
     */
    200: NodeExecutionRead;
};

export type ReadRunNodeResponse = ReadRunNodeResponses[keyof ReadRunNodeResponses];

export type PauseRunData = {
    body?: never;
    path: {
        runId: string;
    };
    query?: never;
    url: '/api/runs/{runId}/pause';
};

export type PauseRunErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type PauseRunError = PauseRunErrors[keyof PauseRunErrors];

export type PauseRunResponses = {
    /**
     * Accepted
     */
    202: RunRead;
};

export type PauseRunResponse = PauseRunResponses[keyof PauseRunResponses];

export type ResumeRunData = {
    body?: never;
    path: {
        runId: string;
    };
    query?: never;
    url: '/api/runs/{runId}/resume';
};

export type ResumeRunErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ResumeRunError = ResumeRunErrors[keyof ResumeRunErrors];

export type ResumeRunResponses = {
    /**
     * Accepted
     */
    202: RunRead;
};

export type ResumeRunResponse = ResumeRunResponses[keyof ResumeRunResponses];

export type ListSchedulesData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Items of a page.
         */
        limit?: number;
        /**
         * `nextCursor` of the page before.
         */
        cursor?: string;
    };
    url: '/api/schedules';
};

export type ListSchedulesErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ListSchedulesError = ListSchedulesErrors[keyof ListSchedulesErrors];

export type ListSchedulesResponses = {
    /**
     * Done
     */
    200: SchedulePage;
};

export type ListSchedulesResponse = ListSchedulesResponses[keyof ListSchedulesResponses];

export type DeleteScheduleData = {
    body?: never;
    path: {
        scheduleId: string;
    };
    query?: never;
    url: '/api/schedules/{scheduleId}';
};

export type DeleteScheduleErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type DeleteScheduleError = DeleteScheduleErrors[keyof DeleteScheduleErrors];

export type DeleteScheduleResponses = {
    /**
     * Done; there is nothing to say
     */
    204: void;
};

export type DeleteScheduleResponse = DeleteScheduleResponses[keyof DeleteScheduleResponses];

export type ReadScheduleData = {
    body?: never;
    path: {
        scheduleId: string;
    };
    query?: never;
    url: '/api/schedules/{scheduleId}';
};

export type ReadScheduleErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ReadScheduleError = ReadScheduleErrors[keyof ReadScheduleErrors];

export type ReadScheduleResponses = {
    /**
     * Done
     */
    200: ScheduleRead;
};

export type ReadScheduleResponse = ReadScheduleResponses[keyof ReadScheduleResponses];

export type UpdateScheduleData = {
    body: ScheduleUpdate;
    path: {
        scheduleId: string;
    };
    query?: never;
    url: '/api/schedules/{scheduleId}';
};

export type UpdateScheduleErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type UpdateScheduleError = UpdateScheduleErrors[keyof UpdateScheduleErrors];

export type UpdateScheduleResponses = {
    /**
     * Done
     */
    200: ScheduleRead;
};

export type UpdateScheduleResponse = UpdateScheduleResponses[keyof UpdateScheduleResponses];

export type ListScheduleTicksData = {
    body?: never;
    path: {
        scheduleId: string;
    };
    query?: {
        /**
         * Items of a page.
         */
        limit?: number;
        /**
         * `nextCursor` of the page before.
         */
        cursor?: string;
    };
    url: '/api/schedules/{scheduleId}/ticks';
};

export type ListScheduleTicksErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ListScheduleTicksError = ListScheduleTicksErrors[keyof ListScheduleTicksErrors];

export type ListScheduleTicksResponses = {
    /**
     * Done
     */
    200: TickPage;
};

export type ListScheduleTicksResponse = ListScheduleTicksResponses[keyof ListScheduleTicksResponses];

export type ReadSharedFunctionData = {
    body?: never;
    path: {
        linkId: string;
    };
    query?: never;
    url: '/api/shared/{linkId}';
};

export type ReadSharedFunctionErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Gone
     */
    410: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ReadSharedFunctionError = ReadSharedFunctionErrors[keyof ReadSharedFunctionErrors];

export type ReadSharedFunctionResponses = {
    /**
     * Done
     */
    200: SharedFunction;
};

export type ReadSharedFunctionResponse = ReadSharedFunctionResponses[keyof ReadSharedFunctionResponses];

export type StartSharedRunData = {
    body: {
        [key: string]: unknown;
    };
    headers?: {
        /**
         * A name for this request: sending it again starts nothing new.
         */
        'Idempotency-Key'?: string;
    };
    path: {
        linkId: string;
    };
    query?: never;
    url: '/api/shared/{linkId}/runs';
};

export type StartSharedRunErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * Gone
     */
    410: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type StartSharedRunError = StartSharedRunErrors[keyof StartSharedRunErrors];

export type StartSharedRunResponses = {
    /**
     * Accepted
     */
    202: SharedRun;
};

export type StartSharedRunResponse = StartSharedRunResponses[keyof StartSharedRunResponses];

export type ReadSharedRunData = {
    body?: never;
    path: {
        linkId: string;
        runId: string;
    };
    query?: never;
    url: '/api/shared/{linkId}/runs/{runId}';
};

export type ReadSharedRunErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Gone
     */
    410: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ReadSharedRunError = ReadSharedRunErrors[keyof ReadSharedRunErrors];

export type ReadSharedRunResponses = {
    /**
     * Done
     */
    200: SharedRun;
};

export type ReadSharedRunResponse = ReadSharedRunResponses[keyof ReadSharedRunResponses];

export type ReadSharedResultData = {
    body?: never;
    path: {
        linkId: string;
        runId: string;
        assetId: string;
    };
    query?: {
        /**
         * A small picture of at most this many pixels across.
         */
        width?: number;
    };
    url: '/api/shared/{linkId}/runs/{runId}/assets/{assetId}';
};

export type ReadSharedResultErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Gone
     */
    410: ErrorDocument;
    /**
     * Requested Range Not Satisfiable
     */
    416: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ReadSharedResultError = ReadSharedResultErrors[keyof ReadSharedResultErrors];

export type ReadSharedResultResponses = {
    /**
     * Done
     */
    200: Blob | File;
    /**
     * The range that was asked for
     */
    206: Blob | File;
};

export type ReadSharedResultResponse = ReadSharedResultResponses[keyof ReadSharedResultResponses];

export type CancelSharedRunData = {
    body?: never;
    path: {
        linkId: string;
        runId: string;
    };
    query?: never;
    url: '/api/shared/{linkId}/runs/{runId}/cancel';
};

export type CancelSharedRunErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * Gone
     */
    410: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type CancelSharedRunError = CancelSharedRunErrors[keyof CancelSharedRunErrors];

export type CancelSharedRunResponses = {
    /**
     * Accepted
     */
    202: SharedRun;
};

export type CancelSharedRunResponse = CancelSharedRunResponses[keyof CancelSharedRunResponses];

export type UploadSharedFileData = {
    body: {
        file: Blob | File;
    };
    path: {
        linkId: string;
    };
    query?: never;
    url: '/api/shared/{linkId}/uploads';
};

export type UploadSharedFileErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Gone
     */
    410: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
    /**
     * Insufficient Storage
     */
    507: ErrorDocument;
};

export type UploadSharedFileError = UploadSharedFileErrors[keyof UploadSharedFileErrors];

export type UploadSharedFileResponses = {
    /**
     * Made
     */
    201: SharedUpload;
};

export type UploadSharedFileResponse = UploadSharedFileResponses[keyof UploadSharedFileResponses];

export type ReadSharedUploadData = {
    body?: never;
    path: {
        linkId: string;
        assetId: string;
    };
    query?: {
        /**
         * A small picture of at most this many pixels across.
         */
        width?: number;
    };
    url: '/api/shared/{linkId}/uploads/{assetId}';
};

export type ReadSharedUploadErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Gone
     */
    410: ErrorDocument;
    /**
     * Requested Range Not Satisfiable
     */
    416: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ReadSharedUploadError = ReadSharedUploadErrors[keyof ReadSharedUploadErrors];

export type ReadSharedUploadResponses = {
    /**
     * Done
     */
    200: Blob | File;
    /**
     * The range that was asked for
     */
    206: Blob | File;
};

export type ReadSharedUploadResponse = ReadSharedUploadResponses[keyof ReadSharedUploadResponses];

export type ReadSignInData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/api/sign-in';
};

export type ReadSignInErrors = {
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ReadSignInError = ReadSignInErrors[keyof ReadSignInErrors];

export type ReadSignInResponses = {
    /**
     * Done
     */
    200: SignInRead;
};

export type ReadSignInResponse = ReadSignInResponses[keyof ReadSignInResponses];

export type ListTemplatesData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/api/templates';
};

export type ListTemplatesErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ListTemplatesError = ListTemplatesErrors[keyof ListTemplatesErrors];

export type ListTemplatesResponses = {
    /**
     * Done
     */
    200: TemplatePage;
};

export type ListTemplatesResponse = ListTemplatesResponses[keyof ListTemplatesResponses];

export type UseTemplateData = {
    body?: never;
    path: {
        templateId: string;
    };
    query?: never;
    url: '/api/templates/{templateId}';
};

export type UseTemplateErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
    /**
     * Insufficient Storage
     */
    507: ErrorDocument;
};

export type UseTemplateError = UseTemplateErrors[keyof UseTemplateErrors];

export type UseTemplateResponses = {
    /**
     * Made
     */
    201: ImportRead;
};

export type UseTemplateResponse = UseTemplateResponses[keyof UseTemplateResponses];

export type ListWebhooksData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/api/webhooks';
};

export type ListWebhooksErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ListWebhooksError = ListWebhooksErrors[keyof ListWebhooksErrors];

export type ListWebhooksResponses = {
    /**
     * Done
     */
    200: WebhookPage;
};

export type ListWebhooksResponse = ListWebhooksResponses[keyof ListWebhooksResponses];

export type CreateWebhookData = {
    body: WebhookCreate;
    path?: never;
    query?: never;
    url: '/api/webhooks';
};

export type CreateWebhookErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type CreateWebhookError = CreateWebhookErrors[keyof CreateWebhookErrors];

export type CreateWebhookResponses = {
    /**
     * Made
     */
    201: WebhookMade;
};

export type CreateWebhookResponse = CreateWebhookResponses[keyof CreateWebhookResponses];

export type DeleteWebhookData = {
    body?: never;
    path: {
        webhookId: string;
    };
    query?: never;
    url: '/api/webhooks/{webhookId}';
};

export type DeleteWebhookErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type DeleteWebhookError = DeleteWebhookErrors[keyof DeleteWebhookErrors];

export type DeleteWebhookResponses = {
    /**
     * Done; there is nothing to say
     */
    204: void;
};

export type DeleteWebhookResponse = DeleteWebhookResponses[keyof DeleteWebhookResponses];

export type UpdateWebhookData = {
    body: WebhookUpdate;
    path: {
        webhookId: string;
    };
    query?: never;
    url: '/api/webhooks/{webhookId}';
};

export type UpdateWebhookErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type UpdateWebhookError = UpdateWebhookErrors[keyof UpdateWebhookErrors];

export type UpdateWebhookResponses = {
    /**
     * Done
     */
    200: WebhookRead;
};

export type UpdateWebhookResponse = UpdateWebhookResponses[keyof UpdateWebhookResponses];

export type ListWebhookDeliveriesData = {
    body?: never;
    path: {
        webhookId: string;
    };
    query?: {
        /**
         * Items of a page.
         */
        limit?: number;
        /**
         * `nextCursor` of the page before.
         */
        cursor?: string;
    };
    url: '/api/webhooks/{webhookId}/deliveries';
};

export type ListWebhookDeliveriesErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ListWebhookDeliveriesError = ListWebhookDeliveriesErrors[keyof ListWebhookDeliveriesErrors];

export type ListWebhookDeliveriesResponses = {
    /**
     * Done
     */
    200: WebhookDeliveryPage;
};

export type ListWebhookDeliveriesResponse = ListWebhookDeliveriesResponses[keyof ListWebhookDeliveriesResponses];

export type ResendWebhookDeliveryData = {
    body?: never;
    path: {
        webhookId: string;
        deliveryId: string;
    };
    query?: never;
    url: '/api/webhooks/{webhookId}/deliveries/{deliveryId}/resend';
};

export type ResendWebhookDeliveryErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ResendWebhookDeliveryError = ResendWebhookDeliveryErrors[keyof ResendWebhookDeliveryErrors];

export type ResendWebhookDeliveryResponses = {
    /**
     * Accepted
     */
    202: WebhookDeliveryRead;
};

export type ResendWebhookDeliveryResponse = ResendWebhookDeliveryResponses[keyof ResendWebhookDeliveryResponses];

export type RotateWebhookSecretData = {
    body?: never;
    path: {
        webhookId: string;
    };
    query?: never;
    url: '/api/webhooks/{webhookId}/secret';
};

export type RotateWebhookSecretErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type RotateWebhookSecretError = RotateWebhookSecretErrors[keyof RotateWebhookSecretErrors];

export type RotateWebhookSecretResponses = {
    /**
     * Done
     */
    200: WebhookMade;
};

export type RotateWebhookSecretResponse = RotateWebhookSecretResponses[keyof RotateWebhookSecretResponses];

export type ListWorkflowsData = {
    body?: never;
    path?: never;
    query?: {
        /**
         * Items of a page.
         */
        limit?: number;
        /**
         * `nextCursor` of the page before.
         */
        cursor?: string;
        /**
         * Part of the name, in any case.
         */
        q?: string;
        /**
         * The latest saved first, or by name.
         */
        sort?: 'updated' | 'name';
        /**
         * Those that can be brought back, only.
         */
        deleted?: boolean;
    };
    url: '/api/workflows';
};

export type ListWorkflowsErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ListWorkflowsError = ListWorkflowsErrors[keyof ListWorkflowsErrors];

export type ListWorkflowsResponses = {
    /**
     * Done
     */
    200: WorkflowPage;
};

export type ListWorkflowsResponse = ListWorkflowsResponses[keyof ListWorkflowsResponses];

export type CreateWorkflowData = {
    body: Graph;
    path?: never;
    query?: never;
    url: '/api/workflows';
};

export type CreateWorkflowErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
    /**
     * Insufficient Storage
     */
    507: ErrorDocument;
};

export type CreateWorkflowError = CreateWorkflowErrors[keyof CreateWorkflowErrors];

export type CreateWorkflowResponses = {
    /**
     * Made
     */
    201: WorkflowRead;
};

export type CreateWorkflowResponse = CreateWorkflowResponses[keyof CreateWorkflowResponses];

export type ImportWorkflowData = {
    body: WorkflowFile;
    path?: never;
    query?: {
        /**
         * For a graph without a name, such as the name of its file.
         */
        name?: string;
    };
    url: '/api/workflows/import';
};

export type ImportWorkflowErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
    /**
     * Insufficient Storage
     */
    507: ErrorDocument;
};

export type ImportWorkflowError = ImportWorkflowErrors[keyof ImportWorkflowErrors];

export type ImportWorkflowResponses = {
    /**
     * Made
     */
    201: ImportRead;
};

export type ImportWorkflowResponse = ImportWorkflowResponses[keyof ImportWorkflowResponses];

export type DeleteWorkflowData = {
    body?: never;
    path: {
        workflowId: number;
    };
    query?: never;
    url: '/api/workflows/{workflowId}';
};

export type DeleteWorkflowErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type DeleteWorkflowError = DeleteWorkflowErrors[keyof DeleteWorkflowErrors];

export type DeleteWorkflowResponses = {
    /**
     * Done; there is nothing to say
     */
    204: void;
};

export type DeleteWorkflowResponse = DeleteWorkflowResponses[keyof DeleteWorkflowResponses];

export type ReadWorkflowData = {
    body?: never;
    path: {
        workflowId: number;
    };
    query?: never;
    url: '/api/workflows/{workflowId}';
};

export type ReadWorkflowErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ReadWorkflowError = ReadWorkflowErrors[keyof ReadWorkflowErrors];

export type ReadWorkflowResponses = {
    /**
     * Done
     */
    200: WorkflowRead;
};

export type ReadWorkflowResponse = ReadWorkflowResponses[keyof ReadWorkflowResponses];

export type RenameWorkflowData = {
    body: WorkflowRename;
    path: {
        workflowId: number;
    };
    query?: never;
    url: '/api/workflows/{workflowId}';
};

export type RenameWorkflowErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type RenameWorkflowError = RenameWorkflowErrors[keyof RenameWorkflowErrors];

export type RenameWorkflowResponses = {
    /**
     * Done
     */
    200: WorkflowRead;
};

export type RenameWorkflowResponse = RenameWorkflowResponses[keyof RenameWorkflowResponses];

export type SaveWorkflowData = {
    body: Graph;
    headers?: {
        /**
         * The revision that was changed.
         */
        'If-Match'?: string;
    };
    path: {
        workflowId: number;
    };
    query?: never;
    url: '/api/workflows/{workflowId}';
};

export type SaveWorkflowErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Precondition Required
     */
    428: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
    /**
     * Insufficient Storage
     */
    507: ErrorDocument;
};

export type SaveWorkflowError = SaveWorkflowErrors[keyof SaveWorkflowErrors];

export type SaveWorkflowResponses = {
    /**
     * Done
     */
    200: WorkflowRead;
};

export type SaveWorkflowResponse = SaveWorkflowResponses[keyof SaveWorkflowResponses];

export type ListBatchesData = {
    body?: never;
    path: {
        workflowId: number;
    };
    query?: {
        /**
         * Items of a page.
         */
        limit?: number;
        /**
         * `nextCursor` of the page before.
         */
        cursor?: string;
    };
    url: '/api/workflows/{workflowId}/batches';
};

export type ListBatchesErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ListBatchesError = ListBatchesErrors[keyof ListBatchesErrors];

export type ListBatchesResponses = {
    /**
     * Done
     */
    200: BatchPage;
};

export type ListBatchesResponse = ListBatchesResponses[keyof ListBatchesResponses];

export type StartWorkflowBatchData = {
    body: BatchCreate;
    headers?: {
        /**
         * A name for this request: sending it again starts nothing new.
         */
        'Idempotency-Key'?: string;
    };
    path: {
        workflowId: number;
    };
    query?: {
        /**
         * What the batch of a file is called.
         */
        name?: string;
        /**
         * Beside a file: the input of each column as JSON, such as `{"Product": "topic"}`. A longer one fits into a JSON body.
         */
        mapping?: string;
        /**
         * Beside a file: `axes` as JSON.
         */
        axes?: string;
    };
    url: '/api/workflows/{workflowId}/batches';
};

export type StartWorkflowBatchErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
    /**
     * Insufficient Storage
     */
    507: ErrorDocument;
};

export type StartWorkflowBatchError = StartWorkflowBatchErrors[keyof StartWorkflowBatchErrors];

export type StartWorkflowBatchResponses = {
    /**
     * Accepted
     */
    202: BatchRead;
};

export type StartWorkflowBatchResponse = StartWorkflowBatchResponses[keyof StartWorkflowBatchResponses];

export type PreviewWorkflowBatchData = {
    body: BatchCreate;
    path: {
        workflowId: number;
    };
    query?: {
        /**
         * What the batch of a file is called.
         */
        name?: string;
        /**
         * Beside a file: the input of each column as JSON, such as `{"Product": "topic"}`. A longer one fits into a JSON body.
         */
        mapping?: string;
        /**
         * Beside a file: `axes` as JSON.
         */
        axes?: string;
    };
    url: '/api/workflows/{workflowId}/batches/preview';
};

export type PreviewWorkflowBatchErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type PreviewWorkflowBatchError = PreviewWorkflowBatchErrors[keyof PreviewWorkflowBatchErrors];

export type PreviewWorkflowBatchResponses = {
    /**
     * Done
     */
    200: BatchPreview;
};

export type PreviewWorkflowBatchResponse = PreviewWorkflowBatchResponses[keyof PreviewWorkflowBatchResponses];

export type CheckWorkflowData = {
    body?: never;
    path: {
        workflowId: number;
    };
    query?: {
        /**
         * Runs whose results are compared with the graph; may be given repeatedly. Of a node that is in several, the first one counts.
         */
        run?: Array<string>;
    };
    url: '/api/workflows/{workflowId}/check';
};

export type CheckWorkflowErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type CheckWorkflowError = CheckWorkflowErrors[keyof CheckWorkflowErrors];

export type CheckWorkflowResponses = {
    /**
     * Done
     */
    200: CheckResult;
};

export type CheckWorkflowResponse = CheckWorkflowResponses[keyof CheckWorkflowResponses];

export type DuplicateWorkflowData = {
    body?: never;
    path: {
        workflowId: number;
    };
    query?: never;
    url: '/api/workflows/{workflowId}/duplicate';
};

export type DuplicateWorkflowErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type DuplicateWorkflowError = DuplicateWorkflowErrors[keyof DuplicateWorkflowErrors];

export type DuplicateWorkflowResponses = {
    /**
     * Made
     */
    201: WorkflowRead;
};

export type DuplicateWorkflowResponse = DuplicateWorkflowResponses[keyof DuplicateWorkflowResponses];

export type StreamWorkflowEventsData = {
    body?: never;
    path: {
        workflowId: number;
    };
    query?: never;
    url: '/api/workflows/{workflowId}/events';
};

export type StreamWorkflowEventsErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type StreamWorkflowEventsError = StreamWorkflowEventsErrors[keyof StreamWorkflowEventsErrors];

export type StreamWorkflowEventsResponses = {
    /**
     * Server-sent events; the data of each is a `WorkflowEventRead`
     */
    200: string;
};

export type StreamWorkflowEventsResponse = StreamWorkflowEventsResponses[keyof StreamWorkflowEventsResponses];

export type ExportWorkflowData = {
    body?: never;
    path: {
        workflowId: number;
    };
    query?: {
        /**
         * Put pictures and videos into the file, as base64.
         */
        assets?: boolean;
    };
    url: '/api/workflows/{workflowId}/export';
};

export type ExportWorkflowErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ExportWorkflowError = ExportWorkflowErrors[keyof ExportWorkflowErrors];

export type ExportWorkflowResponses = {
    /**
     * The file
     */
    200: WorkflowFile;
};

export type ExportWorkflowResponse = ExportWorkflowResponses[keyof ExportWorkflowResponses];

export type PlanWorkflowData = {
    body?: RunCreate;
    path: {
        workflowId: number;
    };
    query?: never;
    url: '/api/workflows/{workflowId}/plan';
};

export type PlanWorkflowErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type PlanWorkflowError = PlanWorkflowErrors[keyof PlanWorkflowErrors];

export type PlanWorkflowResponses = {
    /**
     * Done
     */
    200: PlanRead;
};

export type PlanWorkflowResponse = PlanWorkflowResponses[keyof PlanWorkflowResponses];

export type SavePositionsData = {
    body: PositionsUpdate;
    path: {
        workflowId: number;
    };
    query?: never;
    url: '/api/workflows/{workflowId}/positions';
};

export type SavePositionsErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type SavePositionsError = SavePositionsErrors[keyof SavePositionsErrors];

export type SavePositionsResponses = {
    /**
     * Done; there is nothing to say
     */
    204: void;
};

export type SavePositionsResponse = SavePositionsResponses[keyof SavePositionsResponses];

export type PublishFunctionData = {
    body: FunctionPublish;
    path: {
        workflowId: number;
    };
    query?: never;
    url: '/api/workflows/{workflowId}/publish';
};

export type PublishFunctionErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type PublishFunctionError = PublishFunctionErrors[keyof PublishFunctionErrors];

export type PublishFunctionResponses = {
    /**
     * Done
     */
    200: FunctionRead;
};

export type PublishFunctionResponse = PublishFunctionResponses[keyof PublishFunctionResponses];

export type ListResultsData = {
    body?: never;
    path: {
        workflowId: number;
    };
    query?: {
        /**
         * Items of a page.
         */
        limit?: number;
        /**
         * `nextCursor` of the page before.
         */
        cursor?: string;
        /**
         * Only of this node.
         */
        node?: string;
        /**
         * Only of nodes that give this.
         */
        kind?: 'text' | 'number' | 'boolean' | 'json' | 'image' | 'video' | 'audio';
        /**
         * Only of this run; with what it took over from earlier ones.
         */
        run?: string;
        /**
         * Only what you have marked.
         */
        favourites?: boolean;
    };
    url: '/api/workflows/{workflowId}/results';
};

export type ListResultsErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ListResultsError = ListResultsErrors[keyof ListResultsErrors];

export type ListResultsResponses = {
    /**
     * Done
     */
    200: ResultPage;
};

export type ListResultsResponse = ListResultsResponses[keyof ListResultsResponses];

export type MarkResultData = {
    body: ResultMark;
    path: {
        workflowId: number;
        resultId: string;
    };
    query?: never;
    url: '/api/workflows/{workflowId}/results/{resultId}';
};

export type MarkResultErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type MarkResultError = MarkResultErrors[keyof MarkResultErrors];

export type MarkResultResponses = {
    /**
     * Done; there is nothing to say
     */
    204: void;
};

export type MarkResultResponse = MarkResultResponses[keyof MarkResultResponses];

export type ListWorkflowRunsData = {
    body?: never;
    path: {
        workflowId: number;
    };
    query?: {
        /**
         * Items of a page.
         */
        limit?: number;
        /**
         * `nextCursor` of the page before.
         */
        cursor?: string;
        /**
         * Only runs in this state; may be given repeatedly.
         */
        status?: Array<RunStatus>;
    };
    url: '/api/workflows/{workflowId}/runs';
};

export type ListWorkflowRunsErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ListWorkflowRunsError = ListWorkflowRunsErrors[keyof ListWorkflowRunsErrors];

export type ListWorkflowRunsResponses = {
    /**
     * Done
     */
    200: RunPage;
};

export type ListWorkflowRunsResponse = ListWorkflowRunsResponses[keyof ListWorkflowRunsResponses];

export type StartRunData = {
    body?: RunCreate;
    headers?: {
        /**
         * A name for this request: sending it again starts nothing new.
         */
        'Idempotency-Key'?: string;
        /**
         * `wait=SECONDS`: answer when the run has ended, with 200, or after so many seconds, 120 at most, with 202. Other preferences are ignored.
         */
        Prefer?: string;
    };
    path: {
        workflowId: number;
    };
    query?: never;
    url: '/api/workflows/{workflowId}/runs';
};

export type StartRunErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type StartRunError = StartRunErrors[keyof StartRunErrors];

export type StartRunResponses = {
    /**
     * The run has ended
     */
    200: RunRead;
    /**
     * Accepted
     */
    202: RunRead;
};

export type StartRunResponse = StartRunResponses[keyof StartRunResponses];

export type ListWorkflowSchedulesData = {
    body?: never;
    path: {
        workflowId: number;
    };
    query?: {
        /**
         * Items of a page.
         */
        limit?: number;
        /**
         * `nextCursor` of the page before.
         */
        cursor?: string;
    };
    url: '/api/workflows/{workflowId}/schedules';
};

export type ListWorkflowSchedulesErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ListWorkflowSchedulesError = ListWorkflowSchedulesErrors[keyof ListWorkflowSchedulesErrors];

export type ListWorkflowSchedulesResponses = {
    /**
     * Done
     */
    200: SchedulePage;
};

export type ListWorkflowSchedulesResponse = ListWorkflowSchedulesResponses[keyof ListWorkflowSchedulesResponses];

export type CreateScheduleData = {
    body: ScheduleCreate;
    path: {
        workflowId: number;
    };
    query?: never;
    url: '/api/workflows/{workflowId}/schedules';
};

export type CreateScheduleErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type CreateScheduleError = CreateScheduleErrors[keyof CreateScheduleErrors];

export type CreateScheduleResponses = {
    /**
     * Made
     */
    201: ScheduleRead;
};

export type CreateScheduleResponse = CreateScheduleResponses[keyof CreateScheduleResponses];

export type PreviewScheduleData = {
    body: TimingPreview;
    path: {
        workflowId: number;
    };
    query?: never;
    url: '/api/workflows/{workflowId}/schedules/preview';
};

export type PreviewScheduleErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type PreviewScheduleError = PreviewScheduleErrors[keyof PreviewScheduleErrors];

export type PreviewScheduleResponses = {
    /**
     * Done
     */
    200: NextTimes;
};

export type PreviewScheduleResponse = PreviewScheduleResponses[keyof PreviewScheduleResponses];

export type UndeleteWorkflowData = {
    body?: never;
    path: {
        workflowId: number;
    };
    query?: never;
    url: '/api/workflows/{workflowId}/undelete';
};

export type UndeleteWorkflowErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type UndeleteWorkflowError = UndeleteWorkflowErrors[keyof UndeleteWorkflowErrors];

export type UndeleteWorkflowResponses = {
    /**
     * Done
     */
    200: WorkflowRead;
};

export type UndeleteWorkflowResponse = UndeleteWorkflowResponses[keyof UndeleteWorkflowResponses];

export type ListVersionsData = {
    body?: never;
    path: {
        workflowId: number;
    };
    query?: {
        /**
         * Items of a page.
         */
        limit?: number;
        /**
         * `nextCursor` of the page before.
         */
        cursor?: string;
        /**
         * Every save, not only the last one of each session.
         */
        every?: boolean;
    };
    url: '/api/workflows/{workflowId}/versions';
};

export type ListVersionsErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ListVersionsError = ListVersionsErrors[keyof ListVersionsErrors];

export type ListVersionsResponses = {
    /**
     * Done
     */
    200: VersionPage;
};

export type ListVersionsResponse = ListVersionsResponses[keyof ListVersionsResponses];

export type ReadVersionData = {
    body?: never;
    path: {
        workflowId: number;
        version: string;
    };
    query?: never;
    url: '/api/workflows/{workflowId}/versions/{version}';
};

export type ReadVersionErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ReadVersionError = ReadVersionErrors[keyof ReadVersionErrors];

export type ReadVersionResponses = {
    /**
     * Done
     */
    200: GraphRead;
};

export type ReadVersionResponse = ReadVersionResponses[keyof ReadVersionResponses];

export type MarkVersionData = {
    body: VersionMark;
    path: {
        workflowId: number;
        version: string;
    };
    query?: never;
    url: '/api/workflows/{workflowId}/versions/{version}';
};

export type MarkVersionErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * The body has another media type
     */
    415: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type MarkVersionError = MarkVersionErrors[keyof MarkVersionErrors];

export type MarkVersionResponses = {
    /**
     * Done
     */
    200: VersionRead;
};

export type MarkVersionResponse = MarkVersionResponses[keyof MarkVersionResponses];

export type RestoreVersionData = {
    body?: never;
    headers?: {
        /**
         * The revision that was changed.
         */
        'If-Match'?: string;
    };
    path: {
        workflowId: number;
        version: string;
    };
    query?: never;
    url: '/api/workflows/{workflowId}/versions/{version}/restore';
};

export type RestoreVersionErrors = {
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * It has changed or ended meanwhile
     */
    409: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Precondition Required
     */
    428: ErrorDocument;
    /**
     * Too many requests; wait for `Retry-After`
     */
    429: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type RestoreVersionError = RestoreVersionErrors[keyof RestoreVersionErrors];

export type RestoreVersionResponses = {
    /**
     * Done
     */
    200: WorkflowRead;
};

export type RestoreVersionResponse = RestoreVersionResponses[keyof RestoreVersionResponses];

export type ReadLivenessData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/health/live';
};

export type ReadLivenessErrors = {
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ReadLivenessError = ReadLivenessErrors[keyof ReadLivenessErrors];

export type ReadLivenessResponses = {
    /**
     * Done
     */
    200: Health;
};

export type ReadLivenessResponse = ReadLivenessResponses[keyof ReadLivenessResponses];

export type ReadReadinessData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/health/ready';
};

export type ReadReadinessErrors = {
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * Nothing can be read or started
     */
    503: Health;
};

export type ReadReadinessError = ReadReadinessErrors[keyof ReadReadinessErrors];

export type ReadReadinessResponses = {
    /**
     * Done
     */
    200: Health;
};

export type ReadReadinessResponse = ReadReadinessResponses[keyof ReadReadinessResponses];

export type ReceiveClerkMessageData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/webhooks/clerk';
};

export type ReceiveClerkMessageErrors = {
    /**
     * The body cannot be read
     */
    400: ErrorDocument;
    /**
     * Not signed in
     */
    401: ErrorDocument;
    /**
     * Host, origin or user not allowed
     */
    403: ErrorDocument;
    /**
     * There is no such thing for this user
     */
    404: ErrorDocument;
    /**
     * The body is too large
     */
    413: ErrorDocument;
    /**
     * Not valid; `errors` or `problems` say what
     */
    422: ErrorDocument;
    /**
     * Unexpected; the log has more under `reference`
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer; wait for `Retry-After`
     */
    503: ErrorDocument;
};

export type ReceiveClerkMessageError = ReceiveClerkMessageErrors[keyof ReceiveClerkMessageErrors];

export type ReceiveClerkMessageResponses = {
    /**
     * Done; there is nothing to say
     */
    204: void;
};

export type ReceiveClerkMessageResponse = ReceiveClerkMessageResponses[keyof ReceiveClerkMessageResponses];
