"""Files made of lists: .xlsx, .csv and .ndjson, masked, neutralised, in constant memory."""
