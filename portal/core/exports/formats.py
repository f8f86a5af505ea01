"""The kinds of file that a list can be written to."""

FORMATS = (
    ("xlsx", "Excel 工作簿（.xlsx）"),
    ("csv", "逗号分隔文本（.csv）"),
    ("ndjson", "逐行 JSON（.ndjson）"),
)
CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson; charset=utf-8",
}
