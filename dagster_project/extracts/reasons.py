"""Closed lists of reasons: why a row is not loaded, why a delivery is refused.

Reports, tables and messages carry these codes. The wording is for a partner's data officer: it says what is
wrong and what to change at the source.
"""

from enum import StrEnum


class RejectionReason(StrEnum):
    """Why one row is not loaded."""

    WRONG_NUMBER_OF_COLUMNS = "wrong_number_of_columns"
    BLANK_LINE = "blank_line"
    STRAY_QUOTE = "stray_quote"
    FIELD_TOO_LONG = "field_too_long"
    CONTROL_CHARACTER = "control_character"
    SCIENTIFIC_NOTATION = "scientific_notation"
    VALUE_MISSING = "value_missing"
    BAD_DATE = "bad_date"
    BAD_NUMBER = "bad_number"
    BAD_YES_NO = "bad_yes_no"
    UNKNOWN_VALUE = "unknown_value"
    PARENT_NOT_FOUND = "parent_not_found"
    CONTRADICTS_EARLIER = "contradicts_earlier"
    DUPLICATE_ROW = "duplicate_row"
    DUPLICATE_KEY = "duplicate_key"


class RefusalReason(StrEnum):
    """Why a whole delivery is not loaded."""

    MANIFEST_NAME = "manifest_name"
    MANIFEST_UNREADABLE = "manifest_unreadable"
    MANIFEST_INVALID = "manifest_invalid"
    MAPPING_UNKNOWN = "mapping_unknown"
    MAPPING_UNUSABLE = "mapping_unusable"
    MAPPING_FAILED = "mapping_failed"
    FILE_NOT_RECOGNISED = "file_not_recognised"
    UNREADABLE_FILE = "unreadable_file"
    FILE_TOO_LARGE = "file_too_large"
    PARTNER_UNKNOWN = "partner_unknown"
    PARTNER_HELD = "partner_held"
    EXTRACT_NOT_EXPECTED = "extract_not_expected"
    EXTRACT_MISSING = "extract_missing"
    EXTRACT_DATE_NOT_CREDIBLE = "extract_date_not_credible"
    FILE_MISSING = "file_missing"
    FILE_NOT_PLAIN = "file_not_plain"
    TRANSFER_REFUSED = "transfer_refused"
    SIZE_DIFFERS = "size_differs"
    HASH_DIFFERS = "hash_differs"
    ROW_COUNT_DIFFERS = "row_count_differs"
    EMPTY_FILE = "empty_file"
    WRONG_ENCODING = "wrong_encoding"
    NUL_BYTE = "nul_byte"
    OPEN_QUOTE = "open_quote"
    BAD_QUOTES = "bad_quotes"
    BAD_LINE_ENDS = "bad_line_ends"
    ROW_TOO_LONG = "row_too_long"
    END_OF_DATA_MARK = "end_of_data_mark"
    COLUMN_MISSING = "column_missing"
    COLUMN_TWICE = "column_twice"
    TOO_MANY_REJECTED_ROWS = "too_many_rejected_rows"


REJECTION_WORDING: dict[RejectionReason, str] = {
    RejectionReason.WRONG_NUMBER_OF_COLUMNS: "The row has more or fewer values than the header has columns.",
    RejectionReason.BLANK_LINE: "The line is blank. Remove blank lines, also at the end of the file.",
    RejectionReason.STRAY_QUOTE: 'A double quote stands in a value that is not quoted. Write the value as "a ""b"" c".',
    RejectionReason.FIELD_TOO_LONG: "The value is longer than 32,768 characters.",
    RejectionReason.CONTROL_CHARACTER: "The value holds a control character, which is a sign of a broken export.",
    RejectionReason.SCIENTIFIC_NOTATION: (
        "The identifier reads like 1.23E+09: a spreadsheet has rounded it. Export it as text, not from a spreadsheet."
    ),
    RejectionReason.VALUE_MISSING: "The value is empty, and the column must always be filled.",
    RejectionReason.BAD_DATE: "The value is not a real date in the form asked for: YYYY-MM-DD, or that of the mapping.",
    RejectionReason.BAD_NUMBER: "The value is not a plain decimal number such as 1234.50, without commas or exponent.",
    RejectionReason.BAD_YES_NO: "The value is neither Y nor N. Leave it empty when it is not known.",
    RejectionReason.UNKNOWN_VALUE: "The value is not in the list of values that the mapping knows for this column.",
    RejectionReason.PARENT_NOT_FOUND: (
        "The row points to a row of another file of the delivery, which is not there or stands there twice."
    ),
    RejectionReason.CONTRADICTS_EARLIER: (
        "The row says something else of the same person or record than an earlier row, which is loaded."
    ),
    RejectionReason.DUPLICATE_ROW: "The row repeats an earlier row exactly; the earlier one is loaded.",
    RejectionReason.DUPLICATE_KEY: "Several rows that differ have the same key, so none of them can be trusted.",
}
