"""Codes of problems, what is wrong with a graph, which stand in `problems`; and codes of functions."""

from typing import Final

from schemas.codes.code import Code

_NOT_SAVED: Final = " Such a document cannot be saved, not even as a draft."

GRAPH_CODES: Final = (
    Code(
        "bad_declaration",
        "A declared input or result does not fit the graph.",
        "It names a node, a parameter or an output that is not there, has the name or the parameter"
        " of another one, is connected, or has a default that its parameter does not take.",
        "Correct or remove the declaration. Until then the draft can be saved and not be run.",
    ),
    Code(
        "bad_input_value",
        "A value is none that its input takes.",
        "It is of another type, out of range, or not among the choices of the parameter that the"
        " input stands for. A file is given as an `assetId`, a `url`, or `base64`.",
        "Correct the value of the `input` that the problem names; nothing was started.",
    ),
    Code(
        "bad_param",
        "A value in a node has the right type and is not allowed.",
        "It is out of its range, not among the choices, or written in a wrong way. The value of a"
        " param that is connected is not judged.",
        "Correct it as the message says. Until then the draft can be saved and not be run.",
    ),
    Code(
        "cycle",
        "Nodes wait for each other in a circle.",
        "Each needs the output of the next, so none could start.",
        "Remove the connection that closes the circle; the problem names it.",
    ),
    Code(
        "dangling_edge",
        "A connection starts or ends at a node that is not in the workflow.",
        "The node was removed and its connection was not." + _NOT_SAVED,
        "Remove the connection, or add the node.",
    ),
    Code(
        "duplicate_connection",
        "Two connections join the same two nodes at the same input.",
        "The same value would arrive twice.",
        "Remove one of them.",
    ),
    Code(
        "duplicate_edge_id",
        "Two connections have the same id.",
        "Ids of connections are unique in their workflow." + _NOT_SAVED,
        "Give one of them another id.",
    ),
    Code(
        "duplicate_node_id",
        "Two nodes have the same id.",
        "Ids of nodes are unique in their workflow." + _NOT_SAVED,
        "Give one of them another id.",
    ),
    Code(
        "file_not_uploaded",
        "A node names a file on its author's computer.",
        "Graph files may name files; the server never reads paths.",
        "Upload the file, or run the graph file with `nodeloom run`, which uploads it.",
    ),
    Code(
        "id_too_long",
        "The id of a node or connection is too long.",
        "Ids may have 128 characters." + _NOT_SAVED,
        "Use a shorter id.",
    ),
    Code(
        "input_not_available",
        "A node in the scope needs the output of one outside of it that never completed.",
        "A run of a part takes what enters from outside from earlier runs; there is none.",
        "Run the other node first, or both together.",
    ),
    Code(
        "input_required",
        "A required input was given no value.",
        "The workflow declares it as one that every call gives.",
        "Give the `input` that the problem names a value; nothing was started.",
    ),
    Code(
        "kind_mismatch",
        "A connection brings a kind of value that its end does not take.",
        "For example a text into an input for pictures.",
        "Connect an output of a kind that the input takes; `GET /api/node-types` lists both.",
    ),
    Code(
        "malformed",
        "A part of the document is missing or has the wrong type.",
        "Nodes and edges have the form that React Flow gives them." + _NOT_SAVED,
        "Correct the field that the message names.",
    ),
    Code(
        "malformed_param",
        "A value in a node has the wrong type.",
        "For example a text where a number is wanted." + _NOT_SAVED,
        "Correct it as the message says.",
    ),
    Code(
        "missing_input",
        "A required input of a node is not connected.",
        "The node works on what enters there.",
        "Connect an output of the kind that the message names.",
    ),
    Code(
        "missing_source",
        "An image or video node has no file and no address.",
        "Nothing was uploaded or chosen yet.",
        "Upload a file, give an address, or connect a text with one.",
    ),
    Code(
        "model_retired",
        "A warning: the provider has taken a model away or replaced it, or will on a known day.",
        "Providers retire models. The name is asked for as it is: nothing rewrites it.",
        "Choose the model that the message names.",
    ),
    Code(
        "model_unknown",
        "A warning: it is not known whether the model can see images.",
        "It is one of a service at an address of your own (OPENAI_BASE_URL), or newer than this version.",
        "Choose a model that can. One that cannot refuses the request, or answers without the images.",
    ),
    Code(
        "nothing_to_run",
        "There is no node to run.",
        "The workflow is empty, or the scope comes out empty, as where nothing failed.",
        "Add a node, or choose another scope.",
    ),
    Code(
        "nothing_to_say",
        "A model has nothing to work on.",
        "It has no user message, no system prompt and no image.",
        "Write or connect one of them.",
    ),
    Code(
        "param_ignored",
        "A warning: a value has no effect.",
        "The model takes none of it, such as a temperature.",
        "Take it out; for the same answer each time set `reuse` in the node's settings to `always`.",
    ),
    Code(
        "too_many_connections",
        "Several connections enter an input that takes one value.",
        "Only inputs that join texts or collect pictures take many.",
        "Remove all but one.",
    ),
    Code(
        "too_many_edges",
        "The workflow has more connections than allowed.",
        "A workflow may have 2,000." + _NOT_SAVED,
        "Split it into several workflows.",
    ),
    Code(
        "too_many_nodes",
        "The workflow has more nodes than allowed.",
        "A workflow may have 500." + _NOT_SAVED,
        "Split it into several workflows.",
    ),
    Code(
        "unknown_handle",
        "A connection names an input or output that the node does not have.",
        "Outputs are called `output`; inputs are listed by `GET /api/node-types`.",
        "Connect it to one that exists.",
    ),
    Code(
        "unknown_input",
        "A value is for an input that the workflow does not declare.",
        "Its name is written in another way, or the input was removed.",
        "Leave it out, or use one of the names that the message lists; nothing was started.",
    ),
    Code(
        "unknown_provider",
        "A node asks a model of a provider that is not here.",
        "The part of the model's name before the slash is no provider of this installation.",
        "Choose a model from the list, or leave the part before the slash away.",
    ),
    Code(
        "breaks_callers",
        "Programs that call a published function would break by what is to be published in its place.",
        "An input is gone, has another name, became required or takes less than before; or a result is gone.",
        "Declare it as it was, give it a default, or add a new one beside it; or publish under another name.",
    ),
    Code(
        "function_breaks_callers",
        "Programs that call a published function would break.",
        "What is to be published takes or gives less than what the name stands for now: an input was removed, renamed or"
        " made required, a result removed; `problems` has all of it. Or the name is a function of another workflow.",
        'Declare what is missing again, or another name; `"force": true` publishes it all the same.',
        409,
    ),
    Code(
        "function_not_found",
        "There is no such function.",
        "It was never published or was taken back, its workflow was deleted, or it is somebody else's.",
        "List your functions with `GET /api/functions`; publish one with `POST /api/workflows/{id}/publish`.",
        404,
    ),
    Code(
        "inputs_not_an_object",
        "A call of a function does not send its inputs by name.",
        "The body is no JSON object, or one with more names than a workflow can declare.",
        'Send the inputs as an object, such as `{"topic": "Teapots"}`.',
        422,
    ),
    Code(
        "too_many_functions",
        "A user has as many functions as there may be.",
        "Each is described in the document of all functions.",
        "Take back one that is not called any more: `DELETE /api/functions/{name}`.",
        409,
    ),
    Code(
        "unknown_node",
        "The scope names a node that is not in the workflow.",
        "It was removed, or its id is misspelt.",
        "Name a node of the workflow as it is stored.",
    ),
    Code(
        "unknown_node_type",
        "A node has a type that is not known here.",
        "It is misspelt, or comes from a Nodeloom with more node types." + _NOT_SAVED,
        "Use a type that `GET /api/node-types` lists.",
    ),
    Code(
        "unknown_param",
        "A node has a field in its data that its type does not know.",
        "It is misspelt, or belongs to another type." + _NOT_SAVED,
        "Remove or rename it; the message lists the fields there are.",
    ),
)
