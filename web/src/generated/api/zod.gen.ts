import * as z from 'zod';

/**
 * AssetRecord
 *
 * An uploaded picture or video; sizes in pixels, after EXIF rotation, and bytes.
 */
export const zAssetRecord = z.object({
    bytes: z.int(),
    durationSeconds: z.number().nullable().default(null),
    height: z.int(),
    id: z.uuid(),
    mediaType: z.string(),
    url: z.string(),
    width: z.int()
});

/**
 * AssetSource
 *
 * A file that was uploaded.
 */
export const zAssetSource = z.object({
    assetId: z.uuid(),
    kind: z.literal('asset')
});

/**
 * Base64Source
 *
 * A small picture inside the document; `data` is base64. On save it becomes an asset.
 */
export const zBase64Source = z.object({
    data: z.string(),
    kind: z.literal('base64'),
    mediaType: z.string()
});

/**
 * CategorySpec
 *
 * A shelf of the catalogue.
 */
export const zCategorySpec = z.object({
    id: z.enum([
        'input',
        'ai',
        'image',
        'video'
    ]),
    title: z.string()
});

/**
 * Edge
 *
 * Takes the output of one node to an input of another.
 */
export const zEdge = z.object({
    data: z.object({
        order: z.number().optional()
    }).optional(),
    id: z.string().min(1).max(128),
    source: z.string().min(1).max(128),
    sourceHandle: z.string().nullish(),
    target: z.string().min(1).max(128),
    targetHandle: z.string().nullish()
});

/**
 * FieldError
 *
 * What is wrong with one field of a body or one parameter; `field` is its path, with dots.
 */
export const zFieldError = z.object({
    field: z.string(),
    message: z.string()
});

/**
 * FileSource
 *
 * A file on the author's computer; only the command line understands it.
 */
export const zFileSource = z.object({
    kind: z.literal('file'),
    path: z.string()
});

/**
 * ImageRead
 *
 * A picture in a run's record.
 */
export const zImageRead = z.object({
    assetId: z.uuid(),
    bytes: z.int(),
    height: z.int(),
    kind: z.literal('image').default('image'),
    mediaType: z.string(),
    url: z.string(),
    width: z.int()
});

export const zJsonValue = z.unknown();

/**
 * KindSpec
 *
 * A kind of value. An output fits an input whose `kinds` name the output's kind.
 */
export const zKindSpec = z.object({
    color: z.string(),
    id: z.enum([
        'text',
        'number',
        'image',
        'video'
    ]),
    title: z.string()
});

/**
 * Limits
 *
 * What this server takes.
 */
export const zLimits = z.object({
    maxEdges: z.int(),
    maxGraphBytes: z.int(),
    maxIdLength: z.int().default(128),
    maxImageBytes: z.int(),
    maxNameLength: z.int().default(200),
    maxNodes: z.int(),
    maxPageSize: z.int(),
    maxVideoBytes: z.int()
});

/**
 * Me
 *
 * Who is asking, and which limits apply to them.
 */
export const zMe = z.object({
    auth: z.enum(['local', 'clerk']),
    demoModel: z.boolean(),
    email: z.string(),
    id: z.string(),
    limits: zLimits,
    prefectUrl: z.string().nullable()
});

/**
 * ModelRead
 *
 * A language model that is offered; others that the provider has can be used, too.
 */
export const zModelRead = z.object({
    available: z.boolean(),
    demo: z.boolean(),
    description: z.string(),
    id: z.string(),
    title: z.string()
});

/**
 * ModelPage
 *
 * All models that are offered; one page.
 */
export const zModelPage = z.object({
    items: z.array(zModelRead),
    nextCursor: z.string().nullable().default(null)
});

/**
 * NodeDefaults
 *
 * What applies where a node's own settings are silent.
 */
export const zNodeDefaults = z.object({
    retries: z.int(),
    retryDelaySeconds: z.number(),
    timeoutSeconds: z.number()
});

/**
 * NodePosition
 *
 * A place on the canvas that is really two numbers.
 */
export const zNodePosition = z.object({
    x: z.number(),
    y: z.number()
});

/**
 * NodeSettings
 *
 * How a node is run; everything absent is the node type's default.
 */
export const zNodeSettings = z.object({
    retries: z.int().gte(0).lte(10).nullish().default(null),
    retryDelaySeconds: z.number().gte(0).lte(3600).nullish().default(null),
    reuse: z.string().regex(/^(auto|never)$/).nullish().default(null),
    timeoutSeconds: z.number().gt(0).lte(3600).nullish().default(null)
});

/**
 * CropData
 *
 * The form of a crop node; percent of the picture after EXIF rotation.
 */
export const zCropData = z.object({
    heightPercent: z.number().gte(0).lte(100).optional().default(100),
    label: z.string().nullish().default(null),
    settings: zNodeSettings.nullish().default(null),
    widthPercent: z.number().gte(0).lte(100).optional().default(100),
    xPercent: z.number().gte(0).lte(100).optional().default(0),
    yPercent: z.number().gte(0).lte(100).optional().default(0)
});

/**
 * FrameData
 *
 * The form of a frame node.
 */
export const zFrameData = z.object({
    label: z.string().nullish().default(null),
    settings: zNodeSettings.nullish().default(null),
    timestamp: z.union([
        z.number(),
        z.string()
    ]).optional().default(0)
});

/**
 * LlmData
 *
 * The form of an llm node.
 */
export const zLlmData = z.object({
    label: z.string().nullish().default(null),
    maxOutputTokens: z.int().gte(1).lte(65536).nullish().default(null),
    model: z.string().min(1).max(128).regex(/^[A-Za-z0-9][A-Za-z0-9:_-]*([.\/][A-Za-z0-9:_-]+)*$/).optional().default('gemini-3.8-flash'),
    responseSchema: z.record(z.string(), zJsonValue).nullish().default(null),
    settings: zNodeSettings.nullish().default(null),
    systemPrompt: z.string().optional().default(''),
    temperature: z.number().gte(0).lte(2).nullish().default(null),
    userMessage: z.string().optional().default('')
});

/**
 * NodeData
 *
 * What every node's data may hold beside its params.
 */
export const zNodeData = z.object({
    label: z.string().nullish().default(null),
    settings: zNodeSettings.nullish().default(null)
});

/**
 * NodeStatus
 *
 * Where a node execution is; `SKIPPED`: something it needs failed or is missing.
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
 * NodeTypeExample
 *
 * A node's data that works, with a sentence on what it does.
 */
export const zNodeTypeExample = z.object({
    data: z.record(z.string(), zJsonValue),
    title: z.string()
});

/**
 * NumberValue
 *
 * A number; whole numbers are floats without a fraction.
 */
export const zNumberValue = z.object({
    kind: z.literal('number').default('number'),
    number: z.number()
});

/**
 * PartHealth
 *
 * One part that Nodeloom works with.
 */
export const zPartHealth = z.object({
    detail: z.string().nullable().default(null),
    name: z.enum([
        'database',
        'migrations',
        'prefect'
    ]),
    needed: z.boolean(),
    ok: z.boolean()
});

/**
 * Health
 *
 * `ok`, `degraded` (works, but a part that is not needed is away) or `unavailable`.
 */
export const zHealth = z.object({
    parts: z.array(zPartHealth),
    status: z.enum([
        'ok',
        'degraded',
        'unavailable'
    ])
});

/**
 * PlanStepRead
 *
 * What would happen to one node; `reason` is a sentence.
 *
 * `skip`: the node is outside of the scope.
 */
export const zPlanStepRead = z.object({
    action: z.enum([
        'run',
        'reuse',
        'skip'
    ]),
    nodeId: z.string(),
    reason: z.string()
});

/**
 * PlanRead
 *
 * What would happen to every node of the workflow.
 *
 * First those in the scope, in an order in which they could run one by one; then the others.
 */
export const zPlanRead = z.object({
    steps: z.array(zPlanStepRead)
});

/**
 * Port
 *
 * A named input of a node type.
 *
 * `kinds` are the kinds of value it takes; `many` says that several edges may enter;
 * `param` that it is also a field of the form, whose typed value a connected one replaces.
 */
export const zPort = z.object({
    description: z.string().default(''),
    handle: z.string(),
    kinds: z.array(z.enum([
        'text',
        'number',
        'image',
        'video'
    ])),
    many: z.boolean().default(false),
    param: z.boolean().default(false),
    placeholder: z.boolean().default(false),
    required: z.boolean().default(false),
    title: z.string()
});

/**
 * NodeTypeSpec
 *
 * One entry of the catalogue.
 */
export const zNodeTypeSpec = z.object({
    category: z.enum([
        'input',
        'ai',
        'image',
        'video'
    ]),
    defaults: zNodeDefaults,
    description: z.string(),
    effects: z.enum(['none', 'network']),
    example: zNodeTypeExample,
    id: z.string(),
    inputs: z.array(zPort),
    output: z.enum([
        'text',
        'number',
        'image',
        'video'
    ]),
    params: z.record(z.string(), zJsonValue),
    title: z.string(),
    version: z.int()
});

/**
 * NodeTypePage
 *
 * The whole catalogue, with the shelves and kinds in the order to show them; one page.
 */
export const zNodeTypePage = z.object({
    categories: z.array(zCategorySpec).default([
        { id: 'input', title: 'Input' },
        { id: 'ai', title: 'AI' },
        { id: 'image', title: 'Image' },
        { id: 'video', title: 'Video' }
    ]),
    items: z.array(zNodeTypeSpec),
    kinds: z.array(zKindSpec).default([
        {
            color: '#2f6fed',
            id: 'text',
            title: 'Text'
        },
        {
            color: '#8a5cf6',
            id: 'number',
            title: 'Number'
        },
        {
            color: '#0f9162',
            id: 'image',
            title: 'Image'
        },
        {
            color: '#d9541e',
            id: 'video',
            title: 'Video'
        }
    ]),
    nextCursor: z.string().nullable().default(null)
});

/**
 * Position
 *
 * A place on the canvas, in flow units.
 */
export const zPosition = z.object({
    x: z.number(),
    y: z.number()
});

/**
 * Crop node
 *
 * Cuts a rectangle out of a picture, given in percent of it.
 *
 * The edges are rounded to pixels, not the sizes, so neighbouring rectangles neither gap nor
 * overlap. At least one pixel comes out.
 */
export const zCropNode = z.object({
    data: zCropData.optional(),
    id: z.string().min(1).max(128),
    position: zPosition,
    type: z.literal('crop')
});

/**
 * Frame node
 *
 * Takes the picture that a video shows at one moment.
 *
 * The moment is a number of seconds, a share such as "50%" (100% is the last picture), or a
 * clock time such as "0:01:02.5".
 */
export const zFrameNode = z.object({
    data: zFrameData.optional(),
    id: z.string().min(1).max(128),
    position: zPosition,
    type: z.literal('frame')
});

/**
 * LLM node
 *
 * Asks a Gemini model about texts and pictures; gives its answer as text.
 *
 * Pictures are sent with at most 2048 pixels a side, as JPEG without metadata.
 */
export const zLlmNode = z.object({
    data: zLlmData.optional(),
    id: z.string().min(1).max(128),
    position: zPosition,
    type: z.literal('llm')
});

/**
 * PositionsUpdate
 *
 * Where nodes have been moved to, by node id; unknown nodes are ignored.
 */
export const zPositionsUpdate = z.object({
    positions: z.record(z.string(), zNodePosition)
});

/**
 * ProblemCode
 *
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
    'nothing_to_run',
    'unknown_node',
    'input_not_available'
]);

/**
 * Problem
 *
 * One finding: what is wrong, where, and in a sentence that says what to do.
 *
 * `port` is the handle and `param` the field of the node's data that it is about.
 */
export const zProblem = z.object({
    code: zProblemCode,
    edgeId: z.string().nullable().default(null),
    message: z.string(),
    nodeId: z.string().nullable().default(null),
    param: z.string().nullable().default(null),
    port: z.string().nullable().default(null)
});

/**
 * CheckResult
 *
 * Everything that is wrong with a graph; empty: it can run.
 */
export const zCheckResult = z.object({
    problems: z.array(zProblem)
});

/**
 * ErrorDocument
 *
 * An error as RFC 9457 problem details. Clients decide by `code`; people read `detail`.
 */
export const zErrorDocument = z.object({
    code: z.string(),
    detail: z.string(),
    errors: z.array(zFieldError).nullable().default(null),
    problems: z.array(zProblem).nullable().default(null),
    reference: z.string().nullable().default(null),
    revision: z.int().nullable().default(null),
    status: z.int(),
    title: z.string(),
    type: z.string()
});

/**
 * ResizeData
 *
 * The form of a resize node; width and height in pixels.
 */
export const zResizeData = z.object({
    fit: z.enum([
        'contain',
        'cover',
        'fill'
    ]).optional().default('contain'),
    height: z.int().gte(1).lte(8192).optional().default(1024),
    label: z.string().nullish().default(null),
    settings: zNodeSettings.nullish().default(null),
    width: z.int().gte(1).lte(8192).optional().default(1024)
});

/**
 * Resize node
 *
 * Makes a picture smaller or larger, so that it fits a box of width by height pixels.
 */
export const zResizeNode = z.object({
    data: zResizeData.optional(),
    id: z.string().min(1).max(128),
    position: zPosition,
    type: z.literal('resize')
});

/**
 * RunCounts
 *
 * How many nodes of the run are where.
 */
export const zRunCounts = z.object({
    cancelled: z.int().default(0),
    completed: z.int().default(0),
    failed: z.int().default(0),
    pending: z.int().default(0),
    reused: z.int().default(0),
    running: z.int().default(0),
    skipped: z.int().default(0),
    total: z.int()
});

/**
 * RunError
 *
 * Why a run or a node ended badly; `code` is stable, `message` says what to do.
 */
export const zRunError = z.object({
    code: z.string(),
    message: z.string()
});

/**
 * NodeEventRead
 *
 * Data of a `node` event: one node went to another state or to its next attempt.
 *
 * The error of a RUNNING node is that of the attempt before.
 */
export const zNodeEventRead = z.object({
    at: z.iso.datetime(),
    attempt: z.int(),
    error: zRunError.nullable(),
    executionId: z.uuid(),
    nodeId: z.string(),
    reused: z.boolean(),
    runId: z.uuid(),
    status: zNodeStatus
});

/**
 * RunStatus
 *
 * Where a run is; the last three are terminal and never change.
 */
export const zRunStatus = z.enum([
    'PENDING',
    'RUNNING',
    'COMPLETED',
    'FAILED',
    'CANCELLED'
]);

/**
 * LastRun
 *
 * The newest run of a workflow, in a list of workflows.
 */
export const zLastRun = z.object({
    createdAt: z.iso.datetime(),
    id: z.uuid(),
    status: zRunStatus
});

/**
 * RunEventRead
 *
 * Data of a `run` event: the run as a whole went to another state.
 */
export const zRunEventRead = z.object({
    at: z.iso.datetime(),
    error: zRunError.nullable(),
    runId: z.uuid(),
    status: zRunStatus
});

/**
 * RunUsage
 *
 * Tokens that model providers counted for a run; what was reused cost it nothing.
 */
export const zRunUsage = z.object({
    inputTokens: z.int().default(0),
    outputTokens: z.int().default(0),
    totalTokens: z.int().default(0)
});

/**
 * ScopeAll
 *
 * Every node of the graph.
 */
export const zScopeAll = z.object({
    kind: z.literal('all')
});

/**
 * ScopeFailed
 *
 * What did not complete in an earlier run, and what depends on it.
 */
export const zScopeFailed = z.object({
    kind: z.literal('failed'),
    runId: z.uuid()
});

/**
 * ScopeFrom
 *
 * A node and everything that depends on it.
 */
export const zScopeFrom = z.object({
    kind: z.literal('from'),
    nodeId: z.string().min(1).max(128)
});

/**
 * ScopeNodes
 *
 * These nodes and no others.
 */
export const zScopeNodes = z.object({
    kind: z.literal('nodes'),
    nodeIds: z.array(z.string().min(1).max(128)).min(1).max(500)
});

/**
 * ScopeUntil
 *
 * A node and everything that it needs.
 */
export const zScopeUntil = z.object({
    kind: z.literal('until'),
    nodeId: z.string().min(1).max(128)
});

/**
 * RunCreate
 *
 * What a client sends to start a run.
 */
export const zRunCreate = z.object({
    reuse: z.enum(['auto', 'never']).optional().default('auto'),
    scope: z.discriminatedUnion('kind', [
        zScopeAll,
        zScopeNodes,
        zScopeFrom,
        zScopeUntil,
        zScopeFailed
    ]).optional().default({ kind: 'all' })
});

/**
 * RunSummary
 *
 * A run in a list.
 */
export const zRunSummary = z.object({
    counts: zRunCounts,
    createdAt: z.iso.datetime(),
    durationMs: z.int().nullable(),
    error: zRunError.nullable(),
    finishedAt: z.iso.datetime().nullable(),
    id: z.uuid(),
    prefectUrl: z.string().nullable(),
    revision: z.int(),
    scope: z.discriminatedUnion('kind', [
        zScopeAll,
        zScopeNodes,
        zScopeFrom,
        zScopeUntil,
        zScopeFailed
    ]),
    startedAt: z.iso.datetime().nullable(),
    status: zRunStatus,
    trigger: z.enum([
        'api',
        'prefect',
        'schedule'
    ]),
    usage: zRunUsage,
    workflowId: z.int()
});

/**
 * RunPage
 *
 * A page of runs, newest first.
 */
export const zRunPage = z.object({
    items: z.array(zRunSummary),
    nextCursor: z.string().nullable()
});

/**
 * TextData
 *
 * The form of a text node.
 */
export const zTextData = z.object({
    label: z.string().nullish().default(null),
    settings: zNodeSettings.nullish().default(null),
    text: z.string().optional().default('')
});

/**
 * Text node
 *
 * Gives its text to other nodes.
 */
export const zTextNode = z.object({
    data: zTextData.optional(),
    id: z.string().min(1).max(128),
    position: zPosition,
    type: z.literal('text')
});

/**
 * TextValue
 *
 * A piece of text.
 */
export const zTextValue = z.object({
    kind: z.literal('text').default('text'),
    text: z.string()
});

/**
 * TokenEventRead
 *
 * Data of a `token` event: live text of an llm node.
 *
 * `offset` is how many characters (Unicode code points) of this attempt's text come before.
 * Pieces may be missing; the whole text is the node's output.
 */
export const zTokenEventRead = z.object({
    attempt: z.int(),
    nodeId: z.string(),
    offset: z.int(),
    text: z.string()
});

/**
 * UrlSource
 *
 * A file on the web; fetched each time the node runs.
 */
export const zUrlSource = z.object({
    kind: z.literal('url'),
    url: z.string()
});

/**
 * ImageData
 *
 * The form of an image node.
 */
export const zImageData = z.object({
    label: z.string().nullish().default(null),
    settings: zNodeSettings.nullish().default(null),
    source: z.discriminatedUnion('kind', [
        zAssetSource,
        zUrlSource,
        zBase64Source,
        zFileSource
    ]).nullish().default(null)
});

/**
 * Image node
 *
 * Gives a picture to other nodes: JPEG, PNG, WebP or GIF (its first frame).
 *
 * A fetched picture is decoded, freed of metadata and stored; an uploaded one is passed on
 * as it is.
 */
export const zImageNode = z.object({
    data: zImageData.optional(),
    id: z.string().min(1).max(128),
    position: zPosition,
    type: z.literal('image')
});

/**
 * Usage
 *
 * Tokens that a model provider counted for one node execution, in all its attempts.
 */
export const zUsage = z.object({
    inputTokens: z.int().default(0),
    model: z.string().nullable().default(null),
    outputTokens: z.int().default(0),
    totalTokens: z.int().default(0)
});

/**
 * VideoData
 *
 * The form of a video node.
 */
export const zVideoData = z.object({
    label: z.string().nullish().default(null),
    settings: zNodeSettings.nullish().default(null),
    source: z.discriminatedUnion('kind', [
        zAssetSource,
        zUrlSource,
        zFileSource
    ]).nullish().default(null)
});

/**
 * Video node
 *
 * Gives a video to other nodes: MP4, MOV, WebM or MKV.
 */
export const zVideoNode = z.object({
    data: zVideoData.optional(),
    id: z.string().min(1).max(128),
    position: zPosition,
    type: z.literal('video')
});

/**
 * Node
 *
 * A node of a graph; its type decides what its data is.
 */
export const zNode = z.discriminatedUnion('type', [
    zCropNode,
    zFrameNode,
    zImageNode,
    zLlmNode,
    zResizeNode,
    zTextNode,
    zVideoNode
]);

/**
 * VideoRead
 *
 * A video in a run's record.
 */
export const zVideoRead = z.object({
    assetId: z.uuid(),
    bytes: z.int(),
    durationSeconds: z.number(),
    height: z.int(),
    kind: z.literal('video').default('video'),
    mediaType: z.string(),
    url: z.string(),
    width: z.int()
});

/**
 * NodeExecutionRead
 *
 * One node of one run.
 */
export const zNodeExecutionRead = z.object({
    attempt: z.int(),
    durationMs: z.int().nullable(),
    error: zRunError.nullable(),
    finishedAt: z.iso.datetime().nullable(),
    id: z.uuid(),
    input: z.record(z.string(), z.union([
        zTextValue,
        zNumberValue,
        zImageRead,
        zVideoRead,
        z.array(z.union([
            zTextValue,
            zNumberValue,
            zImageRead,
            zVideoRead
        ]))
    ])),
    label: z.string(),
    nodeId: z.string(),
    nodeType: z.string(),
    output: z.union([
        zTextValue,
        zNumberValue,
        zImageRead,
        zVideoRead
    ]).nullable(),
    reused: z.boolean(),
    startedAt: z.iso.datetime().nullable(),
    status: zNodeStatus,
    usage: zUsage.nullable()
});

/**
 * RunRead
 *
 * A run with its nodes.
 */
export const zRunRead = z.object({
    counts: zRunCounts,
    createdAt: z.iso.datetime(),
    durationMs: z.int().nullable(),
    error: zRunError.nullable(),
    finishedAt: z.iso.datetime().nullable(),
    id: z.uuid(),
    nodeExecutions: z.array(zNodeExecutionRead),
    prefectUrl: z.string().nullable(),
    revision: z.int(),
    scope: z.discriminatedUnion('kind', [
        zScopeAll,
        zScopeNodes,
        zScopeFrom,
        zScopeUntil,
        zScopeFailed
    ]),
    startedAt: z.iso.datetime().nullable(),
    status: zRunStatus,
    trigger: z.enum([
        'api',
        'prefect',
        'schedule'
    ]),
    usage: zRunUsage,
    workflowId: z.int()
});

/**
 * Viewport
 *
 * The part of the canvas that was in view.
 */
export const zViewport = z.object({
    x: z.number(),
    y: z.number(),
    zoom: z.number().gt(0)
});

/**
 * Graph
 *
 * A whole workflow, as React Flow has it.
 */
export const zGraph = z.object({
    edges: z.array(zEdge).max(2000),
    name: z.string().min(1).max(200),
    nodes: z.array(zNode).max(500),
    viewport: zViewport.optional()
});

/**
 * WorkflowRead
 *
 * A stored workflow: its graph, and what the database knows about it.
 */
export const zWorkflowRead = z.object({
    createdAt: z.iso.datetime(),
    edges: z.array(zEdge),
    id: z.int(),
    name: z.string(),
    nodes: z.array(zNode),
    revision: z.int(),
    updatedAt: z.iso.datetime(),
    viewport: zViewport
});

/**
 * WorkflowRename
 *
 * The new name of a workflow.
 */
export const zWorkflowRename = z.object({
    name: z.string().min(1).max(200).regex(/\S/)
});

/**
 * WorkflowSummary
 *
 * A workflow in a list.
 */
export const zWorkflowSummary = z.object({
    createdAt: z.iso.datetime(),
    id: z.int(),
    lastRun: zLastRun.nullable(),
    name: z.string(),
    revision: z.int(),
    updatedAt: z.iso.datetime()
});

/**
 * WorkflowPage
 *
 * A page of workflows, newest change first.
 */
export const zWorkflowPage = z.object({
    items: z.array(zWorkflowSummary),
    nextCursor: z.string().nullable()
});
