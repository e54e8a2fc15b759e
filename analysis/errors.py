"""What can go wrong in an analysis."""


class AnalysisError(Exception):
    """Base of every error a researcher can act on."""


class ExportFormatError(AnalysisError):
    """A study export is damaged or not of the documented format."""


class DownloadError(AnalysisError):
    """An export cannot be had from a study server."""


class ConfigError(AnalysisError, ValueError):
    """A setting of the analysis is missing, malformed or out of range."""
