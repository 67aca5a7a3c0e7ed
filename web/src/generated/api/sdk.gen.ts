// @ts-nocheck: its client is not written for exactOptionalPropertyTypes

import { type Client, type ClientMeta, formDataBodySerializer, type Options as Options2, type RequestResult, type ServerSentEventsResult, type TDataShape } from './client';
import { client } from './client.gen';
import type { CallFunctionData, CallFunctionErrors, CallFunctionResponses, CancelBatchData, CancelBatchErrors, CancelBatchResponses, CancelRunData, CancelRunErrors, CancelRunResponses, CancelSharedRunData, CancelSharedRunErrors, CancelSharedRunResponses, CheckWorkflowData, CheckWorkflowErrors, CheckWorkflowResponses, CreateApiKeyData, CreateApiKeyErrors, CreateApiKeyResponses, CreateFunctionLinkData, CreateFunctionLinkErrors, CreateFunctionLinkResponses, CreateScheduleData, CreateScheduleErrors, CreateScheduleResponses, CreateWebhookData, CreateWebhookErrors, CreateWebhookResponses, CreateWorkflowData, CreateWorkflowErrors, CreateWorkflowResponses, DeleteApiKeyData, DeleteApiKeyErrors, DeleteApiKeyResponses, DeleteAssetData, DeleteAssetErrors, DeleteAssetResponses, DeleteFunctionData, DeleteFunctionErrors, DeleteFunctionResponses, DeleteRunData, DeleteRunErrors, DeleteRunResponses, DeleteScheduleData, DeleteScheduleErrors, DeleteScheduleResponses, DeleteWebhookData, DeleteWebhookErrors, DeleteWebhookResponses, DeleteWorkflowData, DeleteWorkflowErrors, DeleteWorkflowResponses, DescribeFunctionsData, DescribeFunctionsErrors, DescribeFunctionsResponses, DownloadBatchFilesData, DownloadBatchFilesErrors, DownloadBatchFilesResponses, DownloadBatchTableData, DownloadBatchTableErrors, DownloadBatchTableResponses, DuplicateWorkflowData, DuplicateWorkflowErrors, DuplicateWorkflowResponses, ExportWorkflowData, ExportWorkflowErrors, ExportWorkflowResponses, ImportWorkflowData, ImportWorkflowErrors, ImportWorkflowResponses, ListApiKeysData, ListApiKeysErrors, ListApiKeysResponses, ListAssetsData, ListAssetsErrors, ListAssetsResponses, ListBatchesData, ListBatchesErrors, ListBatchesResponses, ListBatchRowsData, ListBatchRowsErrors, ListBatchRowsResponses, ListFunctionLinksData, ListFunctionLinksErrors, ListFunctionLinksResponses, ListFunctionsData, ListFunctionsErrors, ListFunctionsResponses, ListModelsData, ListModelsErrors, ListModelsResponses, ListNodeTypesData, ListNodeTypesErrors, ListNodeTypesResponses, ListResultsData, ListResultsErrors, ListResultsResponses, ListRunsData, ListRunsErrors, ListRunsResponses, ListSchedulesData, ListSchedulesErrors, ListSchedulesResponses, ListScheduleTicksData, ListScheduleTicksErrors, ListScheduleTicksResponses, ListTemplatesData, ListTemplatesErrors, ListTemplatesResponses, ListVersionsData, ListVersionsErrors, ListVersionsResponses, ListWebhookDeliveriesData, ListWebhookDeliveriesErrors, ListWebhookDeliveriesResponses, ListWebhooksData, ListWebhooksErrors, ListWebhooksResponses, ListWorkflowRunsData, ListWorkflowRunsErrors, ListWorkflowRunsResponses, ListWorkflowSchedulesData, ListWorkflowSchedulesErrors, ListWorkflowSchedulesResponses, ListWorkflowsData, ListWorkflowsErrors, ListWorkflowsResponses, MarkResultData, MarkResultErrors, MarkResultResponses, MarkVersionData, MarkVersionErrors, MarkVersionResponses, PauseRunData, PauseRunErrors, PauseRunResponses, PlanWorkflowData, PlanWorkflowErrors, PlanWorkflowResponses, PreviewFunctionBatchData, PreviewFunctionBatchErrors, PreviewFunctionBatchResponses, PreviewScheduleData, PreviewScheduleErrors, PreviewScheduleResponses, PreviewWorkflowBatchData, PreviewWorkflowBatchErrors, PreviewWorkflowBatchResponses, PublishFunctionData, PublishFunctionErrors, PublishFunctionResponses, ReadAssetData, ReadAssetErrors, ReadAssetResponses, ReadBatchData, ReadBatchErrors, ReadBatchResponses, ReadFunctionData, ReadFunctionErrors, ReadFunctionResponses, ReadLivenessData, ReadLivenessErrors, ReadLivenessResponses, ReadMeData, ReadMeErrors, ReadMeResponses, ReadReadinessData, ReadReadinessErrors, ReadReadinessResponses, ReadRunData, ReadRunErrors, ReadRunGraphData, ReadRunGraphErrors, ReadRunGraphResponses, ReadRunNodeData, ReadRunNodeErrors, ReadRunNodeResponses, ReadRunResponses, ReadScheduleData, ReadScheduleErrors, ReadScheduleResponses, ReadSharedFunctionData, ReadSharedFunctionErrors, ReadSharedFunctionResponses, ReadSharedResultData, ReadSharedResultErrors, ReadSharedResultResponses, ReadSharedRunData, ReadSharedRunErrors, ReadSharedRunResponses, ReadSharedUploadData, ReadSharedUploadErrors, ReadSharedUploadResponses, ReadSignInData, ReadSignInErrors, ReadSignInResponses, ReadVersionData, ReadVersionErrors, ReadVersionResponses, ReadWorkflowData, ReadWorkflowErrors, ReadWorkflowResponses, ReceiveClerkMessageData, ReceiveClerkMessageErrors, ReceiveClerkMessageResponses, RenameWorkflowData, RenameWorkflowErrors, RenameWorkflowResponses, ResendWebhookDeliveryData, ResendWebhookDeliveryErrors, ResendWebhookDeliveryResponses, RestoreVersionData, RestoreVersionErrors, RestoreVersionResponses, ResumeRunData, ResumeRunErrors, ResumeRunResponses, RetryBatchData, RetryBatchErrors, RetryBatchResponses, RevokeFunctionLinkData, RevokeFunctionLinkErrors, RevokeFunctionLinkResponses, RotateWebhookSecretData, RotateWebhookSecretErrors, RotateWebhookSecretResponses, SavePositionsData, SavePositionsErrors, SavePositionsResponses, SaveWorkflowData, SaveWorkflowErrors, SaveWorkflowResponses, SetBatchWinnerData, SetBatchWinnerErrors, SetBatchWinnerResponses, StartFunctionBatchData, StartFunctionBatchErrors, StartFunctionBatchResponses, StartRunData, StartRunErrors, StartRunResponses, StartSharedRunData, StartSharedRunErrors, StartSharedRunResponses, StartWorkflowBatchData, StartWorkflowBatchErrors, StartWorkflowBatchResponses, StreamRunEventsData, StreamRunEventsErrors, StreamRunEventsResponse, StreamRunEventsResponses, StreamWorkflowEventsData, StreamWorkflowEventsErrors, StreamWorkflowEventsResponse, StreamWorkflowEventsResponses, UndeleteWorkflowData, UndeleteWorkflowErrors, UndeleteWorkflowResponses, UpdateScheduleData, UpdateScheduleErrors, UpdateScheduleResponses, UpdateWebhookData, UpdateWebhookErrors, UpdateWebhookResponses, UploadAssetData, UploadAssetErrors, UploadAssetResponses, UploadSharedFileData, UploadSharedFileErrors, UploadSharedFileResponses, UseTemplateData, UseTemplateErrors, UseTemplateResponses } from './types.gen';
import { zCallFunctionResponse, zCancelBatchResponse, zCancelRunResponse, zCancelSharedRunResponse, zCheckWorkflowResponse, zCreateApiKeyResponse, zCreateFunctionLinkResponse, zCreateScheduleResponse, zCreateWebhookResponse, zCreateWorkflowResponse, zDeleteApiKeyResponse, zDeleteAssetResponse, zDeleteFunctionResponse, zDeleteRunResponse, zDeleteScheduleResponse, zDeleteWebhookResponse, zDeleteWorkflowResponse, zDescribeFunctionsResponse, zDownloadBatchFilesResponse, zDownloadBatchTableResponse, zDuplicateWorkflowResponse, zExportWorkflowResponse, zImportWorkflowResponse, zListApiKeysResponse, zListAssetsResponse, zListBatchesResponse, zListBatchRowsResponse, zListFunctionLinksResponse, zListFunctionsResponse, zListModelsResponse, zListNodeTypesResponse, zListResultsResponse, zListRunsResponse, zListSchedulesResponse, zListScheduleTicksResponse, zListTemplatesResponse, zListVersionsResponse, zListWebhookDeliveriesResponse, zListWebhooksResponse, zListWorkflowRunsResponse, zListWorkflowSchedulesResponse, zListWorkflowsResponse, zMarkResultResponse, zMarkVersionResponse, zPauseRunResponse, zPlanWorkflowResponse, zPreviewFunctionBatchResponse, zPreviewScheduleResponse, zPreviewWorkflowBatchResponse, zPublishFunctionResponse, zReadAssetResponse, zReadBatchResponse, zReadFunctionResponse, zReadLivenessResponse, zReadMeResponse, zReadReadinessResponse, zReadRunGraphResponse, zReadRunNodeResponse, zReadRunResponse, zReadScheduleResponse, zReadSharedFunctionResponse, zReadSharedResultResponse, zReadSharedRunResponse, zReadSharedUploadResponse, zReadSignInResponse, zReadVersionResponse, zReadWorkflowResponse, zReceiveClerkMessageResponse, zRenameWorkflowResponse, zResendWebhookDeliveryResponse, zRestoreVersionResponse, zResumeRunResponse, zRetryBatchResponse, zRevokeFunctionLinkResponse, zRotateWebhookSecretResponse, zSavePositionsResponse, zSaveWorkflowResponse, zSetBatchWinnerResponse, zStartFunctionBatchResponse, zStartRunResponse, zStartSharedRunResponse, zStartWorkflowBatchResponse, zStreamRunEventsResponse, zStreamWorkflowEventsResponse, zUndeleteWorkflowResponse, zUpdateScheduleResponse, zUpdateWebhookResponse, zUploadAssetResponse, zUploadSharedFileResponse, zUseTemplateResponse } from './zod.gen';

export type Options<TData extends TDataShape = TDataShape, ThrowOnError extends boolean = boolean, TResponse = unknown> = Options2<TData, ThrowOnError, TResponse> & {
    /**
     * You can provide a client instance returned by `createClient()` instead of
     * individual options. This might be also useful if you want to implement a
     * custom client.
     */
    client?: Client;
    /**
     * You can pass arbitrary values through the `meta` object. This can be
     * used to access values that aren't defined as part of the SDK function.
     */
    meta?: keyof ClientMeta extends never ? Record<string, unknown> : ClientMeta;
};

/**
 * Stored pictures and videos, the newest first
 *
 * List what you have uploaded and what your runs have made.
 */
export const listAssets = <ThrowOnError extends boolean = true>(options?: Options<ListAssetsData, ThrowOnError>): RequestResult<ListAssetsResponses, ListAssetsErrors, ThrowOnError, 'data'> => (options?.client ?? client).get<ListAssetsResponses, ListAssetsErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zListAssetsResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/assets',
    ...options
});

/**
 * Upload a picture or video
 *
 * Take a form with the field `file`; its content decides what it is, not its name.
 *
 * The same file again is the same asset.
 */
export const uploadAsset = <ThrowOnError extends boolean = true>(options: Options<UploadAssetData, ThrowOnError>): RequestResult<UploadAssetResponses, UploadAssetErrors, ThrowOnError, 'data'> => (options.client ?? client).post<UploadAssetResponses, UploadAssetErrors, ThrowOnError, 'data'>({
    ...formDataBodySerializer,
    responseValidator: async (data) => await zUploadAssetResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/assets',
    ...options,
    headers: {
        'Content-Type': null,
        ...options.headers
    }
});

/**
 * Delete a stored picture or video
 *
 * Delete a file that nothing needs. 409 says which workflow, version, schedule or run does.
 */
export const deleteAsset = <ThrowOnError extends boolean = true>(options: Options<DeleteAssetData, ThrowOnError>): RequestResult<DeleteAssetResponses, DeleteAssetErrors, ThrowOnError, 'data'> => (options.client ?? client).delete<DeleteAssetResponses, DeleteAssetErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zDeleteAssetResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/assets/{assetId}',
    ...options
});

/**
 * The bytes of an asset
 *
 * Give the file, a `Range` of it, or with `width` a small picture of it.
 */
export const readAsset = <ThrowOnError extends boolean = true>(options: Options<ReadAssetData, ThrowOnError>): RequestResult<ReadAssetResponses, ReadAssetErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ReadAssetResponses, ReadAssetErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zReadAssetResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/assets/{assetId}',
    ...options
});

/**
 * A batch and how far it is
 *
 * Give how many rows are where, and their tokens.
 */
export const readBatch = <ThrowOnError extends boolean = true>(options: Options<ReadBatchData, ThrowOnError>): RequestResult<ReadBatchResponses, ReadBatchErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ReadBatchResponses, ReadBatchErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zReadBatchResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/batches/{batchId}',
    ...options
});

/**
 * Cancel a batch
 *
 * Start no more rows, and cancel those that go on; what has completed stays.
 */
export const cancelBatch = <ThrowOnError extends boolean = true>(options: Options<CancelBatchData, ThrowOnError>): RequestResult<CancelBatchResponses, CancelBatchErrors, ThrowOnError, 'data'> => (options.client ?? client).post<CancelBatchResponses, CancelBatchErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zCancelBatchResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/batches/{batchId}/cancel',
    ...options
});

/**
 * The rows of a batch as CSV
 *
 * Give inputs, results and errors of all rows so far; no spreadsheet takes a text for a formula.
 */
export const downloadBatchTable = <ThrowOnError extends boolean = true>(options: Options<DownloadBatchTableData, ThrowOnError>): RequestResult<DownloadBatchTableResponses, DownloadBatchTableErrors, ThrowOnError, 'data'> => (options.client ?? client).get<DownloadBatchTableResponses, DownloadBatchTableErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zDownloadBatchTableResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/batches/{batchId}/results.csv',
    ...options
});

/**
 * The files that a batch made
 *
 * Give `results.csv` and every image, video and sound, named by row and result.
 */
export const downloadBatchFiles = <ThrowOnError extends boolean = true>(options: Options<DownloadBatchFilesData, ThrowOnError>): RequestResult<DownloadBatchFilesResponses, DownloadBatchFilesErrors, ThrowOnError, 'data'> => (options.client ?? client).get<DownloadBatchFilesResponses, DownloadBatchFilesErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zDownloadBatchFilesResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/batches/{batchId}/results.zip',
    ...options
});

/**
 * Run the failed rows of a batch once more
 *
 * Run rows that failed or were cancelled, and no others; their earlier runs stay in the history.
 */
export const retryBatch = <ThrowOnError extends boolean = true>(options: Options<RetryBatchData, ThrowOnError>): RequestResult<RetryBatchResponses, RetryBatchErrors, ThrowOnError, 'data'> => (options.client ?? client).post<RetryBatchResponses, RetryBatchErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zRetryBatchResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/batches/{batchId}/retry',
    ...options
});

/**
 * Rows of a batch with their results
 *
 * Give rows in their order. `cursor` is the number of the row before, so that any place can be read.
 */
export const listBatchRows = <ThrowOnError extends boolean = true>(options: Options<ListBatchRowsData, ThrowOnError>): RequestResult<ListBatchRowsResponses, ListBatchRowsErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ListBatchRowsResponses, ListBatchRowsErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zListBatchRowsResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/batches/{batchId}/rows',
    ...options
});

/**
 * Mark the best row of a batch
 *
 * Mark a row as the best one, or none.
 */
export const setBatchWinner = <ThrowOnError extends boolean = true>(options: Options<SetBatchWinnerData, ThrowOnError>): RequestResult<SetBatchWinnerResponses, SetBatchWinnerErrors, ThrowOnError, 'data'> => (options.client ?? client).put<SetBatchWinnerResponses, SetBatchWinnerErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zSetBatchWinnerResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/batches/{batchId}/winner',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Your functions, by name
 *
 * List what is published; functions of deleted workflows are not, until these are restored.
 */
export const listFunctions = <ThrowOnError extends boolean = true>(options?: Options<ListFunctionsData, ThrowOnError>): RequestResult<ListFunctionsResponses, ListFunctionsErrors, ThrowOnError, 'data'> => (options?.client ?? client).get<ListFunctionsResponses, ListFunctionsErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zListFunctionsResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/functions',
    ...options
});

/**
 * OpenAPI document of your functions
 *
 * Give an OpenAPI 3.1 document with one typed operation for each of your functions.
 */
export const describeFunctions = <ThrowOnError extends boolean = true>(options?: Options<DescribeFunctionsData, ThrowOnError>): RequestResult<DescribeFunctionsResponses, DescribeFunctionsErrors, ThrowOnError, 'data'> => (options?.client ?? client).get<DescribeFunctionsResponses, DescribeFunctionsErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zDescribeFunctionsResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/functions/openapi.json',
    ...options
});

/**
 * Take a function back
 *
 * Have the name stand for nothing any more; the workflow and its runs stay.
 */
export const deleteFunction = <ThrowOnError extends boolean = true>(options: Options<DeleteFunctionData, ThrowOnError>): RequestResult<DeleteFunctionResponses, DeleteFunctionErrors, ThrowOnError, 'data'> => (options.client ?? client).delete<DeleteFunctionResponses, DeleteFunctionErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zDeleteFunctionResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/functions/{functionName}',
    ...options
});

/**
 * One function
 *
 * Give what a function takes and gives, as JSON Schemas, and an example of a call.
 */
export const readFunction = <ThrowOnError extends boolean = true>(options: Options<ReadFunctionData, ThrowOnError>): RequestResult<ReadFunctionResponses, ReadFunctionErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ReadFunctionResponses, ReadFunctionErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zReadFunctionResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/functions/{functionName}',
    ...options
});

/**
 * Call a function
 *
 * Run the published version with these inputs, and give its results by name.
 *
 * The body is an object of inputs, as `GET /api/functions/{name}` describes them; or a form with a field for
 * each, files as they are. With `Prefer: wait=60` the
 * answer comes with the run's end: 200, or 202 where it takes longer. The same `Idempotency-Key` with the same
 * body is the same run, whatever happened in between. Values that do not fit: 422, `problems` has all of them.
 */
export const callFunction = <ThrowOnError extends boolean = true>(options: Options<CallFunctionData, ThrowOnError>): RequestResult<CallFunctionResponses, CallFunctionErrors, ThrowOnError, 'data'> => (options.client ?? client).post<CallFunctionResponses, CallFunctionErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zCallFunctionResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/functions/{functionName}',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Call a function for each row of a table
 *
 * Start one call of the published version for each row, as `startWorkflowBatch` does.
 */
export const startFunctionBatch = <ThrowOnError extends boolean = true>(options: Options<StartFunctionBatchData, ThrowOnError>): RequestResult<StartFunctionBatchResponses, StartFunctionBatchErrors, ThrowOnError, 'data'> => (options.client ?? client).post<StartFunctionBatchResponses, StartFunctionBatchErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zStartFunctionBatchResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/functions/{functionName}/batches',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * What a table would start
 *
 * Read a table, as `previewWorkflowBatch` does, for a published function.
 */
export const previewFunctionBatch = <ThrowOnError extends boolean = true>(options: Options<PreviewFunctionBatchData, ThrowOnError>): RequestResult<PreviewFunctionBatchResponses, PreviewFunctionBatchErrors, ThrowOnError, 'data'> => (options.client ?? client).post<PreviewFunctionBatchResponses, PreviewFunctionBatchErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zPreviewFunctionBatchResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/functions/{functionName}/batches/preview',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Share links of a function, the newest first
 *
 * List links without their tokens; those that are over stay for 30 days.
 */
export const listFunctionLinks = <ThrowOnError extends boolean = true>(options: Options<ListFunctionLinksData, ThrowOnError>): RequestResult<ListFunctionLinksResponses, ListFunctionLinksErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ListFunctionLinksResponses, ListFunctionLinksErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zListFunctionLinksResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/functions/{functionName}/links',
    ...options
});

/**
 * Make a share link
 *
 * Make an address at which people without an account use the function as a form.
 *
 * Its `url` is in this answer and can never be had again. It opens the version that is published, also
 * when you publish another one. Each start of a run counts, however it ends.
 */
export const createFunctionLink = <ThrowOnError extends boolean = true>(options: Options<CreateFunctionLinkData, ThrowOnError>): RequestResult<CreateFunctionLinkResponses, CreateFunctionLinkErrors, ThrowOnError, 'data'> => (options.client ?? client).post<CreateFunctionLinkResponses, CreateFunctionLinkErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zCreateFunctionLinkResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/functions/{functionName}/links',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Revoke a share link
 *
 * Have the link open nothing any more, from the next request on; its runs go on and stay.
 */
export const revokeFunctionLink = <ThrowOnError extends boolean = true>(options: Options<RevokeFunctionLinkData, ThrowOnError>): RequestResult<RevokeFunctionLinkResponses, RevokeFunctionLinkErrors, ThrowOnError, 'data'> => (options.client ?? client).delete<RevokeFunctionLinkResponses, RevokeFunctionLinkErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zRevokeFunctionLinkResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/functions/{functionName}/links/{linkId}',
    ...options
});

/**
 * API keys, the newest first
 *
 * List keys without their secrets, with when each was last used (to the minute).
 */
export const listApiKeys = <ThrowOnError extends boolean = true>(options?: Options<ListApiKeysData, ThrowOnError>): RequestResult<ListApiKeysResponses, ListApiKeysErrors, ThrowOnError, 'data'> => (options?.client ?? client).get<ListApiKeysResponses, ListApiKeysErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zListApiKeysResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/keys',
    ...options
});

/**
 * Make an API key
 *
 * Make a key. Its secret is in this answer and can never be had again.
 *
 * `read` is for everything that only looks, `run` to start and cancel runs, `write` for all
 * other changes. With `functions` it can read and call these alone, and read, follow and cancel the runs
 * that it started.
 */
export const createApiKey = <ThrowOnError extends boolean = true>(options: Options<CreateApiKeyData, ThrowOnError>): RequestResult<CreateApiKeyResponses, CreateApiKeyErrors, ThrowOnError, 'data'> => (options.client ?? client).post<CreateApiKeyResponses, CreateApiKeyErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zCreateApiKeyResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/keys',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Delete an API key
 *
 * Delete a key: requests that come with it are refused from now on.
 */
export const deleteApiKey = <ThrowOnError extends boolean = true>(options: Options<DeleteApiKeyData, ThrowOnError>): RequestResult<DeleteApiKeyResponses, DeleteApiKeyErrors, ThrowOnError, 'data'> => (options.client ?? client).delete<DeleteApiKeyResponses, DeleteApiKeyErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zDeleteApiKeyResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/keys/{keyId}',
    ...options
});

/**
 * Who am I, which limits apply
 *
 * Tell who is asking and what this server takes.
 */
export const readMe = <ThrowOnError extends boolean = true>(options?: Options<ReadMeData, ThrowOnError>): RequestResult<ReadMeResponses, ReadMeErrors, ThrowOnError, 'data'> => (options?.client ?? client).get<ReadMeResponses, ReadMeErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zReadMeResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/me',
    ...options
});

/**
 * Models to choose from
 *
 * List the models that are offered, the first one first to try, then the others that are known.
 *
 * Among them are those that a service at an address of one's own has now, and those of Ollama or
 * LM Studio where one answers on the server's machine and nothing is set for it.
 */
export const listModels = <ThrowOnError extends boolean = true>(options?: Options<ListModelsData, ThrowOnError>): RequestResult<ListModelsResponses, ListModelsErrors, ThrowOnError, 'data'> => (options?.client ?? client).get<ListModelsResponses, ListModelsErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zListModelsResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/models',
    ...options
});

/**
 * Every node type
 *
 * List every node type: its params as JSON Schema, its ports with kinds, an example.
 *
 * Params stand in the order of the form; their `x-` keys say how each is edited.
 */
export const listNodeTypes = <ThrowOnError extends boolean = true>(options?: Options<ListNodeTypesData, ThrowOnError>): RequestResult<ListNodeTypesResponses, ListNodeTypesErrors, ThrowOnError, 'data'> => (options?.client ?? client).get<ListNodeTypesResponses, ListNodeTypesErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zListNodeTypesResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/node-types',
    ...options
});

/**
 * All runs, the newest first
 *
 * List the runs of every workflow.
 */
export const listRuns = <ThrowOnError extends boolean = true>(options?: Options<ListRunsData, ThrowOnError>): RequestResult<ListRunsResponses, ListRunsErrors, ThrowOnError, 'data'> => (options?.client ?? client).get<ListRunsResponses, ListRunsErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zListRunsResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/runs',
    ...options
});

/**
 * Delete a run
 *
 * Delete a run that has ended, with what went into its nodes and came out of them.
 *
 * What other runs took over from it stays theirs; pictures and videos stay assets, until
 * nothing needs them any more. One that has not ended: 409.
 */
export const deleteRun = <ThrowOnError extends boolean = true>(options: Options<DeleteRunData, ThrowOnError>): RequestResult<DeleteRunResponses, DeleteRunErrors, ThrowOnError, 'data'> => (options.client ?? client).delete<DeleteRunResponses, DeleteRunErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zDeleteRunResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/runs/{runId}',
    ...options
});

/**
 * One run
 *
 * Give a run with its node executions: what went in, what came out, what went wrong.
 *
 * Where long texts of its nodes come to more than 8 MB, they are left out, those of 16 KB and
 * more; each node by itself has them. To an API key for functions nodes are not shown.
 */
export const readRun = <ThrowOnError extends boolean = true>(options: Options<ReadRunData, ThrowOnError>): RequestResult<ReadRunResponses, ReadRunErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ReadRunResponses, ReadRunErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zReadRunResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/runs/{runId}',
    ...options
});

/**
 * Cancel a run
 *
 * Ask for the end of a run; nodes that are running are stopped. After its end: 409.
 */
export const cancelRun = <ThrowOnError extends boolean = true>(options: Options<CancelRunData, ThrowOnError>): RequestResult<CancelRunResponses, CancelRunErrors, ThrowOnError, 'data'> => (options.client ?? client).post<CancelRunResponses, CancelRunErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zCancelRunResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/runs/{runId}/cancel',
    ...options
});

/**
 * A run, live
 *
 * Stream `run` and `node` events with their numbers as ids until the run has ended.
 *
 * `token` and `preview` events in between, without a number, are what nodes show while they
 * work: text from its beginning, also for who comes late, and pictures, of which the newest
 * counts; the node's output is the truth.
 * An API key for functions gets no values of nodes. `Last-Event-ID` resumes after the event of that number. Where people sign in, a stream
 * ends after five minutes: ask again, as browsers do. A run that has ended, with nothing
 * left to tell, answers 204, on which browsers stop reconnecting.
 */
export const streamRunEvents = <ThrowOnError extends boolean = true>(options: Options<StreamRunEventsData, ThrowOnError, StreamRunEventsResponse>): Promise<ServerSentEventsResult<StreamRunEventsResponses>> => (options.client ?? client).sse.get<StreamRunEventsResponses, StreamRunEventsErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zStreamRunEventsResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/runs/{runId}/events',
    ...options
});

/**
 * The graph that a run ran
 *
 * Give the graph of a run as it was, with the places of that time as far as known.
 */
export const readRunGraph = <ThrowOnError extends boolean = true>(options: Options<ReadRunGraphData, ThrowOnError>): RequestResult<ReadRunGraphResponses, ReadRunGraphErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ReadRunGraphResponses, ReadRunGraphErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zReadRunGraphResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/runs/{runId}/graph',
    ...options
});

/**
 * One node of a run
 *
 * Give what went into one node, what came out and what went wrong, without the others.
 */
export const readRunNode = <ThrowOnError extends boolean = true>(options: Options<ReadRunNodeData, ThrowOnError>): RequestResult<ReadRunNodeResponses, ReadRunNodeErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ReadRunNodeResponses, ReadRunNodeErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zReadRunNodeResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/runs/{runId}/nodes/{nodeId}',
    ...options
});

/**
 * Pause a run
 *
 * Let no further node of a run start; those that are running end.
 *
 * The run is then WAITING for as long as you like, and holds up nothing. Pausing it again
 * changes nothing. After its end: 409.
 */
export const pauseRun = <ThrowOnError extends boolean = true>(options: Options<PauseRunData, ThrowOnError>): RequestResult<PauseRunResponses, PauseRunErrors, ThrowOnError, 'data'> => (options.client ?? client).post<PauseRunResponses, PauseRunErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zPauseRunResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/runs/{runId}/pause',
    ...options
});

/**
 * Resume a paused run
 *
 * Go on with a paused run from where it was: what has ended is not done again.
 *
 * A run that is not paused is left as it is. After its end: 409.
 */
export const resumeRun = <ThrowOnError extends boolean = true>(options: Options<ResumeRunData, ThrowOnError>): RequestResult<ResumeRunResponses, ResumeRunErrors, ThrowOnError, 'data'> => (options.client ?? client).post<ResumeRunResponses, ResumeRunErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zResumeRunResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/runs/{runId}/resume',
    ...options
});

/**
 * All schedules, the newest first
 *
 * List the schedules of every workflow that is not deleted.
 */
export const listSchedules = <ThrowOnError extends boolean = true>(options?: Options<ListSchedulesData, ThrowOnError>): RequestResult<ListSchedulesResponses, ListSchedulesErrors, ThrowOnError, 'data'> => (options?.client ?? client).get<ListSchedulesResponses, ListSchedulesErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zListSchedulesResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/schedules',
    ...options
});

/**
 * Delete a schedule
 *
 * Delete a schedule and what it remembers of its ticks; its runs stay, and go on.
 */
export const deleteSchedule = <ThrowOnError extends boolean = true>(options: Options<DeleteScheduleData, ThrowOnError>): RequestResult<DeleteScheduleResponses, DeleteScheduleErrors, ThrowOnError, 'data'> => (options.client ?? client).delete<DeleteScheduleResponses, DeleteScheduleErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zDeleteScheduleResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/schedules/{scheduleId}',
    ...options
});

/**
 * One schedule
 *
 * Give a schedule with its next five times and its last tick.
 */
export const readSchedule = <ThrowOnError extends boolean = true>(options: Options<ReadScheduleData, ThrowOnError>): RequestResult<ReadScheduleResponses, ReadScheduleErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ReadScheduleResponses, ReadScheduleErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zReadScheduleResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/schedules/{scheduleId}',
    ...options
});

/**
 * Change, pause or resume a schedule
 *
 * Change what is sent: `{"paused": true}` pauses, `{"paused": false}` resumes.
 *
 * Ticks that fall into a pause are not caught up. Runs that go on are left alone.
 */
export const updateSchedule = <ThrowOnError extends boolean = true>(options: Options<UpdateScheduleData, ThrowOnError>): RequestResult<UpdateScheduleResponses, UpdateScheduleErrors, ThrowOnError, 'data'> => (options.client ?? client).patch<UpdateScheduleResponses, UpdateScheduleErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zUpdateScheduleResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/schedules/{scheduleId}',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * What became of the ticks of a schedule, the latest first
 *
 * List ticks with the run that was made of each, or why there is none.
 */
export const listScheduleTicks = <ThrowOnError extends boolean = true>(options: Options<ListScheduleTicksData, ThrowOnError>): RequestResult<ListScheduleTicksResponses, ListScheduleTicksErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ListScheduleTicksResponses, ListScheduleTicksErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zListScheduleTicksResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/schedules/{scheduleId}/ticks',
    ...options
});

/**
 * The form of a share link
 *
 * Give what the function takes and gives, and how often it can be run still.
 *
 * The token comes as `Authorization: Bearer nls_…`; the answer sets it as a cookie for the addresses of this link.
 */
export const readSharedFunction = <ThrowOnError extends boolean = true>(options: Options<ReadSharedFunctionData, ThrowOnError>): RequestResult<ReadSharedFunctionResponses, ReadSharedFunctionErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ReadSharedFunctionResponses, ReadSharedFunctionErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zReadSharedFunctionResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/shared/{linkId}',
    ...options
});

/**
 * Run the function of a share link
 *
 * Start a run with these inputs; it counts, however it ends. Without a run left: 410.
 *
 * The body is an object of inputs. Stored files are those that were uploaded through this link.
 */
export const startSharedRun = <ThrowOnError extends boolean = true>(options: Options<StartSharedRunData, ThrowOnError>): RequestResult<StartSharedRunResponses, StartSharedRunErrors, ThrowOnError, 'data'> => (options.client ?? client).post<StartSharedRunResponses, StartSharedRunErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zStartSharedRunResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/shared/{linkId}/runs',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * A run of a share link
 *
 * Give how far it is, and its results by name; also when the time of the link is over.
 */
export const readSharedRun = <ThrowOnError extends boolean = true>(options: Options<ReadSharedRunData, ThrowOnError>): RequestResult<ReadSharedRunResponses, ReadSharedRunErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ReadSharedRunResponses, ReadSharedRunErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zReadSharedRunResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/shared/{linkId}/runs/{runId}',
    ...options
});

/**
 * A file that a run of a share link gave
 *
 * Give a file among the results, or with `width` a small picture of it; no other file.
 */
export const readSharedResult = <ThrowOnError extends boolean = true>(options: Options<ReadSharedResultData, ThrowOnError>): RequestResult<ReadSharedResultResponses, ReadSharedResultErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ReadSharedResultResponses, ReadSharedResultErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zReadSharedResultResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/shared/{linkId}/runs/{runId}/assets/{assetId}',
    ...options
});

/**
 * Cancel a run of a share link
 *
 * Ask for the end of the run. After its end: 409.
 */
export const cancelSharedRun = <ThrowOnError extends boolean = true>(options: Options<CancelSharedRunData, ThrowOnError>): RequestResult<CancelSharedRunResponses, CancelSharedRunErrors, ThrowOnError, 'data'> => (options.client ?? client).post<CancelSharedRunResponses, CancelSharedRunErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zCancelSharedRunResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/shared/{linkId}/runs/{runId}/cancel',
    ...options
});

/**
 * Upload a file for an input
 *
 * Take a form with the field `file`, 50 MB at most. What no run is given is deleted after a day.
 */
export const uploadSharedFile = <ThrowOnError extends boolean = true>(options: Options<UploadSharedFileData, ThrowOnError>): RequestResult<UploadSharedFileResponses, UploadSharedFileErrors, ThrowOnError, 'data'> => (options.client ?? client).post<UploadSharedFileResponses, UploadSharedFileErrors, ThrowOnError, 'data'>({
    ...formDataBodySerializer,
    responseValidator: async (data) => await zUploadSharedFileResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/shared/{linkId}/uploads',
    ...options,
    headers: {
        'Content-Type': null,
        ...options.headers
    }
});

/**
 * A file that was uploaded
 *
 * Give the file back, or with `width` a small picture of it.
 */
export const readSharedUpload = <ThrowOnError extends boolean = true>(options: Options<ReadSharedUploadData, ThrowOnError>): RequestResult<ReadSharedUploadResponses, ReadSharedUploadErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ReadSharedUploadResponses, ReadSharedUploadErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zReadSharedUploadResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/shared/{linkId}/uploads/{assetId}',
    ...options
});

/**
 * How people sign in
 *
 * Tell a page, before anybody has signed in, how that is done here.
 */
export const readSignIn = <ThrowOnError extends boolean = true>(options?: Options<ReadSignInData, ThrowOnError>): RequestResult<ReadSignInResponses, ReadSignInErrors, ThrowOnError, 'data'> => (options?.client ?? client).get<ReadSignInResponses, ReadSignInErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zReadSignInResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/sign-in',
    ...options
});

/**
 * Workflows to begin with
 *
 * List the templates by purpose, each with a small drawing; the first one is the one to try first.
 */
export const listTemplates = <ThrowOnError extends boolean = true>(options?: Options<ListTemplatesData, ThrowOnError>): RequestResult<ListTemplatesResponses, ListTemplatesErrors, ThrowOnError, 'data'> => (options?.client ?? client).get<ListTemplatesResponses, ListTemplatesErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zListTemplatesResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/templates',
    ...options
});

/**
 * Make a workflow from a template
 *
 * Store the template as a workflow of yours, its pictures and videos as your assets.
 */
export const useTemplate = <ThrowOnError extends boolean = true>(options: Options<UseTemplateData, ThrowOnError>): RequestResult<UseTemplateResponses, UseTemplateErrors, ThrowOnError, 'data'> => (options.client ?? client).post<UseTemplateResponses, UseTemplateErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zUseTemplateResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/templates/{templateId}',
    ...options
});

/**
 * Your webhooks, the newest first
 *
 * List webhooks without their secrets; those that were disabled say why.
 */
export const listWebhooks = <ThrowOnError extends boolean = true>(options?: Options<ListWebhooksData, ThrowOnError>): RequestResult<ListWebhooksResponses, ListWebhooksErrors, ThrowOnError, 'data'> => (options?.client ?? client).get<ListWebhooksResponses, ListWebhooksErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zListWebhooksResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/webhooks',
    ...options
});

/**
 * Make a webhook
 *
 * Have an address told of ended runs. Its secret is in this answer and can never be had again.
 *
 * Each message is signed (`webhook-id`, `webhook-timestamp`, `webhook-signature`), sent until an answer
 * of 2xx comes, for a day at most, and may come twice under the same id. Answer within 15 seconds;
 * redirects are not followed, and 410 disables the webhook.
 */
export const createWebhook = <ThrowOnError extends boolean = true>(options: Options<CreateWebhookData, ThrowOnError>): RequestResult<CreateWebhookResponses, CreateWebhookErrors, ThrowOnError, 'data'> => (options.client ?? client).post<CreateWebhookResponses, CreateWebhookErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zCreateWebhookResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/webhooks',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Delete a webhook
 *
 * Delete a webhook with all that it was, and was still to be, told.
 */
export const deleteWebhook = <ThrowOnError extends boolean = true>(options: Options<DeleteWebhookData, ThrowOnError>): RequestResult<DeleteWebhookResponses, DeleteWebhookErrors, ThrowOnError, 'data'> => (options.client ?? client).delete<DeleteWebhookResponses, DeleteWebhookErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zDeleteWebhookResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/webhooks/{webhookId}',
    ...options
});

/**
 * Change, enable or disable a webhook
 *
 * Change what is given. Enabled again, it is told what it was still to be told when it was disabled.
 */
export const updateWebhook = <ThrowOnError extends boolean = true>(options: Options<UpdateWebhookData, ThrowOnError>): RequestResult<UpdateWebhookResponses, UpdateWebhookErrors, ThrowOnError, 'data'> => (options.client ?? client).patch<UpdateWebhookResponses, UpdateWebhookErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zUpdateWebhookResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/webhooks/{webhookId}',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * What a webhook was told, the newest first
 *
 * List deliveries of the last 30 days, each with how its last attempt went.
 */
export const listWebhookDeliveries = <ThrowOnError extends boolean = true>(options: Options<ListWebhookDeliveriesData, ThrowOnError>): RequestResult<ListWebhookDeliveriesResponses, ListWebhookDeliveriesErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ListWebhookDeliveriesResponses, ListWebhookDeliveriesErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zListWebhookDeliveriesResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/webhooks/{webhookId}/deliveries',
    ...options
});

/**
 * Send a delivery again
 *
 * Send what has ended once more: the same body under the same id, with a new time and signature.
 */
export const resendWebhookDelivery = <ThrowOnError extends boolean = true>(options: Options<ResendWebhookDeliveryData, ThrowOnError>): RequestResult<ResendWebhookDeliveryResponses, ResendWebhookDeliveryErrors, ThrowOnError, 'data'> => (options.client ?? client).post<ResendWebhookDeliveryResponses, ResendWebhookDeliveryErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zResendWebhookDeliveryResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/webhooks/{webhookId}/deliveries/{deliveryId}/resend',
    ...options
});

/**
 * Give a webhook a new secret
 *
 * Make a new secret. For 24 hours messages are signed with the one before, too.
 */
export const rotateWebhookSecret = <ThrowOnError extends boolean = true>(options: Options<RotateWebhookSecretData, ThrowOnError>): RequestResult<RotateWebhookSecretResponses, RotateWebhookSecretErrors, ThrowOnError, 'data'> => (options.client ?? client).post<RotateWebhookSecretResponses, RotateWebhookSecretErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zRotateWebhookSecretResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/webhooks/{webhookId}/secret',
    ...options
});

/**
 * Workflows, the latest saved first
 *
 * List workflows with their times, last run and small pictures, without their graphs.
 */
export const listWorkflows = <ThrowOnError extends boolean = true>(options?: Options<ListWorkflowsData, ThrowOnError>): RequestResult<ListWorkflowsResponses, ListWorkflowsErrors, ThrowOnError, 'data'> => (options?.client ?? client).get<ListWorkflowsResponses, ListWorkflowsErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zListWorkflowsResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows',
    ...options
});

/**
 * Store a graph
 *
 * Store a new workflow. A draft with problems can be stored; only running it cannot.
 *
 * Pictures inside the graph (`kind: base64`) become assets.
 */
export const createWorkflow = <ThrowOnError extends boolean = true>(options: Options<CreateWorkflowData, ThrowOnError>): RequestResult<CreateWorkflowResponses, CreateWorkflowErrors, ThrowOnError, 'data'> => (options.client ?? client).post<CreateWorkflowResponses, CreateWorkflowErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zCreateWorkflowResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Take in a workflow as a file
 *
 * Store the graph of a file as a new workflow, with the pictures and videos inside of it.
 *
 * `notes` say what was left out or changed, `problems` what is to be done before it can run.
 * What is no graph at all is refused.
 */
export const importWorkflow = <ThrowOnError extends boolean = true>(options: Options<ImportWorkflowData, ThrowOnError>): RequestResult<ImportWorkflowResponses, ImportWorkflowErrors, ThrowOnError, 'data'> => (options.client ?? client).post<ImportWorkflowResponses, ImportWorkflowErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zImportWorkflowResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/import',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Delete
 *
 * Delete a workflow; its runs stay readable, and it can be brought back for a while.
 */
export const deleteWorkflow = <ThrowOnError extends boolean = true>(options: Options<DeleteWorkflowData, ThrowOnError>): RequestResult<DeleteWorkflowResponses, DeleteWorkflowErrors, ThrowOnError, 'data'> => (options.client ?? client).delete<DeleteWorkflowResponses, DeleteWorkflowErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zDeleteWorkflowResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}',
    ...options
});

/**
 * One workflow
 *
 * Give a workflow with its graph; the ETag is its revision.
 */
export const readWorkflow = <ThrowOnError extends boolean = true>(options: Options<ReadWorkflowData, ThrowOnError>): RequestResult<ReadWorkflowResponses, ReadWorkflowErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ReadWorkflowResponses, ReadWorkflowErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zReadWorkflowResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}',
    ...options
});

/**
 * Rename
 *
 * Give a workflow another name, which is a new revision.
 */
export const renameWorkflow = <ThrowOnError extends boolean = true>(options: Options<RenameWorkflowData, ThrowOnError>): RequestResult<RenameWorkflowResponses, RenameWorkflowErrors, ThrowOnError, 'data'> => (options.client ?? client).patch<RenameWorkflowResponses, RenameWorkflowErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zRenameWorkflowResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Replace the graph
 *
 * Save the whole graph, if nobody has saved since the revision in `If-Match`.
 */
export const saveWorkflow = <ThrowOnError extends boolean = true>(options: Options<SaveWorkflowData, ThrowOnError>): RequestResult<SaveWorkflowResponses, SaveWorkflowErrors, ThrowOnError, 'data'> => (options.client ?? client).put<SaveWorkflowResponses, SaveWorkflowErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zSaveWorkflowResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Batches of a workflow, the newest first
 *
 * List batches with how far each is, also those that were started by the name of a function.
 */
export const listBatches = <ThrowOnError extends boolean = true>(options: Options<ListBatchesData, ThrowOnError>): RequestResult<ListBatchesResponses, ListBatchesErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ListBatchesResponses, ListBatchesErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zListBatchesResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/batches',
    ...options
});

/**
 * Run a workflow for each row of a table
 *
 * Start one run of the workflow, as it is stored now, for each row: a few at a time.
 *
 * The body is a CSV, JSON Lines or a .zip of files as it is, or JSON with `table`, `rows` or `axes`. A row with a
 * problem keeps all from being started: 422, `problems` has them.
 */
export const startWorkflowBatch = <ThrowOnError extends boolean = true>(options: Options<StartWorkflowBatchData, ThrowOnError>): RequestResult<StartWorkflowBatchResponses, StartWorkflowBatchErrors, ThrowOnError, 'data'> => (options.client ?? client).post<StartWorkflowBatchResponses, StartWorkflowBatchErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zStartWorkflowBatchResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/batches',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * What a table would start
 *
 * Read a table, and say how its columns match the inputs and everything that is wrong with its rows.
 *
 * Nothing is started and nothing stored.
 */
export const previewWorkflowBatch = <ThrowOnError extends boolean = true>(options: Options<PreviewWorkflowBatchData, ThrowOnError>): RequestResult<PreviewWorkflowBatchResponses, PreviewWorkflowBatchErrors, ThrowOnError, 'data'> => (options.client ?? client).post<PreviewWorkflowBatchResponses, PreviewWorkflowBatchErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zPreviewWorkflowBatchResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/batches/preview',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * What is wrong with the graph
 *
 * Give every problem of the stored graph, and which results of its runs no longer fit it.
 */
export const checkWorkflow = <ThrowOnError extends boolean = true>(options: Options<CheckWorkflowData, ThrowOnError>): RequestResult<CheckWorkflowResponses, CheckWorkflowErrors, ThrowOnError, 'data'> => (options.client ?? client).post<CheckWorkflowResponses, CheckWorkflowErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zCheckWorkflowResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/check',
    ...options
});

/**
 * Copy a workflow
 *
 * Store a copy of the graph, with the same assets, as “… copy”; runs are not copied.
 */
export const duplicateWorkflow = <ThrowOnError extends boolean = true>(options: Options<DuplicateWorkflowData, ThrowOnError>): RequestResult<DuplicateWorkflowResponses, DuplicateWorkflowErrors, ThrowOnError, 'data'> => (options.client ?? client).post<DuplicateWorkflowResponses, DuplicateWorkflowErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zDuplicateWorkflowResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/duplicate',
    ...options
});

/**
 * Saves of a workflow, live
 *
 * Stream a `workflow` event now and after each save, restore or move of nodes, by whomever.
 *
 * It says that there is something to read, not what. The stream ends when the workflow is deleted
 * and, where people sign in, after five minutes: ask again then.
 */
export const streamWorkflowEvents = <ThrowOnError extends boolean = true>(options: Options<StreamWorkflowEventsData, ThrowOnError, StreamWorkflowEventsResponse>): Promise<ServerSentEventsResult<StreamWorkflowEventsResponses>> => (options.client ?? client).sse.get<StreamWorkflowEventsResponses, StreamWorkflowEventsErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zStreamWorkflowEventsResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/events',
    ...options
});

/**
 * A workflow as a file
 *
 * Give the graph as a file to download.
 *
 * With `assets` its pictures and videos are inside, under `assets`, and another Nodeloom can
 * take it in; without, it names them, which helps only where they are.
 */
export const exportWorkflow = <ThrowOnError extends boolean = true>(options: Options<ExportWorkflowData, ThrowOnError>): RequestResult<ExportWorkflowResponses, ExportWorkflowErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ExportWorkflowResponses, ExportWorkflowErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zExportWorkflowResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/export',
    ...options
});

/**
 * What a run would do
 *
 * Say which nodes a run would run, reuse or skip, and why; nothing is started.
 */
export const planWorkflow = <ThrowOnError extends boolean = true>(options: Options<PlanWorkflowData, ThrowOnError>): RequestResult<PlanWorkflowResponses, PlanWorkflowErrors, ThrowOnError, 'data'> => (options.client ?? client).post<PlanWorkflowResponses, PlanWorkflowErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zPlanWorkflowResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/plan',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Move nodes
 *
 * Remember where nodes are. Touches nothing else, makes no revision, never conflicts.
 */
export const savePositions = <ThrowOnError extends boolean = true>(options: Options<SavePositionsData, ThrowOnError>): RequestResult<SavePositionsResponses, SavePositionsErrors, ThrowOnError, 'data'> => (options.client ?? client).patch<SavePositionsResponses, SavePositionsErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zSavePositionsResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/positions',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Publish a workflow as a function
 *
 * Have a name stand for a version of the workflow: calls run it until you publish another one.
 *
 * A graph with problems is refused with them. Where programs that call the function would break (an
 * input removed, renamed or made required, a result removed): 409, and `problems` says how.
 */
export const publishFunction = <ThrowOnError extends boolean = true>(options: Options<PublishFunctionData, ThrowOnError>): RequestResult<PublishFunctionResponses, PublishFunctionErrors, ThrowOnError, 'data'> => (options.client ?? client).post<PublishFunctionResponses, PublishFunctionErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zPublishFunctionResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/publish',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Results of a workflow, the newest first
 *
 * List what nodes gave in the runs of a workflow, each where it came out first.
 *
 * A page may have fewer items than asked for, or none, and still not be the last one.
 */
export const listResults = <ThrowOnError extends boolean = true>(options: Options<ListResultsData, ThrowOnError>): RequestResult<ListResultsResponses, ListResultsErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ListResultsResponses, ListResultsErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zListResultsResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/results',
    ...options
});

/**
 * Make a result a favourite, or make it none
 *
 * Set `favourite`. The run of a favourite stays until you delete it, or its workflow.
 */
export const markResult = <ThrowOnError extends boolean = true>(options: Options<MarkResultData, ThrowOnError>): RequestResult<MarkResultResponses, MarkResultErrors, ThrowOnError, 'data'> => (options.client ?? client).patch<MarkResultResponses, MarkResultErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zMarkResultResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/results/{resultId}',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Runs of a workflow, the newest first
 *
 * List the runs of a workflow; those of a deleted one, too.
 */
export const listWorkflowRuns = <ThrowOnError extends boolean = true>(options: Options<ListWorkflowRunsData, ThrowOnError>): RequestResult<ListWorkflowRunsResponses, ListWorkflowRunsErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ListWorkflowRunsResponses, ListWorkflowRunsErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zListWorkflowRunsResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/runs',
    ...options
});

/**
 * Run a workflow
 *
 * Start a run of the graph as it is stored now.
 *
 * The answer is sent once the run is stored: from then on it is executed, whatever
 * happens to this process. A graph with problems starts nothing. With `Prefer: wait=60` the
 * answer comes with the run's end: 200, or 202 where it takes longer.
 */
export const startRun = <ThrowOnError extends boolean = true>(options: Options<StartRunData, ThrowOnError>): RequestResult<StartRunResponses, StartRunErrors, ThrowOnError, 'data'> => (options.client ?? client).post<StartRunResponses, StartRunErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zStartRunResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/runs',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Schedules of a workflow, the newest first
 *
 * List the schedules of a workflow, each with its next five times and its last tick.
 */
export const listWorkflowSchedules = <ThrowOnError extends boolean = true>(options: Options<ListWorkflowSchedulesData, ThrowOnError>): RequestResult<ListWorkflowSchedulesResponses, ListWorkflowSchedulesErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ListWorkflowSchedulesResponses, ListWorkflowSchedulesErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zListWorkflowSchedulesResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/schedules',
    ...options
});

/**
 * Make a schedule
 *
 * Have a workflow run by itself: by a cron expression, every so many seconds, or once.
 *
 * Each tick starts at most one run, of the graph as it is stored then.
 */
export const createSchedule = <ThrowOnError extends boolean = true>(options: Options<CreateScheduleData, ThrowOnError>): RequestResult<CreateScheduleResponses, CreateScheduleErrors, ThrowOnError, 'data'> => (options.client ?? client).post<CreateScheduleResponses, CreateScheduleErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zCreateScheduleResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/schedules',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * The next times of a schedule that is not made yet
 *
 * Give the next five times, or say what is wrong; nothing is stored.
 */
export const previewSchedule = <ThrowOnError extends boolean = true>(options: Options<PreviewScheduleData, ThrowOnError>): RequestResult<PreviewScheduleResponses, PreviewScheduleErrors, ThrowOnError, 'data'> => (options.client ?? client).post<PreviewScheduleResponses, PreviewScheduleErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zPreviewScheduleResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/schedules/preview',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Bring back a deleted workflow
 *
 * Undo a deletion, for as many days as `NODELOOM_KEEP_DELETED_DAYS` says.
 */
export const undeleteWorkflow = <ThrowOnError extends boolean = true>(options: Options<UndeleteWorkflowData, ThrowOnError>): RequestResult<UndeleteWorkflowResponses, UndeleteWorkflowErrors, ThrowOnError, 'data'> => (options.client ?? client).post<UndeleteWorkflowResponses, UndeleteWorkflowErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zUndeleteWorkflowResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/undelete',
    ...options
});

/**
 * The history
 *
 * List what a workflow was, the newest first, each with what changed since the one below.
 *
 * Saves that follow each other within five minutes, for up to half an hour, are one session
 * and shown as its last state.
 */
export const listVersions = <ThrowOnError extends boolean = true>(options: Options<ListVersionsData, ThrowOnError>): RequestResult<ListVersionsResponses, ListVersionsErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ListVersionsResponses, ListVersionsErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zListVersionsResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/versions',
    ...options
});

/**
 * A workflow as it was
 *
 * Give the graph of a version, by its revision or its id.
 */
export const readVersion = <ThrowOnError extends boolean = true>(options: Options<ReadVersionData, ThrowOnError>): RequestResult<ReadVersionResponses, ReadVersionErrors, ThrowOnError, 'data'> => (options.client ?? client).get<ReadVersionResponses, ReadVersionErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zReadVersionResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/versions/{version}',
    ...options
});

/**
 * Name or pin a version
 *
 * Set `label` (null: none) or `pinned`; such a version is not forgotten.
 */
export const markVersion = <ThrowOnError extends boolean = true>(options: Options<MarkVersionData, ThrowOnError>): RequestResult<MarkVersionResponses, MarkVersionErrors, ThrowOnError, 'data'> => (options.client ?? client).patch<MarkVersionResponses, MarkVersionErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zMarkVersionResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/versions/{version}',
    ...options,
    headers: {
        'Content-Type': 'application/json',
        ...options.headers
    }
});

/**
 * Make a version the current one
 *
 * Save the graph of a version as a new revision, under the name the workflow has now.
 *
 * Nothing is lost: what is current now stays in the history.
 */
export const restoreVersion = <ThrowOnError extends boolean = true>(options: Options<RestoreVersionData, ThrowOnError>): RequestResult<RestoreVersionResponses, RestoreVersionErrors, ThrowOnError, 'data'> => (options.client ?? client).post<RestoreVersionResponses, RestoreVersionErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zRestoreVersionResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/api/workflows/{workflowId}/versions/{version}/restore',
    ...options
});

/**
 * The process is up
 *
 * Answer at all.
 */
export const readLiveness = <ThrowOnError extends boolean = true>(options?: Options<ReadLivenessData, ThrowOnError>): RequestResult<ReadLivenessResponses, ReadLivenessErrors, ThrowOnError, 'data'> => (options?.client ?? client).get<ReadLivenessResponses, ReadLivenessErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zReadLivenessResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/health/live',
    ...options
});

/**
 * Which of its parts work
 *
 * Ask every part, and say of each what works.
 *
 * 503 only if nothing can be read and no run be started, also as the process is about to
 * end; else what is missing makes the status `degraded`, with 200.
 */
export const readReadiness = <ThrowOnError extends boolean = true>(options?: Options<ReadReadinessData, ThrowOnError>): RequestResult<ReadReadinessResponses, ReadReadinessErrors, ThrowOnError, 'data'> => (options?.client ?? client).get<ReadReadinessResponses, ReadReadinessErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zReadReadinessResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/health/ready',
    ...options
});

/**
 * For Clerk: users were made, changed or deleted
 *
 * Take a message that Clerk signed (headers `svix-id`, `-timestamp`, `-signature`).
 *
 * The same message again, or one that is older than what is known, changes nothing. A
 * deleted user is deleted for ever, with everything that is theirs.
 */
export const receiveClerkMessage = <ThrowOnError extends boolean = true>(options?: Options<ReceiveClerkMessageData, ThrowOnError>): RequestResult<ReceiveClerkMessageResponses, ReceiveClerkMessageErrors, ThrowOnError, 'data'> => (options?.client ?? client).post<ReceiveClerkMessageResponses, ReceiveClerkMessageErrors, ThrowOnError, 'data'>({
    responseValidator: async (data) => await zReceiveClerkMessageResponse.parseAsync(data),
    responseStyle: 'data',
    url: '/webhooks/clerk',
    ...options
});
