export type ClientOptions = {
    baseUrl: `${string}://${string}` | (string & {});
};

/**
 * AssetRecord
 *
 * An uploaded picture or video; sizes in pixels, after EXIF rotation, and bytes.
 */
export type AssetRecord = {
    /**
     * Bytes
     */
    bytes: number;
    /**
     * Durationseconds
     */
    durationSeconds: number | null;
    /**
     * Height
     */
    height: number;
    /**
     * Id
     */
    id: string;
    /**
     * Mediatype
     */
    mediaType: string;
    /**
     * Url
     */
    url: string;
    /**
     * Width
     */
    width: number;
};

/**
 * AssetSource
 *
 * A file that was uploaded.
 */
export type AssetSource = {
    /**
     * Assetid
     */
    assetId: string;
    /**
     * Kind
     */
    kind: 'asset';
};

/**
 * Base64Source
 *
 * A small picture inside the document; `data` is base64. On save it becomes an asset.
 */
export type Base64Source = {
    /**
     * Data
     */
    data: string;
    /**
     * Kind
     */
    kind: 'base64';
    /**
     * Mediatype
     */
    mediaType: string;
};

/**
 * CategorySpec
 *
 * A shelf of the catalogue.
 */
export type CategorySpec = {
    /**
     * Id
     */
    id: 'input' | 'ai' | 'image' | 'video';
    /**
     * Title
     */
    title: string;
};

/**
 * CheckResult
 *
 * Everything that is wrong with a graph; empty: it can run.
 */
export type CheckResult = {
    /**
     * Problems
     */
    problems: Array<Problem>;
};

/**
 * CropData
 *
 * The form of a crop node; percent of the picture after EXIF rotation.
 */
export type CropData = {
    /**
     * Height, in percent
     */
    heightPercent?: number;
    /**
     * Label
     */
    label?: string | null;
    settings?: NodeSettings | null;
    /**
     * Width, in percent
     */
    widthPercent?: number;
    /**
     * Left, in percent
     */
    xPercent?: number;
    /**
     * Top, in percent
     */
    yPercent?: number;
};

/**
 * Crop node
 *
 * Cuts a rectangle out of a picture, given in percent of it.
 *
 * The edges are rounded to pixels, not the sizes, so neighbouring rectangles neither gap nor
 * overlap. At least one pixel comes out.
 */
export type CropNode = {
    data?: CropData;
    id: string;
    position: Position;
    type: 'crop';
    [key: string]: unknown;
};

/**
 * Edge
 *
 * Takes the output of one node to an input of another.
 */
export type Edge = {
    data?: {
        order?: number;
        [key: string]: unknown;
    };
    id: string;
    source: string;
    /**
     * Always `output`.
     */
    sourceHandle?: string | null;
    target: string;
    /**
     * The handle of one of its ports.
     */
    targetHandle?: string | null;
    [key: string]: unknown;
};

/**
 * ErrorDocument
 *
 * An error as RFC 9457 problem details. Clients decide by `code`; people read `detail`.
 */
export type ErrorDocument = {
    /**
     * Code
     */
    code: string;
    /**
     * Detail
     */
    detail: string;
    /**
     * Errors
     */
    errors: Array<FieldError> | null;
    /**
     * Problems
     */
    problems: Array<Problem> | null;
    /**
     * Reference
     */
    reference: string | null;
    /**
     * Revision
     */
    revision: number | null;
    /**
     * Status
     */
    status: number;
    /**
     * Title
     */
    title: string;
    /**
     * Type
     */
    type: string;
};

/**
 * FieldError
 *
 * What is wrong with one field of a body or one parameter; `field` is its path, with dots.
 */
export type FieldError = {
    /**
     * Field
     */
    field: string;
    /**
     * Message
     */
    message: string;
};

/**
 * FileSource
 *
 * A file on the author's computer; only the command line understands it.
 */
export type FileSource = {
    /**
     * Kind
     */
    kind: 'file';
    /**
     * Path
     */
    path: string;
};

/**
 * FrameData
 *
 * The form of a frame node.
 */
export type FrameData = {
    /**
     * Label
     */
    label?: string | null;
    settings?: NodeSettings | null;
    /**
     * Timestamp
     *
     * seconds (12.5), a share of the length (“50%”) or a clock time (“0:01:02.5”).
     */
    timestamp?: number | string;
};

/**
 * Frame node
 *
 * Takes the picture that a video shows at one moment.
 *
 * The moment is a number of seconds, a share such as "50%" (100% is the last picture), or a
 * clock time such as "0:01:02.5".
 */
export type FrameNode = {
    data?: FrameData;
    id: string;
    position: Position;
    type: 'frame';
    [key: string]: unknown;
};

/**
 * Graph
 *
 * A whole workflow, as React Flow has it.
 */
export type Graph = {
    edges: Array<Edge>;
    name: string;
    nodes: Array<Node>;
    viewport?: Viewport;
};

/**
 * Health
 *
 * `ok`, `degraded` (works, but a part that is not needed is away) or `unavailable`.
 */
export type Health = {
    /**
     * Parts
     */
    parts: Array<PartHealth>;
    /**
     * Status
     */
    status: 'ok' | 'degraded' | 'unavailable';
};

/**
 * ImageData
 *
 * The form of an image node.
 */
export type ImageData = {
    /**
     * Label
     */
    label?: string | null;
    settings?: NodeSettings | null;
    /**
     * Picture
     *
     * An uploaded picture, or the address of one.
     */
    source?: ({
        kind: 'asset';
    } & AssetSource) | ({
        kind: 'url';
    } & UrlSource) | ({
        kind: 'base64';
    } & Base64Source) | ({
        kind: 'file';
    } & FileSource) | null;
};

/**
 * Image node
 *
 * Gives a picture to other nodes: JPEG, PNG, WebP or GIF (its first frame).
 *
 * A fetched picture is decoded, freed of metadata and stored; an uploaded one is passed on
 * as it is.
 */
export type ImageNode = {
    data?: ImageData;
    id: string;
    position: Position;
    type: 'image';
    [key: string]: unknown;
};

/**
 * ImageRead
 *
 * A picture in a run's record.
 */
export type ImageRead = {
    /**
     * Assetid
     */
    assetId: string;
    /**
     * Bytes
     */
    bytes: number;
    /**
     * Height
     */
    height: number;
    /**
     * Kind
     */
    kind: 'image';
    /**
     * Mediatype
     */
    mediaType: string;
    /**
     * Url
     */
    url: string;
    /**
     * Width
     */
    width: number;
};

export type JsonValue = unknown;

/**
 * KindSpec
 *
 * A kind of value. An output fits an input whose `kinds` name the output's kind.
 */
export type KindSpec = {
    /**
     * Color
     */
    color: string;
    /**
     * Id
     */
    id: 'text' | 'number' | 'image' | 'video';
    /**
     * Title
     */
    title: string;
};

/**
 * LastRun
 *
 * The newest run of a workflow, in a list of workflows.
 */
export type LastRun = {
    /**
     * Createdat
     */
    createdAt: string;
    /**
     * Id
     */
    id: string;
    status: RunStatus;
};

/**
 * Limits
 *
 * What this server takes.
 */
export type Limits = {
    /**
     * Maxedges
     */
    maxEdges: number;
    /**
     * Maxgraphbytes
     */
    maxGraphBytes: number;
    /**
     * Maxidlength
     */
    maxIdLength: number;
    /**
     * Maximagebytes
     */
    maxImageBytes: number;
    /**
     * Maxnamelength
     */
    maxNameLength: number;
    /**
     * Maxnodes
     */
    maxNodes: number;
    /**
     * Maxpagesize
     */
    maxPageSize: number;
    /**
     * Maxvideobytes
     */
    maxVideoBytes: number;
};

/**
 * LlmData
 *
 * The form of an llm node.
 */
export type LlmData = {
    /**
     * Label
     */
    label?: string | null;
    /**
     * Longest answer, in tokens
     *
     * Empty: as long as the model likes.
     */
    maxOutputTokens?: number | null;
    /**
     * Model
     *
     * The provider's name of the model.
     */
    model?: string;
    /**
     * Response schema
     *
     * A JSON Schema; the answer is then JSON that fits it.
     */
    responseSchema?: {
        [key: string]: JsonValue;
    } | null;
    settings?: NodeSettings | null;
    /**
     * System prompt
     *
     * How the model shall behave. {{input}} is where connected text goes.
     */
    systemPrompt?: string;
    /**
     * Temperature
     *
     * 0: always much the same answer; 2: the most varied. Empty: the model's own.
     */
    temperature?: number | null;
    /**
     * User message
     *
     * What the model shall do. {{input}} is where connected text goes.
     */
    userMessage?: string;
};

/**
 * LLM node
 *
 * Asks a Gemini model about texts and pictures; gives its answer as text.
 *
 * Pictures are sent with at most 2048 pixels a side, as JPEG without metadata.
 */
export type LlmNode = {
    data?: LlmData;
    id: string;
    position: Position;
    type: 'llm';
    [key: string]: unknown;
};

/**
 * Me
 *
 * Who is asking, and which limits apply to them.
 */
export type Me = {
    /**
     * Auth
     */
    auth: 'local' | 'clerk';
    /**
     * Demomodel
     */
    demoModel: boolean;
    /**
     * Email
     */
    email: string;
    /**
     * Id
     */
    id: string;
    limits: Limits;
    /**
     * Prefecturl
     */
    prefectUrl: string | null;
};

/**
 * ModelPage
 *
 * All models that are offered; one page.
 */
export type ModelPage = {
    /**
     * Items
     */
    items: Array<ModelRead>;
    /**
     * Nextcursor
     */
    nextCursor: string | null;
};

/**
 * ModelRead
 *
 * A language model that is offered; others that the provider has can be used, too.
 */
export type ModelRead = {
    /**
     * Available
     */
    available: boolean;
    /**
     * Demo
     */
    demo: boolean;
    /**
     * Description
     */
    description: string;
    /**
     * Id
     */
    id: string;
    /**
     * Title
     */
    title: string;
};

/**
 * Node
 *
 * A node of a graph; its type decides what its data is.
 */
export type Node = ({
    type: 'crop';
} & CropNode) | ({
    type: 'frame';
} & FrameNode) | ({
    type: 'image';
} & ImageNode) | ({
    type: 'llm';
} & LlmNode) | ({
    type: 'resize';
} & ResizeNode) | ({
    type: 'text';
} & TextNode) | ({
    type: 'video';
} & VideoNode);

/**
 * NodeData
 *
 * What every node's data may hold beside its params.
 */
export type NodeData = {
    /**
     * Label
     */
    label?: string | null;
    settings?: NodeSettings | null;
};

/**
 * NodeDefaults
 *
 * What applies where a node's own settings are silent.
 */
export type NodeDefaults = {
    /**
     * Retries
     */
    retries: number;
    /**
     * Retrydelayseconds
     */
    retryDelaySeconds: number;
    /**
     * Timeoutseconds
     */
    timeoutSeconds: number;
};

/**
 * NodeEventRead
 *
 * Data of a `node` event: one node went to another state or to its next attempt.
 *
 * The error of a RUNNING node is that of the attempt before.
 */
export type NodeEventRead = {
    /**
     * At
     */
    at: string;
    /**
     * Attempt
     */
    attempt: number;
    error: RunError | null;
    /**
     * Executionid
     */
    executionId: string;
    /**
     * Nodeid
     */
    nodeId: string;
    /**
     * Reused
     */
    reused: boolean;
    /**
     * Runid
     */
    runId: string;
    status: NodeStatus;
};

/**
 * NodeExecutionRead
 *
 * One node of one run.
 */
export type NodeExecutionRead = {
    /**
     * Attempt
     */
    attempt: number;
    /**
     * Durationms
     */
    durationMs: number | null;
    error: RunError | null;
    /**
     * Finishedat
     */
    finishedAt: string | null;
    /**
     * Id
     */
    id: string;
    /**
     * Input
     */
    input: {
        [key: string]: TextValue | NumberValue | ImageRead | VideoRead | Array<TextValue | NumberValue | ImageRead | VideoRead>;
    };
    /**
     * Label
     */
    label: string;
    /**
     * Nodeid
     */
    nodeId: string;
    /**
     * Nodetype
     */
    nodeType: string;
    /**
     * Output
     */
    output: TextValue | NumberValue | ImageRead | VideoRead | null;
    /**
     * Reused
     */
    reused: boolean;
    /**
     * Startedat
     */
    startedAt: string | null;
    status: NodeStatus;
    usage: Usage | null;
};

/**
 * NodePosition
 *
 * A place on the canvas that is really two numbers.
 */
export type NodePosition = {
    /**
     * X
     */
    x: number;
    /**
     * Y
     */
    y: number;
};

/**
 * NodeSettings
 *
 * How a node is run; everything absent is the node type's default.
 */
export type NodeSettings = {
    /**
     * Retries
     */
    retries?: number | null;
    /**
     * Retrydelayseconds
     */
    retryDelaySeconds?: number | null;
    /**
     * Reuse
     */
    reuse?: string | null;
    /**
     * Timeoutseconds
     */
    timeoutSeconds?: number | null;
};

/**
 * NodeStatus
 *
 * Where a node execution is; `SKIPPED`: something it needs failed or is missing.
 */
export type NodeStatus = 'PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED' | 'SKIPPED';

/**
 * NodeTypeExample
 *
 * A node's data that works, with a sentence on what it does.
 */
export type NodeTypeExample = {
    /**
     * Data
     */
    data: {
        [key: string]: JsonValue;
    };
    /**
     * Title
     */
    title: string;
};

/**
 * NodeTypePage
 *
 * The whole catalogue, with the shelves and kinds in the order to show them; one page.
 */
export type NodeTypePage = {
    /**
     * Categories
     */
    categories: Array<CategorySpec>;
    /**
     * Items
     */
    items: Array<NodeTypeSpec>;
    /**
     * Kinds
     */
    kinds: Array<KindSpec>;
    /**
     * Nextcursor
     */
    nextCursor: string | null;
};

/**
 * NodeTypeSpec
 *
 * One entry of the catalogue.
 */
export type NodeTypeSpec = {
    /**
     * Category
     */
    category: 'input' | 'ai' | 'image' | 'video';
    defaults: NodeDefaults;
    /**
     * Description
     */
    description: string;
    /**
     * Effects
     */
    effects: 'none' | 'network';
    example: NodeTypeExample;
    /**
     * Id
     */
    id: string;
    /**
     * Inputs
     */
    inputs: Array<Port>;
    /**
     * Output
     */
    output: 'text' | 'number' | 'image' | 'video';
    /**
     * Params
     */
    params: {
        [key: string]: JsonValue;
    };
    /**
     * Title
     */
    title: string;
    /**
     * Version
     */
    version: number;
};

/**
 * NumberValue
 *
 * A number; whole numbers are floats without a fraction.
 */
export type NumberValue = {
    /**
     * Kind
     */
    kind: 'number';
    /**
     * Number
     */
    number: number;
};

/**
 * PartHealth
 *
 * One part that Nodeloom works with.
 */
export type PartHealth = {
    /**
     * Detail
     */
    detail: string | null;
    /**
     * Name
     */
    name: 'database' | 'migrations' | 'prefect';
    /**
     * Needed
     */
    needed: boolean;
    /**
     * Ok
     */
    ok: boolean;
};

/**
 * PlanRead
 *
 * What would happen to every node of the workflow.
 *
 * First those in the scope, in an order in which they could run one by one; then the others.
 */
export type PlanRead = {
    /**
     * Steps
     */
    steps: Array<PlanStepRead>;
};

/**
 * PlanStepRead
 *
 * What would happen to one node; `reason` is a sentence.
 *
 * `skip`: the node is outside of the scope.
 */
export type PlanStepRead = {
    /**
     * Action
     */
    action: 'run' | 'reuse' | 'skip';
    /**
     * Nodeid
     */
    nodeId: string;
    /**
     * Reason
     */
    reason: string;
};

/**
 * Port
 *
 * A named input of a node type.
 *
 * `kinds` are the kinds of value it takes; `many` says that several edges may enter;
 * `param` that it is also a field of the form, whose typed value a connected one replaces.
 */
export type Port = {
    /**
     * Description
     */
    description: string;
    /**
     * Handle
     */
    handle: string;
    /**
     * Kinds
     */
    kinds: Array<'text' | 'number' | 'image' | 'video'>;
    /**
     * Many
     */
    many: boolean;
    /**
     * Param
     */
    param: boolean;
    /**
     * Placeholder
     */
    placeholder: boolean;
    /**
     * Required
     */
    required: boolean;
    /**
     * Title
     */
    title: string;
};

/**
 * Position
 *
 * A place on the canvas, in flow units.
 */
export type Position = {
    /**
     * X
     */
    x: number;
    /**
     * Y
     */
    y: number;
};

/**
 * PositionsUpdate
 *
 * Where nodes have been moved to, by node id; unknown nodes are ignored.
 */
export type PositionsUpdate = {
    /**
     * Positions
     */
    positions: {
        [key: string]: NodePosition;
    };
};

/**
 * Problem
 *
 * One finding: what is wrong, where, and in a sentence that says what to do.
 *
 * `port` is the handle and `param` the field of the node's data that it is about.
 */
export type Problem = {
    code: ProblemCode;
    /**
     * Edgeid
     */
    edgeId: string | null;
    /**
     * Message
     */
    message: string;
    /**
     * Nodeid
     */
    nodeId: string | null;
    /**
     * Param
     */
    param: string | null;
    /**
     * Port
     */
    port: string | null;
};

/**
 * ProblemCode
 *
 * Every problem a graph can have.
 */
export type ProblemCode = 'malformed' | 'unknown_node_type' | 'duplicate_node_id' | 'duplicate_edge_id' | 'dangling_edge' | 'malformed_param' | 'unknown_param' | 'too_many_nodes' | 'too_many_edges' | 'graph_too_large' | 'id_too_long' | 'bad_param' | 'unknown_handle' | 'kind_mismatch' | 'too_many_connections' | 'duplicate_connection' | 'cycle' | 'missing_input' | 'missing_source' | 'asset_not_found' | 'file_not_uploaded' | 'nothing_to_say' | 'nothing_to_run' | 'unknown_node' | 'input_not_available';

/**
 * ResizeData
 *
 * The form of a resize node; width and height in pixels.
 */
export type ResizeData = {
    /**
     * Fit
     *
     * contain: the whole picture inside the box, proportions kept, so one side may be shorter. cover: fills the box, what is over is cut off evenly. fill: stretched.
     */
    fit?: 'contain' | 'cover' | 'fill';
    /**
     * Height, in pixels
     */
    height?: number;
    /**
     * Label
     */
    label?: string | null;
    settings?: NodeSettings | null;
    /**
     * Width, in pixels
     */
    width?: number;
};

/**
 * Resize node
 *
 * Makes a picture smaller or larger, so that it fits a box of width by height pixels.
 */
export type ResizeNode = {
    data?: ResizeData;
    id: string;
    position: Position;
    type: 'resize';
    [key: string]: unknown;
};

/**
 * RunCounts
 *
 * How many nodes of the run are where.
 */
export type RunCounts = {
    /**
     * Cancelled
     */
    cancelled: number;
    /**
     * Completed
     */
    completed: number;
    /**
     * Failed
     */
    failed: number;
    /**
     * Pending
     */
    pending: number;
    /**
     * Reused
     */
    reused: number;
    /**
     * Running
     */
    running: number;
    /**
     * Skipped
     */
    skipped: number;
    /**
     * Total
     */
    total: number;
};

/**
 * RunCreate
 *
 * What a client sends to start a run.
 */
export type RunCreate = {
    /**
     * Reuse
     */
    reuse?: 'auto' | 'never';
    /**
     * Scope
     */
    scope?: ({
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
};

/**
 * RunError
 *
 * Why a run or a node ended badly; `code` is stable, `message` says what to do.
 */
export type RunError = {
    /**
     * Code
     */
    code: string;
    /**
     * Message
     */
    message: string;
};

/**
 * RunEventRead
 *
 * Data of a `run` event: the run as a whole went to another state.
 */
export type RunEventRead = {
    /**
     * At
     */
    at: string;
    error: RunError | null;
    /**
     * Runid
     */
    runId: string;
    status: RunStatus;
};

/**
 * RunPage
 *
 * A page of runs, newest first.
 */
export type RunPage = {
    /**
     * Items
     */
    items: Array<RunSummary>;
    /**
     * Nextcursor
     */
    nextCursor: string | null;
};

/**
 * RunRead
 *
 * A run with its nodes.
 */
export type RunRead = {
    counts: RunCounts;
    /**
     * Createdat
     */
    createdAt: string;
    /**
     * Durationms
     */
    durationMs: number | null;
    error: RunError | null;
    /**
     * Finishedat
     */
    finishedAt: string | null;
    /**
     * Id
     */
    id: string;
    /**
     * Nodeexecutions
     */
    nodeExecutions: Array<NodeExecutionRead>;
    /**
     * Prefecturl
     */
    prefectUrl: string | null;
    /**
     * Revision
     */
    revision: number;
    /**
     * Scope
     */
    scope: ({
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
     * Startedat
     */
    startedAt: string | null;
    status: RunStatus;
    /**
     * Trigger
     */
    trigger: 'api' | 'prefect' | 'schedule';
    usage: RunUsage;
    /**
     * Workflowid
     */
    workflowId: number;
};

/**
 * RunStatus
 *
 * Where a run is; the last three are terminal and never change.
 */
export type RunStatus = 'PENDING' | 'RUNNING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';

/**
 * RunSummary
 *
 * A run in a list.
 */
export type RunSummary = {
    counts: RunCounts;
    /**
     * Createdat
     */
    createdAt: string;
    /**
     * Durationms
     */
    durationMs: number | null;
    error: RunError | null;
    /**
     * Finishedat
     */
    finishedAt: string | null;
    /**
     * Id
     */
    id: string;
    /**
     * Prefecturl
     */
    prefectUrl: string | null;
    /**
     * Revision
     */
    revision: number;
    /**
     * Scope
     */
    scope: ({
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
     * Startedat
     */
    startedAt: string | null;
    status: RunStatus;
    /**
     * Trigger
     */
    trigger: 'api' | 'prefect' | 'schedule';
    usage: RunUsage;
    /**
     * Workflowid
     */
    workflowId: number;
};

/**
 * RunUsage
 *
 * Tokens that model providers counted for a run; what was reused cost it nothing.
 */
export type RunUsage = {
    /**
     * Inputtokens
     */
    inputTokens: number;
    /**
     * Outputtokens
     */
    outputTokens: number;
    /**
     * Totaltokens
     */
    totalTokens: number;
};

/**
 * ScopeAll
 *
 * Every node of the graph.
 */
export type ScopeAll = {
    /**
     * Kind
     */
    kind: 'all';
};

/**
 * ScopeFailed
 *
 * What did not complete in an earlier run, and what depends on it.
 */
export type ScopeFailed = {
    /**
     * Kind
     */
    kind: 'failed';
    /**
     * Runid
     */
    runId: string;
};

/**
 * ScopeFrom
 *
 * A node and everything that depends on it.
 */
export type ScopeFrom = {
    /**
     * Kind
     */
    kind: 'from';
    /**
     * Nodeid
     */
    nodeId: string;
};

/**
 * ScopeNodes
 *
 * These nodes and no others.
 */
export type ScopeNodes = {
    /**
     * Kind
     */
    kind: 'nodes';
    /**
     * Nodeids
     */
    nodeIds: Array<string>;
};

/**
 * ScopeUntil
 *
 * A node and everything that it needs.
 */
export type ScopeUntil = {
    /**
     * Kind
     */
    kind: 'until';
    /**
     * Nodeid
     */
    nodeId: string;
};

/**
 * TextData
 *
 * The form of a text node.
 */
export type TextData = {
    /**
     * Label
     */
    label?: string | null;
    settings?: NodeSettings | null;
    /**
     * Text
     *
     * Passed on as it is; connected texts replace it.
     */
    text?: string;
};

/**
 * Text node
 *
 * Gives its text to other nodes.
 */
export type TextNode = {
    data?: TextData;
    id: string;
    position: Position;
    type: 'text';
    [key: string]: unknown;
};

/**
 * TextValue
 *
 * A piece of text.
 */
export type TextValue = {
    /**
     * Kind
     */
    kind: 'text';
    /**
     * Text
     */
    text: string;
};

/**
 * TokenEventRead
 *
 * Data of a `token` event: live text of an llm node.
 *
 * `offset` is how many characters (Unicode code points) of this attempt's text come before.
 * Pieces may be missing; the whole text is the node's output.
 */
export type TokenEventRead = {
    /**
     * Attempt
     */
    attempt: number;
    /**
     * Nodeid
     */
    nodeId: string;
    /**
     * Offset
     */
    offset: number;
    /**
     * Text
     */
    text: string;
};

/**
 * UrlSource
 *
 * A file on the web; fetched each time the node runs.
 */
export type UrlSource = {
    /**
     * Kind
     */
    kind: 'url';
    /**
     * Url
     */
    url: string;
};

/**
 * Usage
 *
 * Tokens that a model provider counted for one node execution, in all its attempts.
 */
export type Usage = {
    /**
     * Inputtokens
     */
    inputTokens: number;
    /**
     * Model
     */
    model: string | null;
    /**
     * Outputtokens
     */
    outputTokens: number;
    /**
     * Totaltokens
     */
    totalTokens: number;
};

/**
 * VideoData
 *
 * The form of a video node.
 */
export type VideoData = {
    /**
     * Label
     */
    label?: string | null;
    settings?: NodeSettings | null;
    /**
     * Video
     *
     * An uploaded video, or the address of one.
     */
    source?: ({
        kind: 'asset';
    } & AssetSource) | ({
        kind: 'url';
    } & UrlSource) | ({
        kind: 'file';
    } & FileSource) | null;
};

/**
 * Video node
 *
 * Gives a video to other nodes: MP4, MOV, WebM or MKV.
 */
export type VideoNode = {
    data?: VideoData;
    id: string;
    position: Position;
    type: 'video';
    [key: string]: unknown;
};

/**
 * VideoRead
 *
 * A video in a run's record.
 */
export type VideoRead = {
    /**
     * Assetid
     */
    assetId: string;
    /**
     * Bytes
     */
    bytes: number;
    /**
     * Durationseconds
     */
    durationSeconds: number;
    /**
     * Height
     */
    height: number;
    /**
     * Kind
     */
    kind: 'video';
    /**
     * Mediatype
     */
    mediaType: string;
    /**
     * Url
     */
    url: string;
    /**
     * Width
     */
    width: number;
};

/**
 * Viewport
 *
 * The part of the canvas that was in view.
 */
export type Viewport = {
    /**
     * X
     */
    x: number;
    /**
     * Y
     */
    y: number;
    /**
     * Zoom
     */
    zoom: number;
};

/**
 * WorkflowPage
 *
 * A page of workflows, newest change first.
 */
export type WorkflowPage = {
    /**
     * Items
     */
    items: Array<WorkflowSummary>;
    /**
     * Nextcursor
     */
    nextCursor: string | null;
};

/**
 * WorkflowRead
 *
 * A stored workflow: its graph, and what the database knows about it.
 */
export type WorkflowRead = {
    /**
     * Createdat
     */
    createdAt: string;
    /**
     * Edges
     */
    edges: Array<Edge>;
    /**
     * Id
     */
    id: number;
    /**
     * Name
     */
    name: string;
    /**
     * Nodes
     */
    nodes: Array<Node>;
    /**
     * Revision
     */
    revision: number;
    /**
     * Updatedat
     */
    updatedAt: string;
    viewport: Viewport;
};

/**
 * WorkflowRename
 *
 * The new name of a workflow.
 */
export type WorkflowRename = {
    /**
     * Name
     */
    name: string;
};

/**
 * WorkflowSummary
 *
 * A workflow in a list.
 */
export type WorkflowSummary = {
    /**
     * Createdat
     */
    createdAt: string;
    /**
     * Id
     */
    id: number;
    lastRun: LastRun | null;
    /**
     * Name
     */
    name: string;
    /**
     * Revision
     */
    revision: number;
    /**
     * Updatedat
     */
    updatedAt: string;
};

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
     * Bad Request
     */
    400: ErrorDocument;
    /**
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Request Entity Too Large
     */
    413: ErrorDocument;
    /**
     * Unsupported Media Type
     */
    415: ErrorDocument;
    /**
     * Unprocessable Entity
     */
    422: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
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
     * Document created, URL follows
     */
    201: AssetRecord;
};

export type UploadAssetResponse = UploadAssetResponses[keyof UploadAssetResponses];

export type ReadAssetData = {
    body?: never;
    path: {
        assetId: string;
    };
    query?: {
        /**
         * A small picture of at most this many pixels across.
         */
        width?: number | null;
    };
    url: '/api/assets/{assetId}';
};

export type ReadAssetErrors = {
    /**
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Not Found
     */
    404: ErrorDocument;
    /**
     * Requested Range Not Satisfiable
     */
    416: ErrorDocument;
    /**
     * Not valid
     */
    422: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
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

export type ReadMeData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/api/me';
};

export type ReadMeErrors = {
    /**
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
     */
    503: ErrorDocument;
};

export type ReadMeError = ReadMeErrors[keyof ReadMeErrors];

export type ReadMeResponses = {
    /**
     * Request fulfilled, document follows
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
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
     */
    503: ErrorDocument;
};

export type ListModelsError = ListModelsErrors[keyof ListModelsErrors];

export type ListModelsResponses = {
    /**
     * Request fulfilled, document follows
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
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
     */
    503: ErrorDocument;
};

export type ListNodeTypesError = ListNodeTypesErrors[keyof ListNodeTypesErrors];

export type ListNodeTypesResponses = {
    /**
     * Request fulfilled, document follows
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
        cursor?: string | null;
    };
    url: '/api/runs';
};

export type ListRunsErrors = {
    /**
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Not valid
     */
    422: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
     */
    503: ErrorDocument;
};

export type ListRunsError = ListRunsErrors[keyof ListRunsErrors];

export type ListRunsResponses = {
    /**
     * Request fulfilled, document follows
     */
    200: RunPage;
};

export type ListRunsResponse = ListRunsResponses[keyof ListRunsResponses];

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
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Not Found
     */
    404: ErrorDocument;
    /**
     * Not valid
     */
    422: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
     */
    503: ErrorDocument;
};

export type ReadRunError = ReadRunErrors[keyof ReadRunErrors];

export type ReadRunResponses = {
    /**
     * Request fulfilled, document follows
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
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Not Found
     */
    404: ErrorDocument;
    /**
     * Conflict
     */
    409: ErrorDocument;
    /**
     * Not valid
     */
    422: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
     */
    503: ErrorDocument;
};

export type CancelRunError = CancelRunErrors[keyof CancelRunErrors];

export type CancelRunResponses = {
    /**
     * Request accepted, processing continues off-line
     */
    202: RunRead;
};

export type CancelRunResponse = CancelRunResponses[keyof CancelRunResponses];

export type StreamRunEventsData = {
    body?: never;
    path: {
        runId: string;
    };
    query?: never;
    url: '/api/runs/{runId}/events';
};

export type StreamRunEventsErrors = {
    /**
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Not Found
     */
    404: ErrorDocument;
    /**
     * Not valid
     */
    422: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
     */
    503: ErrorDocument;
};

export type StreamRunEventsError = StreamRunEventsErrors[keyof StreamRunEventsErrors];

export type StreamRunEventsResponses = {
    /**
     * Server-sent events; the schema is that of their data
     */
    200: RunEventRead | NodeEventRead | TokenEventRead;
    /**
     * The run has ended and there is nothing left to tell
     */
    204: void;
};

export type StreamRunEventsResponse = StreamRunEventsResponses[keyof StreamRunEventsResponses];

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
        cursor?: string | null;
    };
    url: '/api/workflows';
};

export type ListWorkflowsErrors = {
    /**
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Not valid
     */
    422: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
     */
    503: ErrorDocument;
};

export type ListWorkflowsError = ListWorkflowsErrors[keyof ListWorkflowsErrors];

export type ListWorkflowsResponses = {
    /**
     * Request fulfilled, document follows
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
     * Not readable
     */
    400: ErrorDocument;
    /**
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Too large
     */
    413: ErrorDocument;
    /**
     * Wrong media type
     */
    415: ErrorDocument;
    /**
     * Not valid
     */
    422: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
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
     * Document created, URL follows
     */
    201: WorkflowRead;
};

export type CreateWorkflowResponse = CreateWorkflowResponses[keyof CreateWorkflowResponses];

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
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Not Found
     */
    404: ErrorDocument;
    /**
     * Not valid
     */
    422: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
     */
    503: ErrorDocument;
};

export type DeleteWorkflowError = DeleteWorkflowErrors[keyof DeleteWorkflowErrors];

export type DeleteWorkflowResponses = {
    /**
     * Request fulfilled, nothing follows
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
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Not Found
     */
    404: ErrorDocument;
    /**
     * Not valid
     */
    422: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
     */
    503: ErrorDocument;
};

export type ReadWorkflowError = ReadWorkflowErrors[keyof ReadWorkflowErrors];

export type ReadWorkflowResponses = {
    /**
     * Request fulfilled, document follows
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
     * Not readable
     */
    400: ErrorDocument;
    /**
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Not Found
     */
    404: ErrorDocument;
    /**
     * Too large
     */
    413: ErrorDocument;
    /**
     * Wrong media type
     */
    415: ErrorDocument;
    /**
     * Not valid
     */
    422: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
     */
    503: ErrorDocument;
};

export type RenameWorkflowError = RenameWorkflowErrors[keyof RenameWorkflowErrors];

export type RenameWorkflowResponses = {
    /**
     * Request fulfilled, document follows
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
        'If-Match'?: string | null;
    };
    path: {
        workflowId: number;
    };
    query?: never;
    url: '/api/workflows/{workflowId}';
};

export type SaveWorkflowErrors = {
    /**
     * Not readable
     */
    400: ErrorDocument;
    /**
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Not Found
     */
    404: ErrorDocument;
    /**
     * Conflict
     */
    409: ErrorDocument;
    /**
     * Too large
     */
    413: ErrorDocument;
    /**
     * Wrong media type
     */
    415: ErrorDocument;
    /**
     * Not valid
     */
    422: ErrorDocument;
    /**
     * Precondition Required
     */
    428: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
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
     * Request fulfilled, document follows
     */
    200: WorkflowRead;
};

export type SaveWorkflowResponse = SaveWorkflowResponses[keyof SaveWorkflowResponses];

export type CheckWorkflowData = {
    body?: never;
    path: {
        workflowId: number;
    };
    query?: never;
    url: '/api/workflows/{workflowId}/check';
};

export type CheckWorkflowErrors = {
    /**
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Not Found
     */
    404: ErrorDocument;
    /**
     * Not valid
     */
    422: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
     */
    503: ErrorDocument;
};

export type CheckWorkflowError = CheckWorkflowErrors[keyof CheckWorkflowErrors];

export type CheckWorkflowResponses = {
    /**
     * Request fulfilled, document follows
     */
    200: CheckResult;
};

export type CheckWorkflowResponse = CheckWorkflowResponses[keyof CheckWorkflowResponses];

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
     * Not readable
     */
    400: ErrorDocument;
    /**
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Not Found
     */
    404: ErrorDocument;
    /**
     * Conflict
     */
    409: ErrorDocument;
    /**
     * Too large
     */
    413: ErrorDocument;
    /**
     * Wrong media type
     */
    415: ErrorDocument;
    /**
     * Not valid
     */
    422: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
     */
    503: ErrorDocument;
};

export type PlanWorkflowError = PlanWorkflowErrors[keyof PlanWorkflowErrors];

export type PlanWorkflowResponses = {
    /**
     * Request fulfilled, document follows
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
     * Not readable
     */
    400: ErrorDocument;
    /**
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Not Found
     */
    404: ErrorDocument;
    /**
     * Too large
     */
    413: ErrorDocument;
    /**
     * Wrong media type
     */
    415: ErrorDocument;
    /**
     * Not valid
     */
    422: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
     */
    503: ErrorDocument;
};

export type SavePositionsError = SavePositionsErrors[keyof SavePositionsErrors];

export type SavePositionsResponses = {
    /**
     * Request fulfilled, nothing follows
     */
    204: void;
};

export type SavePositionsResponse = SavePositionsResponses[keyof SavePositionsResponses];

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
        cursor?: string | null;
    };
    url: '/api/workflows/{workflowId}/runs';
};

export type ListWorkflowRunsErrors = {
    /**
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Not Found
     */
    404: ErrorDocument;
    /**
     * Not valid
     */
    422: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
     */
    503: ErrorDocument;
};

export type ListWorkflowRunsError = ListWorkflowRunsErrors[keyof ListWorkflowRunsErrors];

export type ListWorkflowRunsResponses = {
    /**
     * Request fulfilled, document follows
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
        'Idempotency-Key'?: string | null;
    };
    path: {
        workflowId: number;
    };
    query?: never;
    url: '/api/workflows/{workflowId}/runs';
};

export type StartRunErrors = {
    /**
     * Not readable
     */
    400: ErrorDocument;
    /**
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Not Found
     */
    404: ErrorDocument;
    /**
     * Conflict
     */
    409: ErrorDocument;
    /**
     * Too large
     */
    413: ErrorDocument;
    /**
     * Wrong media type
     */
    415: ErrorDocument;
    /**
     * Not valid
     */
    422: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
     */
    503: ErrorDocument;
};

export type StartRunError = StartRunErrors[keyof StartRunErrors];

export type StartRunResponses = {
    /**
     * Request accepted, processing continues off-line
     */
    202: RunRead;
};

export type StartRunResponse = StartRunResponses[keyof StartRunResponses];

export type ReadLivenessData = {
    body?: never;
    path?: never;
    query?: never;
    url: '/health/live';
};

export type ReadLivenessErrors = {
    /**
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * Try again later
     */
    503: ErrorDocument;
};

export type ReadLivenessError = ReadLivenessErrors[keyof ReadLivenessErrors];

export type ReadLivenessResponses = {
    /**
     * Request fulfilled, document follows
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
     * Host or origin not allowed
     */
    403: ErrorDocument;
    /**
     * Unexpected
     */
    500: ErrorDocument;
    /**
     * A part that is needed does not answer
     */
    503: Health;
};

export type ReadReadinessError = ReadReadinessErrors[keyof ReadReadinessErrors];

export type ReadReadinessResponses = {
    /**
     * Request fulfilled, document follows
     */
    200: Health;
};

export type ReadReadinessResponse = ReadReadinessResponses[keyof ReadReadinessResponses];
