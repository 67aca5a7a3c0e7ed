"""Codes that requests are answered with."""

from typing import Final

from schemas.codes.code import Code

REQUEST_CODES: Final = (
    Code(
        "bad_parameters",
        "The parameters of a run that was started in Prefect are wrong.",
        "One is missing, is unknown, or has a value that does not fit: the message says which.",
        "Start it again from its deployment's form with other values.",
    ),
    Code(
        "cancelled_in_prefect",
        "A scheduled run was cancelled in Prefect before it began.",
        "Somebody cancelled or deleted the flow run that Prefect had planned for this time.",
        "Nothing, if that was meant; else run the workflow by hand.",
    ),
    Code(
        "concurrency_limit_reached",
        "A scheduled run would have been one too many in Prefect.",
        "The workflow's deployment in Prefect has a concurrency limit that cancels new runs while it is reached.",
        "Nothing, if that was meant; else raise the limit there, or let runs wait with the collision strategy `ENQUEUE`.",
    ),
    Code(
        "expired_already",
        "The time at which an API key is to end is over already.",
        "`expiresAt` is in the past.",
        "Give a later time, or none.",
        422,
    ),
    Code(
        "key_not_allowed",
        "This cannot be done with an API key, or not with this one.",
        "API keys are listed, made and deleted by people: who has a key could make another one that nobody knows of."
        " And a key that was made for some functions can read and call these, and follow and cancel the runs that it"
        " started, and nothing else.",
        "Sign in, or in local mode send no key; or use a key that is for everything.",
        403,
    ),
    Code(
        "key_not_found",
        "There is no such API key.",
        "It was deleted, or it is somebody else's.",
        "List your keys with `GET /api/keys`.",
        404,
    ),
    Code(
        "media_busy",
        "A picture or video could not be worked on within the time of a request.",
        "Many are uploaded or shown at once, or a process that works on them hangs; it is replaced.",
        "Try again in some seconds.",
        503,
    ),
    Code(
        "not_signed_in",
        "Nobody knows who is asking.",
        "No session token or API key came along, or one that is not valid: it ended, was deleted,"
        " is for another server, or its user was deleted. The answer is the same for all of them.",
        "Sign in again, or send an API key as `Authorization: Bearer nlk_…`.",
        401,
    ),
    Code(
        "scope_missing",
        "The API key is not for this.",
        "A key has one or more of the scopes `read`, `write` and `run`.",
        "Use a key that has the scope which the header `WWW-Authenticate` names.",
        403,
    ),
    Code(
        "sign_in_unavailable",
        "Nobody can sign in at the moment.",
        "The server has started and cannot get Clerk's public keys.",
        "Try again in half a minute; if it stays so, the server's log says why. API keys work.",
        503,
    ),
    Code(
        "too_many_keys",
        "A user may have 100 API keys.",
        "There are so many already.",
        "Delete one that is not used.",
        409,
    ),
    Code(
        "too_many_favourites",
        "A workflow may have 1,000 favourite results.",
        "There are so many already; their runs are not deleted by themselves.",
        "Take the mark off one that you need no more.",
        409,
    ),
    Code(
        "asset_in_use",
        "Something still needs the file.",
        "A workflow, one of its versions that can be restored, a schedule or a kept run refers to it;"
        " `detail` says which.",
        "Take it out there, or delete the run that needs it, and delete the file then.",
        409,
    ),
    Code(
        "asset_not_found",
        "There is no such file for you.",
        "The id is wrong, the file is someone else's, or retention removed it because nothing"
        " named it any more.",
        "Upload the file again and use the id of the answer.",
        404,
    ),
    Code(
        "asset_too_large",
        "The uploaded picture is larger than pictures may be.",
        "`GET /api/me` tells the limits (`maxImageBytes`, `maxVideoBytes`).",
        "Upload a smaller version of it.",
        413,
    ),
    Code(
        "bad_cursor",
        "The cursor of a list cannot be read.",
        "It was changed, cut off, or belongs to another list.",
        "Start again without `cursor`, and hand back each `nextCursor` as it is.",
        422,
    ),
    Code(
        "bad_request",
        "The request cannot be understood, or a model provider refused what it was sent.",
        "Of a request: its line or headers are broken. Of a node: the provider's own sentence is"
        " in the message.",
        "Correct what the message names.",
        400,
    ),
    Code(
        "body_too_large",
        "The body of the request is larger than this address takes.",
        "A graph may have 10 MB with the pictures in it, every other JSON body 2 MB; uploads have"
        " the limits that `GET /api/me` tells.",
        "Send less: upload pictures as assets instead of putting them into the graph.",
        413,
    ),
    Code(
        "graph_too_large",
        "The graph is larger than a graph may be.",
        "It has more than 1 MB as JSON, its pictures not counted.",
        "Shorten its longest texts, or split the workflow in two.",
        422,
    ),
    Code(
        "headers_too_large",
        "The request has too many or too long headers or too long an address.",
        "The address and all headers together may have 64 KB.",
        "Send less in them: cookies of other programs under the same host name are a common cause.",
        431,
    ),
    Code(
        "host_not_allowed",
        "Nodeloom does not answer under this host name.",
        "In local mode everybody who reaches it is its user, so it answers only under names of the"
        " machine itself; otherwise a web page could reach it by a name of its own.",
        "Open it under localhost, 127.0.0.1 or [::1].",
        403,
    ),
    Code(
        "idempotency_key_unsupported",
        "The address does not take an `Idempotency-Key`.",
        "Only starting a run, calling a function and uploading a file can be repeated with a key.",
        "Leave the key out, and look whether the first request came through before you repeat it.",
        422,
    ),
    Code(
        "idempotency_key_reused",
        "The `Idempotency-Key` was used before, for something else.",
        "A key names one request: the same workflow, scope and reuse.",
        "Use a new key for a new request; repeat the same request to get its run again.",
        422,
    ),
    Code(
        "prefer_invalid",
        "The header `Prefer` asks to wait for something that is no number of seconds.",
        "`wait` has no value, or one that is no whole number.",
        "Send `Prefer: wait=60`, or leave it out to have the answer at once.",
        422,
    ),
    Code(
        "if_match_invalid",
        "The header `If-Match` cannot be read.",
        'It must be a revision (`3` or `"3"`), a list of them, or `*`.',
        "Send the `ETag` or the `revision` that you got with the workflow.",
        422,
    ),
    Code(
        "if_match_required",
        "A save needs the header `If-Match`.",
        "Without it, the work of somebody who saved meanwhile would be overwritten.",
        "Send the revision that you changed: `If-Match: 3`. `If-Match: *` overwrites whatever there is.",
        428,
    ),
    Code(
        "internal_error",
        "Something went wrong in Nodeloom itself.",
        "A mistake of ours; the log of the process has more under the `reference` of the answer.",
        "Try again; if it stays, report it with what the log says.",
        500,
    ),
    Code(
        "invalid_graph",
        "The graph cannot be saved, or cannot be run; `problems` says why.",
        "Each problem has a code, the node or edge it is about, and a sentence.",
        "Correct what the problems name. Drafts can be saved with problems that only a run minds.",
        422,
    ),
    Code(
        "invalid_json",
        "The body is not JSON that can be stored, or a model gave no JSON where it should have.",
        "Broken syntax, invalid UTF-8, the same key twice, a number of 10^19 or more, NaN, a NUL"
        " character, half of a surrogate pair, or more than 64 levels.",
        "Correct what the message names. Large numbers can be sent as text.",
        400,
    ),
    Code(
        "invalid_request",
        "A body or parameter is not valid; `errors` says which field and why.",
        "A field is missing, unknown, of the wrong type or out of its range.",
        "Compare it with the OpenAPI document at `/schema`.",
        422,
    ),
    Code(
        "invalid_upload",
        "The form of an upload is broken or has no file in its field `file`.",
        "The multipart body is cut off, has another boundary than its header says, or names its"
        " field otherwise.",
        "Send multipart/form-data with the file in the field `file`, as `curl -F file=@photo.jpg` does.",
        400,
    ),
    Code(
        "method_not_allowed",
        "This address does not take this method.",
        "The header `Allow` of the answer lists those it takes.",
        "Use one of them; `GET /schema` describes every address.",
        405,
    ),
    Code(
        "no_thumbnail",
        "A video has no thumbnail.",
        "`width` makes a small version of a picture; only pictures have one.",
        "Ask for the video without `width`; a frame node takes a picture from it.",
        422,
    ),
    Code(
        "not_found",
        "There is nothing at this address.",
        "The path is misspelt, or an id in it has the wrong form.",
        "`GET /schema` lists every address.",
        404,
    ),
    Code(
        "not_json",
        "This address takes JSON and was sent something else.",
        "The header `Content-Type` is missing or names another media type. Web forms cannot change"
        " anything here, on purpose.",
        "Send JSON with `Content-Type: application/json`.",
        415,
    ),
    Code(
        "not_multipart",
        "An upload must be a form.",
        "The body is not multipart/form-data, or its header names no boundary.",
        "Send multipart/form-data with the file in the field `file`.",
        415,
    ),
    Code(
        "origin_not_allowed",
        "A page of another site tried to change something here.",
        "Browsers say in `Origin` which page sends a request. Only Nodeloom's own pages and the"
        " origins in NODELOOM_ORIGINS may change anything.",
        "Use Nodeloom's own pages, a program outside a browser, or add the page's origin to"
        " NODELOOM_ORIGINS.",
        403,
    ),
    Code(
        "range_not_satisfiable",
        "The range of bytes lies outside the file.",
        "`Range` begins after the last byte; `Content-Range` of the answer says how many there are.",
        "Ask for a part within the file, or for all of it.",
        416,
    ),
    Code(
        "run_deleted",
        "The run of this idempotency key was deleted.",
        "A request with the same `Idempotency-Key` started a run before, and somebody has deleted that"
        " run. Its key stays known for 24 hours, so that a request which comes twice is not paid twice.",
        "Use a new key to start another run.",
        409,
    ),
    Code(
        "run_ended",
        "The run has ended already.",
        "A run that is COMPLETED, FAILED or CANCELLED never changes again.",
        "Nothing: read the run to see how it ended.",
        409,
    ),
    Code(
        "run_not_ended",
        "The run has not ended yet.",
        "Only a run that has ended can be deleted, and repeated by the scope `failed`. This one still"
        " works, waits for its turn, or is paused.",
        "Wait for its end, or cancel it.",
        409,
    ),
    Code(
        "run_not_found",
        "There is no such run for you.",
        "The id is wrong, the run is someone else's, or retention removed it.",
        "`GET /api/runs` lists the runs there are.",
        404,
    ),
    Code(
        "run_of_another_workflow",
        "The run in the scope belongs to another workflow.",
        "The scope `failed` repeats a run of the same workflow.",
        "Name a run of this workflow, or start it there.",
        422,
    ),
    Code(
        "stale_revision",
        "Somebody has saved the workflow since the revision that you changed.",
        "`revision` of the answer is the current one.",
        "Read the workflow again, put your change on top of it, and save with its revision.",
        409,
    ),
    Code(
        "text_not_storable",
        "A text holds a character that cannot be stored.",
        "NUL (U+0000) or half of a surrogate pair.",
        "Remove it.",
        422,
    ),
    Code(
        "too_many_positions",
        "More positions were sent than a workflow has nodes.",
        "Positions of nodes that are gone are kept until the graph is saved.",
        "Save the whole graph.",
        422,
    ),
    Code(
        "too_many_requests",
        "You have sent more requests than you may in so short a time.",
        "Each user has a budget that fills again every second, and smaller ones for run starts and"
        " uploads; the headers `RateLimit` and `RateLimit-Policy` say how large they are.",
        "Wait as many seconds as `Retry-After` says; send fewer requests at once.",
        429,
    ),
    Code(
        "tool_answer_too_long",
        "What an MCP tool would answer is longer than an agent may be sent.",
        "A large graph, a run of many nodes or long texts were asked for at once.",
        "Ask for less at a time, with `limit`, `nodeIds` or `read-node`, or read it over HTTP.",
    ),
    Code(
        "unsupported_media",
        "The file is neither a picture nor a video that Nodeloom reads.",
        "Its content decides, not its name. Pictures: JPEG, PNG, WebP, GIF, AVIF, HEIC. Videos: what FFmpeg"
        " reads in MP4, MOV, WebM or Matroska.",
        "Save it in one of these formats.",
        422,
    ),
    Code(
        "value_too_large",
        "What enters or leaves a node is too large to be stored.",
        "Values of nodes have limits, so that a graph cannot double its data without end.",
        "Shorten the text, or connect less to the node.",
        422,
    ),
    Code(
        "version_not_found",
        "There is no such version of the workflow.",
        "The number is wrong, or retention removed a version that no run used.",
        "Read the workflow to see its current revision.",
        404,
    ),
    Code(
        "workflow_not_found",
        "There is no such workflow for you.",
        "The id is wrong, the workflow was deleted, or it is someone else's.",
        "`GET /api/workflows` lists those there are.",
        404,
    ),
)
