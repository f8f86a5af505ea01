"""Static files of a served set-up: compressed, under hashed names, also inside of modules."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedFiles(CompressedManifestStaticFilesStorage):
    """Rewrites ``import … from "./x.js"`` of our own modules too: without it a phone would keep
    modules of an older version, since static files may be kept for a year."""

    support_js_module_import_aggregation = True
    max_post_process_passes = 12  # one for each level of modules that import modules
    _js_module_import_aggregation_patterns = (
        "linli/*.js",
        CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1],
    )
