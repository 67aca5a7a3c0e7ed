"""Codes of batches."""

from typing import Final

from schemas.codes.code import Code

BATCH_CODES: Final = (
    Code(
        "bad_archive",
        "A .zip of files for a batch cannot be used.",
        "It is broken or encrypted, has more than 1,000 files or too large ones, two files of one name, or"
        " several tables.",
        "Correct what the message names, and send it again; nothing was started.",
        422,
    ),
    Code(
        "bad_table",
        "A table of a batch cannot be read, or something in it cannot.",
        "It is no CSV, JSON Lines or rows of JSON; or a row, a column or an axis in it does not fit.",
        "Correct what the message names. The preview of a batch lists all of it; nothing was started.",
        422,
    ),
    Code(
        "batch_ended",
        "The batch has ended.",
        "There is nothing of it that could be cancelled.",
        "Read its results, or retry the rows that failed.",
        409,
    ),
    Code(
        "batch_has_problems",
        "A batch was not started, since something in its table does not fit.",
        "`problems` has the first 100, each with its row: all rows are checked before any is run.",
        "Correct the table and send it again; the preview of a batch says the same without starting anything.",
        422,
    ),
    Code(
        "batch_not_ended",
        "The batch has not ended yet.",
        "Rows are retried when all of them have ended.",
        "Wait for its end, or cancel it, and retry then.",
        409,
    ),
    Code(
        "batch_not_found",
        "There is no such batch.",
        "The id is wrong, it is somebody else's, or retention has deleted it or its workflow.",
        "List the batches of the workflow.",
        404,
    ),
    Code(
        "nothing_to_retry",
        "No row of the batch failed or was cancelled.",
        "Only such rows are run once more.",
        "Start another batch to run rows again that completed.",
        409,
    ),
    Code(
        "row_not_found",
        "A batch has no row of this number.",
        "Rows are counted from 1.",
        "Use the number of a row that the batch lists.",
        422,
    ),
    Code(
        "table_too_large",
        "A table of a batch has more than 20 MB.",
        "All of it is checked before anything runs.",
        "Split it into several batches; send files in a .zip, or name their addresses.",
        413,
    ),
    Code(
        "too_many_batches",
        "A user may have 20 batches that have not ended.",
        "There are so many already.",
        "Wait for one of them, or cancel it.",
        409,
    ),
    Code(
        "too_many_rows",
        "A batch would have more than 10,000 rows.",
        "The table has more, or its rows crossed with the axes.",
        "Split it into several batches.",
        422,
    ),
)
