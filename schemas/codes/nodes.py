"""Codes that stand in `error` of runs and node executions; uploads answer with some of them."""

from typing import Final

from schemas.codes.code import Code

_PROVIDER_DECIDES: Final = (
    "The provider decides this; its own words are in the message where it gave any."
)

NODE_CODES: Final = (
    Code(
        "answer_cut",
        "The answer of a model was cut off at the longest answer in tokens.",
        "The node or the model allows only so many tokens; what a model thinks counts, too. What came of"
        " the answer is the node's `output`, and goes nowhere.",
        "Raise the longest answer, ask for less, or set `truncatedAnswer` of the node to `accept`.",
    ),
    Code(
        "answer_too_long",
        "The answer of a model is longer than an output may be.",
        "The model was asked for much, or went on and on.",
        "Ask for less, or set the longest answer in tokens.",
    ),
    Code(
        "asset_bytes_missing",
        "The file's bytes are not in the asset store.",
        "The folder of NODELOOM_ASSETS was emptied, moved, or is another one than before.",
        "Restore the folder from a backup, or upload the file again.",
        404,
    ),
    Code(
        "bad_input",
        "A value cannot be read as what the node takes.",
        "It was typed or arrived by a connection: a text that is no number, a number out of range,"
        " broken base64.",
        "Correct it as the message says.",
        422,
    ),
    Code(
        "bad_timestamp",
        "The moment of a frame node cannot be read.",
        "It is neither seconds (12.5), nor a share (50%), nor a clock time (0:01:02.5).",
        "Write it in one of these ways.",
    ),
    Code(
        "blocked",
        "The model provider blocked the question or the answer.",
        _PROVIDER_DECIDES,
        "Change the texts or pictures.",
    ),
    Code(
        "cancelled",
        "The run was cancelled.",
        "Somebody asked for its end.",
        "Start it again if that was a mistake.",
    ),
    Code(
        "child_died",
        "The process that worked on a picture or video died.",
        "The file is damaged, or needs more memory than a node may use.",
        "Try a smaller or another file.",
        422,
    ),
    Code(
        "compute_unavailable",
        "The Dask cluster that pictures and videos are worked on does not answer, or has no workers.",
        "NODELOOM_COMPUTE names a cluster that is switched off, restarting, unreachable from here, or"
        " without Nodeloom of this version. The node waited for it for a minute, and then as often as"
        " its retries say.",
        "Start the cluster, then run again what failed; `nodeloom doctor` says whether it answers."
        " With NODELOOM_COMPUTE=local workers need none.",
    ),
    Code(
        "empty_answer",
        "The model gave no usable answer.",
        "It stopped for a reason of its own, or used up its tokens before it wrote a word.",
        "Raise the longest answer in tokens, or ask otherwise.",
    ),
    Code(
        "empty_text",
        "A text node has nothing in it.",
        "Nothing was typed and nothing arrived.",
        "Write something into it, or connect a text.",
    ),
    Code(
        "executor_lost",
        "The workers that ran this stopped answering six times, at last one that ran nothing else.",
        "A node may need more memory than the machine has, or the machine was switched off.",
        "See the worker's log; give the machine more memory or the node a smaller file.",
    ),
    Code(
        "fetch_failed",
        "A file could not be fetched from its address.",
        "The server there refused, does not exist, or broke off.",
        "Open the address in a browser; correct it, or upload the file.",
    ),
    Code(
        "fetch_timeout",
        "A file did not arrive in time.",
        "The server there is slow, or the file very large.",
        "Try again, or upload the file.",
    ),
    Code(
        "file_too_large",
        "A file at an address is larger than may be fetched.",
        "Pictures and videos from the web have a limit of bytes.",
        "Use a smaller file, or upload it.",
    ),
    Code(
        "file_too_slow",
        "The file takes too long to read.",
        "It is damaged, or far too complex.",
        "Export it again and upload that.",
        422,
    ),
    Code(
        "input_missing",
        "The node did not run, because one that it needs gave no output.",
        "That node failed, was skipped or was cancelled.",
        'Look at the nodes before it; `{"kind": "failed"}` runs what did not complete.',
    ),
    Code(
        "model_not_found",
        "The model provider does not know this model.",
        "Its name is misspelt, or it was withdrawn.",
        "Choose another model.",
    ),
    Code(
        "no_video",
        "The file has no pictures to take a frame from.",
        "It holds sound only, or is empty.",
        "Use another file.",
        422,
    ),
    Code(
        "node_ended",
        "The node has ended already.",
        "Two workers told different ends of one node; the first one counts.",
        "Nothing: the record is right.",
        409,
    ),
    Code(
        "nodes_failed",
        "Some nodes of the run failed.",
        "Each has its own error.",
        'See each node; `{"kind": "failed"}` runs what did not complete.',
    ),
    Code(
        "not_a_picture",
        "The file of an image node is a video.",
        "The chosen asset is of the other kind.",
        "Choose a picture, or use a video node.",
    ),
    Code(
        "not_a_video",
        "The file of a video node is a picture.",
        "The chosen asset is of the other kind.",
        "Choose a video, or use an image node.",
    ),
    Code(
        "not_configured",
        "The model provider has no key.",
        "Its variable, such as GEMINI_API_KEY, is not set where the worker runs.",
        "Set it and start Nodeloom again.",
    ),
    Code(
        "out_of_memory",
        "The node needs more memory than it may use.",
        "Small files can hold enormous pictures; or a node received so much that its worker had too little memory left.",
        "Use a smaller file, give the node less to do, or give the worker more memory (`NODELOOM_MEMORY_LIMIT_MB`).",
        422,
    ),
    Code(
        "past_the_end",
        "The moment of a frame node lies after the end of the video.",
        "The video is shorter than the timestamp.",
        "Choose an earlier moment, or a share such as 50%.",
    ),
    Code(
        "picture_too_large",
        "The picture has more pixels than allowed.",
        "Each side and the whole area have limits, whatever the size of the file.",
        "Make it smaller first.",
        422,
    ),
    Code(
        "picture_unreadable",
        "The picture cannot be decoded.",
        "The file is damaged, cut off, or something else than its beginning says.",
        "Export it again.",
        422,
    ),
    Code(
        "provider_timeout",
        "The model provider did not answer in time.",
        "It is overloaded, or the question is very large.",
        "It is tried again by itself; raise `timeoutSeconds` in the node's settings if it stays.",
    ),
    Code(
        "provider_unavailable",
        "The model provider could not be reached or had a problem of its own.",
        "The network is down, its address (GEMINI_BASE_URL, for instance) is wrong, or the provider is out of order.",
        "It is tried again by itself; check the network and the address if it stays.",
    ),
    Code(
        "quota_exhausted",
        "The quota of a day for this model is used up at its provider.",
        "The provider counts requests or tokens of a key by the day; some models have no free quota.",
        "Wait for the next day, raise the quota at the provider, or choose another model.",
    ),
    Code(
        "rate_limited",
        "The model provider has had too many requests.",
        "Its limits for your key are used up.",
        "It is tried again when the provider says; set NODELOOM_LLM_RPM to stay below its limits.",
    ),
    Code(
        "schema_mismatch",
        "The answer of a model does not fit the response schema, also after asking once more.",
        "Providers do not make sure of it. The answer is the node's `output`, and goes nowhere.",
        "Simplify the schema, say in the message what is wanted, or choose another model.",
    ),
    Code(
        "stopped_by_prefect",
        "Prefect ended the task that a node ran in.",
        "The node ran inside of a Prefect task, and Prefect's engine crashed or cancelled it.",
        "Run what failed again; the worker's log has the details. With NODELOOM_PREFECT=record nodes"
        " are not run inside of Prefect's tasks.",
    ),
    Code(
        "storage_failed",
        "The asset store could not write or read a file.",
        "The disk or the permissions of the folder; the log has more.",
        "Check the folder of NODELOOM_ASSETS, then try again.",
        503,
    ),
    Code(
        "storage_full",
        "The asset store has no space left.",
        "The disk is full.",
        "Free some space, then try again.",
        507,
    ),
    Code(
        "text_too_long",
        "More text enters or leaves a node than it may, or is in one run.",
        "A node gives at most 1 MB of text, works with at most 4 MB put together, and the nodes of one run"
        " give at most 64 MB. Texts that are joined again and again, or put in for `{{input}}` in many"
        " places, grow fast. What is known before a run is a problem of the graph.",
        "Shorten it, connect fewer texts, or write `{{input}}` in fewer places.",
    ),
    Code(
        "timed_out",
        "The node did not finish in time.",
        "`timeoutSeconds` in its settings, or the default of its type.",
        "Raise it, or give the node less to do.",
        422,
    ),
    Code(
        "too_many_pictures",
        "More pictures are connected than the model, or a grid, takes at once.",
        "Providers limit their number and bytes; a grid has room for 200.",
        "Connect fewer, or resize them first.",
    ),
    Code(
        "url_not_allowed",
        "The address must not be fetched.",
        "It is not http or https, has a port or form that is not allowed, or leads to a private"
        " network, from where a server must never fetch for its users.",
        "Use a public address, or upload the file.",
    ),
    Code(
        "video_too_large",
        "The video is larger than allowed.",
        "Its bytes, sides or length are over a limit.",
        "Make it shorter or smaller.",
        422,
    ),
    Code(
        "video_unreadable",
        "The video cannot be decoded.",
        "The file is damaged, cut off, or in a format that is not read.",
        "Export it again, as MP4 with H.264 for example.",
        422,
    ),
    Code(
        "wrong_key",
        "The model provider does not accept the key.",
        "The key, such as GEMINI_API_KEY, is wrong, expired or not allowed to use this model.",
        "Put a valid key there and start Nodeloom again.",
    ),
)
